"""The encoding of a DBF is decided from all its bytes, whatever it says of itself."""

import pytest
import sent
from hypothesis import given
from hypothesis import strategies as st
from sent import GBK, UTF8, Field

from geo import files
from geo.errors import BadInput
from geo.files import letters

CHINESE = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12
)
LONG = ("网格编码", "网格名称", "所属社区名称", "户数")
SHORT = ("编码", "名称", "备注", "户数")
ROWS = [
    ("321198001001001", "幸福里网格", "镇江", "320"),
    ("321198001001002", "解放路网格", "京口", "410"),
]


@given(st.lists(CHINESE, min_size=1), st.sampled_from([UTF8, GBK]), st.integers(0, 2))
def test_words_are_told_apart(words, encoding, cut):
    sent_ = [w.encode(encoding) for w in words]
    last = sent_[-1]
    if 0 < cut < len(last) - 2 and (encoding == UTF8 or cut == 1):
        sent_[-1] = last[:-cut]
    decision = letters.decide(sent_, layer="grid")
    if encoding == UTF8:
        assert decision.encoding == UTF8
    elif decision.encoding != GBK:
        kept = [len(letters.decode(w, UTF8)[0].encode()) for w in sent_]
        assert all(k >= len(w) - 3 for k, w in zip(kept, sent_, strict=True)), "also valid UTF-8"


@given(CHINESE, st.integers(1, 40), st.sampled_from([UTF8, GBK]))
def test_a_cut_word_loses_only_its_last_character(word, width, encoding):
    text, lost = letters.decode(word.encode(encoding)[:width], encoding)
    assert word.startswith(text)
    assert lost == (len(text.encode(encoding)) != len(word.encode(encoding)[:width]))


MATRIX = [
    # (bytes, language byte, .cpg), names, findings
    ((GBK, 0x4D, None), LONG, set()),
    ((GBK, 0x00, "GBK"), LONG, set()),
    ((GBK, 0x00, "936"), LONG, set()),
    ((GBK, 0x00, "GB2312"), LONG, set()),
    ((GBK, 0x00, "GB18030"), LONG, set()),
    ((GBK, 0x57, None), LONG, {"ENC_GUESSED"}),
    ((GBK, 0x00, None), LONG, {"ENC_GUESSED"}),
    ((GBK, 0x00, "system"), LONG, {"ENC_GUESSED"}),
    ((GBK, 0x00, "OEM"), LONG, {"ENC_GUESSED"}),
    ((GBK, 0x00, "UTF-8"), LONG, {"ENC_CONFLICT"}),
    ((GBK, 0x57, "ISO-8859-1"), LONG, {"ENC_CONFLICT"}),
    ((UTF8, 0x00, "UTF-8"), SHORT, set()),
    ((UTF8, 0x00, "UTF-8"), LONG, {"NAME_CUT"}),
    ((UTF8, 0x00, None), LONG, {"ENC_GUESSED", "NAME_CUT"}),
    ((UTF8, 0x57, None), SHORT, {"ENC_GUESSED"}),
    ((UTF8, 0x4D, None), SHORT, {"ENC_CONFLICT"}),
    ((UTF8, 0x00, "GBK"), SHORT, {"ENC_CONFLICT"}),
]


@pytest.mark.parametrize(("written", "names", "found"), MATRIX)
def test_every_row_of_the_table_reads_right(tmp_path, written, names, found):
    encoding, language, cpg = written
    path = sent.shapefile(
        tmp_path / "grid.shp",
        sent.squares(2),
        [Field(n) for n in names],
        ROWS,
        encoding=encoding,
        language=language,
        cpg=cpg,
    )
    frame, report = files.read(path, layer="grid")
    assert list(frame["name"]) == ["幸福里网格", "解放路网格"]
    assert list(frame["households"]) == [320, 410]
    assert set(report.counts()) - {"NUMBER_AS_TEXT"} == found
    assert report.facts["encoding"] == ("UTF-8" if encoding == UTF8 else "GBK")
    assert not report.blocking()


def test_the_operator_s_word_is_taken(tmp_path):
    path = sent.shapefile(
        tmp_path / "a.shp", sent.squares(2), [Field(n) for n in SHORT], ROWS, encoding=GBK
    )
    frame, report = files.read(path, layer="grid", encoding="GBK")
    assert "ENC_GUESSED" not in report.counts()
    assert frame["name"][0] == "幸福里网格"
    _, report = files.read(path, layer="grid", encoding="UTF-8")
    assert report.counts()["ENC_CONFLICT"] == 1
    with pytest.raises(BadInput, match="no encoding"):
        files.read(path, layer="grid", encoding="KLINGON")


def test_neither_utf8_nor_gbk_is_an_error():
    decision = letters.decide([b"\xff\xff\xff", b"\x80"], layer="grid")
    assert [f.code for f in decision.findings] == ["ENC_UNKNOWN"]


def test_cut_values_are_found(tmp_path):
    fields = [Field("编码"), Field("名称", width=8)]
    path = sent.shapefile(
        tmp_path / "a.shp", sent.squares(1), fields, [("321198001001001", "幸福里网格")]
    )
    frame, report = files.read(path, layer="grid")
    assert frame["name"][0] == "幸福"
    cut = next(f for f in report.findings if f.code == "VALUE_CUT")
    assert cut.features == ("321198001001001",)
    assert cut.field == "名称"


def test_names_that_cutting_made_namesakes(tmp_path):
    fields = [Field("编码"), Field("网格负责人姓名"), Field("网格负责人电话")]
    path = sent.shapefile(
        tmp_path / "a.shp", sent.squares(1), fields, [("321198001001001", "张三", "5551234")]
    )
    frame, report = files.read(path, layer="grid")
    clash = next(f for f in report.findings if f.code == "NAME_COLLISION")
    assert "--map 3=" in clash.hint_zh
    assert {"张三", "5551234"} <= set(frame.iloc[0].astype(str))
    mended = {"2": "leader", "3": "leader_phone"}
    frame, report = files.read(path, layer="grid", columns=mended)
    assert (frame["leader"][0], frame["leader_phone"][0]) == ("张三", "5551234")
    assert not report.blocking()
