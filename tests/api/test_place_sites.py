"""Placing stations: counts hold, plans are nested, reasons add up, refusals name the way out."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from api.tasks.place_sites import Placed, PlaceSites
from api.tasks.work import Work, perform
from geo import store
from geo.errors import BadInput, Infeasible, NotFound

pytestmark = pytest.mark.store


def placed(work: Work, **asked: object) -> Placed:
    return perform(PlaceSites(**{"minutes": 5, "time_limit_s": 20, **asked}), work)


def test_two_stations_cover_as_many_as_any_two(work: Work) -> None:
    done = placed(work, count=2)
    ground, households = done.ground, done.ground.homes["households"].to_numpy()
    fresh = range(ground.stood, len(ground.places))
    reached = {j: ground.served(np.array([*ground.standing, j])) for j in fresh}
    best = max(int(households[reached[a] | reached[b]].sum()) for a, b in combinations(fresh, 2))
    people = done.people()[0]
    assert done.final.status == "optimal"
    assert people["after"] == best == done.final.objective
    assert done.sites["households_gained"].sum() == people["after"] - people["before"]
    assert people["lost"] == 0


def test_batches_grow_and_tell_their_price(work: Work, tmp_path: Path) -> None:
    done = placed(work, batches=(2, 2), out=tmp_path / "sites.geojson")
    first, second = done.as_dict()["batches"]
    assert len(first["new"]) == len(second["new"]) == 2
    assert not set(first["new"]) & set(second["new"])
    assert first["objective"] <= first["alone"] <= first["bound"]
    assert second["objective"] <= second["alone"] <= second["bound"]
    kept = json.loads((tmp_path / "sites.geojson").read_text(encoding="utf-8"))
    assert [f["properties"]["batch"] for f in kept["features"]] == [1, 1, 2, 2]
    assert all(f["properties"]["reason_zh"] for f in kept["features"])
    lon, lat = kept["features"][0]["geometry"]["coordinates"]
    assert 119 < lon < 120
    assert 32 < lat < 33


def test_the_run_is_kept_with_its_bound(work: Work) -> None:
    done = placed(work, count=1, objective="median")
    with work.db.read() as session:
        run = store.runs.read(session, done.run)
    assert (run.kind, run.seed, run.objective, run.bound) == (
        "sites", 1, done.final.objective, done.final.bound,
    )  # fmt: skip


def test_elders_first_reaches_no_fewer_elders(work: Work) -> None:
    plain, first = placed(work, count=2), placed(work, count=2, groups=("elders",))
    after = {row["group"]: row["after"] for row in first.people()}
    assert after["elders"] >= {r["group"]: r["after"] for r in plain.people()}["elders"]
    assert after["households"] <= plain.people()[0]["after"]


@pytest.mark.parametrize("objective", ["median", "center", "all"])
def test_other_aims(work: Work, objective: str) -> None:
    done = placed(work, count=None if objective == "all" else 2, objective=objective)
    assert done.final.objective is not None
    assert done.final.bound <= done.final.objective
    if objective == "all":
        inside = done.ground.inside
        assert done.ground.served(done.final.open)[inside].all()


def test_closing_frees_a_place(work: Work) -> None:
    stay, free = placed(work, count=1), placed(work, count=1, may_close=("all",))
    assert free.people()[0]["after"] >= stay.people()[0]["after"]
    assert len(free.final.open) == len(stay.final.open)
    assert not stay.closed


def test_hours_count_slot_by_slot(work: Work) -> None:
    day, night = (placed(work, count=1, hours=h) for h in ("Mo-Su 08:00-12:00", "24/7"))
    assert night.final.objective >= day.final.objective


def test_a_budget_and_required_and_forbidden_sites_hold(work: Work) -> None:
    some = placed(work, count=2).sites["id"].tolist()
    other = placed(work, count=2, forbid=(some[0],), require=(some[1],)).sites["id"].tolist()
    assert some[0] not in other
    assert some[1] in other
    bought = placed(work, budget=40.0).sites
    assert 0 < bought["cost"].sum() <= 40.0


def test_floor_limits_what_a_place_serves(work: Work) -> None:
    done = placed(work, count=2, capacity=True)
    served = np.flatnonzero(done.final.assignment >= 0)
    load = np.bincount(
        done.final.assignment[served], weights=done.ground.weight[served],
        minlength=len(done.ground.places),
    )  # fmt: skip
    assert (load <= done.asked.capacity + 1e-6).all()


def test_a_table_for_a_spreadsheet(work: Work, tmp_path: Path) -> None:
    placed(work, count=1, out=tmp_path / "sites.csv")
    table = pd.read_csv(tmp_path / "sites.csv", encoding="utf-8-sig")
    assert {"id", "batch", "households_gained", "reason_zh", "reason_en", "lon", "lat"} <= set(
        table
    )
    with pytest.raises(BadInput, match="geojson"):
        placed(work, count=1, out=tmp_path / "sites.doc")


def test_refusals(work: Work) -> None:
    with pytest.raises(ValidationError, match="how many"):
        PlaceSites()
    with pytest.raises(ValidationError, match="not to 5"):
        PlaceSites(count=5, batches=(2, 2))
    with pytest.raises(ValidationError, match="no group"):
        PlaceSites(count=1, groups=("cats",))
    with pytest.raises(NotFound, match="no place"):
        placed(work, count=1, forbid=("nowhere",))
    with pytest.raises(Infeasible):
        placed(work, count=1, objective="all", minutes=0.2)
