"""Log-in at an OpenID provider, against one that runs on this host."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import squareton
from beside import HERE, beside
from fastapi.testclient import TestClient

from api.http import create_app
from api.settings import Settings
from api.tasks.accounts import AddUser
from api.tasks.work import perform
from geo import store

SUBJECT = "zhang.san"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Run a provider, as a program of its own, that knows everybody who names themselves."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    program = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        where = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with suppress(httpx2.HTTPError):
                httpx2.get(f"{where}/.well-known/openid-configuration")
                break
            time.sleep(0.1)
        yield where
        running.terminate()


@pytest.fixture(scope="module")
def door(db: store.Database, issuer: str) -> Iterator[TestClient]:
    """Give a browser that has not logged in; there is one planner, known to the provider."""
    settings = Settings(oidc_issuer=issuer, oidc_client="wangge", oidc_secret="shared secret")
    work = squareton.kept(db, settings)
    perform(AddUser(name="zhang", role="planner", subject=SUBJECT), work)
    with beside(create_app(work, draw_first=False)) as made:
        yield made


def passed(door: TestClient, subject: str, target: str = "/plan") -> str:
    """Go to the provider, name oneself there, and give the address that it sends back to."""
    sent = door.get("/login/elsewhere", params={"next": target})
    assert sent.status_code == 303
    back = httpx2.post(sent.headers["location"], data={"sub": subject})
    assert back.status_code in (302, 303), back.text
    return back.headers["location"].removeprefix(HERE)


def test_who_is_known_comes_in(door: TestClient) -> None:
    assert "/login/elsewhere?next=%2Fplan" in door.get("/login", params={"next": "/plan"}).text
    done = door.get(passed(door, SUBJECT))
    assert (done.status_code, done.headers["location"]) == (303, "/plan")
    assert door.get("/v1/me").json() == {"name": "zhang", "role": "planner", "areas": []}
    door.cookies.clear()


def test_nobody_becomes_a_user_by_logging_in(door: TestClient) -> None:
    refused = door.get(passed(door, "li.si"))
    assert refused.status_code == 401
    assert "li.si 尚未在本系统开通" in refused.text
    assert "set-cookie" not in refused.headers
    door.cookies.clear()


def test_an_answer_serves_once_and_only_the_browser_that_asked(door: TestClient) -> None:
    back = passed(door, SUBJECT)
    held = dict(door.cookies)
    door.cookies.clear()
    assert door.get(back).status_code == 401  # another browser: it was lured here
    door.cookies.update(held)
    assert door.get(back).status_code == 303
    assert door.get(back).status_code == 401
    door.cookies.clear()


def test_the_address_of_the_provider_asks_for_proof(door: TestClient) -> None:
    sent = door.get("/login/elsewhere", params={"next": "//evil.example"})
    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{HERE}/login/back"]
    assert len(asked["state"][0]) >= 43
    assert len(asked["nonce"][0]) >= 43
    door.cookies.clear()


def test_a_provider_that_is_away_says_so(db: store.Database) -> None:
    settings = Settings(oidc_issuer="http://127.0.0.1:9", oidc_client="wangge")
    work = squareton.kept(db, settings)
    with beside(create_app(work, draw_first=False)) as door:
        away = door.get("/login/elsewhere")
    assert away.status_code == 503
    assert "统一认证" in away.json()["title"]
