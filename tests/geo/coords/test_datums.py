"""WGS 84 ↔ GCJ-02 ↔ BD-09: coordinates come home, and agree with what others publish."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import coords

LON, LAT = st.floats(73, 135.5), st.floats(3.5, 53.5)
ALGORITHM = [
    ("Beijing", (116.377817, 39.911954), (116.384047225, 39.913345455), (116.390454713, 39.919575551)),
    ("Shanghai", (121.5272106, 31.1774276), (121.531541859, 31.175303984), (121.538015686, 31.181328607)),
    ("Shenzhen", (113.912316, 22.543847), (113.917176481, 22.540796132), (113.923684729, 22.546667438)),
    ("Zhenjiang", (119.45, 32.2), (119.455392995, 32.198081686), (119.462004400, 32.203738442)),
    ("Baotou", (109.9, 40.64), (109.905613602, 40.641070544), (109.912007919, 40.647304866)),
    ("Songxi", (118.785, 27.526), (118.789817433, 27.522766235), (118.796261615, 27.529076685)),
    ("Kashgar", (75.99, 39.47), (75.992955638, 39.470227497), (75.999465199, 39.476187842)),
    ("Sanya", (109.5, 18.25), (109.504118444, 18.248331521), (109.510680256, 18.254012006)),
]  # fmt: skip
SERVICES = [
    ("Beijing", (116.4011517, 39.9028057), (116.4074002, 39.9042136), (116.4137852, 39.9105355)),
    ("Zhenjiang", (119.4203825, 32.1897211), (119.4258401, 32.187851), (119.4323384, 32.1939336)),
    ("Baotou", (109.8346293, 40.6562212), (109.8403529, 40.6573834), (109.8468985, 40.6632069)),
    ("Ya'an", (103.0114006, 29.9832027), (103.013265, 29.9805412), (103.019833, 29.9862464)),
    ("Urumqi", (87.6140048, 43.824388), (87.6168579, 43.8255962), (87.6232918, 43.8317719)),
]


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (a[0] - b[0]) * 111_320 * np.cos(np.radians(a[1]))
    return float(np.hypot(east, (a[1] - b[1]) * 111_000))


@given(LON, LAT)
def test_gcj_comes_home(lon, lat):
    back = coords.gcj_to_wgs(*coords.wgs_to_gcj(lon, lat))
    np.testing.assert_allclose(back, (lon, lat), rtol=0, atol=1e-10)


@given(LON, LAT)
def test_bd_comes_home(lon, lat):
    back = coords.bd_to_gcj(*coords.gcj_to_bd(lon, lat))
    np.testing.assert_allclose(back, (lon, lat), rtol=0, atol=1e-10)
    back = coords.bd_to_wgs(*coords.wgs_to_bd(lon, lat))
    np.testing.assert_allclose(back, (lon, lat), rtol=0, atol=1e-10)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_outside_nothing_moves(lon, lat):
    if coords.outside(lon, lat):
        assert [float(v) for v in coords.wgs_to_gcj(lon, lat)] == [lon, lat]
        assert [float(v) for v in coords.gcj_to_wgs(lon, lat)] == [lon, lat]


@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=20))
def test_arrays_are_their_scalars(points):
    lon, lat = np.array(points).T
    together = np.column_stack(coords.wgs_to_bd(lon, lat))
    alone = np.array([[float(v) for v in coords.wgs_to_bd(*p)] for p in points])
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)


@given(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
def test_inside_a_district_the_shift_is_one_vector(east, north):
    here = (119.45 + east, 32.2 + north)
    lon, lat = coords.wgs_to_gcj(*here)
    east_m = (float(lon) - here[0]) * 111_320 * np.cos(np.radians(32.2))
    north_m = (float(lat) - here[1]) * 110_900
    assert (east_m, north_m) == pytest.approx((507, -214), abs=40)


@pytest.mark.parametrize(("place", "wgs", "gcj", "bd"), ALGORITHM)
def test_algorithm_vectors(place, wgs, gcj, bd):
    np.testing.assert_allclose(coords.wgs_to_gcj(*wgs), gcj, rtol=0, atol=1e-9)
    np.testing.assert_allclose(coords.wgs_to_bd(*wgs), bd, rtol=0, atol=1e-9)
    np.testing.assert_allclose(coords.gcj_to_wgs(*gcj), wgs, rtol=0, atol=2e-9)
    np.testing.assert_allclose(coords.bd_to_wgs(*bd), wgs, rtol=0, atol=2e-9)


def test_outside_vector():
    assert bool(coords.outside(139.69, 35.68))
    assert [float(v) for v in coords.wgs_to_gcj(139.69, 35.68)] == [139.69, 35.68]


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_full_precision(wgs, gcj):
    np.testing.assert_allclose(coords.wgs_to_gcj(*wgs), gcj, rtol=0, atol=1e-13)


def test_bd_full_precision():
    bd = coords.gcj_to_bd(120, 30)
    np.testing.assert_allclose(bd, (120.00640999946, 30.006359999864998), rtol=0, atol=1e-11)


@pytest.mark.parametrize(("place", "wgs", "gcj", "bd"), SERVICES)
def test_map_services_agree(place, wgs, gcj, bd):
    assert metres(tuple(map(float, coords.wgs_to_gcj(*wgs))), gcj) < 1.0
    assert metres(tuple(map(float, coords.gcj_to_bd(*gcj))), bd) < 0.02
