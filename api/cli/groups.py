"""``wangge alliances`` and ``wangge regions``: neighbours grouped, balanced, each with a reason."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.door import Json, answer, ask, out, table
from geo.errors import BadInput

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


@app.command()
def publish(
    run: Annotated[int, typer.Argument(help="草案的运行编号 The draft's run.", min=1)],
    name: Annotated[list[str] | None, typer.Option(help="改名 OLD=NEW，可多次 may repeat")] = None,
    who: Annotated[str, typer.Option(help="发布人 Who publishes.")] = "",
    why: Annotated[str, typer.Option(help="依据 Why, such as the minutes' number.")] = "",
    effective: Annotated[
        str | None, typer.Option(help="生效日期 YYYY-MM-DD, today if none")
    ] = None,
    json: Json = False,
) -> None:
    """发布草案：生成新版本，历史不变 Make a draft hold, as the next version."""
    from api.tasks.publish_alliances import PublishAlliances

    names = dict(_pair(text) for text in name or [])
    asked = PublishAlliances.model_validate(
        {"run_id": run, "names": names, "who": who, "why": why, "effective": _day(effective)}
    )
    done = ask(asked)
    told = done.as_dict()

    def shown() -> None:
        if done.same:
            out.print("与现行编组相同，成员没有变化 nobody's group changes")
        out.print(
            f"已发布第 {told['revision']} 版，{told['effective']} 起生效：{told['groupings']} 组，"
            f"{told['members']} 个成员（新进 {told['joined']}，退出 {told['left']}，"
            f"换组 {told['moved']}，换牵头 {told['leads']}） published"
        )

    answer(told, as_json=json, shown=shown)


@app.command("list")
def list_(
    preset: Preset = "alliances",
    as_of: Annotated[str | None, typer.Option(help="某日 YYYY-MM-DD 或版本号 or revision")] = None,
    json: Json = False,
) -> None:
    """列出已发布的编组 The published groups, today or as of a day or revision."""
    from api.tasks.publish_alliances import ReadAlliances

    found = ask(ReadAlliances.model_validate({"preset": preset, "as_of": _moment(as_of)})).public()

    def shown() -> None:
        title = f"第 {found['revision']} 版，{found['effective']} 起生效 in force"
        made = table(title, "名称", ">成员", "牵头 lead", "成员 members")
        for group in found["groups"]:
            called = {member["id"]: member["name"] for member in group["members"]}
            lead = str(called.get(group["lead"], ""))
            members = "、".join(str(n) for i, n in called.items() if i != group["lead"])
            made.add_row(group["name"], str(len(called)), lead, members)
        out.print(made)

    answer(found, as_json=json, shown=shown)


@app.command()
def history(preset: Preset = "alliances", json: Json = False) -> None:
    """历次发布 Every published version."""
    from api.tasks.publish_alliances import AllianceHistory

    found = ask(AllianceHistory(preset=preset))

    def shown() -> None:
        made = table(
            "历次发布", ">版本", "生效", "发布人", ">组", ">成员", ">新进", ">退出", ">换组",
            ">换牵头", "依据",
        )  # fmt: skip
        for v in found:
            made.add_row(
                *(str(v[n]) for n in (
                    "revision", "effective", "who", "groupings", "members", "joined", "left",
                    "moved", "leads", "why",
                ))
            )  # fmt: skip
        out.print(made)

    answer(found, as_json=json, shown=shown)


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals:
        raise BadInput(f"{text!r} is not OLD=NEW", zh=f"“{text}”应写作 原名=新名")
    return old, new


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no day", zh=f"“{text}”不是日期，应为 YYYY-MM-DD") from None


def _moment(text: str | None) -> dt.date | int | None:
    return int(text) if text and text.isdigit() else _day(text)


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
