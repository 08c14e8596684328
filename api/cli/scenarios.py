"""``wangge scenarios``: redraw boundaries in a plan, compare, check, publish."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from api.cli.door import Json, answer, ask, out, show_findings, table
from geo.errors import BadInput

if TYPE_CHECKING:
    from api.tasks.redraw_areas import Redrawn
    from api.tasks.work import Work

app = typer.Typer(help="调整方案 Scenarios: redraw boundaries.", no_args_is_help=True)

Scenario = Annotated[str, typer.Argument(help="方案编号或链接 Number or link.")]
Level = Annotated[str, typer.Option(help="层级 Level: community, grid, microgrid")]
Who = Annotated[str, typer.Option("--who", help="操作人 Who does it.")]
Expected = Annotated[int | None, typer.Option(help="已知的最后一步 Last step that was seen.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="只看结果 Only tell.")]


@app.callback()
def scenarios() -> None:
    """调整方案 Scenarios."""


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="方案名称 Name.")],
    base: Annotated[int | None, typer.Option(help="基于第几版 Revision.")] = None,
    who: Who = "local",
    json: Json = False,
) -> None:
    """从已发布版本新建方案 Branch a scenario from a published revision."""
    from api.tasks.redraw_areas import NewScenario

    made = ask(NewScenario(name=name, base=base), work=_work(who))
    answer(
        asdict(made),
        as_json=json,
        shown=lambda: out.print(
            f"方案 {made.number}“{made.name}”，基于第 {made.base} 版，链接 link {made.link}"
        ),
    )


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="open | published | dropped")] = None,
    json: Json = False,
) -> None:
    """列出方案 List scenarios, newest first."""
    from api.tasks.redraw_areas import ListScenarios

    found = ask(ListScenarios.model_validate({"state": state}))

    def shown() -> None:
        made = table("方案 Scenarios", ">编号", "名称", "状态", ">版本", ">步", "操作人", "链接")
        for s in found:
            cells = (s.number, s.name, s.state, s.published or s.base, s.step, s.who, s.link)
            made.add_row(*map(str, cells))
        out.print(made)

    answer([asdict(s) for s in found], as_json=json, shown=shown)


@app.command()
def split(
    scenario: Scenario,
    code: Annotated[str, typer.Argument(help="区域编码 Code; 空 = 线下的区域")] = "",
    line: Annotated[str, typer.Option(help='"lon,lat lon,lat …"')] = "",
    along: Annotated[str, typer.Option(help="沿道路 Street: name or id.")] = "",
    level: Level = "grid",
    tolerance: Annotated[float, typer.Option(help="均衡切分允许偏差")] = 0.01,
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """切分：沿线、沿道路，或（都不给时）按户数均衡 Split by a line, along a street, or evenly."""
    if line:
        op: dict[str, Any] = {"op": "split", "level": level, "code": code, "line": _line(line)}
    elif along:
        from api.tasks.redraw_areas import street_line

        op = {"op": "split_along", "level": level, "code": code,
              "street": street_line(_work(who), along)}  # fmt: skip
    else:
        op = {"op": "balanced_split", "level": level, "code": code, "tolerance": tolerance}
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def merge(
    scenario: Scenario,
    codes: Annotated[list[str], typer.Argument(help="区域编码 Codes.")],
    name: Annotated[str, typer.Option(help="新名称 Name.")] = "",
    level: Level = "grid",
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """合并相邻区域 Merge neighbours."""
    op = {"op": "merge", "level": level, "codes": codes, "name": name}
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def move(
    scenario: Scenario,
    one: Annotated[str, typer.Argument(help="区域编码 Code.")],
    other: Annotated[str, typer.Argument(help="相邻区域编码 Neighbour's code.")],
    course: Annotated[str, typer.Option(help='新走向 New course: "lon,lat lon,lat …"')],
    level: Level = "grid",
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """移动公共边界 Give a shared border a new course."""
    op = {"op": "move_border", "level": level, "codes": [one, other], "course": _line(course)}
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def assign(
    scenario: Scenario,
    to: Annotated[str, typer.Argument(help="划入的区域 Code of the area that takes.")],
    buildings: Annotated[list[str] | None, typer.Option("--building", help="楼栋编号 Id.")] = None,
    lasso: Annotated[str, typer.Option(help='套索 "lon,lat lon,lat …"')] = "",
    fill: Annotated[bool, typer.Option("--fill", help="连同夹缝 Fill enclaves.")] = False,
    level: Level = "grid",
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """把楼栋划给相邻区域 Assign buildings, or those in a lasso."""
    ring = _line(lasso)["coordinates"] if lasso else []
    drawn = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]} if ring else None
    op: dict[str, Any] = {
        "op": "assign", "level": level, "to": to, "buildings": buildings or [], "fill": fill,
    }  # fmt: skip
    _apply(
        scenario, op | ({"lasso": drawn} if drawn else {}), expected,
        dry_run=dry_run, who=who, json=json,
    )  # fmt: skip


@app.command()
def apply(
    scenario: Scenario,
    operation: Annotated[str, typer.Argument(help='任一操作 {"op": "rename", …}')],
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """执行任一操作（JSON） Any operation as JSON: create, close, reparent, rename, recode…"""
    try:
        op = orjson.loads(operation)
    except orjson.JSONDecodeError as fault:
        raise BadInput(f"this is no JSON: {fault}", zh="操作不是有效的 JSON") from fault
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def undo(
    scenario: Scenario, expected: Expected = None, who: Who = "local", json: Json = False
) -> None:
    """撤销 Undo the last operation."""
    from api.tasks.redraw_areas import UndoOperation

    _told(ask(UndoOperation(scenario=scenario, expected=expected), work=_work(who)), json=json)


@app.command()
def redo(
    scenario: Scenario, expected: Expected = None, who: Who = "local", json: Json = False
) -> None:
    """重做 Redo what was undone."""
    from api.tasks.redraw_areas import RedoOperation

    _told(ask(RedoOperation(scenario=scenario, expected=expected), work=_work(who)), json=json)


@app.command()
def diff(
    scenario: Scenario,
    other: Annotated[str | None, typer.Argument(help="另一方案 Other scenario.")] = None,
    json: Json = False,
) -> None:
    """与基础版本或另一方案比较 Compare with its base, or another scenario."""
    from api.tasks.compare_scenarios import CompareScenarios

    done = ask(CompareScenarios(scenario=scenario, other=other))
    told = done.as_dict()

    def shown() -> None:
        made = table("变化 Differences", "类型", "层级", "原", "现", ">户")
        for d in done.comparison.differences:
            made.add_row(d.kind, d.level, " ".join(d.before), " ".join(d.after), str(d.households))
        out.print(made)
        measures = table("指标 Measures", "层级", "指标", ">A", ">B", ">Δ")
        for m in told["measures"]:
            measures.add_row(m["level"], m["measure"], *(f"{m[k]:g}" for k in ("a", "b", "delta")))
        out.print(measures)
        out.print(
            f"户数易手 households {told['households_moved']}，岗位 posts {told['staff_posts']}"
        )

    answer(told, as_json=json, shown=shown)


@app.command()
def check(scenario: Scenario, json: Json = False) -> None:
    """检查方案；有阻断问题时退出码为 1 Check; exit code 1 when something blocks."""
    from api.tasks.check_scenario import CheckScenario

    done = ask(CheckScenario(scenario=scenario))
    told = {
        "scenario": done.scenario, "step": done.step,
        "blocking": [f.as_dict() for f in done.blocking],
        "findings": [f.as_dict() for f in done.findings],
    }  # fmt: skip
    answer(told, as_json=json, shown=lambda: show_findings(done.blocking or done.findings))
    if done.blocking:
        raise typer.Exit(1)


@app.command()
def approve(
    scenario: Scenario, expected: Expected = None, who: Who = "local", json: Json = False
) -> None:
    """审核通过 Approve a scenario as it is now."""
    from api.tasks.check_scenario import ApproveScenario

    step = ask(ApproveScenario(scenario=scenario, expected=expected), work=_work(who))
    answer({"step": step, "who": who}, as_json=json,
           shown=lambda: out.print(f"{who} 已审核第 {step} 步"))  # fmt: skip


@app.command()
def rebase(
    scenario: Scenario,
    drop_clashes: Annotated[bool, typer.Option("--drop-clashes", help="放弃冲突操作")] = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """移到最新版本；冲突逐个列出 Bring it to the latest revision; clashes are named."""
    from api.tasks.rebase_scenario import RebaseScenario

    done = ask(RebaseScenario(scenario=scenario, drop_clashes=drop_clashes), work=_work(who))
    answer(
        asdict(done),
        as_json=json,
        shown=lambda: out.print(
            f"现基于第 {done.base} 版，重做 {done.repeated} 项，放弃 {len(done.clashes)} 项"
        ),
    )


@app.command()
def publish(
    scenario: Scenario,
    why: Annotated[str, typer.Option(help="发布说明 Why.")],
    accept: Annotated[list[str] | None, typer.Option(help="可接受的问题代码 Code.")] = None,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="证书 JSON")] = None,
    impact: Annotated[Path | None, typer.Option("--impact", help="影响表 JSON")] = None,
    expected: Expected = None,
    who: Who = "local",
    json: Json = False,
) -> None:
    """发布：成为新版本，附证书与影响表 Publish as a new revision, with proof and impact."""
    from api.tasks.publish_scenario import PublishScenario

    asked = PublishScenario(
        scenario=scenario, why=why, accept=tuple(accept or ()), expected=expected
    )
    done = ask(asked, work=_work(who))
    for path, value in ((certificate, done.certificate), (impact, done.impact)):
        if path:
            path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str))
    told = {
        "scenario": done.scenario, "revision": done.revision, "areas": done.areas,
        "sha256": done.certificate["sha256"], "impact": done.impact,
    }  # fmt: skip
    answer(told, as_json=json,
           shown=lambda: out.print(f"已发布第 {done.revision} 版，{done.areas} 个区域有新版本"))  # fmt: skip


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="证书文件 Certificate.", exists=True)],
    json: Json = False,
) -> None:
    """仅凭文件复核证书；不成立时退出码为 1 Prove a certificate anew from the file alone."""
    from api.tasks.certificate import verify as proved

    try:
        content = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as fault:
        raise BadInput(f"{file} is no JSON", zh="文件不是有效的 JSON") from fault
    told = proved(content if isinstance(content, dict) else {})

    def shown() -> None:
        made = table("证书 Certificate", "承诺", "声明", "复核", "例外")
        for name, claim in told["claims"].items():
            made.add_row(name, str(claim["claimed"]), str(claim["found"]),
                         str(len(claim["exceptions"])))  # fmt: skip
        out.print(made)
        out.print("证书成立 valid" if told["valid"] else "证书不成立 NOT valid")

    answer(told, as_json=json, shown=shown)
    if not told["valid"]:
        raise typer.Exit(1)


def _work(who: str) -> "Work":
    from api.tasks.work import Work

    return Work(who=who)


def _apply(
    scenario: str, op: dict[str, Any], expected: int | None, *, dry_run: bool, who: str, json: bool
) -> None:
    from api.tasks.redraw_areas import ApplyOperation

    asked = ApplyOperation(scenario=scenario, operation=op, expected=expected, dry_run=dry_run)
    _told(ask(asked, work=_work(who)), json=json)


def _told(done: "Redrawn", *, json: bool) -> None:
    told = done.as_dict()

    def shown() -> None:
        made = table(f"第 {done.step} 步 step：{done.change.label}", "层级", "编码", "名称", ">户")
        for area in told["areas"]:
            made.add_row(area["level"], area["code"], area["name"], str(area["households"]))
        out.print(made)
        for h in done.held:
            out.print(f"[yellow]{h.who} 正在编辑 {h.community}[/]")
        for offer in told["offers"]:
            out.print(f"可继续 offered: {orjson.dumps(offer).decode()}")

    answer(told, as_json=json, shown=shown)


def _line(text: str) -> dict[str, Any]:
    try:
        points = [[float(v) for v in pair.split(",")] for pair in text.split()]
    except ValueError:
        points = []
    if len(points) < 2 or any(len(p) != 2 for p in points):
        raise BadInput(
            f"{text!r} is no line", zh="线的写法不对", hint='"lon,lat lon,lat …", in degrees',
            hint_zh="格式：“经度,纬度 经度,纬度 …”",
        )  # fmt: skip
    return {"type": "LineString", "coordinates": points}
