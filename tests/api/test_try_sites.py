"""Trying sites: what a plan changes, and that no plan beats the bound."""

import pytest
from fastapi.testclient import TestClient

from geo import coords, demo

pytestmark = pytest.mark.store


def ask(client: TestClient, **plan: object) -> dict[str, object]:
    answer = client.post("/v1/sites/try", json=plan)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def candidates(town: demo.District) -> list[str]:
    return list(town.layers["candidate"]["id"])


def test_nothing_changed_changes_nothing(client: TestClient, town: demo.District) -> None:
    told = ask(client)
    households = told["households"]
    assert households["total"] == town.layers["building"]["households"].sum()
    assert households["gained"] == households["lost"] == 0
    assert told["gained"] == told["lost"] == []
    assert told["hours"]["before"] == told["hours"]["after"]
    served = client.get("/v1/coverage", params={"minutes": 15}).json()["totals"][0]
    assert households["before"] == served["households"]


def test_a_new_station_takes_from_nobody(client: TestClient, town: demo.District) -> None:
    for name in candidates(town)[:10]:
        told = ask(client, added=[{"candidate": name}])
        for group in told["groups"]:
            assert group["lost"] == 0
            assert group["after"] == group["before"] + group["gained"]
        assert all(
            a >= b for a, b in zip(told["hours"]["after"], told["hours"]["before"], strict=True)
        )


def test_closing_gives_back_what_opening_gave(client: TestClient, town: demo.District) -> None:
    stations = town.layers["station"]
    told = ask(client, closed=list(stations["id"]))
    assert told["households"]["after"] == 0
    assert told["households"]["lost"] == told["households"]["before"]
    assert sum(told["hours"]["after"]) == 0
    points = coords.to_degrees(stations).geometry
    again = [
        {"lon": p.x, "lat": p.y, "hours": h or "24/7"}
        for p, h in zip(points, stations["hours"], strict=True)
    ]
    same = ask(client, closed=list(stations["id"]), added=again)
    assert same["households"]["gained"] == same["households"]["lost"] == 0


def test_a_candidate_and_its_place_are_the_same(client: TestClient, town: demo.District) -> None:
    frame = coords.to_degrees(town.layers["candidate"])
    point, name = frame.geometry.iloc[0], frame["id"].iloc[0]
    by_name = ask(client, minutes=5, added=[{"candidate": name}])
    by_place = ask(client, minutes=5, added=[{"lon": point.x, "lat": point.y}])
    assert by_name == by_place


def test_a_station_helps_only_while_it_is_open(client: TestClient, town: demo.District) -> None:
    plan = [{"candidate": name, "hours": "Mo-Su 09:00-10:00"} for name in candidates(town)[:5]]
    hours = ask(client, minutes=5, added=plan)["hours"]
    changed = {h % 24 for h in range(168) if hours["after"][h] != hours["before"][h]}
    assert changed == {9}


def test_no_plan_beats_the_bound(client: TestClient, town: demo.District) -> None:
    names = candidates(town)
    asked = {"added": [{"candidate": name} for name in names[:2]], "minutes": 5}
    best = client.post("/v1/sites/best", json=asked).json()
    assert best["k"] == 2
    assert len(best["sites"]) == 2
    theirs = ask(client, minutes=5, added=[{"candidate": name} for name in best["sites"]])
    assert theirs["households"]["after"] == best["households"] <= best["bound"]
    for pair in zip(names[::7], names[3::7], strict=False):
        told = ask(client, minutes=5, added=[{"candidate": name} for name in pair])
        assert told["households"]["after"] <= best["bound"]


def test_the_best_plan_may_keep_a_place_that_was_dropped(
    client: TestClient, town: demo.District
) -> None:
    points = coords.to_degrees(town.layers["building"].representative_point().to_frame("geometry"))
    for point in points.geometry.iloc[::60]:
        added = [{"lon": round(point.x, 6), "lat": round(point.y, 6)}]
        best = client.post("/v1/sites/best", json={"added": added, "minutes": 5}).json()
        plan = [*({"candidate": name} for name in best["sites"]), *best["places"]]
        assert len(plan) <= best["k"] == 1
        assert ask(client, minutes=5, added=plan)["households"]["after"] == best["households"]


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ({"closed": ["nowhere"]}, 404),
        ({"added": [{"candidate": "nowhere"}]}, 404),
        ({"added": [{}]}, 400),
        ({"added": [{"lon": 119.4}]}, 400),
        ({"added": [{"candidate": "C0001", "hours": "always"}]}, 400),
        ({"minutes": 0}, 400),
        ({"walker": "bird"}, 400),
        ({"service": "gold"}, 400),
        ({"stations": []}, 400),
    ],
)
def test_a_fault_is_named(client: TestClient, plan: dict[str, object], status: int) -> None:
    answer = client.post("/v1/sites/try", json=plan)
    assert answer.status_code == status
    assert answer.json()["title"]
