"""A planner's plan from the command line: every step, every review, every message."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import squareton
from click.testing import Result
from typer.testing import CliRunner

from api.cli import app
from api.settings import settings
from geo import coords, store
from geo.errors import BadInput, Conflict, GeoError, NotFound, RuleBroken

pytestmark = pytest.mark.store
RUN = CliRunner()
GRID, EAST = "321198001001001", "321198001001002"


@pytest.fixture(scope="module", autouse=True)
def kept(db: store.Database, database_url: str) -> Iterator[None]:
    """Let the commands find Squareton."""
    squareton.kept(db)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANGGE_DATABASE_URL", database_url)
        settings.cache_clear()
        yield
    settings.cache_clear()


def run(*words: object) -> Result:
    """Run ``wangge scenarios``; errors of the house come out as they are."""
    done = RUN.invoke(app, ["scenarios", *map(str, words)])
    if isinstance(done.exception, GeoError):
        raise done.exception
    return done


def told(*words: object, code: int = 0) -> Any:
    """Run it with ``--json``; give the answer."""
    done = run(*words, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def opened(name: str) -> int:
    """Open a plan; give its number."""
    return int(told("new", name)["number"])


def bounds(code: str) -> tuple[float, float, float, float]:
    """Give the west, south, east and north of a grid in degrees."""
    grids = coords.to_degrees(squareton.squareton()[0]["grid"]).set_index("code")
    west, south, east, north = grids.geometry[code].bounds
    return west, south, east, north


def test_what_is_shown_speaks_both_languages() -> None:
    plan = opened("给人看")
    assert "基于第" in run("new", "给人看").stdout
    shown = run("split", plan, GRID, "--tolerance", 0.2).stdout
    assert "停用 closed" in shown
    assert "split" in run("diff", plan).stdout
    assert "阻碍发布" in run("check", plan).stdout
    assert "方案 Scenarios" in run("list").stdout
    assert "给人看" in run("list", "--state", "open").stdout
    assert "放弃" in run("drop", plan).stdout


def test_problems_are_mended_from_the_command_line() -> None:
    plan = opened("处理问题")
    told("split", plan, GRID)
    left = told("mend", plan, "--level", "grid", "--dry-run")
    assert left["mended"][0]["code"] == "SIZE_OUT_OF_NORM"
    done = told("mend", plan, "--level", "grid", "--most", 5)
    assert (len(done["mended"]), done["left"]) == (1, 0)
    assert "0 left" in run("mend", plan, "--level", "grid").stdout


@pytest.mark.parametrize(
    ("words", "fault", "says"),
    [
        (("split", "99", GRID), NotFound, "no scenario 99"),
        (("split", "{}", "9"), NotFound, "no grid 9"),
        (("split", "{}", GRID, "--line", "here"), BadInput, "is no line"),
        (("split", "{}", GRID, "--line", "119,32 119.1,32"), RuleBroken, "does not part"),
        (("split", "{}", GRID, "--along", "无名路"), NotFound, "no street"),
        (("merge", "{}", GRID), BadInput, "two areas or more"),
        (("merge", "{}", GRID, "321198001004001"), RuleBroken, "different parents"),
        (("move", "{}", GRID, GRID, "--course", "119,32 119.1,32"), RuleBroken, "share no border"),
        (("assign", "{}", GRID, "--building", "none"), NotFound, "no building"),
        (("assign", "{}", GRID, "--lasso", "119,32 119.1,32"), BadInput, "encloses nothing"),
        (("apply", "{}", "{"), BadInput, "no JSON"),
        (("apply", "{}", "[]"), BadInput, "is an object"),
        (("apply", "{}", '{"op": "vanish"}'), BadInput, "no operation"),
        (("apply", "{}", '{"op": "rename", "level": "street"}'), BadInput, "code is missing"),
        (("undo", "{}"), RuleBroken, "nothing to undo"),
        (("redo", "{}"), RuleBroken, "nothing to redo"),
        (("split", "{}", GRID, "--expected", "3"), Conflict, "at step 0, not 3"),
        (("list", "--state", "lost"), BadInput, "state"),
        (("new", ""), BadInput, "name"),
        (("new", "x", "--base", "77"), NotFound, "77"),
        (("publish", "{}", "--why", "x", "--effective", "soon"), BadInput, "effective"),
    ],
)
def test_a_fault_is_told_in_two_languages(
    words: tuple[str, ...], fault: type[GeoError], says: str
) -> None:
    plan = opened("有误")
    with pytest.raises(fault) as raised:
        run(*(word.replace("{}", str(plan)) if word == "{}" else word for word in words))
    assert says in raised.value.message
    assert raised.value.zh


def test_a_plan_from_new_to_proof(tmp_path: Path) -> None:
    plan = opened("一稿")
    west, south, east, north = bounds(GRID)
    x = (west + east) / 2
    line = f"{x},{south - 1e-4} {x},{north + 1e-4}"
    dry = told("split", plan, GRID, "--line", line, "--dry-run")
    done = told("split", plan, GRID, "--line", line, "--expected", 0, "--who", "甲")
    assert done["areas"] == dry["areas"]
    assert (dry["step"], done["step"]) == (0, 1)
    grids = [a for a in done["areas"] if a["level"] == "grid"]
    assert [a["households"] for a in grids] == [160, 160]
    merged = told("merge", plan, *(a["code"] for a in grids), "--name", "合一")
    assert [a["name"] for a in merged["areas"] if a["level"] == "grid"] == ["合一"]
    whole = next(a["code"] for a in merged["areas"] if a["level"] == "grid")
    assert told("undo", plan)["drop"]
    assert told("redo", plan)["step"] == 4
    x = east + (east - west) / 4
    moved = told("move", plan, whole, EAST, "--course", f"{x},{south - 1e-4} {x},{north + 1e-4}")
    assert sorted(a["households"] for a in moved["areas"] if a["level"] == "grid") == [240, 400]
    evened = told("even", plan, whole, EAST)
    assert [a["households"] for a in evened["areas"] if a["level"] == "grid"] == [320, 320]
    assigned = told("assign", plan, whole, "--building", "B4", "--building", "B20", "--fill")
    people = [a["households"] for a in assigned["areas"] if a["level"] == "grid"]
    assert sorted(people) == [280, 360]
    named = told(
        "apply", plan, json.dumps({"op": "rename", "level": "grid", "code": EAST, "name": "东"})
    )
    assert named["areas"][0]["name"] == "东"
    kinds = {(d["kind"], d["level"]) for d in told("diff", plan)["differences"]}
    assert kinds >= {("redivide", "grid"), ("rename", "grid")}
    page, book = tmp_path / "plan.pdf", tmp_path / "plan.xlsx"
    for path in (page, book):
        assert told("diff", plan, "--out", path)["measures"]
        assert path.stat().st_size > 4000
    checked = told("check", plan, code=1)
    assert {f["code"] for f in checked["blocking"]} == {"SIZE_OUT_OF_NORM"}
    assert told("approve", plan, "--who", "乙") == {"step": 8, "who": "乙"}
    proof, impact = tmp_path / "proof.json", tmp_path / "impact.json"
    out = told(
        "publish", plan, "--why", "会议纪要 7 号", "--accept", "SIZE_OUT_OF_NORM",
        "--certificate", proof, "--impact", impact,
    )  # fmt: skip
    assert out["revision"] == 2
    assert json.loads(impact.read_bytes())["households_moved"]["grid"] > 0
    assert told("verify", proof)["valid"]
    assert told("list", "--state", "published")[0]["published"] == 2
    forged = json.loads(proof.read_bytes())
    forged["homes"][0][2] += 1
    proof.write_text(json.dumps(forged))
    assert not told("verify", proof, code=1)["digest"]
