"""Pages for people: the index and the thematic maps, drawn from the living data."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from threading import RLock

from fastapi import Request
from starlette.responses import HTMLResponse, Response

import maps
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.settings import Settings
from api.tasks import draw_maps, known
from api.tasks.asker import LOCAL, PUBLIC
from api.tasks.work import Work
from geo import store
from geo.errors import GeoError, NotFound
from geo.layers import View

router = Part(include_in_schema=False)
HOLDER = "nonce-of-this-answer"
Name = tuple[str, View]
"""A kind of map or page, and how it is seen."""
Card = tuple[str, str, bytes, str]
"""Title, address, picture and summary of a map."""


@dataclass
class Drawn:
    """Pages and pictures drawn once for a state of the store; drawn anew when it changes.

    Each as somebody sees it: ``grids``, and ``grids`` of who works here, are two.
    """

    state: str = ""
    pages: dict[Name, str] = field(default_factory=dict)
    cards: dict[Name, Card] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    _ground: maps.Base | None = None

    def keep(self, name: str, work: Work, make: Callable[[maps.Base], str]) -> str:
        """Give the page of a name, made once for the present state."""
        shown = name, work.asker.view
        with self.lock:
            self._renew(work)
            if shown not in self.pages:
                self.pages[shown] = make(self.ground(work))
            return self.pages[shown]

    def ground(self, work: Work) -> maps.Base:
        """Give the ground that lies under every map."""
        with self.lock:
            if self._ground is None:
                self._ground = draw_maps.ground(work)
            return self._ground

    def _renew(self, work: Work) -> None:
        if (state := known.state(work)) != self.state:
            self.pages, self.cards, self._ground, self.state = {}, {}, None, state

    def draw(self, kind: str, work: Work) -> Name:
        """Make sure that the page and picture of a kind, as who asks may see it, are as of now."""
        shown = kind, work.asker.view
        with self.lock:
            self._renew(work)
            if shown not in self.pages:
                theme = draw_maps.theme(kind, work, self.ground(work), view=work.asker.view)
                page = maps.draw(theme)
                self.pages[shown] = page.html(inline=False, nonce=HOLDER)
                picture = maps.thumbnail(theme)
                self.cards[shown] = (page.title, f"/maps/{kind}", picture, page.summary)
        return shown

    def take(self, state: str, pages: dict[Name, str], cards: dict[Name, Card]) -> None:
        """Take what was drawn elsewhere, unless something was drawn here meanwhile."""
        with self.lock:
            if not self.state:
                self.state, self.pages, self.cards = state, pages, cards


def draw_all(drawn: Drawn, work: Work) -> None:
    """Draw every map ahead of the first visitor; an empty store has none to draw.

    A process of its own draws and takes with it the two hundred megabytes that drawing needs.
    """
    address = work.db.engine.url.render_as_string(hide_password=False)
    here, there = Pipe(duplex=False)
    child = get_context("spawn").Process(
        target=_draw_there, args=(there, work.settings, address), daemon=True
    )
    child.start()
    there.close()
    with suppress(EOFError):
        drawn.take(*here.recv())
    child.join()


def _draw_there(there: Connection, settings: Settings, address: str) -> None:
    """Draw every map when nothing else is to be done, and send them."""
    os.nice(10)
    drawn, work = Drawn(), Work(settings=settings, database=store.connect(address))
    for kind in draw_maps.THEMES:
        for asker in (PUBLIC, LOCAL):
            with suppress(GeoError):
                drawn.draw(kind, work.asked_by(asker))
    with suppress(BrokenPipeError):
        there.send((drawn.state, drawn.pages, drawn.cards))


def _drawn(request: Request) -> Drawn:
    found: Drawn = request.app.state.drawn
    return found


@router.get("/maps")
def index(request: Request, work: WorkDep) -> Response:
    """Show every map that can be drawn with its picture, and say what the others want."""
    drawn, cards, missing = _drawn(request), [], {}
    hidden = draw_maps.OF_STAFF if work.asker.view == "public" else frozenset()
    for kind in [kind for kind in draw_maps.THEMES if kind not in hidden]:
        try:
            shown = drawn.draw(kind, work)
        except NotFound as fault:
            missing[kind] = fault
        else:
            cards.append(drawn.cards[shown])
    if not cards:
        raise next(iter(missing.values()))
    told = dict.fromkeys(f"{fault.zh} · {fault}" for fault in missing.values())
    page = maps.index(cards, base=drawn.ground(work), missing=list(told))
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


@router.get("/maps/{kind}")
def chart(request: Request, work: WorkDep, kind: str) -> Response:
    """Show a map."""
    drawn = _drawn(request)
    shown = drawn.draw(kind, work)  # which may begin anew with no pages
    return page(drawn.pages[shown])


def page(html: str) -> HTMLResponse:
    """Send a page under a policy that runs only its own scripts, from our own host."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache", "Vary": "Cookie"}
    return HTMLResponse(html.replace(HOLDER, nonce), headers=headers)
