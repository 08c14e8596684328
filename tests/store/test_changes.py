"""Changes are told to every process, in the order of commits, and none is lost."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import geopandas as gpd
import numpy as np
import pytest
from boxes import layer
from sqlalchemy import text

from geo import coords, store
from geo.store.changes import EVERYTHING, NOWHERE, Change

pytestmark = pytest.mark.store


class Told:
    """A subscriber that keeps what it is told."""

    def __init__(self, db: store.Database) -> None:
        self.db = db
        self.changes: list[Change] = []
        self.at: list[float] = []
        self.watch = store.changes.watch(db)
        self.subscription = self.watch.subscribe(self)

    def __call__(self, *change: object) -> None:
        self.changes.append(Change(*change))  # type: ignore[arg-type]
        self.at.append(time.monotonic())

    def settled(self) -> list[Change]:
        """Wait until everything committed so far was told; give it."""
        with self.db.read() as session:
            last = session.execute(text("select coalesce(max(epoch), 0) from notices")).scalar_one()
        assert self.subscription.wait(last, 5)
        return self.changes


@pytest.fixture
def told(db: store.Database) -> Iterator[Told]:
    made = Told(db)
    yield made
    made.watch.unsubscribe(made.subscription)


def grids(session: store.areas.Session, frame: gpd.GeoDataFrame) -> None:
    revision = store.revisions.open(session, "import", "test", "changes")
    store.areas.replace(session, "grid", frame, revision)


def test_a_change_names_its_rows_and_both_their_shapes(db: store.Database, told: Told) -> None:
    before = coords.to_degrees(layer("grid", 4))
    with db.session() as session:
        grids(session, before)
    first = told.settled()[-1]
    assert (first.layer, len(first.ids or ())) == ("grid", 4)
    told.changes.clear()
    after = before.copy()
    after.loc[2, "geometry"] = before.geometry[2].buffer(0.001)
    with db.session() as session:
        grids(session, after)
    [change] = told.settled()  # death and birth at once
    shapes = np.array([before.geometry[2].bounds, after.geometry[2].bounds])
    assert np.allclose(np.sort(change.boxes, axis=0), np.sort(shapes, axis=0), atol=1e-9)
    with db.read() as session:
        found = store.rows.read(session, "grid", ids=change.ids)
    assert found["code"].tolist() == [before["code"][2]]  # the dead one is not found
    assert set(found["fid"]) < set(change.ids or ())


def test_many_rows_are_told_as_a_layer(db: store.Database, told: Told) -> None:
    with db.session() as session:
        store.features.replace(session, "building", layer("building", 600))
    change = told.settled()[-1]
    assert (change.layer, change.ids, len(change.boxes)) == ("building", None, 0)


def test_what_is_undone_is_not_told(db: store.Database, told: Told) -> None:
    with db.sessions() as session:
        store.features.replace(session, "station", layer("station", 2))
        session.rollback()
    time.sleep(0.3)
    assert told.settled() == []


def test_writers_at_once_are_told_in_the_order_of_commits(db: store.Database, told: Told) -> None:
    names = ("station", "gate", "landuse", "institution")

    def write(number: int) -> None:
        with db.session() as session:
            name = names[number % 4]
            store.features.replace(session, name, layer(name, 1 + number % 3))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(40)))
    epochs = [change.epoch for change in told.settled()]
    assert epochs == sorted(epochs)
    with db.read() as session:
        for name in names:  # whoever reads what was named has it all
            last = [change.ids for change in told.changes if change.layer == name][-1]
            assert set(store.rows.read(session, name)["fid"]) <= set(last or ())


def test_a_lost_listener_misses_nothing(db: store.Database, told: Told) -> None:
    kill = text(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where query ilike 'listen%' or query like '%notices%' and pid <> pg_backend_pid()"
    )
    for number in range(5):
        with db.session() as session:
            session.execute(kill)
            store.features.replace(session, "station", layer("station", 1 + number))
        committed = time.monotonic()
        told.settled()
        assert told.at[-1] - committed < 1
    named = {i for c in told.changes if c.layer == "station" for i in c.ids or ()}
    with db.read() as session:
        assert set(store.rows.read(session, "station")["fid"]) <= named


def test_who_has_missed_too_much_is_told_to_forget_everything(
    db: store.Database, told: Told
) -> None:
    with db.session() as session:
        store.features.replace(session, "station", layer("station", 2))
    told.settled()
    told.changes.clear()
    with db.session() as session:  # as if thousands of changes had come and gone meanwhile
        session.execute(text("select setval('notices_epoch', nextval('notices_epoch') + 5000)"))
        session.execute(text("delete from notices"))
        store.features.replace(session, "gate", layer("gate", 2))
    assert told.settled()[0].layer == EVERYTHING


def test_who_stumbles_is_told_to_forget_everything(db: store.Database) -> None:
    heard = []

    def stumble(name: str, *_: object) -> None:
        heard.append(name)
        if name != EVERYTHING:
            raise RuntimeError("not understood")

    watch = store.changes.watch(db)
    subscription = watch.subscribe(stumble)
    with db.session() as session:
        store.features.replace(session, "candidate", layer("candidate", 1))
    assert subscription.wait(watch.epoch + 1, 5) or watch.epoch
    deadline = time.monotonic() + 5
    while EVERYTHING not in heard and time.monotonic() < deadline:
        time.sleep(0.01)
    assert heard[:2] == ["candidate", EVERYTHING]
    watch.unsubscribe(subscription)
    assert len(NOWHERE) == 0


def test_whoever_is_behind_is_not_sure_and_can_wait(db: store.Database, told: Told) -> None:
    gate = Event()
    slow = told.watch.subscribe(lambda *_: gate.wait(10) and None)
    with db.session() as session:
        grids(session, coords.to_degrees(layer("grid", 3)))
    told.settled()
    assert told.subscription.sure()
    limit = time.monotonic() + 5
    while slow.sure() and time.monotonic() < limit:
        time.sleep(0.05)
    assert not slow.sure()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow.make_sure)
        gate.set()
        waiting.result(5)
    assert slow.sure()
    assert slow.epoch == told.watch.epoch
    told.watch.unsubscribe(slow)
