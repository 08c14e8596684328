"""``wangge nets``: several departments' nets compared and merged into one."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, form, out, table

app = typer.Typer(help="多网合一 Nets of departments.", no_args_is_help=True)
SHOWN = 15


@app.callback()
def nets() -> None:
    """多网合一 Nets of departments."""


Names = Annotated[
    list[str], typer.Argument(help="网格名称，如 party safety city；grid 为本系统网格")
]


@app.command("unify")
def merge(
    names: Names,
    households: Annotated[str, typer.Option(help="户数范围 range, e.g. 300:500")] = "300:500",
    sliver: Annotated[float, typer.Option(help="窄于此宽度（米）的碎片并入邻块 metres")] = 2.0,
    weights: Annotated[str, typer.Option(help="各网变动户数的权重，逗号分隔 e.g. 2,1,1")] = "",
    frame: Annotated[str | None, typer.Option(help="以哪套网格为底；默认逐一试 start from")] = None,
    target: Annotated[Path | None, typer.Option("--out", help="结果目录 folder")] = None,
    scenario: Annotated[
        str, typer.Option(help="作为方案在规划台打开 Open on the planner's desk under this name.")
    ] = "",
    within: Annotated[str, typer.Option(help="方案所在区域 Code that the plan is for.")] = "",
    json: Json = False,
) -> None:
    """合并多套网格：变动户数最少，附下限；只提方案，不发布 Merge nets: fewest households change, with a bound; a proposal."""
    from api.tasks.unify_nets import UnifyNets

    low, _, high = households.partition(":")
    asked = form(
        UnifyNets, nets=tuple(names), lower=_whole(low, households), upper=_whole(high or low, households),
        sliver_m=sliver, weights=tuple(_number(w) for w in weights.split(",")) if weights else None,
        frame=frame, out=target, scenario=scenario, within=within,
    )  # fmt: skip
    done = ask(asked)

    def shown() -> None:
        told = done.summary()
        changed = "，".join(f"{net} {n:,}" for net, n in told["changed"].items())
        out.print(
            f"方案 {done.run}：{told['areas']:,} 个网格，变动户次 {told['objective']:,.0f}（{changed}），"
            f"任何方案不少于 {told['bound']:,.0f}，差距 {told['gap']:.1%}"
        )
        out.print(
            f"proposal {done.run}: {told['areas']:,} areas, {told['objective']:,.0f} changes, "
            f"no plan below {told['bound']:,.0f}; {told['outside_norm']} areas outside the norm"
        )
        torn = table("分歧最大的 Largest conflicts", "网 one", "编码 code", "网 other", "编码 code", ">户 households")  # fmt: skip
        for row in done.conflicts().head(SHOWN).to_dict("records"):
            named = [str(row[c]) for c in ("one", "one_code", "other", "other_code")]
            torn.add_row(*named, f"{row['households']:,}")
        out.print(torn)
        if target:
            out.print(f"已写入 written {target}")
        if done.opened:
            opened = done.opened
            out.print(
                f"方案 {opened.number}“{opened.name}”已打开，{opened.step} 步，链接 link {opened.link}"
            )

    answer(done.as_dict() if json else {}, as_json=json, shown=shown)


@app.command()
def crosswalk(
    one: Annotated[str, typer.Argument(help="网格名称 a net")],
    other: Annotated[str, typer.Argument(help="另一套网格 another net")],
    target: Annotated[Path | None, typer.Option("--out", help=".csv | .xlsx")] = None,
    json: Json = False,
) -> None:
    """两套网格的对照表，合计分毫不差 Who of one net lies where in another; totals conserved."""
    from api.tasks.crosswalk_nets import CrosswalkNets

    done = ask(CrosswalkNets(one=one, other=other, out=target))

    def shown() -> None:
        made = table(f"{one} → {other}", one, other, ">户 households", ">占 share")
        for row in done.head(SHOWN).to_dict("records"):
            made.add_row(row[one] or "–", row[other] or "–", f"{row['households']:,}", f"{row[f'share_of_{one}']:.0%}")  # fmt: skip
        out.print(made)
        out.print(f"{len(done):,} 行 rows" + (f"，已写入 written {target}" if target else ""))

    answer(done.to_dict("records"), as_json=json, shown=shown)


def _whole(text: str, asked: str) -> int:
    if not text.strip().isdecimal():
        raise typer.BadParameter(f"{asked}: 应为“下限:上限” e.g. 300:500")
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text}: 权重应为数 a weight is a number") from None
