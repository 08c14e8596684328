"""Every format in and out: what is written reads back, and what is lost is said."""

import json
import shutil
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import sent
import shapely
import xlsxwriter
from sent import Field

from geo import coords, files
from geo.errors import BadInput, FileRefused

ENDINGS = ("gpkg", "geojson", "fgb", "parquet", "shp", "csv", "xlsx")
CODES = [f"32119800100100{i}" for i in range(1, 6)]
WORDS = (
    "幸福里", "镕堃䶮𠮷", "", "=1+1", "+86 511", "-负数", "@sum", "'=x", "it's", 'a "b", c', "null", "0012",
)  # fmt: skip


def stations(rows) -> gpd.GeoDataFrame:
    """Give a layer of points."""
    return gpd.GeoDataFrame(
        {
            "id": [str(i) for i in range(1, len(rows) + 1)],
            "name": pd.Series([r[0] for r in rows], dtype="str"),
            "capacity": [r[1] for r in rows],
            "area_m2": [r[1] / 8 for r in rows],
        },
        geometry=shapely.points([(119.4 + r[1] / 3e6, 32.2 + r[1] / 7e6) for r in rows]),
        crs=4490,
    )


def areas(rows) -> gpd.GeoDataFrame:
    """Give a layer of grids whose corners need every digit."""
    shapes = [shapely.MultiPolygon([s]) for s in sent.squares(len(rows), side=0.0123456789012345)]
    return gpd.GeoDataFrame(
        {
            "code": [f"321198001001{i:03d}" for i in range(1, len(rows) + 1)],
            "name": pd.Series([r[0] for r in rows], dtype="str"),
            "parent": "321198001001",
            "households": [r[1] for r in rows],
        },
        geometry=shapes,
        crs=4490,
    )


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("make", "layer", "key"), [(areas, "grid", "code"), (stations, "station", "id")]
)
def test_what_is_written_reads_back(tmp_path, ending, make, layer, key):
    frame = make([(word, 7919 * i) for i, word in enumerate(WORDS)])
    path = tmp_path / f"{layer}.{ending}"
    about = {"revision": "7", "effective": "2026-11-22"}
    short = files.write(frame, path, layer=layer, about=about).renamed
    back, report = files.read(path, layer=layer, columns={v: k for k, v in short.items()})
    assert not report.blocking()
    back = back.sort_values(key, key=lambda s: s.str.zfill(20)).reset_index(drop=True)
    one, other = (coords.to_metres(f, coords.working_crs(119.4)).geometry for f in (back, frame))
    assert shapely.equals_exact(
        shapely.normalize(one.to_numpy()), shapely.normalize(other.to_numpy()), 0.001
    ).all()
    for column in frame.columns.drop("geometry"):
        assert back[column].tolist() == frame[column].tolist(), column


@pytest.mark.parametrize("ending", ENDINGS)
def test_revision_and_date_stand_in_the_file(tmp_path, ending):
    about = {"revision": "7", "effective": "2026-11-22"}
    path = tmp_path / f"grid.{ending}"
    files.write(areas([("甲", 1)]), path, layer="grid", about=about)
    assert "2026-11-22" in _told(path)


def _told(path) -> str:
    """Read the metadata of a file as its own programs do."""
    beside = path.with_suffix(".about.json")
    if beside.exists():
        return beside.read_text("utf-8")
    if path.suffix == ".geojson":
        return str(json.loads(path.read_text("utf-8"))["about"])
    if path.suffix == ".parquet":
        from pyarrow import parquet

        return str(parquet.read_schema(path).metadata)
    if path.suffix == ".xlsx":
        return pyogrio.read_dataframe(path, layer="说明 about", HEADERS="DISABLE").to_string()
    info = pyogrio.read_info(path)
    return f"{info['layer_metadata']} {path.read_bytes()[:2000]!r}"


def test_what_a_format_cannot_hold_is_said(tmp_path):
    frame = areas([("甲", 1)]).assign(note_of_the_office="x")
    for ending in ENDINGS:
        written = files.write(frame, tmp_path / f"grid.{ending}", layer="grid")
        assert bool(written.losses) == (ending not in ("gpkg", "parquet"))
        assert all(f.zh and f.en and f.hint_zh for f in written.losses)
    assert dict(files.write(frame, tmp_path / "grid.shp").renamed) == {
        "note_of_the_office": "note_of_th"
    }
    mixed = gpd.GeoDataFrame(
        {"id": ["1", "2"]}, geometry=[sent.squares(1)[0], shapely.Point(119, 32)], crs=4490
    )
    with pytest.raises(BadInput, match="one kind"):
        files.write(mixed, tmp_path / "building.shp")
    files.write(mixed, tmp_path / "building.gpkg", layer="building")
    assert len(files.read(tmp_path / "building.gpkg")[0]) == 2


def test_a_csv_without_a_system_is_not_guessed(tmp_path):
    path = tmp_path / "station.csv"
    path.write_text("编号,名称,经度,纬度\n1,甲,119.45,32.2\n2,乙,,\n", "gbk")
    frame, report = files.read(path)
    assert frame.crs is None
    assert {"PRJ_MISSING", "ENC_GUESSED", "GEOM_EMPTY"} <= set(report.counts())
    frame, report = files.read(path, crs="EPSG:4490")
    assert (frame.geometry.x[0], frame["name"][0]) == (119.45, "甲")
    assert [f.code for f in report.blocking()] == ["GEOM_EMPTY"]


def test_a_sheet_with_formulas_runs_none(tmp_path):
    path = tmp_path / "station.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("站点")
        sheet.write_row(0, 0, ["编号", "名称", "经度", "纬度"])
        sheet.write_row(1, 0, ["1", "甲", 119.45, 32.2])
        sheet.write_formula(1, 1, '=HYPERLINK("http://x","y")', None, "甲")
        sheet.write_string(2, 0, "2")
        sheet.write_string(2, 1, "=cmd|' /C calc'!A0")
        sheet.write_row(2, 2, [119.46, 32.21])
    frame, report = files.read(path, crs="EPSG:4490")
    assert "FORMULA" in report.counts()
    assert list(frame["name"]) == ["甲", "=cmd|' /C calc'!A0"]
    files.write(frame, tmp_path / "out.csv", layer="station")
    assert "'=cmd" in (tmp_path / "out.csv").read_text("utf-8-sig")


def kml(folders: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>'


def mark(name: str, lon: float) -> str:
    return f"<Placemark><name>{name}</name><Point><coordinates>{lon},32.2,5</coordinates></Point></Placemark>"


def test_kml_and_kmz_of_a_map_app(tmp_path):
    text = kml(
        f"<Folder><name>东</name>{mark('甲', 119.45)}</Folder><Folder><name>西</name>{mark('乙', 119.40)}</Folder>"
    )
    (tmp_path / "station.kml").write_text(text, "utf-8")
    with zipfile.ZipFile(tmp_path / "station.kmz", "w") as archive:
        archive.writestr("doc.kml", text)
    for name in ("station.kml", "station.kmz"):
        frame, report = files.read(tmp_path / name, columns={"@row": "id"})
        assert list(frame["name"]) == ["甲", "乙"]
        assert not report.blocking()
        assert {"LAYERS_JOINED", "GEOM_Z"} <= set(report.counts())
        assert report.facts["crs_used"] == "EPSG:4326"


def dxf(path, entities) -> None:
    """Write a drawing as old CAD desks do: lines and words, no system."""
    lines = ["0", "SECTION", "2", "ENTITIES"]
    for kind, points, words in entities:
        if kind == "TEXT":
            ((x, y),) = points
            lines += ["0", "TEXT", "8", "注记", "10", f"{x}", "20", f"{y}", "40", "5", "1", words]
        else:
            lines += [
                "0",
                "LWPOLYLINE",
                "100",
                "AcDbPolyline",
                "8",
                "界线",
                "90",
                str(len(points)),
                "70",
                words,
            ]
            for x, y in points:
                lines += ["10", f"{x:.4f}", "20", f"{y:.4f}"]
    path.write_text("\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""]), "utf-8")


def test_areas_drawn_in_cad(tmp_path):
    metres = coords.to_metres(gpd.GeoDataFrame(geometry=gpd.GeoSeries(sent.squares(2), crs=4490)))
    rings = [list(s.exterior.coords) for s in metres.geometry]
    middles = [s.centroid.coords[0] for s in metres.geometry]
    closed = [("LINE", r[:-1], "1") for r in rings]
    words = [("TEXT", [m], c) for m, c in zip(middles, CODES, strict=False)]
    words += [
        ("TEXT", [(x, y - 90)], n) for (x, y), n in zip(middles, ("甲网格", "乙网格"), strict=True)
    ]
    loose = [
        (
            "LINE",
            [(0.0 + rings[0][0][0], rings[0][0][1]), (rings[0][0][0] + 5, rings[0][0][1])],
            "0",
        )
    ]
    dxf(tmp_path / "grid.dxf", [*closed, *words, *loose])
    frame, report = files.read(
        tmp_path / "grid.dxf", layer="grid", district=(119.4, 32.1, 119.5, 32.3)
    )
    assert [f.code for f in report.blocking()] == ["PRJ_MISSING"]
    assert report.facts["proposals"][0]["crs"] == "EPSG:4549"
    frame, report = files.read(tmp_path / "grid.dxf", layer="grid", crs="EPSG:4549")
    assert (list(frame["code"]), list(frame["name"])) == (CODES[:2], ["甲网格", "乙网格"])
    assert {"LINES_CLOSED", "LINES_OPEN"} <= set(report.counts())
    np.testing.assert_allclose(frame.total_bounds, (119.45, 32.2, 119.47, 32.21), atol=1e-8)
    x0, y0, x1, y1 = metres.total_bounds
    mid = metres.geometry[0].bounds[2]
    shared = [
        ("LINE", [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], "0"),
        ("LINE", [(x0, y1), (x0, y0)], "0"),
        ("LINE", [(mid, y0 - 1), (mid, y1 + 1)], "0"),
    ]
    dxf(tmp_path / "lines.dxf", [*shared, *words])
    frame, report = files.read(tmp_path / "lines.dxf", layer="grid", crs="EPSG:4549")
    assert sorted(frame["code"]) == CODES[:2]


def test_a_folder_with_one_layer_and_members_in_gbk(tmp_path):
    inner = tmp_path / "data"
    inner.mkdir()
    path = sent.shapefile(
        inner / "grid.shp", sent.squares(1), [Field("编码")], [(CODES[0],)], cpg="UTF-8"
    )
    assert len(files.read(inner)[0]) == 1
    shutil.copyfile(path.with_suffix(".dbf"), inner / "other.dbf")
    assert len(files.read(inner)[0]) == 1
    shutil.copyfile(path, inner / "other.shp")
    with pytest.raises(FileRefused, match="is a folder"):
        files.read(inner)


def test_openstreetmap_is_one_more_kind_of_file(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text(
        '<osm version="0.6"><node id="1" lat="32.2" lon="119.4" version="1"/><node id="2" lat="32.3" lon="119.4" version="1"/>'
        '<way id="3" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>'
    )
    frame, report = files.read(path)
    assert (len(frame), report.facts["layer"]) == (1, "street")
    with pytest.raises(BadInput, match="no layer"):
        files.read(path, layer="grid")
