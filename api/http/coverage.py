"""``/v1``: blind spots, their clock, and one place for all; areas only, never a building."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query

from api.http.parts import Part
from api.http.v1 import WorkDep
from api.tasks.audit_coverage import OnePlace
from api.tasks.coverage_clock import CoverageClock
from api.tasks.measure_coverage import for_anybody
from api.tasks.track_spots import ListSpots, public
from api.tasks.work import perform

router = Part(tags=["coverage"])


@router.get("/blind-spots", summary="盲区台账 Blind spots and what becomes of them")
def blind_spots(
    work: WorkDep, state: Annotated[list[str] | None, Query()] = None, series: str | None = None
) -> dict[str, Any]:
    """Give blind spots as GeoJSON: place, state, reason, households from ten on."""
    return public(perform(ListSpots(states=tuple(state or ()), series=series), work))


@router.get("/coverage/clock", summary="盲区时钟 Who is served, hour by hour")
def clock(
    work: WorkDep,
    minutes: Annotated[float, Query(gt=0, le=120)] = 15,
    walker: str = "adult",
    at: Annotated[str | None, Query(description="时刻 time of day, 22:30")] = None,
    service: Annotated[list[str] | None, Query()] = None,
    by: str = "community",
) -> dict[str, Any]:
    """Give the households that nobody serves at each hour of the week, and shares by area."""
    form = CoverageClock(
        minutes=(minutes,), walker=walker, time=at, services=tuple(service or ()), by=by
    )
    return perform(form, work).as_dict()


@router.get("/coverage/one-place", summary="最多跑一地 The smallest walk to one place for all")
def one_place(
    work: WorkDep,
    service: Annotated[list[str], Query(min_length=1, max_length=20)],
    minutes: Annotated[list[float] | None, Query()] = None,
    metres: Annotated[list[float] | None, Query()] = None,
    at: datetime | None = None,
    walker: str = "adult",
    by: str = "community",
) -> dict[str, Any]:
    """Give the share of households within a walk of one place that offers all services."""
    form = OnePlace(
        services=tuple(service), minutes=tuple(minutes or (5, 10, 15)),
        metres=tuple(metres or (500,)), at=at, walker=walker, by=by,
    )  # fmt: skip
    told = perform(form, work).as_dict()
    return for_anybody(told) if work.asker.view == "public" else told
