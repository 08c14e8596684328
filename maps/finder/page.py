"""The page of the finder: values in, HTML out; the list first, the map after it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import geopandas as gpd
import jinja2
import segno
import shapely
from markupsafe import Markup, escape

from geo import coords
from maps import packing, vendor
from maps.finder import way, words
from maps.finder.device import Device

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
KEPT = ("service", "when", "step", "at", "elder", "lang")
"""What every link of the page carries on."""
CLOSING_MIN = 10
NEAR_MIN = 15
"""A walk of the 15-minute life circle; what is farther is told as far."""
OUTSIDE_M = 8_000
MAP_SCRIPTS = ("js/unpack.js", "js/paint.js", "js/labels.js", "finder/map.js")


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything a page of the finder shows.

    Parameters
    ----------
    path : str
        Address of this page without its question, ``/`` or ``/at/…``.
    asked : mapping
        The question as it came: those of `KEPT`, and ``q``, ``lon``, ``lat``.
    place : mapping, optional
        Where the visitor is: ``name`` (empty: nobody knows), ``area``, ``lon``, ``lat``.
    answer : mapping, optional
        What the nearest-stations task answered for it.
    candidates : sequence of mapping
        Places that the typed text may mean: ``key``, ``name``, ``area``.
    fault : str
        A word of `maps.finder.words` when something went wrong, about `about`.
    place_name : str
        The district, as the heading says it; `example` a place of it that can be typed, and
        `letters` its initials.
    shown : int
        The card that shows its way as a picture, counted from 1; 0: none does.
    address : str
        The whole address of this page, to be copied.
    """

    path: str
    asked: Mapping[str, str]
    place: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    candidates: Sequence[Mapping[str, Any]] = ()
    fault: str = ""
    about: str = ""
    place_name: str = ""
    example: str = ""
    letters: str = ""
    address: str = ""
    approval_no: str = ""
    duty_phone: str = ""
    shown: int = 0
    device: Device = "phone"
    in_chat: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> words.Language:
        """Chinese unless English was asked for."""
        return "en" if self.asked.get("lang") == "en" else "zh"

    def card(self) -> str:
        """Give the address of the door card of this place; empty where it has none."""
        key = self.place["key"] if self.place else ""
        return f"/at/{quote(key, safe='@')}/card.pdf" if key else ""

    def to(self, path: str | None = None, **changes: str | int) -> str:
        """Give the address of another page: what was chosen stays, but for the changes."""
        own = path is None
        kept = {k: v for k, v in self.asked.items() if k in KEPT or own}
        question = urlencode({k: v for k, v in (kept | changes).items() if v})
        path = quote(self.path if path is None else path, safe="/@")
        return f"{path}?{question}" if question else path


def page(seen: Seen) -> str:
    """Write the page."""
    say = words.words(seen.language)
    cards, later = _cards(seen, "stations"), _cards(seen, "later")
    return _TEMPLATES.get_template("page.html").render(
        seen=seen,
        say=say,
        services=words.services(seen.language),
        cards=cards,
        later=later,
        far_km=_far_km(seen),
        heading=_heading(seen, say),
        approval=_approval(seen, say),
        near_min=NEAR_MIN,
        data=Markup(_for_script(_data(seen, say, [*cards, *later]))),  # noqa: S704
        file=address,
    )


@dataclass(frozen=True, slots=True)
class Card:
    """One station, in the words of its card."""

    told: Mapping[str, Any]
    number: int
    minutes: int
    metres: str
    kind: str
    state: str
    state_words: str
    hours: Sequence[str]
    services: Sequence[str]
    go: str
    links: Sequence[tuple[str, str]]
    letters: str
    qr: Markup
    picture: str


def _cards(seen: Seen, part: str) -> list[Card]:
    if seen.answer is None:
        return []
    first = 1 if part == "stations" else 1 + len(seen.answer["stations"])
    return [_card(seen, told, first + i) for i, told in enumerate(seen.answer[part])]


def _card(seen: Seen, told: Mapping[str, Any], number: int) -> Card:
    say, called = words.words(seen.language), words.services(seen.language)
    links = dict(told["links"])
    if seen.device != "apple":
        links.pop("apple", None)
    if seen.in_chat:
        links["amap"] = links["amap"].replace("callnative=1", "callnative=0")
    state, sentence = _state(seen, told, say)
    english = seen.language == "en"
    return Card(
        told=told,
        number=number,
        minutes=max(1, -int(-told["walk_s"] // 60)),
        metres=f"{max(10, round(told['walk_m'], -1)):,.0f}",
        kind=words.KINDS_EN.get(told["kind"], "") if english else "",
        state=state,
        state_words=sentence,
        hours=words.hours(told["hours"], seen.language),
        services=[called.get(name, name) for name in told["services"]],
        go=links["amap"],
        links=list(links.items()),
        letters=seen.names.get(told["signboard"], "") if english else "",
        qr=_qr(told["links"]["amap"]) if seen.device == "desktop" else Markup(),
        picture=_picture(seen, told, number) if seen.shown == number else "",
    )


def _picture(seen: Seen, told: Mapping[str, Any], number: int) -> str:
    """Give the address of the way as a picture."""
    large = {"elder": "1"} if seen.asked.get("elder") == "1" else {}
    return f"/finder/way.svg?{urlencode({'n': number, **large, 'way': way.told(told['route'])})}"


def _state(seen: Seen, told: Mapping[str, Any], say: Mapping[str, str]) -> tuple[str, str]:
    """Give open, soon or shut, and the sentence that says so."""
    now = datetime.fromisoformat(seen.answer["at"]) if seen.answer else datetime.min
    if told["open"] is None:
        return "unknown", say["unknown"]
    if not told["open"]:
        opens = words.moment(told["opens_at"], now, seen.language) if told["opens_at"] else ""
        return "shut", " · ".join(
            filter(None, [say["is_shut"], opens and say["from"].format(opens)])
        )
    if not told["closes_at"]:
        return "open", f"{say['is_open']} · {say['always']}"
    until = say["until"].format(words.moment(told["closes_at"], now, seen.language))
    arrived = now + timedelta(seconds=told["walk_s"], minutes=CLOSING_MIN)
    if arrived > datetime.fromisoformat(told["closes_at"]):
        return "soon", f"{say['is_open']} · {until} · {say['soon']}"
    return "open", f"{say['is_open']} · {until}"


def _heading(seen: Seen, say: Mapping[str, str]) -> str:
    return say["list"] if seen.asked.get("when") == "all" else say["list_open"]


def _far_km(seen: Seen) -> int:
    """Give how far the nearest station is when that is no walk at all, else 0."""
    told = [*seen.answer["stations"], *seen.answer["later"]] if seen.answer else []
    least = min((s["walk_m"] for s in told), default=0)
    return round(least / 1000) if least > OUTSIDE_M and seen.answer["estimated"] else 0  # type: ignore[index]


@lru_cache(maxsize=1024)
def _qr(link: str) -> Markup:
    made = segno.make(link, error="m", micro=False)
    return Markup(made.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr"))  # noqa: S704


def _data(seen: Seen, say: Mapping[str, str], cards: Sequence[Card]) -> dict[str, Any]:
    """Give what the scripts of the page read: words, addresses, and the ways as packed lines."""
    lines = [shapely.LineString(card.told["route"]) for card in cards]
    return {
        "words": {name: say[name] for name in words.IN_SCRIPT},
        "language": seen.language,
        "place": seen.place and [seen.place["lon"], seen.place["lat"], seen.place["name"]],
        "credit": escape(" · ".join(filter(None, [say["own_data"], _approval(seen, say)]))),
        "at": seen.to("/at/"),
        "home": seen.to("/"),
        "routes": packing.pack(gpd.GeoSeries(lines, crs=coords.STORED)) if lines else "",
        "styles": [address("finder/map.css"), address("vendor/leaflet-1.9.4/leaflet.css")],
        "scripts": [
            address("vendor/leaflet-1.9.4/leaflet.js"), *(address(name) for name in MAP_SCRIPTS)
        ],
    }  # fmt: skip


def _approval(seen: Seen, say: Mapping[str, str]) -> str:
    """Give 审图号 as it is to be read; empty where there is none."""
    number = seen.approval_no
    if not number or "审图号" in number:
        return number
    return f"{say['approval']}{'：' if seen.language == 'zh' else ' '}{number}"


def _for_script(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@lru_cache(maxsize=32)
def address(name: str) -> str:
    """Give the address of a static file, with its sum so that it may be kept for ever."""
    digest = hashlib.sha256((vendor.STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
