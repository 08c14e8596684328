"""``wangge solve``: plain tables in, an answer out; no database, no GIS."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.door import Json, answer, ask, out, table
from api.cli.exits import exit_code
from api.cli.solve_site import site
from geo.errors import BadInput, Infeasible

app = typer.Typer(help="求解 Solvers on plain tables (CSV, Parquet).", no_args_is_help=True)


@app.callback()
def solve() -> None:
    """求解 Solvers on plain tables."""


app.command()(site)


@app.command()
def group(
    units: Annotated[Path, typer.Argument(help="UNITS.csv: id, x, y, weight[, lead, capacity, …]")],
    edges: Annotated[Path, typer.Argument(help="EDGES.csv: a, b[, length][, barrier][, bridge]")],
    groups: Annotated[str, typer.Option(help="组数 How many groups: 9, or a range 6:9.")],
    lower: Annotated[float | None, typer.Option(help="每组负荷下限 Least load.")] = None,
    upper: Annotated[float | None, typer.Option(help="每组负荷上限 Most load.")] = None,
    tolerance: Annotated[float | None, typer.Option(help="容差，如 0.05 即 ±5% A share.")] = None,
    capacity: Annotated[str | None, typer.Option(help="中心容量列 Column of capacities.")] = None,
    objective: Annotated[
        Literal["inertia", "walk", "cut"], typer.Option(help="目标 Objective.")
    ] = "inertia",
    border: Annotated[
        float, typer.Option(help="每单位边界长度另加的代价 Added cost of border.", min=0)
    ] = 0.0,
    costs: Annotated[Path | None, typer.Option(help="COSTS.csv: unit, centre, cost")] = None,
    leads: Annotated[str | None, typer.Option(help="带头单元列 Column of leads.")] = None,
    leads_are: Annotated[
        Literal["members", "centres"], typer.Option(help="带头单元为成员或中心")
    ] = "members",
    min_leads: Annotated[int, typer.Option(help="每组至少几个带头单元", min=0)] = 1,
    resources: Annotated[str, typer.Option(help="资源列，逗号分隔 Columns, by commas.")] = "",
    min_resources: Annotated[
        int | None, typer.Option(help="每组至少具备几项资源 How many of them.", min=0)
    ] = None,
    loads: Annotated[str, typer.Option(help="另须均衡的列 Further loads: COL:TOLERANCE,…")] = "",
    met: Annotated[str, typer.Option(help="组内供需相抵 NEED_COL:OFFER_COL,…")] = "",
    together: Annotated[str | None, typer.Option(help="同值者同组 Column of words.")] = None,
    apart: Annotated[str | None, typer.Option(help="同值者分开 Column of words.")] = None,
    locked: Annotated[str | None, typer.Option(help="锁定组号列 Column of groups 1 … k.")] = None,
    lines: Annotated[str | None, typer.Option(help="街道列 Column of subdistricts.")] = None,
    lines_are: Annotated[
        Literal["ignored", "soft", "hard"], typer.Option(help="街道界：不计、软、硬")
    ] = "hard",
    line_fee: Annotated[
        float, typer.Option(help="不沿街道界的边界，每单位长度的代价", min=0)
    ] = 1.0,
    previous: Annotated[
        Path | None, typer.Option(help="LABELS.csv 原有分组 Groups before.")
    ] = None,
    moved_max: Annotated[
        float | None, typer.Option(help="至多调整多少 At most so much moves.", min=0)
    ] = None,
    moving: Annotated[str | None, typer.Option(help="调整计量列 What a move counts.")] = None,
    lonlat: Annotated[bool, typer.Option("--lonlat", help="x, y 为经纬度 are degrees.")] = False,
    time_limit_s: Annotated[float, typer.Option("--time-limit", help="秒 seconds", min=0.1)] = 60,
    seed: Annotated[int, typer.Option(help="随机种子 Seed.", min=0)] = 1,
    warm_start: Annotated[Path | None, typer.Option(help="LABELS.csv 初始方案")] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="LABELS.csv: id, group, centre")
    ] = None,
    json: Json = False,
) -> None:
    """连通、均衡分组 Contiguous balanced groups: inertia Σw·d², walk Σw·d, cut Σlength, or costs."""
    from api.tasks.solve_group import SolveGroup

    least, most = _range(groups)
    asked = SolveGroup.model_validate(
        {
            "units": units, "edges": edges, "groups": least, "groups_most": most, "lower": lower,
            "upper": upper, "tolerance": tolerance, "capacity": capacity, "objective": objective,
            "border": border, "costs": costs, "leads": leads, "leads_are": leads_are,
            "min_leads": min_leads, "resources": _words(resources),
            "min_resources": min_resources, "loads": _shares(loads), "met": _doubles(met, "--met"),
            "together": together, "apart": apart, "locked": locked, "lines": lines,
            "lines_are": lines_are, "line_fee": line_fee, "previous": previous,
            "moved_max": moved_max, "moving": moving, "lonlat": lonlat, "seed": seed,
            "time_limit_s": time_limit_s, "warm_start": warm_start, "out": target,
        }
    )  # fmt: skip
    try:
        done = ask(asked)
    except Infeasible as clash:
        if not json:
            raise
        answer(_infeasible(clash, seed), as_json=True, shown=lambda: None)
        raise typer.Exit(exit_code(clash)) from None
    body = done.as_dict()

    def shown() -> None:
        bound = "—" if body["bound"] is None else f"{body['bound']:,.6g}（{body['gap']:.2%}）"
        title = f"{body['status']}：目标 {body['objective']:,.6g}，下界 bound {bound}，{body['seconds']} s"
        made = table(title, ">组 group", "中心 centre", ">负荷 load", ">单元 units")
        for row in body["groups"]:
            made.add_row(str(row["group"]), row["centre"], f"{row['load']:,g}", str(row["units"]))
        out.print(made)

    answer(body, as_json=json, shown=shown)


def _range(text: str) -> tuple[int, int]:
    """Read 9, or 6:9."""
    first, _, last = text.partition(":")
    try:
        least, most = int(first), int(last or first)
    except ValueError:
        least = most = 0
    if not 1 <= least <= most:
        raise BadInput(
            f"--groups {text}: give a number from 1, or a range such as 6:9",
            zh=f"--groups {text}：请给出不小于 1 的整数，或 6:9 这样的范围",
        )
    return least, most


def _words(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _doubles(text: str, option: str) -> list[tuple[str, str]]:
    pairs = []
    for word in _words(text):
        first, mark, last = word.rpartition(":")
        if not mark or not first.strip() or not last.strip():
            raise BadInput(
                f"{option} {word}: two parts with a colon between them are needed",
                zh=f"{option} {word}：需要用冒号隔开的两部分",
            )
        pairs.append((first.strip(), last.strip()))
    return pairs


def _shares(text: str) -> list[tuple[str, float]]:
    made = []
    for name, share in _doubles(text, "--loads"):
        try:
            made.append((name, float(share)))
        except ValueError:
            raise BadInput(
                f"--loads {name}:{share}: {share!r} is no share such as 0.1",
                zh=f"--loads {name}:{share}：“{share}”不是 0.1 这样的比例",
            ) from None
    return made


def _infeasible(clash: Infeasible, seed: int) -> dict[str, Any]:
    return {
        "status": "infeasible", "objective": None, "bound": None, "gap": None, "seconds": 0.0,
        "seed": seed, "message": clash.message, "zh": clash.zh, "where": clash.where,
        "hint": clash.hint, "hint_zh": clash.hint_zh,
    }  # fmt: skip
