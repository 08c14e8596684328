"""``wangge alliances publish | list | history | export``: what holds, and since when."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.door import Json, answer, ask, out, table
from geo.errors import BadInput

app = typer.Typer()
Preset = Annotated[
    Literal["alliances", "regions", "teams", "villages"],
    typer.Option(help="议事会联盟、区域集团、志愿服务队、村庄片区 What is grouped."),
]


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


@app.command()
def export(
    out_: Annotated[Path, typer.Option("--out", help=".html 可打印的理由书 | .xlsx | .csv")],
    run: Annotated[
        int | None, typer.Option(help="草案编号 A draft; published if none.", min=1)
    ] = None,
    preset: Preset = "alliances",
    as_of: Annotated[str | None, typer.Option(help="某日 YYYY-MM-DD 或版本号 or revision")] = None,
    json: Json = False,
) -> None:
    """导出：成员与理由 A booklet of reasons to print, a workbook, or a table."""
    from api.tasks.export_alliances import ExportAlliances

    path = ask(ExportAlliances(out=out_, run_id=run, preset=preset, as_of=_moment(as_of)))
    answer({"file": str(path)}, as_json=json, shown=lambda: out.print(f"已写出 {path}"))


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
