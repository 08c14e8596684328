"""``wangge microgrids``: areas drawn around groups of buildings, as a proposal."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="微网格 Micro-grids.", no_args_is_help=True)


@app.callback()
def microgrids() -> None:
    """微网格 Micro-grids."""


@app.command()
def design(
    within: Annotated[
        str, typer.Option(help="区域编码，默认全部 code of a grid or a wider area")
    ] = "",
    households: Annotated[
        str, typer.Option(help="户数范围或目标 range 30:100, or a target 60")
    ] = "",
    level: Annotated[
        Literal["microgrid", "grid"],
        typer.Option(help="微网格（网格内）或网格（社区内）what to draw"),
    ] = "microgrid",
    upset: Annotated[
        float,
        typer.Option(
            help="0 形状最好 best shape … 1 更换网格长的户数最少 fewest change leader", min=0, max=1
        ),
    ] = 1.0,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="不考虑现有划分 Forget the areas of today.")
    ] = False,
    seed: Annotated[int, typer.Option(help="随机种子 Seed.", min=0)] = 1,
    workers: Annotated[int, typer.Option(help="进程数，0 自动 processes", min=0)] = 0,
    target: Annotated[
        Path | None, typer.Option("--out", help=".gpkg | .geojson | .shp | .csv")
    ] = None,
    page: Annotated[Path | None, typer.Option("--map", help=".html | .png | .pdf | .svg")] = None,
    scenario: Annotated[
        str, typer.Option(help="作为方案在规划台打开 Open on the planner's desk under this name.")
    ] = "",
    json: Json = False,
) -> None:
    """划分微网格：整栋、步行连通、户数合规、少换网格长；只提方案，不发布 Draw micro-grids: a proposal, nothing is published."""
    from api.tasks.design_microgrids import DesignMicrogrids

    asked = DesignMicrogrids(
        within=within, level=level, upset=upset, afresh=afresh, seed=seed, workers=workers,
        out=target, page=page, scenario=scenario, **_households(households),
    )  # fmt: skip
    done = ask(asked)

    def shown() -> None:
        told = done.summary
        out.print(
            f"方案 {done.run}：{told['count']:,} 个，{told['in_range']:,}/{told['subject_to_range']:,} "
            f"在户数范围内（{told['share_in_range']:.1%}），{told['connected']:,} 个步行连通，"
            f"{told['changed_households']:,} 户更换网格长，{told['seconds']:g} 秒"
        )
        out.print(
            f"proposal {done.run}: {told['count']:,} areas, {told['share_in_range']:.1%} in range, "
            f"{told['connected']:,} connected, {told['changed_households']:,} households change leader"
        )
        if done.link:
            out.print(f"规划台 desk: {done.link}")
        misfits = done.misfits()
        if len(misfits):
            made = table("不在范围内的 Out of range", "编码 code", ">户 households", "原因 why")
            for row in misfits.head(30).itertuples():
                made.add_row(str(row.code), str(row.households), f"{row.reason_zh} {row.reason_en}")
            out.print(made)
        if len(done.curve) and not afresh:
            made = table(
                "少换人 ↔ 形状好 Upset ↔ shape",
                ">权重 upset",
                ">换网格长户数 changed",
                ">形状代价 m",
            )
            for rung in done.curve:
                cells = (
                    f"{rung['upset']:g}",
                    f"{rung['changed_households']:,}",
                    f"{rung['shape_m']:,}",
                )
                made.add_row(*cells)
            out.print(made)

    answer(done.as_dict(), as_json=json, shown=shown)


def _households(text: str) -> dict[str, int]:
    """Read ``30:100`` as a range and ``60`` as a target."""
    if not text:
        return {}
    try:
        parts = [int(part) for part in text.split(":")]
    except ValueError:
        parts = []
    if len(parts) == 1 and parts[0] > 0:
        return {"target": parts[0]}
    if len(parts) == 2 and min(parts) > 0:
        return {"lower": parts[0], "upper": parts[1]}
    raise typer.BadParameter(f"{text!r}: 写成 30:100 或 60", param_hint="--households")
