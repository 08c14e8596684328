"""Every combination of bytes, language byte, .cpg, length of names, rare characters and cuts."""

import itertools
import shutil
from pathlib import Path

import pytest
import sent
from sent import GBK, UTF8, Field

from geo import files

LANGUAGES = (0x00, 0x4D, 0x57)
PAGES = (None, "GBK", "936", "UTF-8", "OEM", "ISO-8859-1")
NAMES = {
    "short": ("编码", "名称", "备注", "户数"),
    "long": ("网格编码", "网格名称", "备注说明内容", "户数"),
}
PLAIN, RARE = "幸福里网格", "镕堃䶮𠮷里网格"
NOTES = "这一句话写得很长，字段放不下，所以末尾的字被切成了半个"
CODES = ("321198001001001", "321198001001002")
WIDTH = 41
"""Bytes of the notes: not a whole number of characters in either encoding."""
SAYS_GB, SAYS_UTF8 = {"GBK", "936"}, {"UTF-8"}
MATRIX = list(itertools.product((GBK, UTF8), LANGUAGES, PAGES, NAMES, (False, True), (False, True)))


def expected(encoding: str, language: int, page: str | None) -> set[str]:
    """Say what a reader must say of the file's own word on its bytes."""
    if page in (None, "OEM"):
        says = GBK if language == 0x4D else None
    else:
        says = GBK if page in SAYS_GB else UTF8 if page in SAYS_UTF8 else "another"
    if says is None:
        return {"ENC_GUESSED"}
    return set() if says == encoding else {"ENC_CONFLICT"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the shapes, whose table every case writes anew."""
    folder = tmp_path_factory.mktemp("template")
    sent.shapefile(folder / "grid.shp", sent.squares(2), [Field("a")], [("1",), ("2",)])
    (folder / "grid.dbf").unlink()
    return folder


def test_the_matrix_is_wide_enough() -> None:
    assert len(MATRIX) >= 200


@pytest.mark.parametrize("encoding", [GBK, UTF8])
@pytest.mark.parametrize("length", NAMES)
def test_every_combination_reads_right(template, tmp_path, encoding, length):
    for part in template.iterdir():
        shutil.copyfile(part, tmp_path / part.name)
    wrong = [
        (case, told)
        for case in MATRIX
        if case[0] == encoding and case[3] == length
        for told in [_told(tmp_path, case)]
        if told
    ]
    assert not wrong, f"{len(wrong)} cases, such as {wrong[:3]}"


def _told(folder, case) -> str:
    """Write one case and read it; say what is wrong, or nothing."""
    encoding, language, page, length, rare, cut = case
    name, note = (RARE if rare else PLAIN), (NOTES if cut else "备注")
    if rare:
        note = "龘" + "𠮷" * 12 if cut else "䶮"
    fields = [Field(n, width=WIDTH) for n in NAMES[length]]
    rows = [(code, name, note, "320") for code in CODES]
    sent.table(folder / "grid.dbf", fields, rows, encoding=encoding, language=language)
    (folder / "grid.cpg").unlink(missing_ok=True)
    if page is not None:
        (folder / "grid.cpg").write_text(page)
    frame, report = files.read(folder / "grid.shp", layer="grid")
    words = {column: frame[column].tolist() for column in ("code", "name", "households")}
    if words != {"code": list(CODES), "name": [name] * 2, "households": [320, 320]}:
        return f"values {words}"
    kept = note.encode(encoding)[:WIDTH].decode(encoding, errors="ignore")
    if kept not in frame.astype(str).to_numpy():
        return f"notes {frame.iloc[0].tolist()}"
    found = set(report.counts()) - {"NUMBER_AS_TEXT", "NAME_CUT"}
    wanted = expected(encoding, language, page) | ({"VALUE_CUT"} if cut else set())
    return "" if found == wanted else f"findings {found}, not {wanted}"
