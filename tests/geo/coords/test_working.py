"""Metres are metres, degrees come home, and PROJ never takes a ballpark."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geo import coords
from geo.errors import CrsError

REFERENCE = [
    ((119.45, 32.20), 4549, (448141.555, 3564162.783)),
    ((119.45, 32.20), 4528, (40448141.555, 3564162.783)),
    ((109.85, 40.65), 4546, (402733.529, 4502341.541)),
    ((109.85, 40.65), 4525, (37402733.529, 4502341.541)),
    ((118.78, 27.53), 4549, (379476.640, 3046951.528)),
]
XIAN = (
    'PROJCS["x",GEOGCS["Xian 1980",DATUM["Xian_1980",SPHEROID["Xian_1980",6378140,298.257]{}],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",120],PARAMETER["scale_factor",1],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
)


def points(*xy: tuple[float, float], crs: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"n": range(len(xy))}, geometry=shapely.points(xy), crs=crs)


@pytest.mark.parametrize(("degrees", "code", "metres"), REFERENCE)
def test_reference_points(degrees, code, metres):
    there = coords.to_metres(points(degrees, crs=4490), CRS.from_epsg(code)).geometry[0]
    np.testing.assert_allclose((there.x, there.y), metres, rtol=0, atol=5e-4)
    home = coords.to_degrees(points(metres, crs=code)).geometry[0]
    np.testing.assert_allclose((home.x, home.y), degrees, rtol=0, atol=1e-8)


@given(st.floats(-179, 179), st.floats(-75, 75))
def test_degrees_come_home(lon, lat):
    frame = points((lon, lat), crs=4490)
    home = coords.to_degrees(coords.to_metres(frame)).geometry[0]
    np.testing.assert_allclose((home.x, home.y), (lon, lat), rtol=0, atol=1e-9)


@given(st.floats(75, 134), st.floats(5, 53), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_metres_are_metres(lon, lat, east, north):
    a, b = (lon, lat), (lon + east, lat + north)
    metres = coords.to_metres(points(a, b, crs=4490))
    truth = Geod(ellps="GRS80").inv(*a, *b)[2]
    assert metres.geometry[0].distance(metres.geometry[1]) == pytest.approx(
        truth, rel=5e-4, abs=1e-3
    )


def test_gps_is_taken_as_cgcs2000():
    gps = points((119.45, 32.2), crs=4326)
    assert coords.to_degrees(gps).crs == coords.STORED
    assert (
        coords.to_metres(gps)
        .geometry[0]
        .equals(coords.to_metres(points((119.45, 32.2), crs=4490)).geometry[0])
    )


def test_web_mercator_goes_by_wgs():
    there = coords.transformer(CRS.from_epsg(4549), CRS.from_epsg(3857)).transform(
        448141.555, 3564162.783
    )
    np.testing.assert_allclose(there, (13297113.175, 3789592.461), rtol=0, atol=2e-2)


@pytest.mark.parametrize("code", [2364, 2385, 4610, 4214, 21460, 4555])
def test_datums_without_parameters_are_refused(code):
    with pytest.raises(CrsError) as fault:
        coords.to_degrees(points((1, 1), crs=code))
    assert fault.value.zh


def test_own_parameters_are_taken_and_zeros_are_not():
    given_ = CRS.from_wkt(XIAN.format(",TOWGS84[10,20,30,0,0,0,0]"))
    lon, lat = coords.transformer(given_).transform(448141, 3564162)
    assert (lon, lat) == pytest.approx((119.4498, 32.20015), abs=1e-4)
    for words in ("", ",TOWGS84[0,0,0,0,0,0,0]"):
        with pytest.raises(CrsError):
            coords.transformer(CRS.from_wkt(XIAN.format(words)))


def test_a_city_s_own_meridian_is_metres():
    words = CRS.from_epsg(4549).to_wkt("WKT1_ESRI").replace("120.0", "119.433333")
    metres = coords.to_metres(points((119.433333, 32.2), crs=4490), CRS.from_wkt(words))
    assert metres.geometry[0].x == pytest.approx(500_000, abs=1e-3)
    coords.require_metres(metres)


def test_no_system_is_an_error():
    for door in (coords.to_degrees, coords.to_metres):
        with pytest.raises(CrsError):
            door(points((1, 1), crs=None))
    with pytest.raises(CrsError):
        coords.require_metres(points((1, 1), crs=4490))
