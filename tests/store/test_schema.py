"""Migrations: up, down, up again, by several at once; models and tables agree."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect, text

from geo import layers, store
from geo.store.schema import BASE

pytestmark = pytest.mark.store
POSTGIS = {"spatial_ref_sys"}


def tables(db: store.Database) -> set[str]:
    return set(inspect(db.engine).get_table_names()) - POSTGIS


def functions(db: store.Database) -> int:
    query = "select count(*) from pg_proc where proname like 'wangge%'"
    with db.read() as session:
        return int(session.execute(text(query)).scalar_one())


def test_up_down_and_up_again_without_drift(bare_url: str) -> None:
    db = store.connect(bare_url)
    assert store.current(db) == BASE
    store.upgrade(db)
    assert store.current(db) == store.head()
    assert store.drift(db) == []
    there = tables(db)
    store.downgrade(db, BASE)
    assert store.current(db) == BASE
    assert tables(db) == {"alembic_version"}
    assert functions(db) == 0
    store.upgrade(db)
    assert tables(db) == there
    assert store.drift(db) == []
    db.close()


def parts(db: store.Database) -> set[tuple[str, str]]:
    """Name every column and index there is."""
    with db.read() as session:
        rows = session.execute(
            text(
                "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid "
                "where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped"
            )
        )
        return {(row[0], row[1]) for row in rows}


def test_every_step_can_be_taken_back_alone(bare_url: str) -> None:
    db = store.connect(bare_url)
    store.upgrade(db)
    steps = 0
    while store.current(db) != BASE:
        before = parts(db)
        store.downgrade(db, "-1")
        assert parts(db) != before
        steps += 1
    assert steps == int(store.head())
    db.close()


def test_programs_that_upgrade_at_once_do_it_once(bare_url: str) -> None:
    def up(_: int) -> str:
        db = store.connect(bare_url)
        store.upgrade(db)
        version = store.current(db)
        db.close()
        return version

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(up, range(3))) == [store.head()] * 3


@pytest.mark.parametrize(
    "change",
    [
        "drop index areas_living_geom_idx",
        "drop index places_geog_idx",
        "alter table areas add column extra text",
        "alter table runs alter column seed type integer",
        "alter table streets alter column name drop default",
        "alter table places alter column geom type geometry(geometry, 4490)",
    ],
)
def test_drift_is_seen(bare_url: str, change: str) -> None:
    db = store.connect(bare_url)
    store.upgrade(db)
    with db.session() as session:
        session.execute(text(change))
    assert store.drift(db) != []
    db.close()


def test_the_default_scheme_is_there_and_others_can_be(db: store.Database) -> None:
    village = (
        layers.Level("county", "县", "County", 6, None),
        layers.Level("cluster", "片区", "Cluster", 0, "county"),
    )
    with db.session() as session:
        assert store.levels.read(session) == layers.DEFAULT_SCHEME
        store.levels.replace(session, "village", village)
    with db.read() as session:
        assert store.levels.read(session, scheme="village") == village
