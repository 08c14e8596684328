"""Local systems through control points, and the datum doctor over made-up towns."""

import datum_towns
import geopandas as gpd
import numpy as np
import pytest
import sent
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import coords, files
from geo.coords import fitting
from geo.errors import BadInput
from geo.files import doctor

LONLAT = np.array(
    [(119.40, 32.15), (119.52, 32.15), (119.52, 32.26), (119.40, 32.26), (119.46, 32.2)]
)


@settings(max_examples=40)
@given(
    st.floats(-np.pi, np.pi), st.floats(0.2, 5), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6),
    st.sampled_from(["similarity", "affine"]),
)  # fmt: skip
def test_a_fit_gives_back_what_made_it(turn, scale, east, north, kind):
    points = np.array([(0, 0), (9000, 100), (8000, 7000), (300, 8000.0)])
    a, b = scale * np.cos(turn), scale * np.sin(turn)
    moved = points @ np.array([[a, b], [-b, a]]) + (east, north)
    found = fitting.fit(points, moved, kind=kind)
    assert found.off_m.max() < 1e-5
    assert found.scale == pytest.approx(scale)
    np.testing.assert_allclose(found.inverse().apply(found.apply(points)), points, atol=1e-5)


def local(lonlat, *, mirror: bool = False):
    """Give a city's own plane: another origin, turned by 12°, scaled by ground height."""
    x, y = coords.transformer(coords.STORED, coords.working_crs(119.4)).transform(
        *np.asarray(lonlat).T
    )
    way = np.array([[np.cos(0.2), np.sin(0.2)], [-np.sin(0.2), np.cos(0.2)]]) * 0.99998
    moved = (np.column_stack([x, y]) - (448_000, 3_564_000)) @ way + (50_000, 30_000)
    return moved[:, ::-1] if mirror else moved


def local_file(folder, **options):
    shapes = [shapely.transform(s, lambda p: local(p, **options)) for s in sent.squares(2)]
    rows = [("321198001001001", "甲"), ("321198001001002", "乙")]
    fields = [sent.Field("编码"), sent.Field("名称")]
    return sent.shapefile(folder / "grid.shp", shapes, fields, rows, cpg="UTF-8", crs=None)


@pytest.mark.parametrize("mirror", [False, True])
def test_a_local_system_is_read_through_control_points(tmp_path, mirror):
    path = local_file(tmp_path, mirror=mirror)
    control = [(*xy, *ll) for xy, ll in zip(local(LONLAT, mirror=mirror), LONLAT, strict=True)]
    _, report = files.read(path, layer="grid")
    assert "PRJ_MISSING" in report.counts()
    frame, report = files.read(path, layer="grid", control=control, fit="affine")
    assert not report.blocking()
    np.testing.assert_allclose(frame.total_bounds, (119.45, 32.2, 119.47, 32.21), atol=2e-7)
    told = next(f for f in report.findings if f.code == "CONTROL_FITTED")
    assert "5" in told.zh
    assert told.place is not None
    _, report = files.read(path, layer="grid", control=control, fit="similarity")
    assert ("CONTROL_POOR" in report.counts()) == mirror


def test_a_control_point_that_is_wrong_is_named(tmp_path):
    xy = local(LONLAT)
    xy[2] += 30
    control = [(*a, *b) for a, b in zip(xy, LONLAT, strict=True)]
    _, report = files.read(local_file(tmp_path), layer="grid", control=control)
    poor = next(f for f in report.blocking() if f.code == "CONTROL_POOR")
    assert "3" in poor.hint_zh


def test_control_points_that_hold_no_plane(tmp_path):
    path = local_file(tmp_path)
    for control in (
        [(0, 0, 119, 32), (1, 1, 119.1, 32)],
        [(i, i, 119 + i / 100, 32.0) for i in range(4)],
    ):
        with pytest.raises(BadInput):
            files.read(path, layer="grid", control=control)
    table = tmp_path / "points.csv"
    table.write_text("x,y,lon,lat\n1,2,119,32\n", "utf-8")
    assert files.control_points(table) == [(1, 2, 119, 32)]
    table.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(BadInput):
        files.control_points(table)


def test_proposals_carry_their_evidence(tmp_path):
    metres = coords.to_metres(gpd.GeoDataFrame(geometry=gpd.GeoSeries(sent.squares(2), crs=4490)))
    rows = [("321198001001001", "甲"), ("321198001001002", "乙")]
    path = sent.shapefile(
        tmp_path / "grid.shp", list(metres.geometry), [sent.Field("编码"), sent.Field("名称")], rows, crs=None
    )  # fmt: skip
    _, report = files.read(path, layer="grid", district=(119.4, 32.15, 119.52, 32.26))
    best, *rest = report.facts["proposals"]
    assert (best["crs"], best["inside"]) == ("EPSG:4549", 1.0)
    assert best["away_km"] < 3
    assert "公里" in best["evidence_zh"]
    assert all(p["inside"] < 0.01 for p in rest)


TRUTHS = ("true", "gcj02", "bd09", "zone", "shifted")


CITIES = ("Kashgar", "Sanya", "Beijing", "Zhenjiang", "Harbin")


@pytest.mark.parametrize(("city", "truth"), list(zip(CITIES, TRUTHS, strict=True)))
def test_the_doctor_tells_what_moved_a_layer(city, truth):
    rng = np.random.default_rng(11)
    made = datum_towns.town(*datum_towns.CITIES[city], rng, size_m=2500)
    true = coords.to_degrees(made.building.iloc[::3].reset_index(drop=True))
    ways = {"gcj02": coords.wgs_to_gcj, "bd09": coords.wgs_to_bd, "zone": lambda x, y: (x + 3, y)}
    if truth == "shifted":
        metres = coords.to_metres(true, made.crs)
        sick = coords.to_degrees(metres.set_geometry(metres.translate(90, -70)))
    else:
        way = ways.get(truth, lambda x, y: (x, y))
        shapes = shapely.transform(true.geometry.to_numpy(), lambda p: np.column_stack(way(*p.T)))
        sick = true.set_geometry(gpd.GeoSeries(shapes, crs=4490))
    found = doctor.diagnose(sick, made.building)
    assert found.verdict == truth
    assert found.sick == (truth != "true")
    if truth == "shifted":
        assert np.hypot(found.east_m - 90, found.north_m + 70) < 15
    home = doctor.mended(sick, found)
    off = coords.to_metres(home, made.crs).distance(coords.to_metres(true, made.crs)).max()
    assert off < (15 if truth == "shifted" else 0.01)
    back = doctor.as_it_was(home, found)
    one, other = (coords.to_metres(f, coords.working_crs(119)).geometry for f in (back, sick))
    assert shapely.equals_exact(one.to_numpy(), other.to_numpy(), 0.001).all()
