"""``wangge alliances``: neighbours grouped, balanced, each with a reason."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli import published, weighing
from api.cli.door import Json, answer, ask, out, table
from api.cli.group_options import (
    From,
    Limit,
    Seed,
    Target,
    Tolerance,
    asks,
    base,
    frame,
    gap,
)
from api.cli.published import Preset

if TYPE_CHECKING:
    from api.tasks.form_alliances import Alliances
    from api.tasks.grow_alliances import Grown

app = typer.Typer(help="议事会联盟 Council alliances.", no_args_is_help=True)
app.registered_commands += weighing.app.registered_commands + published.app.registered_commands


@app.callback()
def alliances() -> None:
    """议事会联盟 Council alliances."""


@app.command()
@asks()
def form(
    told: dict[str, Any],
    preset: Preset = "alliances",
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
    target: Target = None,
    json: Json = False,
) -> None:
    """组建联盟（草案）：就近、均衡、以老带新、互补，附理由 Form groups, with a bound and a reason for every member."""
    from api.tasks.grow_alliances import GrowAlliances

    told |= {
        "preset": preset, "hub": hub, "leads_per_group": leads_per_group, "min_leads": min_leads,
        "mentor": mentor, "skills": skills,
    }  # fmt: skip
    if from_ is None:
        formed(told, target, json=json)
        return
    told |= {"base": base(from_), "moved_at_most": moved_at_most, "keep_leads": False}
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
        "preset": preset, "base": base(from_ or "published"), "moved_at_most": moved_at_most,
        "tolerance": tolerance, "seed": seed, "time_limit_s": time_limit_s,
    }  # fmt: skip
    if not curve:
        _grown(ask(GrowAlliances.model_validate(told)), target, json=json)
        return
    found = ask(GrowthCurve.model_validate(told))
    if target:
        frame(found.rows()).to_csv(target, index=False, encoding="utf-8-sig")

    def shown() -> None:
        made = table(
            "调整成员 ↔ 收益 moved ↔ gain", ">至多", ">实际", ">收益 gain", ">距最优", "状态"
        )
        for row in found.rows():
            left = gap(row["objective"], row["bound"])
            gain = "" if row["gain"] is None else f"{row['gain']:.2%}"
            moved = "" if row["moved"] is None else str(row["moved"])
            made.add_row(str(row["moved_at_most"]), moved, gain, left, row["status"])
        out.print(made)

    answer(found.as_dict(), as_json=json, shown=shown)


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


def formed(told: dict[str, Any], target: Path | None, *, json: bool) -> None:
    """Form groups anew, and show them."""
    from api.tasks.form_alliances import FormAlliances

    done = ask(FormAlliances.model_validate(told))
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
