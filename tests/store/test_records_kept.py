"""Runs and the audit trail."""

import datetime as dt

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo import store
from geo.errors import NotFound

pytestmark = pytest.mark.store


def test_a_run_is_kept_with_all_that_repeats_it(db: store.Database) -> None:
    started = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    inputs = {"minutes": [5, 10, 15], "网": "步行"}
    result = {"served": np.array([1, 2]), "gap": float("nan"), "share": np.float64(0.5)}
    with db.session() as session:
        number = store.runs.save(
            session, "coverage", inputs, 7, result, bound=3.5, objective=4.0, started=started
        )
    with db.read() as session:
        run = store.runs.read(session, number)
    assert (run.kind, run.inputs, run.seed, run.bound) == ("coverage", inputs, 7, 3.5)
    assert run.result == {"served": [1, 2], "gap": None, "share": 0.5}
    assert run.started == started <= run.finished
    assert run.version


def test_the_latest_run_of_a_kind_is_found(db: store.Database) -> None:
    with db.session() as session:
        numbers = [store.runs.save(session, "alliances", {}, i, {}) for i in range(3)]
        store.runs.save(session, "other", {}, None, None)
    with db.read() as session:
        latest = store.runs.latest(session, "alliances")
        assert latest is not None
        assert latest.id == numbers[-1]
        assert [r.id for r in store.runs.history(session, "alliances")] == numbers[::-1]
        assert store.runs.latest(session, "never") is None
        with pytest.raises(NotFound, match="no run 0"):
            store.runs.read(session, 0)


@pytest.mark.parametrize(
    "deed", ["delete from audit", "update audit set who = ''", "truncate audit"]
)
def test_the_audit_trail_only_grows(db: store.Database, deed: str) -> None:
    with db.session() as session:
        store.audit.write(session, "me", "import", subject="grid", detail={"rows": 3})
    with pytest.raises(DBAPIError, match="history"), db.session() as session:
        session.execute(text(deed))
    with db.read() as session:
        entry = store.audit.read(session, limit=1)[0]
    assert (entry.who, entry.action, entry.subject, entry.detail) == (
        "me", "import", "grid", {"rows": 3},
    )  # fmt: skip
