"""Groupings: who was with whom, and when."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import store
from geo.errors import SchemaError

pytestmark = pytest.mark.store


def members(*rows: tuple[str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["name", "body", "lead"])


def publish(db: store.Database, kind: str, rows: pd.DataFrame) -> tuple[int, store.Changes]:
    with db.session() as session:
        number = store.revisions.open(session, "publish", "me", "why")
        return number, store.groupings.replace(session, kind, rows, number)


def rows_of(
    db: store.Database, kind: str, as_of: store.revisions.AsOf = None
) -> list[tuple[str, str, bool]]:
    with db.read() as session:
        found = store.groupings.read(session, kind, as_of=as_of)
    return list(found.itertuples(index=False, name=None))


def test_members_come_go_and_take_the_lead(db: store.Database) -> None:
    first, done = publish(
        db, "alliance", members(("东", "c1", True), ("东", "c2", False), ("西", "c3", True))
    )
    assert done == store.Changes(unchanged=0, changed=0, born=3, died=0)
    _, done = publish(
        db, "alliance", members(("东", "c1", False), ("东", "c2", False), ("北", "c4", True))
    )
    assert done == store.Changes(unchanged=1, changed=1, born=1, died=1)
    assert rows_of(db, "alliance") == [("东", "c1", False), ("东", "c2", False), ("北", "c4", True)]
    assert rows_of(db, "alliance", first) == [
        ("东", "c1", True), ("东", "c2", False), ("西", "c3", True),
    ]  # fmt: skip
    assert rows_of(db, "team") == []


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.dictionaries(st.tuples(st.sampled_from("AB"), st.sampled_from("xyz")), st.booleans()),
        max_size=4,
    ),
    st.uuids(),
)
def test_every_revision_can_be_read_as_it_was(
    db: store.Database, states: list[dict[tuple[str, str], bool]], kind: object
) -> None:
    published = []
    for state in states:
        rows = [(name, body, lead) for (name, body), lead in state.items()]
        number, done = publish(db, str(kind), members(*rows))
        assert done.unchanged + done.changed + done.born == len(rows)
        published.append((number, sorted(rows)))
    for number, rows in published:
        assert sorted(rows_of(db, str(kind), number)) == rows


def test_history_tells_who_joined_left_and_moved(db: store.Database) -> None:
    kind = "history"
    states = [
        members(("东", "c1", True), ("东", "c2", False), ("西", "c3", True)),
        members(("东", "c1", True), ("西", "c2", False), ("西", "c3", True), ("西", "c4", False)),
        members(("东", "c1", True), ("西", "c2", True), ("西", "c3", False)),
    ]
    numbers = [publish(db, kind, state)[0] for state in states]
    publish(db, "another", members(("南", "c9", True)))
    with db.read() as session:
        told = store.groupings.history(session, kind)
    assert [v.revision.number for v in told] == numbers
    assert [(v.groupings, v.members, v.joined, v.left, v.moved, v.leads) for v in told] == [
        (2, 3, 3, 0, 0, 0), (2, 4, 1, 0, 1, 0), (2, 3, 0, 1, 0, 1),
    ]  # fmt: skip
    with db.read() as session:
        assert store.groupings.history(session, "nothing") == []


def test_what_makes_no_sense_is_refused(db: store.Database) -> None:
    with pytest.raises(SchemaError, match="lack lead"):
        publish(db, "alliance", members(("东", "c1", True)).drop(columns="lead"))
    with pytest.raises(SchemaError, match="twice"):
        publish(db, "alliance", members(("东", "c1", True), ("东", "c1", False)))
