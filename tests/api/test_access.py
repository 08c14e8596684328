"""Who may ask what: every route times every role, and every way to say who one is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import squareton
from beside import HERE, beside
from databases import scratch
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.http import access, create_app
from api.tasks.accounts import AddUser, MakeToken, standing
from api.tasks.asker import Role
from api.tasks.open_scenario import open_scenario
from api.tasks.work import Work, perform
from geo import store
from geo.errors import Forbidden

PASSWORD = "correct horse battery"
ROLES = ("staff", "planner", "admin")


@contextmanager
def town(server: str, template: str) -> Iterator[Work]:
    """Give work on a store of its own with a town of squares, without a user."""
    with scratch(server, template) as url:
        database = store.connect(url)
        yield squareton.kept(database)
        database.close()


@pytest.fixture
def fresh(postgres_url: str, _template: str) -> Iterator[Work]:
    """Give work on a town in which nobody was made a user."""
    with town(postgres_url, _template) as made:
        yield made


@pytest.fixture(scope="module")
def work(postgres_url: str, _template: str) -> Iterator[Work]:
    """Give work on a town with a user of each role; one more logs in with a password."""
    with town(postgres_url, _template) as made:
        for role in ROLES:
            perform(AddUser(name=role, role=role, subject=role), made)
        perform(AddUser(name="li", role="planner", password=PASSWORD), made)
        yield made


@pytest.fixture(scope="module")
def app(work: Work) -> FastAPI:
    """Build the application."""
    return create_app(work, draw_first=False)


@pytest.fixture
def door(app: FastAPI) -> Iterator[TestClient]:
    """Give a browser on the machine itself, without a cookie."""
    with beside(app) as made:
        yield made


@pytest.fixture
def tokens(work: Work) -> dict[str, str]:
    """Make a token of each role."""
    return {role: perform(MakeToken(name=role), work)["token"] for role in ROLES}


def sent(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def routes(door: TestClient) -> list[tuple[str, str]]:
    paths = door.app.openapi()["paths"]
    return [(verb.upper(), path) for path, verbs in paths.items() for verb in verbs]


WORN = {
    ("x-content-type-options", "nosniff"), ("x-frame-options", "SAMEORIGIN"),
    ("referrer-policy", "same-origin"), ("cross-origin-opener-policy", "same-origin"),
}  # fmt: skip
POLICED = ("text/html", "application/json", "application/problem+json", "application/geo+json")


def test_every_route_is_in_the_table(door: TestClient) -> None:
    for verb, path in routes(door):
        filled = re.sub(r"\{[^}]*\}", "1", path)
        rule = access.rule(filled)
        assert rule is not None, f"{verb} {path}: say in api/http/access.py who may ask it"
        assert verb in rule, f"{verb} {path}: say in api/http/access.py who may ask it"


def test_the_document_says_who_may_and_how_it_refuses(door: TestClient) -> None:
    told = door.app.openapi()
    for path, verbs in told["paths"].items():
        wanted = set(re.findall(r"\{(\w+)\}", path))
        for verb, operation in verbs.items():
            named = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"]
            assert (set(named), len(named)) == (wanted, len(wanted)), (verb, path)
            closed = access.needed(verb.upper(), re.sub(r"\{\w+\}", "1", path)) > Role.PUBLIC
            assert ("security" in operation, "401" in operation["responses"]) in (
                (closed, closed), (False, path == "/v1/tokens"),
            )  # fmt: skip
            for status, answer in operation["responses"].items():
                if not status.startswith("2"):
                    assert list(answer["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in str(told)


def test_what_the_table_does_not_name_is_for_administrators() -> None:
    assert access.needed("GET", "/v1/never-heard-of") == Role.ADMIN
    assert access.needed("DELETE", "/") == Role.ADMIN


def test_every_route_lets_in_who_may_and_nobody_else(
    door: TestClient, work: Work, tokens: dict[str, str]
) -> None:
    for verb, path in routes(door):
        filled = re.sub(r"\{[^}]*\}", "1", path)
        need = access.needed(verb, filled)
        for role in ("public", *tokens):  # some routes end the token that is sent
            fresh = perform(MakeToken(name=role), work)["token"] if role in tokens else ""
            headers = sent(fresh) if fresh else {}
            answer = door.request(verb, filled, headers=headers, json={})
            status = answer.status_code
            assert answer.headers.items() >= WORN, (verb, path)
            if answer.headers.get("content-type", "").startswith(POLICED):
                policy = answer.headers["content-security-policy"]
                assert "default-src" in policy, (verb, path)
                assert "unsafe-eval" not in policy, (verb, path)
            if Role[role.upper()] >= need:
                assert status not in (401, 403) or path == "/v1/tokens", (verb, path, role)
            else:
                assert status == (403 if fresh else 401), (verb, path, role)


def test_the_machine_itself_is_trusted_until_there_is_a_user(fresh: Work) -> None:
    app = create_app(fresh, draw_first=False)
    own = beside(app)
    assert own.get("/v1/scenarios").status_code == 200
    for other, headers in (
        (beside(app, address="192.0.2.7"), {}),
        (beside(app, name="http://evil.example"), {}),
        (own, {"X-Forwarded-For": "192.0.2.7"}),
        (own, {"Forwarded": "for=192.0.2.7"}),
        (own, {"Via": "1.1 gate"}),
    ):
        assert other.get("/v1/scenarios", headers=headers).status_code == 401
        assert other.get("/v1/blind-spots", headers=headers).status_code == 200
    perform(AddUser(name="li", role="planner", subject="li"), fresh)
    refused = own.get("/v1/scenarios")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["title"] == "请先登录"


def test_a_page_leads_to_the_log_in_and_back(door: TestClient) -> None:
    page = {"Accept": "text/html,*/*;q=0.8"}
    sent_on = door.get("/plan?at=1", headers=page)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/login?next=/plan%3Fat%3D1")
    shown = door.get(sent_on.headers["location"]).text
    assert 'value="/plan?at=1"' in shown
    form = {"name": "li", "password": PASSWORD, "next": "/plan?at=1"}
    done = door.post("/login", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/plan?at=1")
    worn = done.headers["set-cookie"].lower()
    assert "httponly" in worn
    assert "samesite=lax" in worn
    assert door.get("/v1/me").json() == {"name": "li", "role": "planner", "areas": []}
    assert door.post("/logout").headers["location"] == "/"
    assert door.get("/v1/me").status_code == 401


def test_another_sites_page_changes_nothing(door: TestClient, tokens: dict[str, str]) -> None:
    door.cookies.set(access.COOKIE, tokens["planner"])
    body = {"name": "a plan"}
    foreign = door.post("/v1/scenarios", json=body, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    own = door.post("/v1/scenarios", json=body, headers={"Origin": HERE})
    assert own.status_code == 201


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil", "https://evil.example", "x", ""])
def test_the_log_in_leads_nowhere_else(door: TestClient, target: str) -> None:
    assert access.local_target(target) == "/"
    assert "evil" not in door.get("/login", params={"next": target}).text


def test_wrong_passwords_are_refused_and_then_must_wait(app: FastAPI) -> None:
    wrong = {"name": "li", "password": "nothing like it"}
    right = {"name": "li", "password": PASSWORD}
    with beside(app, address="192.0.2.1") as door:
        said = [door.post("/v1/tokens", json=wrong) for _ in range(6)]
        assert [answer.status_code for answer in said] == [401] * 5 + [429]
        assert int(said[-1].headers["retry-after"]) > 0
        assert door.post("/v1/tokens", json=right).status_code == 429
        nobody = door.post("/v1/tokens", json={"name": "nobody", "password": PASSWORD})
        assert nobody.json()["title"] == said[0].json()["title"]
    with beside(app, address="192.0.2.2") as other:  # who knows a name shuts nobody out
        assert other.post("/v1/tokens", json=right).status_code == 201


def by_log_out(door: TestClient, token: str, _: str) -> None:
    assert door.delete("/v1/tokens", headers=sent(token)).status_code == 204


def by_revoking(door: TestClient, _: str, admin: str) -> None:
    gone = door.delete("/v1/users/wang/tokens", headers=sent(admin))
    assert gone.status_code == 204


def by_another_password(door: TestClient, _: str, admin: str) -> None:
    told = {"password": "an entirely new one"}
    changed = door.patch("/v1/users/wang", json=told, headers=sent(admin))
    assert changed.status_code == 200


def by_shutting_out(door: TestClient, _: str, admin: str) -> None:
    changed = door.patch("/v1/users/wang", json={"disabled": True}, headers=sent(admin))
    assert changed.json()["disabled"]


def test_a_token_ends_at_once(door: TestClient, work: Work, tokens: dict[str, str]) -> None:
    perform(AddUser(name="wang", subject="wang"), work)
    for how in (by_log_out, by_revoking, by_another_password, by_shutting_out):
        token = perform(MakeToken(name="wang"), work)["token"]
        assert door.get("/v1/me", headers=sent(token)).status_code == 200
        how(door, token, tokens["admin"])
        assert door.get("/v1/me", headers=sent(token)).status_code == 401, how
    with work.db.read() as session:
        deeds = {(deed.who, deed.action, deed.subject) for deed in store.audit.read(session)}
    for deed in ("token revoke", "user password", "user disable"):
        assert ("admin", deed, "wang") in deeds
    assert ("wang", "log-out", "wang") in deeds
    assert (work.who, "user add", "wang") in deeds
    assert (work.who, "token", "wang") in deeds


def test_a_token_is_over_in_time(door: TestClient, work: Work) -> None:
    short = perform(MakeToken(name="staff", hours=1e-9), work)["token"]
    assert door.get("/v1/me", headers=sent(short)).status_code == 401


def test_no_secret_is_kept_or_told(door: TestClient, work: Work, tokens: dict[str, str]) -> None:
    told = door.get("/v1/users", headers=sent(tokens["admin"]))
    assert PASSWORD not in told.text
    assert "argon2" not in told.text
    with work.db.read() as session:
        kept = [str(deed) for deed in store.audit.read(session)]
        assert str(store.users.password_of(session, "li")).startswith("$argon2id$")
    assert not any(token in deed for token in tokens.values() for deed in kept)


def test_log_ins_leave_what_is_drawn_as_it_is(work: Work, tokens: dict[str, str]) -> None:
    before = store.audit.latest(work.db)
    perform(MakeToken(name="staff"), work)
    assert store.audit.latest(work.db) == before


def test_a_planner_keeps_within_the_areas_named_for_them(
    door: TestClient, work: Work, tokens: dict[str, str]
) -> None:
    with work.db.read() as session:
        codes = sorted(store.areas.read(session, "grid").code)
    own = codes[0][:12]
    other = next(code for code in codes if not code.startswith(own))
    perform(AddUser(name="zhao", role="planner", areas=(own,), subject="zhao"), work)
    zhao = sent(perform(MakeToken(name="zhao"), work)["token"])
    link = door.post("/v1/scenarios", json={"name": "一稿"}, headers=zhao).json()["link"]

    def rename(code: str, who: dict[str, str]) -> int:
        told = {"op": "rename", "level": "grid", "code": code, "name": f"新 {code}"}
        answer = door.post(f"/v1/scenarios/{link}/operations", json=told, headers=who)
        if answer.status_code == 403:
            assert answer.json()["where"] == [code]
        return answer.status_code

    assert rename(codes[0], zhao) == 200
    assert rename(other, zhao) == 403
    assert rename(other, sent(tokens["planner"])) == 200
    assert door.post(f"/v1/scenarios/{link}/undo", headers=zhao).status_code == 403
    told = {"why": "x"}
    assert (
        door.post(f"/v1/scenarios/{link}/publication", json=told, headers=zhao).status_code == 403
    )
    steps = door.get(f"/v1/scenarios/{link}/steps", headers=zhao | {"X-Planner": "li"}).json()
    assert {step["who"] for step in steps} == {"zhao", "planner"}
    bound = work.asked_by(standing(work, "zhao"))
    with work.db.read() as session:
        cells = store.areas.read(session, "grid")
        deeds = [(deed.who, deed.action) for deed in store.audit.read(session)]
    assert deeds.count(("zhao", "scenario do")) == deeds.count(("planner", "scenario do")) == 1
    with pytest.raises(Forbidden):  # a job of theirs would open its proposal so
        open_scenario(bound, "grid", other[:12], cells, name="x")
    moved = {"properties": {"name": "x"}}
    for path in (f"/ogc/collections/grid/items/{other}",
                 f"/ogc/scenarios/{link}/collections/grid/items/{other}"):  # fmt: skip
        assert door.patch(path, json=moved, headers=zhao).status_code == 403
        assert door.delete(path, headers=zhao).status_code == 403
    assert door.post("/v1/imports/none/accept", headers=zhao, json={}).status_code == 403
