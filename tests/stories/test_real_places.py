"""The main job on real data: streets of four cities, areas of two, through the same doors."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from api.tasks.check_layers import CheckLayers
from api.tasks.import_layer import ImportLayer
from api.tasks.import_streets import DescribeStreets, ImportStreets
from api.tasks.nearest_stations import NearestStations
from api.tasks.work import Work
from geo import store
from geo.errors import FileRefused

pytestmark = [pytest.mark.store, pytest.mark.real]
CITIES = (
    "cn_shenzhen_longgang.osm",
    "cn_shanghai_jingan.osm",
    "fi_helsinki.osm.pbf",
    "de_herrenberg_gates.osm.pbf",
)


@pytest.fixture
def work(bare_url: str) -> Iterator[Work]:
    """Give work on an empty store of its own."""
    database = store.connect(bare_url)
    store.upgrade(database)
    yield Work(settings=Settings(), database=database)
    database.close()


def stations_on(streets: list[tuple[float, float]], folder: Path) -> Path:
    """Write five stations at given places as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"S{i}", "name": f"驿站{i}", "services": "rest", "status": "open"},
            "geometry": {"type": "Point", "coordinates": list(at)},
        }
        for i, at in enumerate(streets)
    ]
    path = folder / "station.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.mark.parametrize("city", CITIES)
def test_the_nearest_station_of_a_real_city_is_walked_to(
    city: str, work: Work, shared_data: Path, tmp_path: Path
) -> None:
    counts = ImportStreets(path=shared_data / "osm" / city).run(work)
    assert counts["street"] > 400
    facts = DescribeStreets().run(work).facts
    assert facts["length_m"] > 20_000
    with work.db.read() as session:
        middle = store.features.read(session, "street").representative_point()
    every = middle.iloc[:: len(middle) // 5].head(5)
    file = stations_on([(p.x, p.y) for p in every], tmp_path)
    ImportLayer(path=file, layer="station").run(work)
    at = middle.iloc[len(middle) // 3]
    told = NearestStations(lon=at.x, lat=at.y, k=2, service="rest").run(work)
    assert not told["estimated"]
    for station in told["stations"]:
        assert station["walk_m"] >= 0
        assert station["route"][-1] == pytest.approx([station["lon"], station["lat"]], abs=1e-6)


def test_real_areas_are_refused_until_confirmed_and_then_checked(
    work: Work, shared_data: Path
) -> None:
    path = shared_data / "areas" / "cn_macau_grid200.geojson"
    form = ImportLayer(path=path, layer="grid", columns={"@row": "code"})
    with pytest.raises(FileRefused):
        form.run(work)
    with work.db.read() as session:
        assert len(store.areas.read(session, "grid")) == 0
    done = form.model_copy(update={"accept": ("CODE_INVALID",)}).run(work)
    assert done.counts["born"] == 1707
    report = CheckLayers(layer="grid").run(work).report
    assert report.counts()["CODE_INVALID"] == 1707
    assert all(f.zh and f.en for f in report.findings)
