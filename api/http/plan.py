"""The planner's pages, and what their scripts ask."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.http import alliance_drafts, scenarios
from api.http.parts import Part
from api.http.scenarios import Planner, answer
from api.http.v1 import WorkDep
from api.http.views import HOLDER, Drawn, page
from api.tasks import draw_desk, draw_maps
from api.tasks.check_scenario import ScenarioApprovals
from api.tasks.desk_homes import AreaHomes, DeskHomes
from api.tasks.try_sites import BestSites, TrySites
from api.tasks.work import perform

pages = Part(include_in_schema=False)
router = Part()
router.include_router(scenarios.router)
router.include_router(alliance_drafts.router)
pages.include_router(alliance_drafts.pages)


@pages.get("/plan")
def desk(request: Request, work: WorkDep) -> Response:
    """Show the desk on which boundaries are redrawn."""
    drawn: Drawn = request.app.state.drawn
    return page(
        drawn.keep(
            "plan/desk",
            work,
            lambda base: draw_desk.plan_desk(work, base).html(inline=False, nonce=HOLDER),
        )
    )


@pages.get("/plan/homes")
def homes(work: WorkDep) -> Response:
    """Give points and households of every inhabited building, packed, to be counted with."""
    sent: Response = answer(perform(DeskHomes(), work))
    return sent


@pages.get("/plan/sites")
def sites(request: Request, work: WorkDep) -> Response:
    """Show where stations stand and might stand, to try a plan on."""
    drawn: Drawn = request.app.state.drawn
    return page(
        drawn.keep(
            "plan/sites",
            work,
            lambda base: draw_maps.plan_sites(work, base).html(inline=False, nonce=HOLDER),
        )
    )


@router.post("/sites/try", tags=["sites"], summary="试设站点 What a plan of sites changes")
def try_sites(form: TrySites, work: WorkDep) -> dict[str, Any]:
    """Say who gains and who loses when stations are added, moved (closed and added) or closed."""
    return perform(form, work)


@router.post("/sites/best", tags=["sites"], summary="方案上限 What any plan could reach")
def best_sites(form: BestSites, work: WorkDep) -> dict[str, Any]:
    """Give the best plan of as many new sites, and a bound that none can exceed."""
    return perform(form, work)


@router.get(
    "/scenarios/{scenario}/homes", tags=["scenarios"], summary="区域内楼栋 Buildings of an area"
)
def area_homes(scenario: str, work: Planner, code: str, near: str, level: str = "grid") -> Any:
    """List the inhabited buildings of an area, the nearest to another one first."""
    form = AreaHomes(scenario=scenario, level=level, code=code, near=near)
    return answer(perform(form, work))


@router.get(
    "/scenarios/{scenario}/approvals", tags=["scenarios"], summary="谁已审核 Who approved it"
)
def approvals(scenario: str, work: Planner) -> Any:
    """List who approved the last step, and whether publishing needs a second person."""
    return answer(perform(ScenarioApprovals(scenario=scenario), work))
