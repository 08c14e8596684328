"""Nothing about coordinates is guessed: each doubt is said, with what could be meant."""

import sqlite3

import geopandas as gpd
import numpy as np
import pytest
import sent
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from sent import Field

from geo import coords, files
from geo.coords import epsg
from geo.errors import BadInput
from geo.files.proposals import proposals

DISTRICT = (119.40, 32.15, 119.52, 32.26)
FIELDS = [Field("编码"), Field("名称")]


def grid_file(folder, *, said: object, shapes=None, written: object = "EPSG:4490", count: int = 2):
    """Write squares whose numbers are in system `written` and whose .prj says `said`."""
    shapes = sent.squares(count) if shapes is None else shapes
    moved = gpd.GeoSeries(shapes, crs=4490)
    moved = coords.to_metres(
        gpd.GeoDataFrame(geometry=moved), CRS.from_user_input(written)
    ).geometry
    rows = [(f"321198001001{i:03d}", "网格") for i in range(1, len(shapes) + 1)]
    path = sent.shapefile(
        folder / "grid.shp", moved.to_numpy(), FIELDS, rows, crs=said, cpg="UTF-8"
    )
    if said is None:
        path.with_suffix(".prj").unlink(missing_ok=True)
    return path


def codes(report) -> set[str]:
    return set(report.counts())


def lands(frame) -> None:
    np.testing.assert_allclose(frame.total_bounds, (119.45, 32.2, 119.47, 32.21), atol=1e-8, rtol=0)
    assert frame.crs == coords.STORED


@pytest.mark.parametrize("code", [4490, 4326, 4549, 4528, 4509, 3857, 32650])
def test_a_system_that_is_said_is_taken(tmp_path, code):
    frame, report = files.read(
        grid_file(tmp_path, said=code, written=code), layer="grid", district=DISTRICT
    )
    lands(frame)
    assert codes(report) == ({"ZONE_PREFIX"} if code == 4528 else set())
    assert report.facts["crs_used"] == f"EPSG:{code}"


def test_esri_words(tmp_path):
    path = grid_file(tmp_path, said=4528, written=4528)
    path.with_suffix(".prj").write_text(CRS.from_epsg(4528).to_wkt("WKT1_ESRI"))
    frame, report = files.read(path, layer="grid")
    lands(frame)
    assert codes(report) == {"ZONE_PREFIX"}


def test_a_city_s_own_system(tmp_path):
    words = CRS.from_epsg(4549).to_wkt("WKT1_ESRI").replace("120.0", "119.433333")
    frame, report = files.read(grid_file(tmp_path, said=words, written=words), layer="grid")
    lands(frame)
    assert not report.findings


@pytest.mark.parametrize("code", [4490, 4549, 4528, 4509, 3857])
def test_without_prj_it_is_proposed_and_never_applied(tmp_path, code):
    path = grid_file(tmp_path, said=None, written=code)
    frame, report = files.read(path, layer="grid", district=DISTRICT)
    assert frame.crs is None
    assert report.facts["crs_used"] is None
    assert [f.code for f in report.blocking()] == ["PRJ_MISSING"]
    first = report.facts["proposals"][0]
    assert first["fits"] is True
    if code != 4509:
        assert first["crs"] == f"EPSG:{code}"
    frame, report = files.read(path, layer="grid", district=DISTRICT, crs=first["crs"])
    if code != 4509:
        lands(frame)
    assert not report.blocking()


def test_without_prj_and_district_the_meridian_is_open(tmp_path):
    _, report = files.read(grid_file(tmp_path, said=None, written=4549), layer="grid")
    assert codes(report) == {"PRJ_MISSING", "CM_AMBIGUOUS"}
    assert len(report.facts["proposals"]) == 21


def test_a_prj_that_lies(tmp_path):
    for said, written in ((4490, 4549), (4549, 4490), (4549, 4528), (4528, 4549)):
        frame, report = files.read(grid_file(tmp_path, said=said, written=written), layer="grid")
        assert "PRJ_CONTRADICTED" in codes(report), (said, written)
        assert frame.crs is None
        frame, report = files.read(
            grid_file(tmp_path, said=said, written=written), layer="grid", crs=f"EPSG:{written}"
        )
        lands(frame)


def test_a_meridian_that_misses_the_district(tmp_path):
    path = grid_file(tmp_path, said=4548, written=4549)
    frame, report = files.read(path, layer="grid", district=DISTRICT)
    assert "PRJ_CONTRADICTED" in codes(report)
    assert "EPSG:4549" in report.findings[0].hint_en
    assert frame.crs is None


def test_a_wrong_word_of_the_operator_is_contradicted(tmp_path):
    path = grid_file(tmp_path, said=None, written=4549)
    for crs in ("EPSG:4490", "EPSG:4528"):
        frame, report = files.read(path, layer="grid", crs=crs)
        assert "PRJ_CONTRADICTED" in codes(report)
        assert frame.crs is None
    with pytest.raises(BadInput, match="no coordinate system"):
        files.read(path, layer="grid", crs="beijing")


@pytest.mark.parametrize("code", [4490, 4549])
def test_exchanged_axes(tmp_path, code):
    metres = coords.to_metres(
        gpd.GeoDataFrame(geometry=gpd.GeoSeries(sent.squares(2), crs=4490)), CRS.from_epsg(4549)
    )
    straight = sent.squares(2) if code == 4490 else list(metres.geometry)
    crossed = [shapely.transform(s, lambda xy: xy[:, ::-1]) for s in straight]
    rows = [("321198001001001", "甲"), ("321198001001002", "乙")]
    path = sent.shapefile(tmp_path / "a.shp", crossed, FIELDS, rows, crs=code, cpg="UTF-8")
    frame, report = files.read(path, layer="grid", district=DISTRICT)
    assert codes(report) == {"AXES_SWAPPED"}
    assert frame.crs is None
    assert report.facts["proposals"][0]["crs"] == f"EPSG:{code} swapped"
    frame, report = files.read(path, layer="grid", crs=f"EPSG:{code} swapped", district=DISTRICT)
    lands(frame)
    assert not report.findings


@pytest.mark.parametrize("code", [4610, 2364, 2385, 4214, 2437])
def test_datums_without_parameters(tmp_path, code):
    known = epsg.SYSTEMS.get(code)
    written = epsg.by_meridian(120, zone_in_easting=known.zone_in_easting).epsg if known else 4490
    frame, report = files.read(grid_file(tmp_path, said=code, written=written), layer="grid")
    assert codes(report) == {"DATUM_UNSUPPORTED"}
    assert frame.crs is None
    assert report.blocking()


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_layer_drawn_on_a_map_app(tmp_path, datum):
    there = {"gcj02": coords.wgs_to_gcj, "bd09": coords.wgs_to_bd}[datum]
    whole = shapely.box(*DISTRICT)
    step = (DISTRICT[2] - DISTRICT[0]) / 4
    cells = [
        shapely.box(DISTRICT[0] + i * step, DISTRICT[1], DISTRICT[0] + (i + 1) * step, DISTRICT[3])
        for i in range(4)
    ]
    shifted = [shapely.transform(c, lambda p: np.column_stack(there(*p.T))) for c in cells]
    rows = [(f"32119800100100{i}", "网格") for i in range(4)]
    path = sent.shapefile(tmp_path / "a.shp", shifted, FIELDS, rows, cpg="UTF-8")
    _, report = files.read(path, layer="grid", district=whole)
    assert codes(report) == {f"DATUM_SUSPECT_{datum.upper()}"}
    assert "+" in report.findings[0].en
    frame, report = files.read(path, layer="grid", district=whole, crs=datum)
    assert not report.findings
    np.testing.assert_allclose(frame.total_bounds, DISTRICT, atol=1e-7, rtol=0)
    assert report.facts["crs_used"] == datum


def test_points_drawn_on_a_map_app_leave_the_district(tmp_path):
    inside = shapely.points([(119.518, 32.16), (119.519, 32.20), (119.41, 32.151), (119.45, 32.2)])
    drawn = shapely.transform(inside, lambda p: np.column_stack(coords.wgs_to_gcj(*p.T)))
    rows = [(str(i), "站") for i in range(4)]
    fields = [Field("编号"), Field("名称")]
    path = sent.shapefile(tmp_path / "station.shp", list(drawn), fields, rows, cpg="UTF-8")
    _, report = files.read(path, district=DISTRICT)
    assert {"DATUM_SUSPECT_GCJ02", "OUTSIDE_DISTRICT"} <= codes(report)


def test_a_true_layer_is_not_suspected(tmp_path):
    frame, report = files.read(grid_file(tmp_path, said=4490), layer="grid", district=DISTRICT)
    lands(frame)
    assert not report.findings


def test_what_lies_outside_is_named(tmp_path):
    shapes = [*sent.squares(2), *sent.squares(1, lon=121.0)]
    path = grid_file(tmp_path, said=4490, shapes=shapes)
    _, report = files.read(path, layer="grid", district=DISTRICT)
    outside = next(f for f in report.findings if f.code == "OUTSIDE_DISTRICT")
    assert outside.features == ("321198001001003",)


@given(st.floats(75, 134), st.floats(19, 53))
def test_the_true_system_is_always_proposed(lon, lat):
    district = shapely.box(lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05)
    meridian = coords.working_crs(lon).to_epsg()
    for code in (
        4490,
        meridian,
        epsg.by_meridian(75 + 3 * (meridian - 4534), zone_in_easting=True).epsg,
        3857,
    ):
        way = coords.transformer(coords.STORED, CRS.from_epsg(code))
        (x0, x1), (y0, y1) = way.transform([lon - 0.02, lon + 0.02], [lat - 0.02, lat + 0.02])
        fitting = [p.crs for p in proposals((x0, y0, x1, y1), district) if p.fits]
        assert f"EPSG:{code}" in fitting
        assert len(fitting) <= 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("garbage", "PRJ_MISSING"),
        ('LOCAL_CS["x",UNIT["m",1]]', "PRJ_MISSING"),
        (CRS.from_epsg(4267).to_wkt("WKT1_ESRI"), "PRJ_CONTRADICTED"),
        (CRS.from_epsg(4555).to_wkt("WKT1_ESRI"), "DATUM_UNSUPPORTED"),
        (CRS.from_epsg(4490).to_wkt("WKT1_ESRI").replace("D_China_2000", "D_X").replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_X"), "DATUM_UNSUPPORTED"),
    ],
)  # fmt: skip
def test_words_of_no_use(tmp_path, words, code):
    path = grid_file(tmp_path, said=4490)
    path.with_suffix(".prj").write_text(words)
    frame, report = files.read(path, layer="grid")
    assert codes(report) == {code}
    assert frame.crs is None


def test_a_geopackage_without_a_system(tmp_path):
    path = tmp_path / "grid.gpkg"
    frame = gpd.GeoDataFrame({"code": ["321198001001001"]}, geometry=sent.squares(1), crs=4490)
    frame.to_file(path)
    with sqlite3.connect(path) as base:
        base.execute("UPDATE gpkg_geometry_columns SET srs_id = 0")
    frame, report = files.read(path, layer="grid")
    assert codes(report) == {"PRJ_MISSING"}
    assert frame.crs is None


def test_a_map_app_s_datum_under_metres(tmp_path):
    drawn = [
        shapely.transform(s, lambda p: np.column_stack(coords.wgs_to_gcj(*p.T)))
        for s in sent.squares(2)
    ]
    frame, _ = files.read(
        grid_file(tmp_path, said=3857, written=3857, shapes=drawn), layer="grid", crs="GCJ-02"
    )
    lands(frame)
