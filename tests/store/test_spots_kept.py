"""Blind spots keep their names and their history in the store."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo import store
from geo.errors import NotFound, RuleBroken
from geo.store.spots import Happening

pytestmark = pytest.mark.store


def spots(*names: str, households: int = 10) -> gpd.GeoDataFrame:
    """Make spots of two houses each, side by side."""
    counts = ("residents", "elders", "alone", "children", "disabled", "buildings")
    rows = [
        {"households": households, **dict.fromkeys(counts, 2), "members": f"{n}1;{n}2", "nearest_s": float("inf"),
         "station": "", "reason": "river", "area": "321198001001", "if_river": 8}
        for n in names
    ]  # fmt: skip
    shapes = [box(119 + i / 100, 32, 119.005 + i / 100, 32.005) for i in range(len(names))]
    index = pd.Index(names, dtype="str", name="spot_id")
    return gpd.GeoDataFrame(rows, index=index, geometry=shapes, crs="EPSG:4490")


def run_of(session) -> int:
    """Keep an empty run."""
    return store.runs.save(session, "blind spots", {}, None, {})


def keep(db, found, *happened, series="s"):
    """Keep a run's spots; every step is (name, event, state)."""
    with db.session() as session:
        store.spots.hold(session, series)
        run = run_of(session)
        told = [Happening(*h, run=run) for h in happened]
        store.spots.keep(session, series, run, found, told, who="me", estimated=False)
    return run


def test_a_spot_lives_from_opened_over_planned_to_closed(db: store.Database) -> None:
    first = keep(db, spots("B1", "B2"), ("B1", "opened", "open"), ("B2", "opened", "open"))
    with db.session() as session:
        store.spots.mark(session, "B1", "planned", who="me", detail={"station": "C0001"})
    again = keep(
        db, spots("B1", households=4), ("B1", "shrank", "planned"), ("B2", "closed", "closed")
    )
    last = keep(db, spots(), ("B1", "closed", "closed"))
    with db.read() as session:
        told = store.spots.history(session, "B1")
        now = store.spots.read(session, series="s")
    assert [(e.event, e.state, e.households, e.run) for e in told] == [
        ("opened", "open", 10, first), ("planned", "planned", 10, None),
        ("shrank", "planned", 4, again), ("closed", "closed", 4, last),
    ]  # fmt: skip
    assert told[1].detail == {"station": "C0001"}
    assert now["state"].to_dict() == {"B1": "closed", "B2": "closed"}
    assert now.loc["B1", "members"] == "B11;B12"
    assert now.loc["B1", "people"]["if_river"] == 8
    assert now.geometry.is_valid.all()
    assert now.crs == "EPSG:4490"


def test_series_are_apart_and_states_are_asked_for(db: store.Database) -> None:
    keep(db, spots("C1", "C2"), ("C1", "opened", "open"), ("C2", "opened", "open"), series="other")
    with db.session() as session:
        store.spots.mark(session, "C2", "planned", who="me", detail={})
    with db.read() as session:
        assert store.spots.read(session, series="other", states=["planned"]).index.tolist() == [
            "C2"
        ]
        assert {"C1", "C2"} <= store.spots.names(session)
        assert len(store.spots.read(session, series="none")) == 0


def test_what_is_closed_or_unknown_is_not_planned(db: store.Database) -> None:
    keep(db, spots("D1"), ("D1", "opened", "open"), series="d")
    keep(db, spots(), ("D1", "closed", "closed"), series="d")
    with pytest.raises(RuleBroken, match="closed"), db.session() as session:
        store.spots.mark(session, "D1", "planned", who="me", detail={})
    with pytest.raises(NotFound, match="nowhere"), db.session() as session:
        store.spots.mark(session, "nowhere", "planned", who="me", detail={})
    with pytest.raises(NotFound), db.read() as session:
        store.spots.history(session, "nowhere")


def test_the_history_of_spots_only_grows(db: store.Database) -> None:
    with pytest.raises(DBAPIError, match="history"), db.session() as session:
        session.execute(text("delete from blind_spot_events"))
