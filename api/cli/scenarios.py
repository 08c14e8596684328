"""``wangge scenarios``: branch a plan, compare, check, mend, publish; its steps: `redrawing`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from api.cli import redrawing
from api.cli.door import Json, answer, ask, form, out, show_findings, table
from api.cli.redrawing import Expected, Scenario, Who
from geo.errors import BadInput

app = typer.Typer(help="调整方案 Scenarios: redraw boundaries.", no_args_is_help=True)
app.registered_commands += redrawing.app.registered_commands


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

    made = ask(form(NewScenario, name=name, base=base), who=who)
    told = f"方案 {made.number}“{made.name}”，基于第 {made.base} 版，链接 link {made.link}"
    _say(asdict(made), told, json=json)


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="open | published | dropped")] = None,
    json: Json = False,
) -> None:
    """列出方案 List scenarios, newest first."""
    from api.tasks.redraw_areas import ListScenarios

    found = ask(form(ListScenarios, state=state))

    def shown() -> None:
        made = table("方案 Scenarios", ">编号", "名称", "状态", ">版本", ">步", "操作人", "链接")
        for s in found:
            cells = (s.number, s.name, s.state, s.published or s.base, s.step, s.who, s.link)
            made.add_row(*map(str, cells))
        out.print(made)

    answer([asdict(s) for s in found], as_json=json, shown=shown)


@app.command()
def drop(scenario: Scenario, who: Who = "local", json: Json = False) -> None:
    """放弃方案；操作记录保留 Give a scenario up; its steps stay."""
    from api.tasks.redraw_areas import DropScenario

    number = ask(DropScenario(scenario=scenario), who=who)
    _say({"scenario": number, "state": "dropped"}, f"方案 {number} 已放弃 given up", json=json)


@app.command()
def diff(
    scenario: Scenario,
    other: Annotated[str | None, typer.Argument(help="另一方案 Other scenario.")] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="对比图 .html | .pdf | .png | .svg | .xlsx")
    ] = None,
    level: Annotated[str, typer.Option(help="图上的层级 Level on the map.")] = "grid",
    paper: Annotated[str, typer.Option(help="a4 | a3")] = "a4",
    json: Json = False,
) -> None:
    """与基础版本或另一方案比较 Compare with its base, or another scenario."""
    from api.tasks.compare_scenarios import CompareScenarios
    from api.tasks.draw_differences import DrawDifferences

    asked = CompareScenarios(scenario=scenario, other=other)
    drawn = (
        DrawDifferences(scenario=scenario, other=other, out=target, level=level, paper=paper)
        if target
        else asked
    )
    told = ask(drawn).as_dict()

    def shown() -> None:
        made = table("变化 Differences", "类型", "层级", "原", "现", ">户", ">岗位")
        for d in told["differences"]:
            counts = str(d["households"]), str(d["posts"])
            made.add_row(
                d["kind"], d["level"], " ".join(d["before"]), " ".join(d["after"]), *counts
            )
        out.print(made)
        measures = table("指标 Measures", "层级", "指标", ">A", ">B", ">Δ")
        for m in told["measures"]:
            measures.add_row(m["level"], m["measure"], *(f"{m[k]:g}" for k in ("a", "b", "delta")))
        out.print(measures)
        out.print(f"户数易手 households that change hands: {_counts(told['households_moved'])}")
        out.print(f"涉及岗位 posts concerned: {_counts(told['staff_posts'])}")
        if target:
            out.print(f"已写入 written {target}")

    answer(told, as_json=json, shown=shown)


@app.command()
def check(scenario: Scenario, json: Json = False) -> None:
    """检查方案；有阻断问题时退出码为 1 Check; exit code 1 when something blocks."""
    from api.tasks.check_scenario import CheckScenario

    done = ask(CheckScenario(scenario=scenario))

    def shown() -> None:
        show_findings(done.blocking or done.findings)
        out.print(
            f"{len(done.blocking)} 个问题阻碍发布，共 {len(done.findings)} 个 "
            f"{len(done.blocking)} of {len(done.findings)} findings keep it from being published"
        )

    answer(done.as_dict(), as_json=json, shown=shown)
    if done.blocking:
        raise typer.Exit(1)


@app.command()
def mend(
    scenario: Scenario,
    level: Annotated[str, typer.Option(help="只看一个层级 Level.")] = "",
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="只看此类 GAP, OVERLAP…")
    ] = None,
    most: Annotated[int, typer.Option(help="最多处理几个 At most so many.", min=1)] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出建议 Only list.")] = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """逐个处理问题：采用建议的操作 Mend problems one by one by the proposed operation."""
    from api.tasks.mend_scenario import MendScenario

    asked = MendScenario(
        scenario=scenario, level=level, kinds=tuple(kinds or ()), most=most, dry_run=dry_run
    )
    told = ask(asked, who=who)

    def shown() -> None:
        verb = "建议 proposed" if dry_run else "已处理 mended"
        for done in told["mended"]:
            out.print(f"{verb}: {done['zh']} → {done['label']}")
        out.print(
            f"{len(told['mended'])} {verb}；{told['left']} 个待处理，其中 {told['unmended']} 个须人工判断 "
            f"{told['left']} left, {told['unmended']} for a person to judge"
        )

    answer(told, as_json=json, shown=shown)


@app.command()
def approve(
    scenario: Scenario, expected: Expected = None, who: Who = "local", json: Json = False
) -> None:
    """审核通过 Approve a scenario as it is now."""
    from api.tasks.check_scenario import ApproveScenario

    step = ask(ApproveScenario(scenario=scenario, expected=expected), who=who)
    _say({"step": step, "who": who}, f"{who} 已审核第 {step} 步 approved", json=json)


@app.command()
def rebase(
    scenario: Scenario,
    drop_clashes: Annotated[bool, typer.Option("--drop-clashes", help="放弃冲突操作")] = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """移到最新版本；冲突逐个列出 Bring it to the latest revision; clashes are named."""
    from api.tasks.rebase_scenario import RebaseScenario

    done = ask(RebaseScenario(scenario=scenario, drop_clashes=drop_clashes), who=who)
    told = f"现基于第 {done.base} 版，重做 {done.repeated} 项，放弃 {len(done.clashes)} 项"
    _say(done.as_dict(), told, json=json)


@app.command()
def publish(
    scenario: Scenario,
    why: Annotated[str, typer.Option(help="发布说明 Why.")],
    accept: Annotated[list[str] | None, typer.Option(help="可接受的问题代码 Code.")] = None,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="证书 JSON")] = None,
    impact: Annotated[Path | None, typer.Option("--impact", help="影响表 JSON")] = None,
    effective: Annotated[str | None, typer.Option(help="生效日期 YYYY-MM-DD")] = None,
    expected: Expected = None,
    who: Who = "local",
    json: Json = False,
) -> None:
    """发布：成为新版本，附证书与影响表 Publish as a new revision, with proof and impact."""
    from api.tasks.publish_scenario import PublishScenario

    asked = form(
        PublishScenario, scenario=scenario, why=why, accept=tuple(accept or ()),
        expected=expected, effective=effective,
    )  # fmt: skip
    done = ask(asked, who=who)
    for path, value in ((certificate, done.certificate), (impact, done.impact)):
        if path:
            path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str))
    told = f"已发布第 {done.revision} 版，{done.areas} 个区域有新版本 published"
    _say(done.as_dict(), told, json=json)


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
        made = table("证书 Certificate", "承诺", "声明", "复核", ">例外")
        for name, claim in told["claims"].items():
            holds = ["成立 yes" if claim[k] else "不成立 no" for k in ("claimed", "found")]
            made.add_row(name, *holds, str(len(claim["exceptions"])))
        out.print(made)
        out.print(
            f"摘要 SHA-256 {told['sha256']}，请与发布记录核对 compare it with what was published"
        )
        if not told["digest"]:
            out.print("[red]内容与摘要不符，文件被改动过 the content is not what was signed off[/]")
        out.print("证书成立 valid" if told["valid"] else "证书不成立 NOT valid")

    answer(told, as_json=json, shown=shown)
    if not told["valid"]:
        raise typer.Exit(1)


def _say(told: dict[str, Any], sentence: str, *, json: bool) -> None:
    answer(told, as_json=json, shown=lambda: out.print(sentence))


def _counts(told: dict[str, int]) -> str:
    return "，".join(f"{name} {count:,}" for name, count in told.items()) or "0"
