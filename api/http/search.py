"""Search by name, and which areas hold a point or a hundred thousand."""

from contextlib import suppress
from typing import Annotated

import orjson
from fastapi import Body
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http import plain, queries
from api.http.ogc.asked import only
from api.http.parts import Part
from api.http.plain import Plain, Sent
from api.http.v1 import WorkDep
from api.tasks.find_areas import AreasOfPoints
from api.tasks.search_places import SearchPlaces
from api.tasks.work import Work, perform
from geo.errors import GeoError

router = Part()
straight = Part(route_class=queries.Straight)


def prepare(work: Work) -> None:
    """Search once ahead of the first visitor, with a slip; an empty store has nothing."""
    with suppress(GeoError):
        perform(SearchPlaces(q="不在其中的名称"), work)


def sent(told: object) -> Response:
    """Send plain values."""
    body = orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-cache"})


@straight.get(
    "/search",
    tags=["places"],
    summary="检索 Search places, areas, streets and buildings",
    openapi_extra={"parameters": queries.parameters(SearchPlaces)},
)
async def search(request: Request) -> Response:
    """Find by characters, pinyin, initials, southern ears, one slip, or code."""
    only(request, SearchPlaces.model_fields)
    form = queries.read(SearchPlaces, request)
    return sent(await run_in_threadpool(perform, form, request.app.state.work))


def search_at_hand(work: Work, question: Plain) -> Sent | None:
    """Answer a plain question for names."""
    form = plain.form(SearchPlaces, question)
    if form is None:
        return None
    body = orjson.dumps(form.at_once(work), option=orjson.OPT_SERIALIZE_NUMPY)
    return Sent("application/json", body, {"Cache-Control": "no-cache"})


@router.post(
    "/areas/at",
    tags=["areas"],
    summary="批量定位 Areas that hold up to 100,000 points",
)
def areas_of_points(work: WorkDep, form: Annotated[AreasOfPoints, Body()]) -> Response:
    """Give the code of each level at every point, living or as of a day."""
    return sent(perform(form, work))
