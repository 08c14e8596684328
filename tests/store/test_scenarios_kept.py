"""Scenarios in the store: steps only grow, and of writers at once none loses a step."""

import pytest
import writers
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo import store
from geo.errors import Conflict, NotFound, RuleBroken
from geo.store.scenarios import Scenario

pytestmark = pytest.mark.store


def opened(db: store.Database, name: str) -> Scenario:
    """Branch a scenario from a new revision."""
    with db.session() as session:
        store.revisions.open(session, "import", "test", name)
        return store.scenarios.open(session, name, "甲")


def test_twenty_writers_at_once_lose_nothing(db: store.Database) -> None:
    made = opened(db, "twenty")
    assert writers.at_once(db, made.number, count=20, each=8) > 0
    with db.read() as session:
        steps = store.scenarios.steps(session, made.number)
    assert [s.step for s in steps] == list(range(1, 161))
    for n in range(20):
        assert [s.label for s in steps if s.who == f"P{n}"] == [f"{n}-{k}" for k in range(8)]


def test_a_repeated_request_is_one_step(db: store.Database) -> None:
    from uuid import uuid4

    made, name = opened(db, "twice"), uuid4()
    for _ in range(2):
        with db.session() as session:
            step = store.scenarios.append(session, made.number, "do", "甲", expected=0, id=name)
        assert step == 1


def test_steps_are_history(db: store.Database) -> None:
    made = opened(db, "history")
    with db.session() as session:
        store.scenarios.append(session, made.number, "do", "甲", expected=0)
    for deed in ("update scenario_steps set label = 'x'", "delete from scenario_steps"):
        with pytest.raises(DBAPIError, match="is history"), db.session() as session:
            session.execute(text(deed))


def test_who_is_gone_is_no_longer_present(db: store.Database) -> None:
    made = opened(db, "present")
    with db.session() as session:
        store.scenarios.hold(session, made.number, "321198001001", "甲")
        both = store.scenarios.hold(session, made.number, "321198001001", "乙")
        assert {h.who for h in both} == {"甲", "乙"}
        store.scenarios.leave(session, made.number, "甲")
        assert [h.who for h in store.scenarios.held(session, made.number)] == ["乙"]


def test_approval_is_of_one_step(db: store.Database) -> None:
    made = opened(db, "approved")
    with db.session() as session:
        store.scenarios.approve(session, made.number, 0, "乙")
        store.scenarios.append(session, made.number, "do", "甲", expected=0)
        assert store.scenarios.approvals(session, made.number, 0) == ["乙"]
        assert store.scenarios.approvals(session, made.number, 1) == []
    with pytest.raises(Conflict), db.session() as session:
        store.scenarios.approve(session, made.number, 0, "丙")


def test_what_is_closed_stays_closed_and_what_is_not_is_told(db: store.Database) -> None:
    made = opened(db, "closed")
    with db.session() as session:
        store.scenarios.drop(session, made.number)
    with pytest.raises(RuleBroken, match="is dropped"), db.session() as session:
        store.scenarios.append(session, made.number, "do", "甲", expected=0)
    with pytest.raises(NotFound), db.read() as session:
        store.scenarios.read(session, "no-such-link")
    with db.read() as session:
        assert store.scenarios.read(session, made.link).state == "dropped"
