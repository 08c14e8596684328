"""``wangge alliances`` and ``wangge regions``: neighbours grouped, balanced, each with a reason."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.door import Json, answer, ask, out, table

if TYPE_CHECKING:
    from api.tasks.form_alliances import Alliances

app = typer.Typer(help="议事会联盟 Council alliances.", no_args_is_help=True)
regions = typer.Typer(help="区域集团 Regional groups of communities.", no_args_is_help=True)

Groups = Annotated[int | None, typer.Option(help="组数 How many; usual for the preset.", min=1)]
Tolerance = Annotated[
    float | None, typer.Option(help="负荷允许偏差 e.g. 0.15 is ±15 %", min=0.001, max=0.999)
]
LoadBy = Annotated[
    Literal["households", "residents", "members", "needs", "bodies"] | None,
    typer.Option(help="均衡什么 What is balanced."),
]
Preset = Annotated[
    Literal["alliances", "regions", "teams", "villages"],
    typer.Option(help="议事会联盟、区域集团、志愿服务队、村庄片区 What is grouped."),
]
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
        float, typer.Option(help="每组可带头的单位数 may lead", min=1)
    ] = 2.0,
    min_leads: Annotated[int, typer.Option(help="每组至少几个带头单位 at least", min=0)] = 1,
    mentor: Annotated[float, typer.Option(help="新弱单位就近的加权 The new nearer.", min=0)] = 0.5,
    skills: Annotated[
        Literal["all", "most", "none"] | None, typer.Option(help="优势互补 Skills.")
    ] = None,
    seed: Seed = 1,
    time_limit_s: Limit = 60,
    target: Target = None,
    json: Json = False,
) -> None:
    """组建联盟（草案）：就近、均衡、以老带新、互补，附理由 Form groups, with a bound and a reason for every member."""
    from api.tasks.form_alliances import FormAlliances

    asked = FormAlliances.model_validate({
        "preset": preset, "groups": groups, "tolerance": tolerance, "load": load,
        "nearness": nearness, "hub": hub, "leads_per_group": leads_per_group,
        "min_leads": min_leads, "mentor": mentor, "skills": skills, "seed": seed,
        "time_limit_s": time_limit_s,
    })  # fmt: skip
    _formed(ask(asked), target, json=json)


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
