"""What cannot be read is refused in plain words, in both languages."""

import contextlib
import zipfile
from pathlib import Path

import pytest
import sent
from hypothesis import given, settings
from hypothesis import strategies as st
from sent import Field

from geo import files
from geo.errors import FileRefused, GeoError

CODE = "321198001001001"


def good(folder: Path) -> Path:
    fields = [Field("编码"), Field("名称")]
    rows = [(CODE[:-1] + str(i), "网格") for i in range(1, 6)]
    return sent.shapefile(folder / "grid.shp", sent.squares(5), fields, rows, cpg="UTF-8")


def half(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def text(path: Path, words: str = "this is no map") -> Path:
    path.write_text(words)
    return path


def cut_table(folder: Path) -> Path:
    path = good(folder)
    half(path.with_suffix(".dbf"))
    return path


def broken_table(folder: Path) -> Path:
    path = good(folder)
    text(path.with_suffix(".dbf"), "x" * 400)
    return path


def two_in_a_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        for name in ("a.shp", "b.shp", "readme.txt"):
            archive.writestr(name, b"x")
    return folder / "two.zip"


def nothing_in_a_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "none.zip", "w") as archive:
        archive.writestr("readme.txt", b"x")
    return folder / "none.zip"


def no_features(folder: Path) -> Path:
    return sent.table(folder / "staff.dbf", [Field("编号")], [])


WRONG = {
    "missing": (lambda d: d / "nope.shp", "no file"),
    "folder": (lambda d: text(good(d).with_name("other.gpkg")).parent, "is a folder"),
    "empty": (lambda d: text(d / "grid.shp", ""), "0 bytes"),
    "unknown kind": (lambda d: text(d / "grid.docx"), "not read"),
    "no ending": (lambda d: text(d / "grid"), "not read"),
    "text as shapefile": (lambda d: text(d / "grid.shp", "words " * 50), "first bytes"),
    "short text as shapefile": (lambda d: text(d / "grid.shp"), "first bytes"),
    "half a shapefile": (lambda d: half(good(d)), "cut short"),
    "half a table": (cut_table, "cut short"),
    "text as table": (broken_table, "no DBF"),
    "text as GeoPackage": (lambda d: text(d / "grid.gpkg"), "no GeoPackage"),
    "text as GeoJSON": (lambda d: text(d / "grid.geojson"), "no valid JSON"),
    "half a GeoJSON": (lambda d: text(d / "a.geojson", '{"type": "FeatureCo'), "no valid JSON"),
    "other JSON": (lambda d: text(d / "grid.json", '{"a": 1}'), "cannot be read"),
    "no features": (no_features, "no features"),
    "no features in GeoJSON": (
        lambda d: text(d / "grid.geojson", '{"type": "FeatureCollection", "features": []}'),
        "no features",
    ),
    "text as zip": (lambda d: text(d / "grid.zip"), "unpacked"),
    "two in a zip": (two_in_a_zip, "holds 2 layers"),
    "nothing in a zip": (nothing_in_a_zip, "no layer"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_files_are_refused_in_plain_words(tmp_path, case):
    make, words = WRONG[case]
    with pytest.raises(FileRefused, match=words) as fault:
        files.read(make(tmp_path))
    assert any("\u4e00" <= c <= "\u9fff" for c in fault.value.zh)
    assert fault.value.hint
    assert fault.value.hint_zh
    assert "/tmp" not in fault.value.zh or case in ("missing", "folder")


def test_a_table_is_no_layer_of_shapes(tmp_path):
    path = good(tmp_path)
    with pytest.raises(FileRefused, match="without shapes"):
        files.read(path.with_suffix(".dbf"), layer="grid")


def test_a_shapefile_without_its_table_has_shapes_only(tmp_path):
    path = good(tmp_path)
    path.with_suffix(".dbf").unlink()
    frame, report = files.read(path)
    assert len(frame) == 5
    assert [f.code for f in report.blocking()] == ["FIELD_MISSING"]


PARTS = (".shp", ".shx", ".dbf", ".prj")
DAMAGE = st.lists(
    st.tuples(st.sampled_from(PARTS), st.integers(0, 700), st.integers(0, 255)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40)
@given(DAMAGE, st.booleans())
def test_damage_is_refused_or_read_but_never_a_crash(tmp_path_factory, damage, cut):
    path = good(tmp_path_factory.mktemp("d"))
    for suffix, at, value in damage:
        part = path.with_suffix(suffix)
        content = bytearray(part.read_bytes() or b"\0")
        content[at % len(content)] = value
        part.write_bytes(content[: at % len(content)] if cut else content)
    with contextlib.suppress(GeoError):
        frame, report = files.read(path, layer="grid")
        assert report.facts["rows"] == len(frame) <= report.facts["features"]


def test_a_broken_prj_does_not_bar_the_reading(tmp_path):
    path = good(tmp_path)
    path.with_suffix(".prj").write_text('GEOGCS["GCS_Chi')
    frame, report = files.read(path)
    assert len(frame) == 5
    assert [f.code for f in report.blocking()] == ["PRJ_MISSING"]
