"""Pages for people: the index and the thematic maps, drawn from the living data."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

import maps
from api.http.v1 import WorkDep
from api.tasks import draw_maps, known
from api.tasks.work import Work
from geo.errors import GeoError

router = APIRouter(include_in_schema=False)
HOLDER = "nonce-of-this-answer"


@dataclass
class Drawn:
    """Pages and pictures drawn once for a state of the store; drawn anew when it changes."""

    state: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    cards: dict[str, tuple[str, str, bytes, str]] = field(default_factory=dict)
    base: maps.Base = field(default_factory=maps.Base)
    lock: Lock = field(default_factory=Lock)

    def keep(self, name: str, work: Work, make: Callable[[maps.Base], str]) -> str:
        """Give the page of a name, made once for the present state."""
        with self.lock:
            self._renew(work)
            if name not in self.pages:
                self.pages[name] = make(self.base)
            return self.pages[name]

    def _renew(self, work: Work) -> None:
        if (state := known.state(work)) != self.state:
            self.pages, self.cards = {}, {}
            self.base, self.state = draw_maps.ground(work), state

    def draw(self, kind: str, work: Work) -> None:
        """Make sure that the page and picture of a kind are of the present state."""
        with self.lock:
            self._renew(work)
            if kind not in self.pages:
                theme = draw_maps.theme(kind, work, self.base)
                page = maps.draw(theme)
                self.pages[kind] = page.html(inline=False, nonce=HOLDER)
                picture = maps.thumbnail(theme)
                self.cards[kind] = (page.title, f"/maps/{kind}", picture, page.summary)


def draw_all(drawn: Drawn, work: Work) -> None:
    """Draw every map ahead of the first visitor; an empty store has none to draw."""
    with suppress(GeoError):
        for kind in draw_maps.THEMES:
            drawn.draw(kind, work)


def _drawn(request: Request) -> Drawn:
    found: Drawn = request.app.state.drawn
    return found


@router.get("/maps")
def index(request: Request, work: WorkDep) -> Response:
    """Show every map with its picture."""
    drawn = _drawn(request)
    for kind in draw_maps.THEMES:
        drawn.draw(kind, work)
    cards = [drawn.cards[kind] for kind in draw_maps.THEMES]
    return HTMLResponse(maps.index(cards, base=drawn.base), headers={"Cache-Control": "no-cache"})


@router.get("/maps/{kind}")
def chart(request: Request, work: WorkDep, kind: str) -> Response:
    """Show a map."""
    drawn = _drawn(request)
    drawn.draw(kind, work)
    return page(drawn.pages[kind])


def page(html: str) -> HTMLResponse:
    """Send a page under a policy that runs only its own scripts, from our own host."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return HTMLResponse(html.replace(HOLDER, nonce), headers=headers)
