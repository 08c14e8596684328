"""The plan of sites on paper and as a page, by command."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from api.tasks.draw_plan import DrawPlan
from api.tasks.try_sites import NewSite, TrySites
from api.tasks.work import Work
from geo import demo
from geo.errors import BadInput, NotFound

pytestmark = pytest.mark.store


def test_both_sides_stand_on_a_sheet_of_paper(
    work: Work, town: demo.District, tmp_path: Path
) -> None:
    out = tmp_path / "plan.pdf"
    name, shut = town.layers["candidate"]["id"].iloc[0], town.layers["station"]["id"].iloc[0]
    plan = TrySites(added=(NewSite.named(name), NewSite.named("119.45,32.2")), closed=(shut,))
    DrawPlan(plan=plan, out=out, paper="a3").run(work)
    page = PdfReader(out).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (1191, 842)
    text = page.extract_text()
    assert "现状" in text
    assert "方案" in text


@pytest.mark.parametrize(
    ("added", "closed", "fault"),
    [(("nowhere",), (), NotFound), ((), ("nowhere",), NotFound)],
)
def test_what_is_not_there_is_named(
    work: Work, tmp_path: Path, added: tuple[str, ...], closed: tuple[str, ...], fault: type
) -> None:
    plan = TrySites(added=tuple(map(NewSite.named, added)), closed=closed)
    with pytest.raises(fault):
        DrawPlan(plan=plan, out=tmp_path / "plan.html").run(work)
    assert not (tmp_path / "plan.html").exists()


def test_a_place_is_a_candidate_or_lon_and_lat() -> None:
    assert NewSite.named("119.45,32.2") == NewSite(lon=119.45, lat=32.2)
    with pytest.raises(BadInput):
        NewSite.named("east,north")
