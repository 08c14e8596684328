"""Groups as planners see them: forming and weighing drafts, their map with loads, their papers."""

from typing import Annotated, Any

from fastapi import Path, Query, Request
from starlette.responses import Response

from api.http.alliances import Preset
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.http.views import HOLDER, Drawn, page
from api.tasks.alliance_presets import PRESETS
from api.tasks.alliance_told import ReadDraft, ReadWeighed, drafts
from api.tasks.draw_alliances import planner_page
from api.tasks.export_alliances import PrintAlliances
from api.tasks.form_alliances import FormAlliances
from api.tasks.grow_alliances import GrowAlliances
from api.tasks.weigh_alliances import WeighAlliances
from api.tasks.work import perform

router = Part(prefix="/alliances", tags=["alliances"])
pages = Part(prefix="/plan/alliances", include_in_schema=False)
Run = Annotated[int | None, Query(ge=1, lt=2**63, description="草案编号 a draft's run")]
Kept = Annotated[int, Path(ge=1, lt=2**63, description="草案编号 a draft's run")]
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post("/drafts", status_code=201, summary="组建草案 Form groups: a draft with its reasons")
def form(asked: FormAlliances, work: WorkDep, response: Response) -> dict[str, Any]:
    """Form groups anew; `also` balances further loads, `lines` respects subdistricts."""
    told = perform(asked, work).as_dict()
    response.headers["Location"] = f"/v1/alliances/drafts/{told['run']}"
    return told


@router.post("/growths", status_code=201, summary="以点带面 Take newcomers in, few or none move")
def grow(asked: GrowAlliances, work: WorkDep, response: Response) -> dict[str, Any]:
    """Extend existing groups, or re-form them with few members moved."""
    told = perform(asked, work).as_dict()
    response.headers["Location"] = f"/v1/alliances/drafts/{told['run']}"
    return told


@router.post(
    "/weighings", status_code=201, summary="方案比选 Different plans and what nothing beats"
)
def weigh(asked: WeighAlliances, work: WorkDep, response: Response) -> dict[str, Any]:
    """Lay different plans beside each other, and the front over balance, cost and members moved."""
    told = perform(asked, work).as_dict()
    response.headers["Location"] = f"/v1/alliances/weighings/{told['run']}"
    return told


@router.get("/drafts", summary="草案一览 The newest drafts")
def listed(work: WorkDep, preset: Preset = "alliances") -> list[dict[str, Any]]:
    """List what was proposed lately, the newest first."""
    names = ("status", "objective", "bound", "minutes_mean", "load_deviation", "needs_met")
    return [
        {"run": run.id, "kind": run.kind, "finished": run.finished.isoformat()}
        | {name: run.result.get(name) for name in names}
        for run in drafts(work, PRESETS[preset])
    ]


@router.get("/drafts/{run}", summary="一份草案 One draft with every reason")
def draft(work: WorkDep, run: Kept) -> dict[str, Any]:
    """Give a draft as it was kept."""
    return perform(ReadDraft(run_id=run), work)


@router.get("/weighings/{run}", summary="一次比选 One weighing")
def weighing(work: WorkDep, run: Kept) -> dict[str, Any]:
    """Give a weighing as it was kept; its plans are drafts."""
    return perform(ReadWeighed(run_id=run), work)


@pages.get("")
def view(
    request: Request, work: WorkDep, preset: Preset = "alliances", run: Run = None
) -> Response:
    """Show the map with loads, scores and reasons."""
    drawn: Drawn = request.app.state.drawn
    newest = next((r.id for r in drafts(work, PRESETS[preset], limit=1)), 0)
    return page(
        drawn.keep(
            f"plan/alliances/{preset}/{run}/{newest}",
            work,
            lambda base: planner_page(work, base, PRESETS[preset], run).html(
                inline=False, nonce=HOLDER
            ),
        )
    )


@pages.get("/booklet")
def booklet(work: WorkDep, preset: Preset = "alliances", run: Run = None) -> Response:
    """Show the booklet of reasons, to be read or printed."""
    content = perform(PrintAlliances(preset=preset, run_id=run), work)
    return Response(content, media_type="text/html", headers={"Cache-Control": "no-cache"})


@pages.get("/workbook.xlsx")
def workbook(work: WorkDep, preset: Preset = "alliances", run: Run = None) -> Response:
    """Give the groups as a workbook."""
    content = perform(PrintAlliances(ending="xlsx", preset=preset, run_id=run), work)
    name = f"attachment; filename={preset}.xlsx"
    return Response(content, media_type=WORKBOOK, headers={"Content-Disposition": name})
