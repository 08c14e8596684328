"""A plan from its first stroke to the published map: undo, restart, two planners, publishing."""

import copy
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import squareton

from api.settings import Settings
from api.tasks import certificate, desk
from api.tasks.accompany_scenario import HoldCommunity
from api.tasks.check_scenario import ApproveScenario, CheckScenario
from api.tasks.compare_scenarios import CompareScenarios
from api.tasks.open_scenario import open_scenario
from api.tasks.publish_scenario import PublishScenario
from api.tasks.rebase_scenario import RebaseScenario
from api.tasks.redraw_areas import ApplyOperation, NewScenario, RedoOperation, UndoOperation
from api.tasks.work import Work
from geo import coords, store
from geo.errors import Conflict, RuleBroken

pytestmark = pytest.mark.store
GRID = "321198001001001"


@pytest.fixture(scope="module")
def work(db: store.Database) -> Work:
    """Give Squareton in a store."""
    return squareton.kept(db)


def other(work: Work, who: str) -> Work:
    """Give the same store to somebody else."""
    return Work(settings=work.settings, database=work.db, who=who)


def shape(work: Work, level: str, code: str) -> shapely.Polygon:
    """Give an area's living shape in degrees."""
    with work.db.read() as session:
        frame = store.areas.read(session, level).set_index("code")
    return frame.geometry[code]


def split(work: Work, code: str, at: float = 0.5) -> dict[str, object]:
    """Give the operation that splits a grid from south to north."""
    west, south, east, north = shape(work, "grid", code).bounds
    x = west + at * (east - west)
    line = {"type": "LineString", "coordinates": [[x, south - 1e-4], [x, north + 1e-4]]}
    return {"op": "split", "level": "grid", "code": code, "line": line}


def state(work: Work, scenario: int) -> dict[tuple[str, str], bytes]:
    """Give every area of a scenario to the last bit."""
    with desk.desk(work, scenario) as mine:
        return {k: a.shape.wkb + repr(a).encode() for k, a in mine.fabric.areas.items()}


def forget() -> None:
    """Let the process forget all it keeps, as after a restart."""
    desk._DESKS.clear()
    desk._BASES.clear()


def test_undo_and_redo_survive_a_restart(work: Work) -> None:
    made = NewScenario(name="一稿").run(work)
    states = [state(work, made.number)]
    for op in (
        split(work, GRID),
        {"op": "rename", "level": "grid", "code": "321198001001002", "name": "新名"},
        {"op": "merge", "level": "grid", "codes": ["321198001001003", "321198001001004"]},
    ):
        ApplyOperation(scenario=made.link, operation=op).run(work)
        states.append(state(work, made.number))
    for expected in states[-2::-1]:
        forget()
        UndoOperation(scenario=made.number).run(work)
        assert state(work, made.number) == expected
    with pytest.raises(RuleBroken, match="nothing to undo"):
        UndoOperation(scenario=made.number).run(work)
    for expected in states[1:]:
        RedoOperation(scenario=made.number).run(work)
        forget()
        assert state(work, made.number) == expected
    with pytest.raises(RuleBroken, match="nothing to redo"):
        RedoOperation(scenario=made.number).run(work)


def test_a_stale_writer_is_told_what_was_missed(work: Work) -> None:
    made = NewScenario(name="两人").run(work)
    ApplyOperation(scenario=made.number, operation=split(work, GRID), expected=0).run(work)
    late = ApplyOperation(
        scenario=made.number, operation=split(work, "321198001001002"), expected=0
    )
    with pytest.raises(Conflict, match="at step 1, not 0") as told:
        late.run(other(work, "乙"))
    assert len(told.value.where) == 1
    assert "甲" in told.value.where[0]
    assert late.model_copy(update={"expected": 1}).run(other(work, "乙")).step == 2


def test_presence_tells_who_works_where(work: Work) -> None:
    made = NewScenario(name="在场").run(work)
    HoldCommunity(scenario=made.number, community=GRID[:12]).run(other(work, "乙"))
    done = ApplyOperation(scenario=made.number, operation=split(work, GRID)).run(work)
    assert [h.who for h in done.held] == ["乙"]


def test_writers_at_once_lose_nothing(work: Work) -> None:
    made = NewScenario(name="八人").run(work)
    with work.db.read() as session:
        codes = store.areas.read(session, "microgrid")["code"].tolist()

    def write(n: int) -> int:
        mine, done, seen = other(work, f"P{n}"), 0, 0
        rng = np.random.default_rng(n)
        while done < 2:
            code = codes[(7 * n + done) % len(codes)]
            op = {"op": "rename", "level": "microgrid", "code": code, "name": f"{n}-{done}"}
            try:
                seen = (
                    ApplyOperation(scenario=made.number, operation=op, expected=seen).run(mine).step
                )
            except Conflict as missed:
                seen += len(missed.where)
                time.sleep(0.3 * rng.random())
                continue
            done += 1
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 16
    with work.db.read() as session:
        steps = store.scenarios.steps(session, made.number)
    assert [s.step for s in steps] == list(range(1, 17))
    assert {s.operation["name"] for s in steps} == {f"{n}-{k}" for n in range(8) for k in range(2)}
    before = state(work, made.number)
    forget()
    assert state(work, made.number) == before


def test_publishing_keeps_history_lineage_and_proof(work: Work, tmp_path: Path) -> None:
    made = NewScenario(name="发布").run(work)
    with work.db.read() as session:
        old = store.revisions.latest(session)
        before = store.areas.read(session, "grid")
    assert old is not None
    ApplyOperation(scenario=made.number, operation=split(work, GRID)).run(work)
    ApplyOperation(
        scenario=made.number,
        operation={"op": "merge", "level": "grid", "codes": ["321198001002001", "321198001002002"]},
    ).run(work)  # fmt: skip
    compared = CompareScenarios(scenario=made.number).run(work).as_dict()
    assert {(d["kind"], d["level"]) for d in compared["differences"]} >= {
        ("split", "grid"),
        ("merge", "grid"),
    }
    with pytest.raises(RuleBroken, match="keep the scenario from being published"):
        PublishScenario(scenario=made.number, why="试").run(work)
    assert {f.code for f in CheckScenario(scenario=made.number).run(work).blocking} == {
        "SIZE_OUT_OF_NORM"
    }
    done = PublishScenario(scenario=made.number, why="调整", accept=("SIZE_OUT_OF_NORM",)).run(work)
    assert done.revision == old.number + 1
    with work.db.read() as session:
        assert store.areas.read(session, "grid", as_of=old.number).equals(before)
        now = store.areas.read(session, "grid")
        kin = store.areas.lineage(session, GRID)
        proof, impact = store.scenarios.publication(session, done.revision)
    assert GRID not in set(now["code"])
    assert set(kin[kin["parent"] == GRID]["child"]) <= set(now["code"])
    assert len(kin[kin["parent"] == GRID]) == 2
    assert now["households"].sum() == before["households"].sum()
    assert impact["households_moved"]["grid"] > 0
    assert certificate.verify(proof)["valid"]
    with pytest.raises(RuleBroken, match="is published"):
        UndoOperation(scenario=made.number).run(work)


def test_a_certificate_tells_of_any_change_of_its_file(work: Work) -> None:
    fabric = squareton.fabric()
    proof = certificate.certificate(fabric, certificate.findings(fabric), told={"revision": 1})
    assert certificate.verify(proof)["valid"]
    forged = copy.deepcopy(proof)
    shifted = shapely.transform(shapely.from_wkb(forged["areas"][9]["wkb"]), lambda xy: xy + 1e-5)
    forged["areas"][9]["wkb"] = shapely.to_wkb(shifted, hex=True)
    told = certificate.verify(forged)
    assert not told["valid"]
    assert not told["digest"]
    forged["sha256"] = certificate.digest(forged)
    told = certificate.verify(forged)
    assert told["digest"]
    assert not told["valid"]
    assert told["claims"]["no_gap"] == {
        "claimed": True, "found": False, "exceptions": told["claims"]["no_gap"]["exceptions"],
    }  # fmt: skip


def test_rebase_follows_and_names_what_clashes(work: Work) -> None:
    with work.db.read() as session:
        codes = store.areas.read(session, "grid")["code"].tolist()
    mine, theirs = codes[-1], codes[-2]
    late, first = NewScenario(name="后").run(work), NewScenario(name="先").run(work)
    ApplyOperation(scenario=late.number, operation=split(work, mine)).run(work)
    with desk.desk(work, late.number) as open_desk:
        half = open_desk.done[0].change.links[0].child
    ApplyOperation(
        scenario=late.number, operation={"op": "rename", "level": "grid", "code": half, "name": "半"}
    ).run(work)  # fmt: skip
    ApplyOperation(scenario=late.number, operation=split(work, theirs)).run(work)
    ApplyOperation(scenario=first.number, operation=split(work, theirs, 0.4)).run(work)
    PublishScenario(scenario=first.number, why="先发布", accept=("SIZE_OUT_OF_NORM",)).run(work)
    with pytest.raises(Conflict, match="rebase the scenario first"):
        PublishScenario(scenario=late.number, why="后", accept=("SIZE_OUT_OF_NORM",)).run(work)
    with pytest.raises(Conflict, match="1 operations clash") as told:
        RebaseScenario(scenario=late.number).run(work)
    assert theirs in told.value.where[0]
    done = RebaseScenario(scenario=late.number, drop_clashes=True).run(work)
    assert done.repeated == 2
    forget()
    with desk.desk(work, late.number) as again:
        new = again.done[0].change.links[0].child
        assert new != half
        assert again.fabric.area("grid", new).name == "半"
    published = PublishScenario(scenario=late.number, why="后", accept=("SIZE_OUT_OF_NORM",)).run(
        work
    )
    assert certificate.verify(published.certificate)["valid"]


def test_a_second_person_must_approve_where_the_deployment_asks(work: Work) -> None:
    strict = Work(settings=Settings(second_approval=True), database=work.db, who="甲")
    made = NewScenario(name="审核").run(strict)
    op = {"op": "rename", "level": "community", "code": "321198001003", "name": "新社区"}
    ApplyOperation(scenario=made.number, operation=op).run(strict)
    publish = PublishScenario(scenario=made.number, why="改名")
    ApproveScenario(scenario=made.number).run(strict)
    with pytest.raises(RuleBroken, match="second person"):
        publish.run(strict)
    ApproveScenario(scenario=made.number).run(other(strict, "乙"))
    assert publish.run(strict).areas == 1


def test_a_proposal_opens_as_a_scenario(work: Work) -> None:
    with work.db.read() as session:
        areas = store.areas.read(session, "grid")
        parents = store.areas.read(session, "community").set_index("code")
    code = parents.index[-1]
    west, south, east, north = parents.geometry[code].bounds
    third = (east - west) / 3
    sloppy = gpd.GeoDataFrame(
        {"name": ["西", "中", "东"]},
        geometry=[
            shapely.box(west + k * third + 1e-6, south - 2e-6, west + (k + 1) * third, north + 1e-5)
            for k in range(3)
        ],
        crs=coords.STORED,
    )
    made = open_scenario(work, "grid", code, sloppy, name="方案")
    assert made.step == 1
    assert [f for f in CheckScenario(scenario=made.number).run(work).blocking
            if f.code != "SIZE_OUT_OF_NORM"] == []  # fmt: skip
    with desk.desk(work, made.number) as mine:
        grids = [a for a in mine.fabric.of("grid") if a.above == code]
        assert sorted(a.name for a in grids) == sorted(["西", "中", "东"])
        assert (
            sum(a.households for a in grids) == areas[areas["parent"] == code]["households"].sum()
        )


PUBLISH = """
import sys
from api.settings import Settings
from api.tasks.publish_scenario import PublishScenario
from api.tasks.work import Work
from geo import store
db = store.connect(sys.argv[1])
print("ready", flush=True)
PublishScenario(scenario=int(sys.argv[2]), why="断电", accept=("SIZE_OUT_OF_NORM",)).run(
    Work(settings=Settings(), database=db))
print("published", flush=True)
"""


def test_killed_in_the_middle_of_publishing_the_old_revision_stands_whole(
    work: Work, database_url: str
) -> None:
    made = NewScenario(name="断电").run(work)
    with work.db.read() as session:
        old = store.areas.read(session, "grid")
        revision = store.revisions.latest(session)
    ApplyOperation(scenario=made.number, operation=split(work, old["code"].iloc[0])).run(work)
    command = [sys.executable, "-c", PUBLISH, database_url, str(made.number)]
    place = Path(__file__).resolve().parents[2]
    with work.db.session() as holder:
        from sqlalchemy import text

        holder.execute(text("lock table publications in exclusive mode"))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=place)
        waiting = text("select count(*) from pg_locks where not granted")
        for _ in range(600):
            if holder.execute(waiting).scalar_one():
                break
            time.sleep(0.1)
        assert holder.execute(waiting).scalar_one() == 1  # areas are written, nothing stands yet
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with work.db.read() as session:
        assert store.areas.read(session, "grid").equals(old)
        assert store.revisions.latest(session) == revision
        assert store.scenarios.read(session, made.number).state == "open"
    told = subprocess.run(command, capture_output=True, cwd=place, text=True, check=True)
    assert "published" in told.stdout
    with work.db.read() as session:
        assert store.scenarios.read(session, made.number).state == "published"
    assert isinstance(state(work, made.number), dict)


def test_numbers_of_the_first_day_are_told_for_the_map_of_today(work: Work) -> None:
    from api.tasks.find_areas import RestateAreas

    with work.db.read() as session:
        old = store.areas.read(session, "grid", as_of=1)
        now = store.areas.read(session, "grid")
    values = {code: 10 + i for i, code in enumerate(old["code"])}
    told = RestateAreas(level="grid", values=values, start=1).run(work)
    assert sum(told.values()) == sum(values.values())
    assert set(told) <= set(now["code"])
