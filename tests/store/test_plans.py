"""The indexes are really used: the plans of the very queries that the store sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from boxes import layer
from sqlalchemy import Connection, event, text

from geo import coords, store

RUNS = """
insert into runs (kind, inputs, version, started, finished, status, result)
select 'kind-' || n % 100, '{}', '1', now(), now(), 'done', '{}' from generate_series(1, 3000) as n
"""
pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def full(db: store.Database) -> store.Database:
    """Fill the database so that an index pays."""
    with db.session() as session:
        for level in ("community", "grid"):
            for changed in (0, 1):
                number = store.revisions.open(session, "import", "me", "why")
                grids = layer(level, 3000, households=[changed] * 3000)
                store.areas.replace(session, level, grids, number)
        store.features.replace(session, "building", layer("building", 5000))
        store.features.replace(session, "street", layer("street", 3000))
        store.places.replace(session, layer("station", 3000))
        session.execute(text(RUNS))
    return db


@contextmanager
def plans(session: Any) -> Iterator[list[str]]:
    """Collect the plans of all that a session asks: ``node table or index``, in words."""
    seen: list[str] = []
    connection: Connection = session.connection()

    def explain(conn: Connection, cursor: Any, query: str, asked: Any, *_: object) -> None:
        with cursor.connection.cursor() as other:
            other.execute(f"explain (format json) {query}", asked)
            seen.extend(nodes(other.fetchone()[0][0]["Plan"]))

    event.listen(connection, "before_cursor_execute", explain)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", explain)


def nodes(plan: dict[str, Any]) -> Iterator[str]:
    named = plan.get("Index Name") or plan.get("Relation Name", "")
    yield f"{plan['Node Type']} {named}".strip()
    for child in plan.get("Plans", []):
        yield from nodes(child)


def here() -> tuple[float, float]:
    lon, lat = coords.to_degrees(layer("grid", 1)).geometry[0].centroid.coords[0]
    return lon, lat


def test_areas_at_uses_the_index_of_the_living(full: store.Database) -> None:
    with full.read() as session, plans(session) as seen:
        assert len(store.areas.at(session, *here())) == 2
    assert any("areas_living_geom_idx" in node for node in seen)
    assert "Seq Scan areas" not in seen


def test_areas_at_a_moment_uses_the_index_of_all(full: store.Database) -> None:
    with full.read() as session, plans(session) as seen:
        assert len(store.areas.at(session, *here(), as_of=3)) == 2
    assert any("areas_geom_idx" in node for node in seen)
    assert "Seq Scan areas" not in seen


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("building", "buildings_geom_idx"),
        ("street", "streets_geom_idx"),
        ("station", "places_geom_idx"),
    ],
)
def test_windows_use_the_spatial_index(full: store.Database, name: str, index: str) -> None:
    lon, lat = here()
    window = (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    with full.read() as session, plans(session) as seen:
        assert len(store.features.read(session, name, bbox=window)) > 0
    assert any(index in node for node in seen)


def test_windows_of_areas_use_the_spatial_index(full: store.Database) -> None:
    lon, lat = here()
    window = (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    with full.read() as session, plans(session) as seen:
        assert 0 < len(store.areas.read(session, "grid", bbox=window)) < 10
        assert 0 < len(store.areas.read(session, "grid", bbox=window, as_of=3)) < 10
    assert any("areas_living_geom_idx" in node for node in seen)
    assert any("areas_geom_idx" in node for node in seen)
    assert "Seq Scan areas" not in seen


def test_places_within_use_the_index_in_metres(full: store.Database) -> None:
    with full.read() as session, plans(session) as seen:
        assert len(store.places.within(session, *here(), 150)) > 0
    assert any("places_geog_idx" in node for node in seen)
    assert "Seq Scan places" not in seen


def test_the_history_of_a_code_uses_its_index(full: store.Database) -> None:
    with full.read() as session, plans(session) as seen:
        assert len(store.areas.history(session, "grid-7")) == 2
    assert any("areas_code_idx" in node for node in seen)
    assert "Seq Scan areas" not in seen


def test_the_latest_run_uses_its_index(full: store.Database) -> None:
    with full.read() as session, plans(session) as seen:
        assert store.runs.latest(session, "kind-3") is not None
    assert any("runs_kind_idx" in node for node in seen)
