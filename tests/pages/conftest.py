"""The service on a port of this host, with the small district in its store."""

import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlparse

import planville
import pytest
import uvicorn
from browsers import PHONE, PLAIN
from databases import scratch
from districts import kept
from playwright.sync_api import Browser
from visits import Visit

from api.http import create_app
from api.settings import Settings
from api.tasks.work import Work
from geo import store

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
OURS = {"127.0.0.1", PLAIN}


@dataclass(frozen=True)
class Served:
    """Where the service listens."""

    port: int

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Give the whole address of a path."""
        return f"http://{host}:{self.port}{path}"


@pytest.fixture(scope="session")
def _district(postgres_url: str, _template: str) -> Iterator[store.Database]:
    """Give one store to all tests of pages: looking changes nothing."""
    with scratch(postgres_url, _template) as url:
        database = store.connect(url)
        yield database
        database.close()


@contextmanager
def serving(work: Work) -> Iterator[Served]:
    """Serve what a store holds, in a thread, on a free port."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(work, draw_first=False), port=0, log_level="error")
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield Served(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def served(_district: store.Database) -> Iterator[Served]:
    """Serve the small district."""
    with serving(kept(_district, Settings(map_approval_no="苏S(2026)012号"))) as where:
        yield where


@pytest.fixture(scope="session")
def ville(postgres_url: str, _template: str) -> Iterator[Served]:
    """Serve Planville, for planners to redraw."""
    with scratch(postgres_url, _template) as url:
        database = store.connect(url)
        with serving(planville.kept(database)) as where:
            urllib.request.urlopen(where.url("/plan")).close()  # drawn before a browser waits
            yield where
        database.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open an address as a phone of a width, or as a desktop (0)."""
    contexts = []

    def opened(url: str, *, width: int = 390, scripted: bool = True, **more: object) -> Visit:
        held = {"is_mobile": True, "has_touch": True, "user_agent": PHONE} if width else {}
        size = {"width": width or 1440, "height": 844 if width else 900}
        context = browser.new_context(
            locale="zh-CN", service_workers="block", java_script_enabled=scripted,
            **{"viewport": size, **held, **more},
        )  # fmt: skip
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("request", lambda r: _note(seen.foreign, r.url))
        seen.page.on("console", lambda m: seen.faults.append(m.text) if m.type == "error" else None)
        seen.page.on("pageerror", lambda e: seen.faults.append(str(e)))
        seen.page.goto(url)
        return seen

    yield opened
    for context in contexts:
        context.close()


def _note(foreign: list[str], url: str) -> None:
    parts = urlparse(url)
    if parts.scheme not in ("data", "blob", "about") and parts.hostname not in OURS:
        foreign.append(url)


def violations(seen: Visit) -> list[str]:
    """Ask axe for what it finds against WCAG 2.2 A and AA; works under a strict policy."""
    seen.run("() => {" + AXE.read_text("utf-8") + "}")
    found = seen.run(
        "t => axe.run(document, {runOnly: {type: 'tag', values: t}, resultTypes: ['violations']})",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]]


@pytest.fixture
def faults_of() -> Callable[[Visit], list[str]]:
    """Give the judge of accessibility."""
    return violations
