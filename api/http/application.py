"""The application: routes, errors, headers and files of our own host, nothing else."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

from fastapi import Depends, FastAPI
from starlette.staticfiles import StaticFiles

import maps as drawings
from api.http import (
    alliances,
    coverage,
    embed,
    finder,
    imports,
    jobs,
    login,
    ogc,
    plan,
    problems,
    queries,
    reference,
    search,
    tiles,
    users,
    v1,
    views,
    watch,
)
from api.http.access import Access
from api.http.described import Described
from api.http.dressing import MOST_BYTES, Dressed
from api.http.keys import Keyed
from api.settings import VERSION
from api.tasks.memory import give_back, one_pool
from api.tasks.work import Work

TURN_S = 0.0005
"""Threads take turns so often: a short answer does not wait at each of its steps for a long one."""
STRICT = [Depends(queries.known_only)]


def create_app(work: Work | None = None, *, draw_first: bool = True) -> FastAPI:
    """Build the application around a piece of work (settings and store).

    `draw_first` draws the maps in the background, so that the first visitor need not wait,
    and gives the old answers while a change of the layers is being built.
    """
    work = replace(work or Work(), meanwhile=draw_first)
    tray = tiles.Tray(work)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        yield {} if work.settings.access_log else {"tray": tray}  # what is swift writes no lines

    sys.setswitchinterval(TURN_S)
    one_pool()
    app = Described(
        title="Wangge 网格",
        summary="网格化管理空间服务 Spatial service for grassroots grid governance",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.work = work
    app.state.drawn = views.Drawn()
    problems.install(app)
    app.include_router(v1.asked_often, prefix="/v1")
    app.include_router(ogc.router)
    app.include_router(search.straight, prefix="/v1")
    for part in (search, v1, coverage, plan, users, jobs):
        app.include_router(part.router, prefix="/v1", dependencies=STRICT, max_body_size=MOST_BYTES)
    app.include_router(imports.router, prefix="/v1", dependencies=STRICT)
    app.include_router(alliances.router, dependencies=STRICT)
    app.include_router(login.router)
    app.include_router(finder.router)
    app.include_router(plan.pages)
    app.include_router(views.router)
    app.include_router(embed.router)
    app.include_router(reference.router)
    app.include_router(watch.router, dependencies=STRICT)
    app.mount("/static", StaticFiles(directory=Path(drawings.__file__).parent / "static"))

    if draw_first:
        Thread(target=_prepare, args=(app.state.drawn, app.state.work), daemon=True).start()

    app.add_middleware(tiles.Tiles, tray=tray)
    app.add_middleware(Access, work=app.state.work)
    app.add_middleware(Keyed, work=app.state.work)
    app.add_middleware(Dressed)
    if lines := app.state.work.settings.access_log:
        watch.to_stderr()
    app.add_middleware(watch.Watched, lines=lines)
    app.add_middleware(tiles.Tiles, tray=tray, first=True)
    return app


def _prepare(drawn: views.Drawn, work: Work) -> None:
    """Make ready what the first visitors ask for: the finder before the maps.

    What stands then stands for good: no answer waits while it is searched for cycles.
    """
    gc.freeze()
    finder.prepare(work)
    search.prepare(work)
    views.draw_all(drawn, work)
    gc.freeze()
    give_back()
