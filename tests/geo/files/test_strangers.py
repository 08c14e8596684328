"""Files of other kinds, other parts, other desks: taken right, or refused with a way out."""

import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import sent
import shapely
from sent import Field

from geo import files
from geo.errors import FileRefused

CODES = [f"32119800100100{i}" for i in range(1, 6)]
KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    '<Placemark><name>甲</name><ExtendedData><Data name="编码"><value>321198001001001</value></Data>'
    '<Data name="户数"><value>12</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing>'
    "<coordinates>119.4,32.2 119.5,32.2 119.5,32.3 119.4,32.2</coordinates></LinearRing>"
    "</outerBoundaryIs></Polygon></Placemark></Document></kml>"
)


def shapefile(folder, name="网格.shp"):
    folder.mkdir(exist_ok=True)
    return sent.shapefile(
        folder / name, sent.squares(2), [Field("编码")], [(c,) for c in CODES[:2]], cpg="UTF-8"
    )


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "way"),
    [
        ("a.dwg", b"AC1027", "DXF"), ("a.xls", b"x", ".xlsx"), ("a.rar", b"x", ".zip"), ("a.mdb", b"x", "GeoPackage"),
        ("a.shx", b"x", ".shp"), ("a.ovkml", b"x", "KML"), ("a.pdf", b"x", "数据文件"), ("a.bak", b"x", ".gpkg"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "不加密码"), ("a.dxf", b"AC1027", "另存为 DXF"),
        ("a.csv", b"PK\x03\x04", ".xlsx"), ("a.kml", b"%PDF-1.4", "数据文件"),
    ],
)  # fmt: skip
def test_what_is_not_read_has_a_way_out(tmp_path, name, content, way):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileRefused) as fault:
        files.read(tmp_path / name, layer="grid")
    assert way in fault.value.hint_zh
    assert fault.value.hint


@pytest.mark.parametrize("inner", ["网格.gdb/a1.gdbtable", "图.dwg", "里面.zip"])
def test_so_it_is_in_a_zip(tmp_path, inner):
    path = zipped(tmp_path / "a.zip", {inner: b"x", "说明.txt": b"x"})
    with pytest.raises(FileRefused, match="not read"):
        files.read(path, layer="grid")


def test_of_several_in_a_zip_the_one_named_for_the_layer_is_taken(tmp_path):
    parts = [shapefile(tmp_path / "in").parent, shapefile(tmp_path / "in", "社区.shp").parent]
    members = {f"数据\\{p.name}": p.read_bytes() for p in parts[0].iterdir()}
    path = zipped(tmp_path / "all.zip", members)
    frame, report = files.read(path, layer="grid")
    assert [len(frame), set(report.counts())] == [2, {"FILES_BESIDE"}]
    with pytest.raises(FileRefused, match="2 layers"):
        files.read(path)


def test_a_table_beside_a_layer_is_left_and_said(tmp_path):
    members = {p.name: p.read_bytes() for p in shapefile(tmp_path / "in").parent.iterdir()}
    path = zipped(tmp_path / "网格.zip", members | {"说明.xlsx": b"x", "__MACOSX/._网格.shp": b"x"})
    frame, report = files.read(path)
    assert [len(frame), set(report.counts())] == [2, {"FILES_BESIDE", "LAYER_GUESSED"}]


def test_parts_are_found_in_whatever_case_they_are_written(tmp_path):
    made = shapefile(tmp_path / "in", "grid.shp")
    for part in list(made.parent.iterdir()):
        if part.suffix != ".shp":
            part.rename(part.with_name(part.stem.upper() + part.suffix.title()))
    frame, report = files.read(made)
    assert [frame["code"].tolist(), set(report.counts())] == [CODES[:2], {"LAYER_GUESSED"}]


def test_a_lost_table_is_said(tmp_path):
    made = shapefile(tmp_path / "in")
    made.with_suffix(".dbf").unlink()
    report = files.read(made)[1]
    assert {"DBF_MISSING", "FIELD_MISSING"} <= set(report.counts())


def test_styles_of_a_desktop_are_no_layer(tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"code": CODES[:2]}, geometry=sent.squares(2), crs=4490).to_file(
        path, layer="wg"
    )
    pyogrio.write_dataframe(pd.DataFrame({"styleQML": ["<qgis/>"]}), path, layer="layer_styles")
    assert len(files.read(path, layer="grid")[0]) == 2


@pytest.mark.parametrize(
    ("head", "encoding"), [("UTF-8", "utf-8"), ("UTF-8", "gbk"), ("GBK", "gbk")]
)
def test_the_own_fields_of_a_kml_keep_their_names(tmp_path, head, encoding):
    path = tmp_path / "grid.kml"
    path.write_bytes(KML.replace("UTF-8", head).encode(encoding))
    frame, report = files.read(path)
    assert [frame["code"][0], frame["name"][0], frame["households"][0]] == [CODES[0], "甲", 12]
    assert ("ENC_CONFLICT" in report.counts()) == (head == "UTF-8" and encoding == "gbk")


def test_a_kmz_is_its_main_document(tmp_path):
    path = zipped(
        tmp_path / "grid.kmz", {"doc.kml": KML, "files/track.kml": KML, "files/1.jpg": b""}
    )
    assert files.read(path)[0]["code"].tolist() == CODES[:1]


def test_an_area_packed_with_its_label_is_the_area(tmp_path):
    area = sent.squares(1)[0]
    packed = shapely.GeometryCollection([area, area.centroid])
    frame = gpd.GeoDataFrame({"code": CODES[:1]}, geometry=[packed], crs=4326)
    frame.to_file(tmp_path / "grid.geojson")
    frame, report = files.read(tmp_path / "grid.geojson")
    assert set(report.counts()) == {"LAYER_GUESSED", "GEOM_COLLECTION"}
    assert frame.geometry[0].area == pytest.approx(area.area)


def test_spelled_characters_of_a_drawing_are_read(tmp_path):
    line = "0\nLWPOLYLINE\n8\nA\n90\n4\n70\n1\n10\n119.4\n20\n32.2\n10\n119.5\n20\n32.2\n10\n119.5\n20\n32.3\n10\n119.4\n20\n32.3\n"
    word = "0\nTEXT\n8\nA\n10\n119.45\n20\n32.25\n40\n1\n1\n{}\n"
    body = line + word.format("\\U+5E78\\U+798F") + word.format(CODES[0])
    (tmp_path / "grid.dxf").write_text(f"0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n")
    frame, _ = files.read(tmp_path / "grid.dxf", crs="EPSG:4490")
    assert [frame["code"][0], frame["name"][0]] == [CODES[0], "幸福"]


def test_an_extract_without_the_layer_is_refused_and_a_choice_is_said(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text(
        '<osm version="0.6"><node id="1" lat="32.2" lon="119.4" version="1"/><node id="2" lat="32.3" '
        'lon="119.4" version="1"/><way id="3" version="1"><nd ref="1"/><nd ref="2"/>'
        '<tag k="highway" v="residential"/></way></osm>'
    )
    assert set(files.read(path)[1].counts()) == {"LAYER_GUESSED"}
    with pytest.raises(FileRefused, match="holds no building"):
        files.read(path, layer="building")
