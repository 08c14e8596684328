"""One question, two doors: the command and the web give the same answer, whatever is asked."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.stations import app
from api.settings import settings
from geo import coords, demo

pytestmark = pytest.mark.store
MORNING, NIGHT = "2026-11-23T10:00:00", "2026-11-22T03:30:00"


@pytest.fixture(scope="module")
def spot(town: demo.District) -> dict[str, float]:
    """Give lon and lat of a door in the district."""
    door = coords.to_degrees(town.layers["building"]).representative_point().iloc[11]
    return {"lon": door.x, "lat": door.y}


@pytest.fixture(autouse=True)
def same_store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the command ask the store that the web asks."""
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    "asked",
    [
        {"k": "1"},
        {"k": "7"},
        {"service": "toilet"},
        {"class": "A", "k": "2"},
        {"tier": "subdistrict"},
        {"open_at": MORNING},
        {"open_at": NIGHT, "service": "water", "k": "2"},
        {"walker": "wheelchair"},
        {"walker": "frail", "open_at": MORNING, "tier": "community"},
        {"lon": "118.9", "lat": "31.9", "k": "4"},
    ],
    ids=lambda asked: " ".join(f"{name}={value}" for name, value in asked.items()),
)
def test_both_doors_answer_alike(
    asked: dict[str, str],
    client: TestClient,
    spot: dict[str, float],
) -> None:
    params = {**{name: str(value) for name, value in spot.items()}, **asked}
    words = [
        word
        for name, value in params.items()
        for word in ("-k" if name == "k" else f"--{name.replace('_', '-')}", value)
    ]
    before = client.get("/v1/stations/nearest", params=params)
    command = CliRunner().invoke(app, ["nearest", *words, "--json"])
    after = client.get("/v1/stations/nearest", params=params)  # the minute may have changed
    assert command.exit_code == 0, command.output
    said = json.loads(command.stdout)
    assert said in (before.json(), after.json())
    assert said["estimated"] is ("lon" in asked)
    assert said["stations"] or said["later"]
    if not said["later"] and "k" in asked:
        assert len(said["stations"]) <= int(asked["k"])
