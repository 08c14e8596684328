"""Real areas: read as they are, with what is wrong with them said."""

import pytest

from geo import coords, files

pytestmark = pytest.mark.real


def test_macau_parishes(shared_data):
    path = shared_data / "areas" / "cn_macau_freguesias.geojson"
    frame, report = files.read(path, layer="community", columns={"osmId": "code"})
    assert len(frame) == 8
    assert frame.geometry.is_valid.all()
    assert {"GEOM_INVALID", "CODE_INVALID"} <= set(report.counts())
    assert {f.code for f in report.blocking()} <= {"CODE_INVALID", "CODE_AS_NUMBER"}


def test_macau_squares(shared_data):
    path = shared_data / "areas" / "cn_macau_grid200.geojson"
    frame, report = files.read(path, layer="net", columns={"@row": "code"})
    assert len(frame) == 1707
    assert not report.blocking()
    assert "building_count" in report.facts["kept"]
    cells = coords.to_metres(frame)
    assert cells.area.max() == pytest.approx(10_000, rel=0.05)


def test_shenzhen_zones(shared_data):
    path = shared_data / "areas" / "cn_shenzhen_491_zones.geojson"
    frame, report = files.read(path, layer="grid", columns={"@row": "code", "qh": "name"})
    assert "CODE_INVALID" in report.counts()
    assert frame["name"].str.len().gt(0).all()
    assert coords.to_metres(frame).area.sum() / 1e6 == pytest.approx(1990, rel=0.1)
