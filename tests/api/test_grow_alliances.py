"""Growing without upset: with m = 0 nobody moves, and every member moved must pay."""

from itertools import combinations

import numpy as np
import pytest

from api.tasks.form_alliances import Alliances, FormAlliances
from api.tasks.grow_alliances import GrowAlliances, GrowthCurve
from api.tasks.publish_alliances import PublishAlliances
from api.tasks.weigh_alliances import WeighAlliances, Weighed
from api.tasks.work import Work
from geo import store
from geo.errors import BadInput, NotFound
from geo.grouping import likeness, measure

pytestmark = pytest.mark.store
USUAL = {
    "groups": 2, "tolerance": 0.3, "leads_per_group": 3, "skills": "none", "time_limit_s": 600,
}  # fmt: skip


@pytest.fixture(scope="module")
def made(work: Work) -> Alliances:
    return FormAlliances.model_validate(USUAL).run(work)


@pytest.fixture(scope="module")
def young(work: Work, made: Alliances) -> int:
    """A draft that two councils have not joined yet."""
    head = made.members[~made.members["lead"]]
    gone = set(head["id"].iloc[[0, -1]])
    with work.db.session() as session:
        draft = store.runs.read(session, made.run)
        members = [m for m in draft.result["members"] if m["id"] not in gone]
        return store.runs.save(
            session, "alliances", draft.inputs, 1, draft.result | {"members": members}
        )


def groups_of(run: int, work: Work) -> dict[str, str]:
    with work.db.read() as session:
        rows = store.runs.read(session, run).result["members"]
    return {m["id"]: m["alliance_name"] for m in rows}


@pytest.mark.parametrize("tolerance", [0.001, 0.3])
def test_with_nobody_moved_no_membership_changes(work: Work, young: int, tolerance: float) -> None:
    before = groups_of(young, work)
    grown = GrowAlliances.model_validate(USUAL | {"base": young, "tolerance": tolerance}).run(work)
    after = dict(
        zip(grown.alliances.members["id"], grown.alliances.members["alliance_name"], strict=True)
    )
    assert {body: after[body] for body in before} == before
    assert grown.moved == []
    assert len(grown.joined) == len(after) - len(before) == 2
    assert grown.tolerance >= tolerance
    assert set(after.values()) == set(before.values())
    with work.db.read() as session:
        leads = {m["id"] for m in store.runs.read(session, young).result["members"] if m["lead"]}
    assert set(grown.alliances.members.loc[grown.alliances.members["lead"], "id"]) == leads


def test_no_more_move_than_may(work: Work, young: int) -> None:
    before = groups_of(young, work)
    for most in (1, 2):
        grown = GrowAlliances.model_validate(
            USUAL | {"base": young, "moved_at_most": most, "keep_leads": False}
        ).run(work)
        after = grown.alliances.members.set_index("id")["alliance_name"]
        assert sum(after[body] != name for body, name in before.items()) == len(grown.moved) <= most


def test_the_curve_pays_for_every_move(work: Work, young: int) -> None:
    curve = GrowthCurve.model_validate(USUAL | {"base": young}).run(work)
    rows = [row for row in curve.rows() if row["objective"] is not None]
    assert rows[0]["moved_at_most"] == rows[0]["moved"] == 0
    assert rows[0]["gain"] == 0.0
    gains = [row["gain"] for row in rows]
    assert gains == sorted(gains)
    for row in rows:
        assert row["moved"] <= row["moved_at_most"]
        assert row["bound"] is None or row["bound"] <= row["objective"] * (1 + 1e-9)


def test_there_must_be_something_to_grow_from(work: Work) -> None:
    with pytest.raises(NotFound):
        GrowAlliances.model_validate(USUAL).run(work)
    with work.db.session() as session:
        other = store.runs.save(session, "coverage", {}, None, {})
    with pytest.raises(BadInput):
        GrowAlliances.model_validate(USUAL | {"base": other}).run(work)


@pytest.fixture(scope="module")
def weighed(work: Work, made: Alliances) -> Weighed:
    return WeighAlliances.model_validate(
        USUAL | {"differ": 0.1, "tolerance": 0.6, "plans": 5, "base": made.run}
    ).run(work)


def test_the_plans_of_a_choice_differ_as_stated(weighed: Weighed, made: Alliances) -> None:
    labels = [choice.made.plan.labels for choice in weighed.choices]
    assert len(labels) >= 2
    for row, (i, j) in zip(weighed.likenesses(), combinations(range(len(labels)), 2), strict=True):
        assert row["members"] == likeness.moved(labels[i], labels[j]) >= 0.1 * len(labels[i])
    for choice, row in zip(weighed.choices, weighed.table(), strict=True):
        assert measure.faults(choice.made.answer.problem, choice.made.plan.labels) == []
        assert row["run"] > made.run


def test_no_plan_of_the_front_beats_another_and_all_keep_their_limits(weighed: Weighed) -> None:
    rows = weighed.front_table()
    qualities = [(r["deviation"], r["cost_rise"], r["moved"]) for r in rows]
    assert all(all(x <= y for x, y in zip(a, b, strict=True)) is (a == b)
               for a in qualities for b in qualities)  # fmt: skip
    costs = [row["cost_rise"] for row in rows]
    assert costs == sorted(costs)
    for row in rows:
        assert row["tolerance"] is None or row["deviation"] <= row["tolerance"] + 1e-6
        assert row["moved_at_most"] is None or row["moved"] <= row["moved_at_most"]
    assert any(row["moved"] == 0 for row in rows)


def test_every_plan_that_was_weighed_may_be_read_and_published(
    work: Work, weighed: Weighed
) -> None:
    for row in [*weighed.table(), *weighed.front_table()]:
        groups = groups_of(row["run"], work)
        assert len(groups) == len(weighed.plans[0].made.plan.labels)
    with work.db.read() as session:
        assert not len(store.groupings.read(session, "alliance"))
    last = weighed.front_table()[-1]["run"]
    assert PublishAlliances(run_id=last).run(work).version.members == len(groups_of(last, work))


def test_pieces_of_an_old_group_are_joined_and_nothing_else() -> None:
    from geo.grouping import crossings
    from geo.layers import Adjacency

    ids = np.array(list("abcde"), dtype=object)
    near = Adjacency(ids, np.array([[0, 1], [3, 4]], dtype=np.int32), np.ones(2))
    xy = np.array([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)], dtype=float)
    found = crossings.whole(near, xy, np.array([0, 0, -1, 0, 1]))
    assert {tuple(p) for p in found.pairs.tolist()} == {(0, 1), (1, 3), (3, 4)}
