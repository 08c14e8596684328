"""Scenarios over HTTP: open one, do, undo and redo, read what it shows.

The entity tag of a scenario is its last step: who sends ``If-Match`` and has missed a step
is answered 409 with the steps that were missed. Who works goes by the name in ``X-Planner``
(percent-encoded); it is told to the others and kept with every step.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import unquote
from uuid import UUID

import orjson
from fastapi import Body, Depends, Header, Query
from starlette.responses import Response

from api.http.parts import Part
from api.http.v1 import WorkDep
from api.tasks.accompany_scenario import HoldCommunity, LeaveScenario, Present, ScenarioSteps
from api.tasks.asker import LOCAL
from api.tasks.check_scenario import ApproveScenario, CheckScenario
from api.tasks.compare_scenarios import CompareScenarios
from api.tasks.mend_scenario import ScenarioFaults
from api.tasks.publish_scenario import Proof, PublishScenario
from api.tasks.rebase_scenario import RebaseScenario
from api.tasks.redraw_areas import (
    ApplyOperation,
    ListScenarios,
    NewScenario,
    RedoOperation,
    UndoOperation,
)
from api.tasks.show_scenario import ShowScenario, StreetCuts, made
from api.tasks.work import Work, perform
from geo.errors import BadInput

router = Part(prefix="/scenarios", tags=["scenarios"])
MOST_NAME = 80


def expected_of(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """Read the step that the sender has seen; None without a condition."""
    told = (if_match or "*").strip().removeprefix("W/").strip('"')
    if told == "*":
        return None
    if not told.isdecimal():
        raise BadInput(
            f"If-Match {if_match!r} is no step", zh="If-Match 应为方案的步号", hint='such as "3"'
        )
    return int(told)


Expected = Annotated[int | None, Depends(expected_of)]


def planner_of(work: WorkDep, x_planner: Annotated[str | None, Header()] = None) -> Work:
    """Give the work in the name of who logged in; at the machine itself, of whoever they say."""
    name = unquote(x_planner or "").strip()[:MOST_NAME]
    at_the_machine = work.asker == LOCAL  # whoever logged in goes by that name
    return replace(work, who=name) if name and at_the_machine else work


Planner = Annotated[Work, Depends(planner_of)]


def answer(told: Any, status: int = 200) -> Response:
    """Send plain values; what stands at a step carries it as its tag."""
    tag = {"ETag": f'"{told["step"]}"'} if isinstance(told, dict) and "step" in told else {}
    return Response(
        orjson.dumps(told), status, headers=tag | {"Cache-Control": "no-store"},
        media_type="application/json",
    )  # fmt: skip


@router.get("", summary="方案列表 Scenarios, the newest first")
def scenarios(work: WorkDep, state: Literal["open", "published", "dropped"] | None = None) -> Any:
    """List scenarios."""
    return answer(perform(ListScenarios(state=state), work))


@router.post("", status_code=201, summary="新建方案 Branch a scenario from a published revision")
def new(form: NewScenario, work: Planner) -> Any:
    """Open a scenario; its `link` names it in every further address."""
    opened = perform(form, work)
    return answer(perform(ShowScenario(scenario=opened.number, against=opened.base), work), 201)


@router.get("/{scenario}", summary="方案现状 The areas of a scenario as it is now")
def show(
    scenario: str,
    work: Planner,
    level: str = "",
    within: str = "",
    against: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
) -> Any:
    """Give areas as GeoJSON features; `against` a revision: only what differs from it."""
    form = ShowScenario(scenario=scenario, level=level, within=within, against=against)
    return answer(perform(form, work))


@router.get("/{scenario}/problems", summary="待处理问题 What is wrong, and what would mend it")
def problems(
    scenario: str,
    work: Planner,
    level: str = "grid",
    start: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    most: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Any:
    """List problems of a level, the worst first, each with operations that would mend it.

    `start` and `most` ask for a part; the header ``X-Total-Count`` tells how many there are.
    """
    form = ScenarioFaults(scenario=scenario, level=level, start=start, most=most)
    found = perform(form, work)
    told = answer(found.told)
    told.headers["X-Total-Count"] = str(found.total)
    return told


@router.get("/{scenario}/cuts", summary="可沿街分割 Streets along which an area can be split")
def cuts(scenario: str, work: Planner, code: str, level: str = "grid") -> Any:
    """List the streets that part an area, each with the operation that does it."""
    return answer(perform(StreetCuts(scenario=scenario, level=level, code=code), work))


@router.post("/{scenario}/operations", summary="执行操作 Do an operation")
def apply(
    scenario: str,
    work: Planner,
    expected: Expected,
    operation: Annotated[dict[str, Any], Body()],
    dry_run: bool = False,
    idempotency_key: Annotated[UUID | None, Header()] = None,
) -> Any:
    """Do ``{"op": "split", …}``, geometries as GeoJSON in degrees; tell what it changed.

    ``keep`` beside ``op`` lists areas of the level that must stay as they are.
    """
    form = ApplyOperation(
        scenario=scenario, operation={k: v for k, v in operation.items() if k != "keep"},
        expected=expected, id=idempotency_key, dry_run=dry_run, keep=operation.get("keep", ()),
    )  # fmt: skip
    return answer(made(work, form))


@router.post("/{scenario}/undo", summary="撤销 Take back the last operation that stands")
def undo(scenario: str, work: Planner, expected: Expected) -> Any:
    """Undo; endless, also after a restart."""
    return answer(made(work, UndoOperation(scenario=scenario, expected=expected)))


@router.post("/{scenario}/redo", summary="重做 Do again what was taken back last")
def redo(scenario: str, work: Planner, expected: Expected) -> Any:
    """Redo, as long as nothing else was done since."""
    return answer(made(work, RedoOperation(scenario=scenario, expected=expected)))


@router.get("/{scenario}/steps", summary="操作记录 What was done, also by others")
def steps(scenario: str, work: Planner, after: int = 0) -> Any:
    """List the steps after one of them: deed, operation, who and when."""
    return answer(perform(ScenarioSteps(scenario=scenario, after=after), work))


@router.get("/{scenario}/presence", summary="谁在编辑 Who works where")
def present(scenario: str, work: Planner) -> Any:
    """List who works in which community; who was not seen for a minute is gone."""
    return answer(perform(Present(scenario=scenario), work))


@router.put("/{scenario}/presence/{community}", summary="我在编辑 Say that one works there")
def hold(scenario: str, community: str, work: Planner) -> Any:
    """Note it for a minute; give everybody who works there, the longest first."""
    return answer(perform(HoldCommunity(scenario=scenario, community=community), work))


@router.delete("/{scenario}/presence", status_code=204, summary="离开 Say that one has gone")
def leave(scenario: str, work: Planner) -> Response:
    """Forget where one works."""
    perform(LeaveScenario(scenario=scenario), work)
    return Response(status_code=204)


@router.get("/{scenario}/differences", summary="方案比较 What it changes: A | B | Δ")
def differences(scenario: str, work: WorkDep, other: str | None = None) -> Any:
    """Compare with the revision it stands on, or with another scenario."""
    return answer(perform(CompareScenarios(scenario=scenario, other=other), work).as_dict())


@router.get("/{scenario}/check", summary="全面检查 What keeps it from being published")
def check(scenario: str, work: WorkDep) -> Any:
    """Check the whole map as the scenario leaves it; places in degrees."""
    return answer(perform(CheckScenario(scenario=scenario), work).as_dict())


@router.post("/{scenario}/approvals", summary="审核通过 Find it good as it is now")
def approve(scenario: str, work: Planner, expected: Expected) -> Any:
    """Approve the step that was seen (If-Match), the last one without a condition."""
    step = perform(ApproveScenario(scenario=scenario, expected=expected), work)
    return answer({"step": step, "who": work.who})


@router.post("/{scenario}/rebase", summary="变基 Bring it to the latest revision")
def rebase(
    scenario: str, work: Planner, drop_clashes: Annotated[bool, Body(embed=True)] = False
) -> Any:
    """Repeat its operations there; 409 names what clashes, area by area."""
    form = RebaseScenario(scenario=scenario, drop_clashes=drop_clashes)
    return answer(perform(form, work).as_dict())


@router.post("/{scenario}/publication", status_code=201, summary="发布 Publish it as a revision")
def publish(
    scenario: str,
    work: Planner,
    expected: Expected,
    why: Annotated[str, Body(min_length=1)],
    effective: Annotated[date | None, Body()] = None,
    accept: Annotated[tuple[str, ...], Body()] = (),
) -> Any:
    """Publish whole or not at all; the answer is the impact sheet and the proof's digest."""
    form = PublishScenario(
        scenario=scenario, why=why, expected=expected, effective=effective, accept=accept
    )
    return answer(perform(form, work).as_dict(), 201)


@router.get("/{scenario}/certificate", summary="发布证书 The proof of what was published")
def certificate(scenario: str, work: WorkDep) -> Any:
    """Give the certificate; ``wangge scenarios verify`` proves it from the file alone."""
    return answer(perform(Proof(scenario=scenario), work))
