"""Keys of sites that embed our maps."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
import squareton
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app, keys
from api.tasks.accounts import AddKey, RevokeKey, digest
from api.tasks.work import Work, perform
from geo import store

SITE = "https://site.example"
READ = "/v1/blind-spots"


@pytest.fixture(scope="module")
def work(db: store.Database) -> Work:
    """Give work on a town of squares."""
    return squareton.kept(db)


@pytest.fixture
def door(work: Work) -> Iterator[TestClient]:
    """Give somebody elsewhere."""
    with beside(create_app(work, draw_first=False), address="192.0.2.7") as made:
        yield made


def test_a_key_opens_its_own_site_only(door: TestClient, work: Work) -> None:
    key = perform(AddKey(label="site", origins=(SITE,)), work)["key"]
    good = door.get(READ, params={"key": key}, headers={"Origin": SITE})
    assert good.status_code == 200
    assert good.headers["access-control-allow-origin"] == SITE
    assert door.get(READ, headers={"X-Api-Key": key}).status_code == 200
    other = door.get(READ, params={"key": key}, headers={"Origin": "https://other.example"})
    assert other.status_code == 403
    assert "access-control-allow-origin" not in other.headers
    assert door.get(READ, params={"key": "made up"}).status_code == 401
    assert door.get(READ).status_code == 200


def test_a_key_gives_no_role(door: TestClient, work: Work) -> None:
    key = perform(AddKey(label="nosy"), work)["key"]
    assert door.get("/v1/scenarios", headers={"X-Api-Key": key}).status_code == 401


def test_a_key_ends(door: TestClient, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "BELIEVED_S", 0.0)
    made = perform(AddKey(label="short"), work)
    assert door.get(READ, params={"key": made["key"]}).status_code == 200
    perform(RevokeKey(number=made["number"]), work)
    assert door.get(READ, params={"key": made["key"]}).status_code == 401


def test_a_key_may_ask_so_often(door: TestClient, work: Work) -> None:
    key = perform(AddKey(label="slow", per_second=0.001), work)["key"]
    assert door.get(READ, params={"key": key}).status_code == 200
    again = door.get(READ, params={"key": key})
    assert again.status_code == 429
    assert int(again.headers["retry-after"]) > 900


def drawn(work: Work, secret: str) -> int:
    """Draw what there is, as a process does that is asked and asked."""
    total = 0
    while True:
        with work.db.session() as session:
            told = store.users.draw(session, digest(secret), burst_s=2.0, drawn_s=0.1)
        assert told is not None
        if not told[1]:
            return total
        total += told[1]


def test_the_rate_holds_for_all_processes_together(work: Work) -> None:
    begun = monotonic()
    made = perform(AddKey(label="steady", per_second=40), work)
    for waited_s, least in ((0, 80), (1, 40), (1000, 80)):
        with work.db.session() as session:
            session.connection().exec_driver_sql(
                "update embed_keys set filled = filled - %s * interval '1 s'", (waited_s,)
            )
        before, begun = begun, monotonic()
        with ThreadPoolExecutor(4) as pool:
            total = sum(pool.map(lambda _: drawn(work, made["key"]), range(4)))
        assert least <= total <= least + 40 * (monotonic() - before) + 1


def test_a_key_asks_two_processes_no_more_often_than_one(work: Work) -> None:
    key = perform(AddKey(label="twice", per_second=0.5), work)["key"]
    apps = [create_app(work, draw_first=False) for _ in range(2)]
    with beside(apps[0]) as one, beside(apps[1]) as other:
        told = [door.get("/healthz", headers={"X-Api-Key": key}) for door in (one, other)]
    assert sorted(answer.status_code for answer in told) == [200, 429]


def test_a_key_is_told_once(door: TestClient, work: Work) -> None:
    made = perform(AddKey(label="quiet"), work)
    with beside(create_app(work, draw_first=False)) as own:
        told = own.get("/v1/keys")
    assert made["label"] in told.text
    assert made["key"] not in told.text
