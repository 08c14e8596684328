"""Made-up questions to every route of the OpenAPI document: never a fault of ours."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
import squareton
from beside import HERE, beside
from hypothesis import HealthCheck, Phase, given, settings

from api.http import create_app
from api.tasks.accounts import AddUser, MakeToken
from api.tasks.work import perform
from geo import store

EACH = 4
LONG = {("POST", "/v1/alliances/drafts"), ("POST", "/v1/alliances/growths"),
        ("POST", "/v1/alliances/weighings"), ("POST", "/v1/sites/best")}  # fmt: skip
"""Answers that take seconds each; their forms are tried in tests of their own."""


@pytest.mark.filterwarnings("ignore::Warning")
def test_no_question_brings_the_service_down(db: store.Database) -> None:
    work = squareton.kept(db)
    perform(AddUser(name="root", role="admin", subject="root"), work)
    app = create_app(work, draw_first=False)
    faults: Counter[tuple[str, str, int]] = Counter()
    asked = 0
    with beside(app) as door:

        def ask(case: Any, token: str) -> None:
            nonlocal asked
            sent = case.as_transport_kwargs(base_url=HERE)
            answer = door.request(
                sent["method"], sent["url"], params=sent.get("params"), json=sent.get("json"),
                content=sent.get("data"),
                headers=dict(sent.get("headers") or {}) | {"Authorization": f"Bearer {token}"},
            )  # fmt: skip
            asked += 1
            if answer.status_code >= 500:
                faults[case.operation.method.upper(), case.operation.path, answer.status_code] += 1

        def tried(operation: Any, token: str) -> None:
            @settings(
                max_examples=EACH, deadline=None, phases=[Phase.generate], derandomize=True,
                database=None, suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy())
            def one(case: Any) -> None:
                ask(case, token)

            one()

        for found in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
            operation = found.ok()
            if (operation.method.upper(), operation.path) in LONG:
                continue
            token = perform(MakeToken(name="root"), work)["token"]
            tried(operation, token)
    assert asked > 300
    assert not faults
