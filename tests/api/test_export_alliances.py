"""Groups on paper and in a spreadsheet say what the draft says, and load nothing."""

import io
import re
import zipfile
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

import maps
from api.tasks import draw_maps
from api.tasks.export_alliances import ExportAlliances
from api.tasks.form_alliances import Alliances, FormAlliances
from api.tasks.publish_alliances import PublishAlliances
from api.tasks.work import Work
from geo import store
from geo.errors import BadInput, NotFound

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def made(work: Work) -> Alliances:
    usual = {"groups": 2, "tolerance": 0.3, "leads_per_group": 3, "skills": "none"}
    return FormAlliances.model_validate(usual).run(work)


def test_nothing_published_cannot_be_exported_but_a_draft_can(
    work: Work, made: Alliances, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        ExportAlliances(out=tmp_path / "a.html").run(work)
    with pytest.raises(BadInput):
        ExportAlliances(out=tmp_path / "a.doc", run_id=made.run).run(work)
    assert list(tmp_path.iterdir()) == []
    html = ExportAlliances(out=tmp_path / "a.html", run_id=made.run).run(work).read_text("utf-8")
    assert "草案" in html
    assert "发布后方才生效" in html


def test_the_booklet_has_a_sheet_a_group_and_every_reason_in_two_languages(
    work: Work, made: Alliances, tmp_path: Path
) -> None:
    html = ExportAlliances(out=tmp_path / "a.html", run_id=made.run).run(work).read_text("utf-8")
    assert html.count('<section class="group"') == 2
    assert "break-before: page" in html
    for row in made.members.itertuples():
        assert row.zh in html
        assert row.en in html
    assert "default-src 'none'" in unescape(html)
    assert not re.search(r'(?:src|href)="(?!#|data:)', html)
    numbers = re.findall(r'class="number"[^>]*>(\d+)<', html)
    assert len(numbers) == len(made.members)
    again = ExportAlliances(out=tmp_path / "b.html", run_id=made.run).run(work).read_text("utf-8")
    assert again == html


def test_a_hostile_name_is_only_text(work: Work, made: Alliances, tmp_path: Path) -> None:
    evil = '<img src=x onerror="alert(1)">'
    with work.db.session() as session:
        draft = store.runs.read(session, made.run)
        members = [m | {"alliance_name": evil, "name": evil} for m in draft.result["members"]]
        run = store.runs.save(
            session, "alliances", draft.inputs, 1, draft.result | {"members": members}
        )
    html = ExportAlliances(out=tmp_path / "a.html", run_id=run).run(work).read_text("utf-8")
    assert "<img" not in html
    assert "&lt;img" in html


def test_the_workbook_comes_back_with_every_member(
    work: Work, made: Alliances, tmp_path: Path
) -> None:
    path = ExportAlliances(out=tmp_path / "a.xlsx", run_id=made.run).run(work)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
        sheets = book.read("xl/workbook.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert all(name in sheets for name in ("一览", "成员与理由", "方案说明"))
    for row in made.members.itertuples():
        assert row.name in texts
        assert row.zh in texts
    table = pd.read_csv(ExportAlliances(out=tmp_path / "a.csv", run_id=made.run).run(work))
    assert set(table["编号"]) == set(made.members["id"])
    assert table.groupby("联盟")["序号"].max().sum() == len(table)


def test_the_public_map_shows_no_draft_and_no_loads_and_the_planner_both(
    work: Work, made: Alliances
) -> None:
    def seen(kind: str) -> tuple[str, set[str]]:
        scene = draw_maps.theme(kind, work, inner=True).scene()
        fields = {words.zh for sheet in scene.sheets for words in sheet.fields}
        return {fact.words.zh: fact.value for fact in scene.facts}["状态"], fields

    inner = {"负荷", "步行（分钟）", "能力评分", "成立年数", "缘由"}
    with work.db.read() as session:
        before = len(store.runs.history(session, "alliances", limit=99))
    status, fields = seen("alliances")
    assert status == "尚未发布联盟"
    assert not fields & inner
    status, fields = seen("alliances-plan")
    assert status.startswith("草案")
    assert inner <= fields
    with work.db.read() as session:
        assert len(store.runs.history(session, "alliances", limit=99)) == before
    done = PublishAlliances(run_id=made.run).run(work)
    version = f"第 {done.version.revision.number} 版"
    status, fields = seen("alliances")
    assert status == version
    assert not fields & inner
    page = maps.draw(draw_maps.theme("alliances", work)).html()
    assert not any(row.zh in page for row in made.members.itertuples())
    assert seen("alliances-plan")[0] == version
    with pytest.raises(BadInput):
        draw_maps.theme("alliances-plan", work)
