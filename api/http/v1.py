"""The JSON API: each route builds a form, performs it, and shapes the answer."""

from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.http import plain, queries
from api.http.parts import Part
from api.http.plain import Plain, Sent
from api.tasks.asker import Asker
from api.tasks.find_areas import AreaHistory, AreasAt
from api.tasks.find_place import FindPlaces
from api.tasks.known import NotAtHand
from api.tasks.measure_coverage import MeasureCoverage, for_anybody
from api.tasks.nearest_stations import NearestStations
from api.tasks.work import Work, perform

router = Part()
asked_often = Part(route_class=queries.Straight)
PLACES, MOST_PLACES, LONGEST_NAME = 8, 20, 60
Lon = Annotated[float, Query(ge=-180, le=180, description="经度 degrees east")]
Lat = Annotated[float, Query(ge=-90, le=90, description="纬度 degrees north")]


async def work_of(request: Request) -> Work:
    """Give the work of this application in the name of who asks."""
    base: Work = request.app.state.work
    asker: Asker = request.scope["asker"]
    return base.asked_by(asker)


WorkDep = Annotated[Work, Depends(work_of)]


@asked_often.get(
    "/stations/nearest",
    tags=["stations"],
    summary="步行最近的站点 Nearest stations on foot",
    response_model=dict[str, Any],
    openapi_extra={"parameters": queries.parameters(NearestStations)},
)
async def nearest(request: Request) -> Response:
    """Give the k nearest stations by walking time, each with its route; `open_at`: open then."""
    form, work = queries.read(NearestStations, request), request.app.state.work
    try:
        told = form.at_once(work)
    except NotAtHand:
        told = await run_in_threadpool(perform, form, work)
    body = orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, media_type="application/json")


def nearest_at_hand(work: Work, question: Plain) -> Sent | None:
    """Answer a plain question for the nearest stations."""
    form = plain.form(NearestStations, question)
    return None if form is None else _sent(form.at_once(work))


def areas_at_hand(work: Work, question: Plain) -> Sent | None:
    """Answer a plain question for the areas of a place."""
    form = plain.form(AreasAt, question)
    return None if form is None else _sent(form.at_once(work))


def places_at_hand(work: Work, question: Plain) -> Sent | None:
    """Answer a plain question for the places of a name."""
    told = plain.words(question.query)
    if told is None or "q" not in told or not told.keys() <= {"q", "limit"}:
        return None
    limit = int(told.get("limit", PLACES))
    if not 1 <= limit <= MOST_PLACES or len(told["q"]) > LONGEST_NAME:
        return None
    return _sent(FindPlaces(text=told["q"], limit=limit).at_once(work))


def _sent(told: object) -> Sent:
    return Sent("application/json", orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY))


@router.get("/places", tags=["places"], summary="地名检索 Places by name, pinyin or initials")
def places(
    work: WorkDep,
    q: Annotated[
        str, Query(max_length=LONGEST_NAME, description="汉字、拼音或首字母 name or pinyin")
    ],
    limit: Annotated[int, Query(ge=1, le=MOST_PLACES)] = PLACES,
) -> list[dict[str, Any]]:
    """Give buildings, compounds, stations, streets and communities, the likeliest first."""
    return perform(FindPlaces(text=q, limit=limit), work)


@router.get("/areas/at", tags=["areas"], summary="某地属于哪些区域 Areas that hold a place")
def areas_at(work: WorkDep, lon: Lon, lat: Lat, as_of: date | None = None) -> list[dict[str, Any]]:
    """Give the area of every level at a place, living or as of a day."""
    return perform(AreasAt(lon=lon, lat=lat, as_of=as_of), work)


@router.get("/areas/{code}/history", tags=["areas"], summary="沿革 Versions and lineage of a code")
def history(work: WorkDep, code: str) -> dict[str, Any]:
    """Give every version of a code, oldest first, and its lineage."""
    return perform(AreaHistory(code=code), work)


@router.get("/coverage", tags=["coverage"], summary="覆盖与盲区 Coverage and blind spots")
def coverage(
    work: WorkDep,
    minutes: Annotated[list[float] | None, Query()] = None,
    service: str | None = None,
    at: datetime | None = None,
    walker: str = "adult",
    by: str = "community",
) -> dict[str, Any]:
    """Give households within minutes of a station, by area, and the blind spots."""
    form = MeasureCoverage(
        minutes=tuple(minutes or (5, 10, 15)), service=service, at=at, walker=walker, by=by
    )
    told = perform(form, work).as_dict()
    return for_anybody(told) if work.asker.view == "public" else told
