"""The finder: ``/`` and ``/at/{place}``, whole pages that need no script."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import Query, Request
from starlette.responses import HTMLResponse, Response

import maps
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.tasks import draw_maps, known
from api.tasks.find_place import FindPlaces, NamePlace, PlaceAt, gazetteer
from api.tasks.nearest_stations import NearestStations
from api.tasks.open_stations import wall_clock
from api.tasks.print_cards import DoorCard
from api.tasks.work import Work, perform
from geo import finding, store
from geo.errors import BadInput, GeoError, NotFound
from geo.layers import SERVICES

router = Part(include_in_schema=False)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SHOWN = 5
SHOWN_LARGE = 3
SURE = 90.0
"""From this score on, a typed name is taken at its word, if nothing else is as near to it."""
MOST_DEG = 0.3


def prepare(work: Work) -> None:
    """Read, index and search once ahead of the first visitor; an empty store has nothing."""
    with suppress(GeoError):
        for place in perform(FindPlaces(text=_district(work)["example"], limit=1), work):
            asked = NearestStations(
                lon=place["lon"], lat=place["lat"], k=SHOWN, open_at=wall_clock()
            )
            perform(asked, work)
        _ground(work)


@router.get("/")
def home(request: Request, work: WorkDep) -> Response:
    """Ask where the visitor is, or answer for a typed name or a point."""
    asked = _asked(request)
    try:
        if "lon" in asked and "lat" in asked:
            return _found(request, work, asked, _point(work, asked["lon"], asked["lat"]))
        if asked.get("q", "").strip():
            return _typed(request, work, asked)
        return _page(request, work, asked)
    except NotFound:
        return _page(request, work, asked, status=404, fault="no_data")
    except BadInput:
        about = f"{asked.get('lon')}, {asked.get('lat')}"
        return _page(request, work, asked, status=400, fault="no_such", about=about)


@router.get("/at/{place}")
def at(request: Request, work: WorkDep, place: str) -> Response:
    """Answer for the place of a door QR: a building, compound, station or community."""
    asked = _asked(request)
    try:
        told = perform(PlaceAt(key=place[:80]), work)
    except NotFound:
        return _page(request, work, asked, status=404, fault="no_such", about=place)
    return _found(request, work, asked, told)


@router.get("/at/{place}/card.pdf")
def card(request: Request, work: WorkDep, place: str) -> Response:
    """Give the door card of a place, one page to print; its code leads to this service."""
    form = DoorCard(key=place[:80], base_url=str(request.base_url)[:200])
    name, content = perform(form, work)
    named = quote(f"{name}.pdf", safe="")
    headers = {
        "Content-Disposition": f"inline; filename=\"card.pdf\"; filename*=UTF-8''{named}",
        "Cache-Control": "private, no-cache",
    }
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/finder/ground")
def ground(
    work: WorkDep,
    box: Annotated[str | None, Query(description="西,南,东,北 west,south,east,north")] = None,
    zoom: Annotated[int, Query(ge=0, le=19)] = 12,
) -> Response:
    """Give the ground within a box for the small map; without one, of the whole district."""
    here, base = known.known(work), _ground(work)
    found = here.keep(
        ("window", box, zoom),
        lambda: orjson.dumps(maps.finder.window(base, _box(box, base), zoom)),
    )
    return Response(
        found, media_type="application/json", headers={"Cache-Control": "private, max-age=300"}
    )


@router.get("/finder/way.svg")
def way(
    work: WorkDep,
    way: Annotated[str, Query(max_length=6000)],
    n: Annotated[str, Query(max_length=2)] = "",
    elder: str = "",
) -> Response:
    """Draw a way on our ground, for pages without scripts."""
    drawn = maps.finder.way.picture(
        _ground(work), maps.finder.way.read(way), number=n, large=elder == "1"
    )
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": POLICY}
    return Response(drawn, media_type="image/svg+xml", headers=headers)


def _ground(work: Work) -> maps.Base:
    return known.known(work).keep("ground", lambda: draw_maps.ground(work))


def _asked(request: Request) -> dict[str, str]:
    """Give the question without what the finder does not know, so that it is never repeated."""
    names = {*maps.finder.KEPT, "q", "lon", "lat"}
    asked = {k: v.strip()[:60] for k, v in request.query_params.items() if k in names and v.strip()}
    if asked.get("service") not in {None, *SERVICES}:
        asked.pop("service")
    return asked


def _point(work: Work, lon: str, lat: str) -> dict[str, Any]:
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        x = y = float("nan")
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise BadInput(f"no such place: {lon}, {lat}", zh=f"坐标不正确：{lon}, {lat}")
    name = perform(NamePlace(lon=x, lat=y), work)
    return {"key": "", "name": name, "area": "", "lon": x, "lat": y}


def _typed(request: Request, work: Work, asked: dict[str, str]) -> Response:
    """List at once when one place is meant beyond doubt; ask when several may be."""
    found = perform(FindPlaces(text=asked["q"], limit=7), work)
    if not found:
        fault = "whose_house" if finding.house_alone(asked["q"]) else "none_named"
        return _page(request, work, asked, fault=fault, about=asked["q"])
    first, rest = found[0], found[1:]
    if first["score"] >= SURE and (not rest or rest[0]["score"] < first["score"]):
        others = [place for place in rest if place["score"] >= SURE / 2]
        return _found(request, work, asked, first, others=others[:3])
    return _page(request, work, asked, candidates=found)


def _found(
    request: Request,
    work: Work,
    asked: dict[str, str],
    place: dict[str, Any],
    others: list[dict[str, Any]] | None = None,
) -> Response:
    everyone = "elder" if asked.get("elder") == "1" else "adult"
    form = NearestStations(
        lon=place["lon"],
        lat=place["lat"],
        k=SHOWN_LARGE if everyone == "elder" else SHOWN,
        service=asked.get("service"),
        open_at=None if asked.get("when") == "all" else _moment(asked),
        walker="wheelchair" if asked.get("step") else everyone,
    )
    return _page(
        request, work, asked, place=place, answer=perform(form, work), candidates=others or []
    )


def _moment(asked: dict[str, str]) -> datetime:
    """Give the minute the visitor asked for, or this one."""
    try:
        return datetime.fromisoformat(asked.get("at", "")).replace(tzinfo=None)
    except ValueError:
        asked.pop("at", None)
        return wall_clock()


def _page(
    request: Request, work: Work, asked: dict[str, str], *, status: int = 200, **shown: Any
) -> Response:
    agent = request.headers.get("user-agent", "")
    answer, district = shown.get("answer"), _district(work)
    signs = [s["signboard"] for part in ("stations", "later") for s in (answer or {}).get(part, [])]
    signs += [shown["place"]["name"]] if shown.get("place") else []
    seen = maps.finder.Seen(
        path=request.url.path,
        asked=asked,
        place_name=district["place_name"],
        example=district["example"],
        letters=finding.initials(district["example"]),
        address=str(request.url),
        approval_no=work.settings.map_approval_no,
        duty_phone=work.settings.duty_phone,
        shown=_number(request.query_params.get("show", "")),
        device=maps.finder.device(agent),
        in_chat=maps.finder.inside_chat(agent),
        names={s: finding.titled(s) for s in signs} if asked.get("lang") == "en" else {},
        **shown,
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-cache, private",
        "Vary": "User-Agent",
    }
    return HTMLResponse(maps.finder.page(seen), status, headers=headers)


def _number(text: str) -> int:
    return int(text) if re.fullmatch("[1-9]", text) else 0


def _district(work: Work) -> dict[str, str]:
    """Give the name of the district and a place in it that a visitor could type."""
    try:
        here = known.known(work)
    except NotFound:
        return {"place_name": "", "example": ""}
    return here.keep("district", lambda: _named(work, here))


def _named(work: Work, here: known.Known) -> dict[str, str]:
    with work.db.read() as session:
        district = store.areas.read(session, "district")
    places = gazetteer(here, work).places
    return {
        "place_name": str(district["name"].iloc[0]) if len(district) else "",
        "example": next((p.name for p in places if p.kind == "compound"), ""),
    }


def _box(text: str | None, base: maps.Base) -> tuple[float, float, float, float]:
    if text is None:
        return maps.finder.whole(base)
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = east = south = north = float("nan")
    if not (0 < east - west <= MOST_DEG and 0 < north - south <= MOST_DEG):
        raise BadInput(
            f"box {text!r} is not west,south,east,north within {MOST_DEG}°",
            zh=f"范围“{text}”应为“西,南,东,北”，且不超过 {MOST_DEG} 度",
        )
    return west, south, east, north
