"""Groups of bodies from the small district: near on foot, balanced, led, complementary, told."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from api.tasks.alliance_presets import PRESETS
from api.tasks.alliance_question import Question
from api.tasks.bodies import Bodies, read_bodies
from api.tasks.form_alliances import Alliances, FormAlliances, solved
from api.tasks.walk import network_of
from api.tasks.work import Work
from geo import network, store
from geo.errors import BadInput, Infeasible
from geo.grouping import measure

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def bodies(work: Work) -> Bodies:
    return read_bodies(work, PRESETS["alliances"])


@pytest.fixture(scope="module")
def asked() -> FormAlliances:
    return FormAlliances(groups=2, tolerance=0.3, leads_per_group=3, time_limit_s=600)


@pytest.fixture(scope="module")
def made(work: Work, asked: FormAlliances) -> Alliances:
    return asked.run(work)


def test_groups_are_connected_balanced_and_led(made: Alliances, asked: FormAlliances) -> None:
    labels, pairs = made.plan.labels, made.bodies.adjacency.pairs
    same = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]]
    n = len(labels)
    graph = coo_matrix((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(n, n))
    assert connected_components(graph, directed=False)[0] == asked.groups
    load = made.members.groupby("alliance")["load"].sum()
    assert (abs(load - load.mean()) <= asked.tolerance * load.mean() + 1e-6).all()
    assert made.deviation == pytest.approx(abs(load - load.mean()).max() / load.mean())
    by = made.members.groupby("alliance")
    assert (by["lead"].sum() == 1).all()
    assert (by["strong"].sum() >= asked.min_leads).all()
    assert made.members.loc[made.members["lead"], "strong"].all()
    assert made.members["mentor"].ne("").all()


def test_nearness_is_the_walk_over_the_streets(made: Alliances) -> None:
    net = network_of(made.scene)
    assert net is not None
    hub = made.plan.centres[made.plan.labels]
    for i in range(len(hub)):
        if hub[i] == i or made.bodies.estimated[i, hub[i]]:
            continue
        way = network.route(net, made.bodies.xy[i], made.bodies.xy[hub[i]])
        assert made.members["minutes"][i] == pytest.approx(way.seconds / 60, abs=0.06)


def test_the_centre_is_the_lead_nearest_to_its_members(made: Alliances) -> None:
    costs = made.asked.costs(made.bodies)
    for g, centre in enumerate(made.plan.centres):
        members = np.flatnonzero(made.plan.labels == g)
        total = costs[members][:, members].sum(axis=0)
        strong = made.members["strong"].to_numpy()[members]
        assert members[strong][np.argmin(total[strong])] == centre


def test_every_reason_tells_the_walk_and_what_a_move_would_cost(made: Alliances) -> None:
    labels, pairs = made.plan.labels, made.bodies.adjacency.pairs
    edge = np.zeros(len(labels), dtype=bool)
    edge[pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]].ravel()] = True
    for i, row in enumerate(made.members.itertuples()):
        assert ("分钟到牵头单位" in row.zh) != row.lead
        assert ("若改入" in row.zh) == edge[i] == (row.other != "")
        assert ("min on foot" in row.en) != row.lead
        if row.other:
            other = made.members.loc[made.members["alliance_name"] == row.other, "load"].sum()
            assert f"对方 {other:,.0f} → {other + row.load:,.0f} 户" in row.zh
            assert ("不可行" in row.zh) == (row.breaks != "")
            assert "步行总代价" in row.zh


def test_a_move_costs_what_its_reason_says(made: Alliances) -> None:
    problem, labels = made.answer.problem, made.plan.labels
    names = made.members.drop_duplicates("alliance").set_index("alliance_name")["alliance"] - 1
    costs = made.asked.costs(made.bodies)
    strong = made.members["strong"].to_numpy()

    def value(plan: np.ndarray) -> float:
        total = 0.0
        for g in range(problem.k):
            members = np.flatnonzero(plan == g)
            total += costs[members][:, members[strong[members]]].sum(axis=0).min()
        return total

    checked = 0
    for i, row in enumerate(made.members.itertuples()):
        if row.other and not row.breaks:
            moved = labels.copy()
            moved[i] = names[row.other]
            rise = (value(moved) - value(labels)) / value(labels)
            assert row.rise == pytest.approx(rise, abs=1e-9)
            assert rise >= -1e-9 or made.plan.status != "optimal"
            checked += 1
    assert checked or made.members["breaks"].ne("").any()


def test_forming_publishes_nothing(made: Alliances, work: Work) -> None:
    with work.db.read() as session:
        assert not len(store.groupings.read(session, "alliance"))
        run = store.runs.latest(session, "alliances")
    assert run is not None
    assert run.result["draft"] is True
    assert made.run > 0


def test_needs_are_met_by_offers_inside_and_skills_in_every_group_where_asked(
    work: Work, bodies: Bodies, asked: FormAlliances
) -> None:
    every = solved(asked.model_copy(update={"skills": "most"}), bodies, work)
    for name, holds in bodies.skills.wanted(holders=asked.groups).items():
        if name not in every.missing:
            assert {int(g) for g in every.plan.labels[holds]} == set(range(asked.groups))
    free = solved(asked.model_copy(update={"skills": "none"}), bodies, work)
    if free.plan.status == every.plan.status == "optimal":
        assert free.plan.objective <= every.plan.objective + 1e-6


def test_the_new_and_weak_come_nearer_to_a_lead_when_their_walk_counts_more(
    work: Work, bodies: Bodies, asked: FormAlliances
) -> None:
    pulled, plain = (asked.model_copy(update={"mentor": m, "skills": "none"}) for m in (2.0, 0.0))
    weight = pulled.costs(bodies)

    def walk(question: Question) -> float:
        plan = solved(question, bodies, work).plan
        assert plan.status == "optimal"
        return float(weight[np.arange(len(plan.labels)), plan.centres[plan.labels]].sum())

    assert walk(pulled) <= walk(plain) + 1e-6


def test_what_cannot_be_is_refused_with_a_reason(work: Work) -> None:
    with pytest.raises(BadInput, match="cannot form"):
        FormAlliances(groups=500).run(work)
    with pytest.raises(Infeasible) as error:
        FormAlliances(groups=2, min_leads=99, skills="none").run(work)
    assert error.value.zh


def test_as_many_lead_as_it_takes_unless_somebody_said_how_many(work: Work) -> None:
    usual = {"groups": 2, "tolerance": 0.15, "skills": "none"}
    with pytest.raises(Infeasible):
        FormAlliances.model_validate(usual | {"leads_per_group": 1}).run(work)
    made = FormAlliances.model_validate(usual).run(work)
    assert made.asked.leads_per_group > 2
    assert made.members.groupby("alliance")["strong"].any().all()


def test_a_further_load_is_balanced_as_well(
    work: Work, bodies: Bodies, asked: FormAlliances
) -> None:
    members = bodies.load("members")
    free = solved(asked.model_copy(update={"skills": "none"}), bodies, work)
    spread = measure.deviation(np.bincount(free.plan.labels, members))
    rule = asked.model_copy(update={"skills": "none", "also": {"members": max(spread, 0.05)}})
    made = Alliances.of(rule, bodies, solved(rule, bodies, work))
    loads = np.bincount(made.plan.labels, members)
    assert measure.deviation(loads) <= rule.also["members"] + 1e-6
    assert made.answer.problem.sum_names == ("members",)
    for wrong in ({"households": 0.2}, {"members": 0.0}):
        with pytest.raises(BadInput, match="further load"):
            asked.model_copy(update={"also": wrong}).check(bodies)


def test_lines_of_subdistricts_are_respected_weighed_or_ignored(work: Work, bodies: Bodies) -> None:
    def plan(areas: Bodies, groups: int, **rules: object) -> np.ndarray:
        usual = {"tolerance": 0.99, "hub": "any", "min_leads": 0, "skills": "none"}
        asked = Question.model_validate(usual | {"groups": groups} | rules)
        return solved(asked, areas, work, effort=0.1).plan.labels

    town = [f"32119800{g + 1}001" for g in plan(bodies, 3)]
    areas = replace(bodies, table=bodies.table.assign(community=town))
    lines = areas.subdistricts
    assert len(set(lines)) == 3

    def parted(labels: np.ndarray) -> int:
        return sum(len(set(labels[lines == name])) - 1 for name in set(lines))

    for groups in (3, 4):
        labels = plan(areas, groups, lines="hard")
        assert all(len(set(lines[labels == g])) == 1 for g in range(groups))
    assert parted(plan(areas, 2, lines="hard")) == 0
    free, soft = plan(areas, 2), plan(areas, 2, lines="soft", line_weight=50.0)
    assert parted(soft) <= parted(free)


@pytest.mark.parametrize(("preset", "ending"), [("regions", "区域集团"), ("teams", "志愿服务队")])
def test_presets_name_by_direction(work: Work, preset: str, ending: str) -> None:
    made = FormAlliances.model_validate(
        {"preset": preset, "groups": 2, "tolerance": 0.5, "time_limit_s": 60}
    ).run(work)
    names = made.members["alliance_name"].unique().tolist()
    assert len(names) == 2
    assert all(name.endswith(ending) and name[0] in "东南西北" for name in names)
    assert made.asked.load == PRESETS[preset].defaults["load"]


def test_the_same_seed_gives_the_same_plan(
    made: Alliances, asked: FormAlliances, work: Work
) -> None:
    again = asked.run(work)
    assert again.members.equals(made.members)
