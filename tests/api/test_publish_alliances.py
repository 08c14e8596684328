"""A draft holds when somebody publishes it, and every version stays as it was."""

import ast
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient

import api
from api.tasks.form_alliances import Alliances, FormAlliances
from api.tasks.publish_alliances import (
    AllianceHistory,
    PublishAlliances,
    ReadAlliances,
    renamed,
)
from api.tasks.work import Work
from geo import store
from geo.errors import BadInput, Conflict, NotFound

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def drafts(work: Work) -> tuple[Alliances, Alliances]:
    """Two proposals: around leads, and around anybody."""
    usual = {"groups": 2, "tolerance": 0.3, "leads_per_group": 3, "skills": "none"}
    made = [FormAlliances.model_validate(usual | {"hub": hub}) for hub in ("lead", "any")]
    return made[0].run(work), made[1].run(work)


def published(work: Work) -> pd.DataFrame:
    with work.db.read() as session:
        return store.groupings.read(session, "alliance")


def revisions(work: Work) -> int:
    with work.db.read() as session:
        return len(store.revisions.history(session))


def test_only_a_person_publishes() -> None:
    writers = []
    for path in sorted(Path(api.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "store.groupings.replace":
                writers.append(path.name)
    assert writers == ["publish_alliances.py"]
    named = [
        path.name
        for path in sorted(Path(api.__file__).parent.rglob("*.py"))
        if "PublishAlliances(" in (text := path.read_text(encoding="utf-8"))
        or "PublishAlliances.model_validate" in text
    ]
    assert set(named) <= {"publish_alliances.py", "published.py"}


def test_a_draft_is_not_in_force(
    work: Work, drafts: tuple[Alliances, Alliances], client: TestClient
) -> None:
    assert not len(published(work))
    with pytest.raises(NotFound, match="was published"):
        ReadAlliances().run(work)
    assert client.get("/v1/alliances").status_code == 404
    assert AllianceHistory().run(work) == []


def test_versions_follow_each_other_and_stay(
    work: Work, drafts: tuple[Alliances, Alliances], client: TestClient
) -> None:
    first, second = drafts
    old = str(first.members["alliance_name"].iloc[0])
    done = PublishAlliances(
        run_id=first.run, names={old: "江滨联盟"}, who="王主任", why="纪要1"
    ).run(work)
    assert (done.version.groupings, done.version.joined) == (2, len(first.members))
    here = ReadAlliances().run(work)
    assert "江滨联盟" in set(here.members["alliance_name"])
    assert here.members["zh"].str.len().gt(0).all()
    assert here.draft is not None
    assert here.draft.id == first.run
    groups = dict(zip(here.members["id"], here.members["alliance_name"], strict=True))
    for _, part in first.members.groupby("alliance"):
        assert len({groups[i] for i in part["id"]}) == 1
    assert set(here.members.loc[here.members["lead"], "id"]) == set(
        first.members.loc[first.members["lead"], "id"]
    )

    later = PublishAlliances(run_id=second.run, who="王主任").run(work)
    before = ReadAlliances(as_of=done.version.revision.number).run(work)
    assert before.members.equals(here.members)
    assert before.draft == here.draft
    assert [v["revision"] for v in AllianceHistory().run(work)] == [
        done.version.revision.number, later.version.revision.number,
    ]  # fmt: skip
    now = client.get("/v1/alliances").json()
    assert now["revision"] == later.version.revision.number
    assert sum(len(group["members"]) for group in now["groups"]) == len(second.members)
    with work.db.read() as session:
        entry = store.audit.read(session, limit=1)[0]
    assert (entry.action, entry.who) == ("publish", "王主任")


def test_the_public_sees_places_only(
    work: Work, drafts: tuple[Alliances, Alliances], client: TestClient
) -> None:
    told = client.get("/v1/alliances").json()
    assert set(told) == {"kind", "revision", "effective", "groups"}
    for group in told["groups"]:
        assert set(group) == {"name", "lead", "members"}
        for member in group["members"]:
            assert set(member) == {"id", "name", "community"}
    history = client.get("/v1/alliances/history")
    assert "王主任" not in history.text
    assert len(history.json()) == 2
    assert client.get("/v1/alliances", params={"preset": "nothing"}).status_code == 400


def test_publishing_the_same_again_moves_nobody(
    work: Work, drafts: tuple[Alliances, Alliances]
) -> None:
    count = revisions(work)
    again = PublishAlliances(run_id=drafts[1].run).run(work)
    assert again.same
    assert revisions(work) == count


def test_a_refused_draft_changes_nothing(work: Work, drafts: tuple[Alliances, Alliances]) -> None:
    before, count = published(work), revisions(work)
    with work.db.session() as session:
        other = store.runs.save(session, "coverage", {}, None, {})
    with pytest.raises(BadInput, match="no proposal"):
        PublishAlliances(run_id=other).run(work)
    with pytest.raises(BadInput, match="no group"):
        PublishAlliances(run_id=drafts[0].run, names={"无": "有"}).run(work)
    with pytest.raises(NotFound):
        PublishAlliances(run_id=10**9).run(work)
    with work.db.session() as session:
        draft = store.runs.read(session, drafts[0].run)
        result = draft.result | {
            "members": [*draft.result["members"], {**draft.result["members"][0], "id": "gone"}]
        }
        stale = store.runs.save(session, "alliances", draft.inputs, 1, result)
    with pytest.raises(Conflict, match="gone"):
        PublishAlliances(run_id=stale).run(work)
    assert published(work).equals(before)
    assert revisions(work) == count


def test_no_two_groups_get_one_name() -> None:
    members = pd.DataFrame({"alliance_name": ["东", "西", "西"]})
    assert renamed(members, {"东": "西", "西": "东"})["alliance_name"].tolist() == [
        "西",
        "东",
        "东",
    ]
    for names in ({"东": "西"}, {"东": " "}):
        with pytest.raises(BadInput):
            renamed(members, names)
