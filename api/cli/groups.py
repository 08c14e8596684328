"""``wangge alliances`` and ``wangge regions``: neighbours grouped, balanced, each with a reason."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli import published
from api.cli.door import Json, answer, ask, out, table
from api.cli.published import Preset
from geo.errors import BadInput

if TYPE_CHECKING:
    from api.tasks.form_alliances import Alliances
    from api.tasks.grow_alliances import Grown
    from api.tasks.weigh_alliances import Weighed

app = typer.Typer(help="议事会联盟 Council alliances.", no_args_is_help=True)
app.registered_commands += published.app.registered_commands
regions = typer.Typer(help="区域集团 Regional groups of communities.", no_args_is_help=True)

Groups = Annotated[int | None, typer.Option(help="组数 How many; usual for the preset.", min=1)]
Tolerance = Annotated[
    float | None, typer.Option(help="负荷允许偏差 e.g. 0.15 is ±15 %", min=0.001, max=0.999)
]
LoadBy = Annotated[
    Literal["households", "residents", "members", "needs", "bodies"] | None,
    typer.Option(help="均衡什么 What is balanced."),
]
From = Annotated[str | None, typer.Option("--from", help="published 或草案编号 or a draft's run")]
Seed = Annotated[int, typer.Option(help="随机种子 Seed.")]
Limit = Annotated[float, typer.Option("--time-limit", help="秒 seconds", min=0.1)]
Target = Annotated[Path | None, typer.Option("--out", help="成员与理由 members and reasons, .csv")]


@app.callback()
def alliances() -> None:
    """议事会联盟 Council alliances."""


@regions.callback()
def _regions() -> None:
    """区域集团 Regional groups of communities, across subdistrict lines."""


@app.command()
def form(
    preset: Preset = "alliances",
    groups: Groups = None,
    tolerance: Tolerance = None,
    load: LoadBy = None,
    nearness: Annotated[
        Literal["walk", "straight"], typer.Option(help="步行或直线 On foot.")
    ] = "walk",
    hub: Annotated[
        Literal["lead", "any"] | None, typer.Option(help="以带头单位为中心 Around a lead.")
    ] = None,
    leads_per_group: Annotated[
        float | None, typer.Option(help="每组可带头的单位数 may lead", min=1)
    ] = None,
    min_leads: Annotated[int, typer.Option(help="每组至少几个带头单位 at least", min=0)] = 1,
    mentor: Annotated[float, typer.Option(help="新弱单位就近的加权 The new nearer.", min=0)] = 0.5,
    skills: Annotated[
        Literal["all", "most", "none"] | None, typer.Option(help="优势互补 Skills.")
    ] = None,
    from_: From = None,
    moved_at_most: Annotated[int, typer.Option(help="至多调整几个成员 with --from", min=0)] = 0,
    seed: Seed = 1,
    time_limit_s: Limit = 60,
    target: Target = None,
    json: Json = False,
) -> None:
    """组建联盟（草案）：就近、均衡、以老带新、互补，附理由 Form groups, with a bound and a reason for every member."""
    from api.tasks.form_alliances import FormAlliances
    from api.tasks.grow_alliances import GrowAlliances

    told: dict[str, Any] = {
        "preset": preset, "groups": groups, "tolerance": tolerance, "load": load,
        "nearness": nearness, "hub": hub, "leads_per_group": leads_per_group,
        "min_leads": min_leads, "mentor": mentor, "skills": skills, "seed": seed,
        "time_limit_s": time_limit_s,
    }  # fmt: skip
    if from_ is None:
        _formed(ask(FormAlliances.model_validate(told)), target, json=json)
        return
    told |= {"base": _base(from_), "moved_at_most": moved_at_most, "keep_leads": False}
    _grown(ask(GrowAlliances.model_validate(told)), target, json=json)


@app.command()
def grow(
    preset: Preset = "alliances",
    from_: From = "published",
    moved_at_most: Annotated[int, typer.Option(help="至多调整几个成员 members moved", min=0)] = 0,
    tolerance: Tolerance = None,
    curve: Annotated[bool, typer.Option("--curve", help="调整人数与收益 moved and gain")] = False,
    seed: Seed = 1,
    time_limit_s: Limit = 60,
    target: Target = None,
    json: Json = False,
) -> None:
    """以点带面（草案）：牵头不变，老成员不动或少动，吸收新成员 Take newcomers in; few or none move."""
    from api.tasks.grow_alliances import GrowAlliances, GrowthCurve

    told: dict[str, Any] = {
        "preset": preset, "base": _base(from_ or "published"), "moved_at_most": moved_at_most,
        "tolerance": tolerance, "seed": seed, "time_limit_s": time_limit_s,
    }  # fmt: skip
    if not curve:
        _grown(ask(GrowAlliances.model_validate(told)), target, json=json)
        return
    found = ask(GrowthCurve.model_validate(told))
    if target:
        _frame(found.rows()).to_csv(target, index=False, encoding="utf-8-sig")

    def shown() -> None:
        made = table(
            "调整成员 ↔ 收益 moved ↔ gain", ">至多", ">实际", ">收益 gain", ">距最优", "状态"
        )
        for row in found.rows():
            gap = _gap(row["objective"], row["bound"])
            gain = "" if row["gain"] is None else f"{row['gain']:.2%}"
            moved = "" if row["moved"] is None else str(row["moved"])
            made.add_row(str(row["moved_at_most"]), moved, gain, gap, row["status"])
        out.print(made)

    answer(found.as_dict(), as_json=json, shown=shown)


@app.command()
def weigh(
    preset: Preset = "alliances",
    groups: Groups = None,
    tolerance: Tolerance = None,
    load: LoadBy = None,
    differ: Annotated[float, typer.Option(help="方案间至少几成成员不同", min=0.01, max=0.9)] = 0.15,
    curve: Annotated[bool, typer.Option(help="均衡与就近的取舍曲线 Pareto curves.")] = True,
    seed: Seed = 1,
    time_limit_s: Limit = 30,
    target: Target = None,
    json: Json = False,
) -> None:
    """比选：四个真正不同的方案（草案）与取舍曲线 Different plans side by side, and what balance costs."""
    from api.tasks.weigh_alliances import WeighAlliances

    found = ask(
        WeighAlliances.model_validate({
            "preset": preset, "groups": groups, "tolerance": tolerance, "load": load,
            "differ": differ, "curve": curve, "seed": seed, "time_limit_s": time_limit_s,
        })
    )  # fmt: skip
    if target:
        _frame(found.table()).to_csv(target, index=False, encoding="utf-8-sig")
    answer(found.as_dict(), as_json=json, shown=lambda: _weighed(found))


def _weighed(found: "Weighed") -> None:
    made = table(
        "方案比选 plans（步行 min，边界 km）", "方案 plan", ">草案", ">步行", ">代价", ">偏差", ">边界",
        ">需求", ">带头", ">不同", ">同对", ">距最优",
    )  # fmt: skip
    for row in found.table():
        made.add_row(
            row["plan"], str(row["run"]), f"{row['minutes']:.1f}", f"{row['walk_rise']:+.1%}",
            f"{row['deviation']:.1%}", f"{row['border_km']:.1f}", f"{row['needs_met']:.0%}",
            f"≥{row['leads_least']}", str(row["differs"]), f"{row['pairs_in_common']:.0%}",
            _gap(row["objective"], row["bound"]),
        )  # fmt: skip
    out.print(made)
    for row in found.likenesses():
        out.print(
            f"{row['one']} / {row['other']}：{row['members']} 个成员不同（{row['share']:.0%}），"
            f"同组成员对 {row['pairs_in_common']:.0%} 相同",
            style="dim",
        )
    curves = table("取舍 trade-offs", "沿", ">限", ">平均步行", ">偏差", ">换组", ">距最优", "状态")
    for p in found.curves:
        along, limit = (
            ("均衡 ±", f"{p.limit:.0%}") if p.along == "balance" else ("换组 ≤", f"{p.limit:.0f}")
        )
        curves.add_row(
            along, limit, "" if p.minutes is None else f"{p.minutes:.2f} min",
            "" if p.deviation is None else f"{p.deviation:.1%}",
            "" if p.moved is None else str(p.moved), _gap(p.objective, p.bound), p.status,
        )  # fmt: skip
    if found.curves:
        out.print(curves)


def _frame(rows: list[dict[str, Any]]) -> Any:
    from pandas import DataFrame

    return DataFrame(rows)


def _gap(objective: float | None, bound: float | None) -> str:
    if objective is None or bound is None or not objective:
        return "" if objective is None else "—"
    return f"≤ {max(0.0, 1 - bound / objective):.1%}"


def _base(text: str) -> str | int:
    if text != "published" and not text.isdigit():
        raise BadInput(
            f"--from {text!r} is neither `published` nor a run's number",
            zh=f"--from 应为 published 或草案编号，不能是“{text}”",
        )
    return int(text) if text.isdigit() else text


def _grown(done: "Grown", target: Path | None, *, json: bool) -> None:
    if target:
        done.alliances.members.to_csv(target, index=False, encoding="utf-8-sig")

    def shown() -> None:
        show(done.alliances)
        out.print(f"换组 moved {len(done.moved)}  新进 joined {len(done.joined)}")
        if done.tolerance > done.alliances.asked.tolerance:
            wide = f"放宽到 ±{done.tolerance:.0%}" if done.tolerance < 1 else "不再限制"
            out.print(
                f"老成员不动时做不到所要的均衡，负荷偏差{wide} balance gave way", style="yellow"
            )

    answer(done.as_dict(), as_json=json, shown=shown)


@regions.command("form")
def form_regions(
    groups: Groups = None,
    tolerance: Tolerance = None,
    load: LoadBy = None,
    seed: Seed = 1,
    time_limit_s: Limit = 60,
    target: Target = None,
    json: Json = False,
) -> None:
    """划分区域集团（草案），按方位命名 Form regional groups, named by direction."""
    from api.tasks.form_alliances import FormAlliances

    asked = FormAlliances.model_validate({
        "preset": "regions", "groups": groups, "tolerance": tolerance, "load": load,
        "seed": seed, "time_limit_s": time_limit_s,
    })  # fmt: skip
    _formed(ask(asked), target, json=json)


def _formed(done: "Alliances", target: Path | None, *, json: bool) -> None:
    if target:
        done.members.to_csv(target, index=False, encoding="utf-8-sig")
    answer(done.as_dict(), as_json=json, shown=lambda: show(done))


def show(done: "Alliances") -> None:
    """Print the groups, how good they are, and that they are a proposal."""
    preset = done.asked.custom
    title = f"{len(done.plan.loads)} 个{preset.word[0]}（草案 draft）：{done.verdict}"
    made = table(title, preset.word[0], ">成员", ">负荷", f"{preset.head[0]} {preset.head[1]}")
    for row in done.rows():
        made.add_row(*(str(cell) for cell in row))
    out.print(made)
    facts: dict[str, Any] = {
        "平均步行 mean walk": f"{done.minutes:.1f} min",
        "最大负荷偏差 largest deviation": f"{done.deviation:.1%}",
    }
    if done.bodies.skills.wants.any():
        facts["组内能满足的需求 needs met inside"] = f"{done.needs_met:.0%}"
    out.print("  ".join(f"{name} {value}" for name, value in facts.items()))
    if len(done.bodies.crossings.cut):
        out.print(
            f"{len(done.bodies.crossings.cut)} 处边界被河流或铁路隔断且无桥，不算相邻 "
            "borders without a bridge do not count",
            style="dim",
        )
    if done.answer.missing:
        out.print(f"并非每组都有 not in every group: {'、'.join(done.answer.missing)}", style="dim")
    out.print(
        f"这是草案（运行 {done.run}）。发布 to publish: wangge alliances publish {done.run}",
        style="dim",
    )
