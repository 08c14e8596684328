"""The application: routes, errors, headers and files of our own host, nothing else."""

from dataclasses import replace
from pathlib import Path
from threading import Thread

from fastapi import FastAPI
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
    reference,
    search,
    tiles,
    users,
    v1,
    views,
)
from api.http.access import Access
from api.http.dressing import Dressed
from api.http.keys import Keyed
from api.settings import VERSION
from api.tasks.work import Work


def create_app(work: Work | None = None, *, draw_first: bool = True) -> FastAPI:
    """Build the application around a piece of work (settings and store).

    `draw_first` draws the maps in the background, so that the first visitor need not wait,
    and gives the old answers while a change of the layers is being built.
    """
    app = FastAPI(
        title="Wangge 网格",
        summary="网格化管理空间服务 Spatial service for grassroots grid governance",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
    )
    app.state.work = replace(work or Work(), meanwhile=draw_first)
    app.state.drawn = views.Drawn()
    problems.install(app)
    app.include_router(v1.asked_often, prefix="/v1")
    app.include_router(ogc.router)
    app.include_router(search.straight, prefix="/v1")
    app.include_router(search.router, prefix="/v1")
    app.include_router(v1.router, prefix="/v1")
    app.include_router(coverage.router, prefix="/v1")
    app.include_router(imports.router, prefix="/v1")
    app.include_router(alliances.router)
    app.include_router(plan.router, prefix="/v1")
    app.include_router(users.router, prefix="/v1")
    app.include_router(jobs.router, prefix="/v1")
    app.include_router(login.router)
    app.include_router(finder.router)
    app.include_router(plan.pages)
    app.include_router(views.router)
    app.include_router(embed.router)
    app.include_router(reference.router)
    app.mount("/static", StaticFiles(directory=Path(drawings.__file__).parent / "static"))

    if draw_first:
        Thread(target=_prepare, args=(app.state.drawn, app.state.work), daemon=True).start()

    app.add_middleware(Access, work=app.state.work)
    app.add_middleware(tiles.Tiles, work=app.state.work)
    app.add_middleware(Keyed, work=app.state.work)
    app.add_middleware(Dressed)
    app.add_middleware(tiles.Tiles, work=app.state.work, keyless=True)
    return app


def _prepare(drawn: views.Drawn, work: Work) -> None:
    """Make ready what the first visitors ask for: the finder before the maps."""
    finder.prepare(work)
    search.prepare(work)
    views.draw_all(drawn, work)
