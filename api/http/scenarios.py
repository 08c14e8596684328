"""Scenarios over HTTP: open one, do, undo and redo, read what it shows.

The entity tag of a scenario is its last step: who sends ``If-Match`` and has missed a step
is answered 409 with the steps that were missed.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Body, Depends, Header
from starlette.responses import Response

from api.http.v1 import WorkDep
from api.tasks.redraw_areas import (
    ApplyOperation,
    ListScenarios,
    NewScenario,
    RedoOperation,
    UndoOperation,
)
from api.tasks.show_scenario import ScenarioProblems, ShowScenario, StreetCuts, made
from api.tasks.work import perform
from geo.errors import BadInput

router = APIRouter(prefix="/scenarios", tags=["scenarios"])


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
def new(form: NewScenario, work: WorkDep) -> Any:
    """Open a scenario; its `link` names it in every further address."""
    opened = perform(form, work)
    return answer(perform(ShowScenario(scenario=opened.number, against=opened.base), work), 201)


@router.get("/{scenario}", summary="方案现状 The areas of a scenario as it is now")
def show(
    scenario: str, work: WorkDep, level: str = "", within: str = "", against: int | None = None
) -> Any:
    """Give areas as GeoJSON features; `against` a revision: only what differs from it."""
    form = ShowScenario(scenario=scenario, level=level, within=within, against=against)
    return answer(perform(form, work))


@router.get("/{scenario}/problems", summary="待处理问题 Areas out of norm or in pieces")
def problems(scenario: str, work: WorkDep, level: str = "grid") -> Any:
    """List problems of a level, the worst first."""
    return answer(perform(ScenarioProblems(scenario=scenario, level=level), work))


@router.get("/{scenario}/cuts", summary="可沿街分割 Streets along which an area can be split")
def cuts(scenario: str, work: WorkDep, code: str, level: str = "grid") -> Any:
    """List the streets that part an area, each with the operation that does it."""
    return answer(perform(StreetCuts(scenario=scenario, level=level, code=code), work))


@router.post("/{scenario}/operations", summary="执行操作 Do an operation")
def apply(
    scenario: str,
    work: WorkDep,
    expected: Expected,
    operation: Annotated[dict[str, Any], Body()],
    dry_run: bool = False,
    idempotency_key: Annotated[UUID | None, Header()] = None,
) -> Any:
    """Do ``{"op": "split", …}``, geometries as GeoJSON in degrees; tell what it changed."""
    form = ApplyOperation(
        scenario=scenario, operation=operation, expected=expected, id=idempotency_key,
        dry_run=dry_run,
    )  # fmt: skip
    return answer(made(work, form))


@router.post("/{scenario}/undo", summary="撤销 Take back the last operation that stands")
def undo(scenario: str, work: WorkDep, expected: Expected) -> Any:
    """Undo; endless, also after a restart."""
    return answer(made(work, UndoOperation(scenario=scenario, expected=expected)))


@router.post("/{scenario}/redo", summary="重做 Do again what was taken back last")
def redo(scenario: str, work: WorkDep, expected: Expected) -> Any:
    """Redo, as long as nothing else was done since."""
    return answer(made(work, RedoOperation(scenario=scenario, expected=expected)))
