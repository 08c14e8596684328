"""Keys of sites that embed our maps."""

from collections.abc import Iterator

import pytest
import squareton
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app, keys
from api.tasks.accounts import AddKey, RevokeKey
from api.tasks.work import Work, perform
from geo import store
from geo.errors import TooMany

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


def test_a_bucket_fills_as_time_passes(work: Work) -> None:
    perform(AddKey(label="steady", per_second=10), work)
    with work.db.read() as session:
        key = store.users.keys(session)[-1]
    bucket = keys.Bucket(key, 0.0, 20.0, 0.0)
    for _ in range(20):
        bucket.take(0.0)
    with pytest.raises(TooMany):
        bucket.take(0.05)
    bucket.take(0.11)
    for _ in range(20):  # no more than a full one, however long it was left alone
        bucket.take(1000.0)
    with pytest.raises(TooMany):
        bucket.take(1000.0)


def test_a_key_is_told_once(door: TestClient, work: Work) -> None:
    made = perform(AddKey(label="quiet"), work)
    with beside(create_app(work, draw_first=False)) as own:
        told = own.get("/v1/keys")
    assert made["label"] in told.text
    assert made["key"] not in told.text
