"""The numbers of the Gauss–Krüger systems agree with the registry that PROJ carries."""

import pytest
from pyproj import CRS

from geo.coords import epsg
from geo.errors import CrsError


def test_there_are_192_systems():
    assert len(epsg.SYSTEMS) == 192


def test_every_number_is_the_registry_s():
    for code, system in epsg.SYSTEMS.items():
        crs = CRS.from_epsg(code)
        ending = f"zone {system.zone}" if system.zone_in_easting else f"CM {system.meridian}E"
        assert crs.name.endswith(ending), (code, crs.name)
        assert epsg.family(crs) == system.family
        values = {p.name: p.value for p in crs.coordinate_operation.params}
        assert values["False easting"] == system.false_easting_m
        assert values["Longitude of natural origin"] == system.meridian


@pytest.mark.parametrize("code", [4549, 4528, 2364, 2385, 4509, 21460])
def test_esri_words_are_recognised(code):
    assert epsg.recognised(CRS.from_wkt(CRS.from_epsg(code).to_wkt("WKT1_ESRI"))).epsg == code


def test_a_local_meridian_is_not_rounded_to_a_zone():
    words = CRS.from_epsg(4549).to_wkt("WKT1_ESRI").replace("120.0", "119.433333")
    assert epsg.recognised(CRS.from_wkt(words)) is None
    assert epsg.family(CRS.from_wkt(words)) == "cgcs2000"


def test_zone_and_meridian():
    assert epsg.by_zone(40).epsg == 4528
    assert epsg.by_zone(20, zone_in_easting=False).epsg == 4509
    assert epsg.by_meridian(120).epsg == 4549
    assert epsg.by_meridian(120, family="xian80", zone_in_easting=True).epsg == 2364
    with pytest.raises(CrsError):
        epsg.by_zone(24)
    with pytest.raises(CrsError):
        epsg.by_meridian(118)


def test_refused_datums():
    assert epsg.unsupported(CRS.from_epsg(2364)) == "xian80"
    assert epsg.unsupported(CRS.from_epsg(4214)) == "beijing54"
    assert epsg.unsupported(CRS.from_epsg(4549)) is None
