"""Who may ask what: every route times every role, and every way to say who one is."""

import re
from collections.abc import Callable, Iterator

import pytest
import squareton
from beside import HERE, beside
from databases import scratch
from fastapi.testclient import TestClient

from api.http import access, create_app
from api.tasks.accounts import AddUser, MakeToken
from api.tasks.asker import Role
from api.tasks.work import Work, perform
from geo import store
from geo.errors import Forbidden

PASSWORD = "correct horse battery"
ROLES = ("staff", "planner", "admin")


@pytest.fixture
def work(postgres_url: str, _template: str) -> Iterator[Work]:
    """Give work on a store of its own with a town of squares, without a user."""
    with scratch(postgres_url, _template) as url:
        database = store.connect(url)
        yield squareton.kept(database)
        database.close()


@pytest.fixture
def door(work: Work) -> Iterator[TestClient]:
    """Give a browser on the machine itself."""
    with beside(create_app(work, draw_first=False)) as made:
        yield made


@pytest.fixture
def tokens(work: Work) -> dict[str, str]:
    """Make a user of each role, and a token for each."""
    for role in ROLES:
        perform(AddUser(name=role, role=role, password=PASSWORD), work)
    return {role: perform(MakeToken(name=role), work)["token"] for role in ROLES}


def sent(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def routes(door: TestClient) -> list[tuple[str, str]]:
    paths = door.app.openapi()["paths"]
    return [(verb.upper(), path) for path, verbs in paths.items() for verb in verbs]


def test_every_route_is_in_the_table(door: TestClient) -> None:
    for verb, path in routes(door):
        filled = re.sub(r"\{[^}]*\}", "1", path)
        rule = access.rule(filled)
        assert rule is not None, f"{verb} {path}: say in api/http/access.py who may ask it"
        assert verb in rule, f"{verb} {path}: say in api/http/access.py who may ask it"


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
            status = door.request(verb, filled, headers=headers, json={}).status_code
            if Role[role.upper()] >= need:
                assert status not in (401, 403) or path == "/v1/tokens", (verb, path, role)
            else:
                assert status == (403 if fresh else 401), (verb, path, role)


def test_the_machine_itself_is_trusted_until_there_is_a_user(door: TestClient, work: Work) -> None:
    assert door.get("/v1/scenarios").status_code == 200
    perform(AddUser(name="li", role="planner", password=PASSWORD), work)
    refused = door.get("/v1/scenarios")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["title"] == "请先登录"


@pytest.mark.parametrize(
    ("name", "address", "headers"),
    [
        (HERE, "192.0.2.7", {}),
        ("http://evil.example", "127.0.0.1", {}),
        (HERE, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        (HERE, "127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        (HERE, "127.0.0.1", {"Via": "1.1 gate"}),
    ],
)
def test_who_comes_from_elsewhere_must_log_in(
    work: Work, name: str, address: str, headers: dict[str, str]
) -> None:
    with beside(create_app(work, draw_first=False), name=name, address=address) as other:
        assert other.get("/v1/scenarios", headers=headers).status_code == 401
        assert other.get("/v1/blind-spots", headers=headers).status_code == 200


def test_a_page_leads_to_the_log_in_and_back(door: TestClient, tokens: dict[str, str]) -> None:
    page = {"Accept": "text/html,*/*;q=0.8"}
    sent_on = door.get("/plan?at=1", headers=page)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/login?next=/plan%3Fat%3D1")
    shown = door.get(sent_on.headers["location"]).text
    assert 'value="/plan?at=1"' in shown
    form = {"name": "planner", "password": PASSWORD, "next": "/plan?at=1"}
    done = door.post("/login", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/plan?at=1")
    worn = done.headers["set-cookie"].lower()
    assert "httponly" in worn
    assert "samesite=lax" in worn
    assert door.get("/v1/me").json() == {"name": "planner", "role": "planner", "areas": []}
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


def test_wrong_passwords_are_refused_and_then_must_wait(
    door: TestClient, tokens: dict[str, str]
) -> None:
    wrong, right = {"name": "staff", "password": "nothing like it"}, PASSWORD
    said = [door.post("/v1/tokens", json=wrong) for _ in range(6)]
    assert [answer.status_code for answer in said] == [401] * 5 + [429]
    assert int(said[-1].headers["retry-after"]) > 0
    assert door.post("/v1/tokens", json={"name": "staff", "password": right}).status_code == 429
    assert door.post("/v1/tokens", json={"name": "admin", "password": right}).status_code == 201
    nobody = door.post("/v1/tokens", json={"name": "nobody", "password": right})
    assert nobody.json()["title"] == said[0].json()["title"]


def by_log_out(door: TestClient, token: str, _: dict[str, str]) -> None:
    assert door.delete("/v1/tokens", headers=sent(token)).status_code == 204


def by_revoking(door: TestClient, _: str, tokens: dict[str, str]) -> None:
    gone = door.delete("/v1/users/staff/tokens", headers=sent(tokens["admin"]))
    assert gone.status_code == 204


def by_shutting_out(door: TestClient, _: str, tokens: dict[str, str]) -> None:
    told = {"disabled": True}
    changed = door.patch("/v1/users/staff", json=told, headers=sent(tokens["admin"]))
    assert changed.json()["disabled"]


def by_another_password(door: TestClient, _: str, tokens: dict[str, str]) -> None:
    told = {"password": "an entirely new one"}
    changed = door.patch("/v1/users/staff", json=told, headers=sent(tokens["admin"]))
    assert changed.status_code == 200


@pytest.mark.parametrize("how", [by_log_out, by_revoking, by_shutting_out, by_another_password])
def test_a_token_ends_at_once(
    door: TestClient, tokens: dict[str, str], how: Callable[..., None]
) -> None:
    assert door.get("/v1/me", headers=sent(tokens["staff"])).status_code == 200
    how(door, tokens["staff"], tokens)
    assert door.get("/v1/me", headers=sent(tokens["staff"])).status_code == 401


def test_a_token_is_over_in_time(door: TestClient, work: Work, tokens: dict[str, str]) -> None:
    short = perform(MakeToken(name="staff", hours=1e-9), work)["token"]
    assert door.get("/v1/me", headers=sent(short)).status_code == 401


def test_no_secret_is_kept_or_told(door: TestClient, work: Work, tokens: dict[str, str]) -> None:
    told = door.get("/v1/users", headers=sent(tokens["admin"]))
    assert PASSWORD not in told.text
    assert "argon2" not in told.text
    with work.db.read() as session:
        kept = [str(deed) for deed in store.audit.read(session)]
        assert store.users.password_of(session, "staff").startswith("$argon2id$")
    assert not any(token in deed for token in tokens.values() for deed in kept)


def test_every_deed_about_users_is_audited(
    door: TestClient, work: Work, tokens: dict[str, str]
) -> None:
    by_shutting_out(door, "", tokens)
    with work.db.read() as session:
        deeds = {(deed.who, deed.action, deed.subject) for deed in store.audit.read(session)}
    assert ("admin", "user disable", "staff") in deeds
    assert ("local", "user add", "planner") in deeds
    assert ("local", "token", "planner") in deeds


def test_log_ins_leave_what_is_drawn_as_it_is(work: Work, tokens: dict[str, str]) -> None:
    before = store.audit.latest(work.db)
    perform(MakeToken(name="staff"), work)
    assert store.audit.latest(work.db) == before


def test_a_planner_keeps_within_the_areas_named_for_them(work: Work) -> None:
    asker = access.Asker("li", Role.PLANNER, ("3211020010",))
    asker.require_within(["321102001001", "321102001002001"])
    with pytest.raises(Forbidden, match="321102002001"):
        asker.require_within(["321102001001", "321102002001"])
