"""``wangge solve``: plain tables in, an answer out; no database, no GIS."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.door import Json, answer, ask, out, table
from api.cli.exits import exit_code
from api.cli.solve_site import site
from geo.errors import Infeasible

app = typer.Typer(help="求解 Solvers on plain tables (CSV, Parquet).", no_args_is_help=True)


@app.callback()
def solve() -> None:
    """求解 Solvers on plain tables."""


app.command()(site)


@app.command()
def group(
    units: Annotated[Path, typer.Argument(help="UNITS.csv: id, x, y, weight[, lead, capacity, …]")],
    edges: Annotated[Path, typer.Argument(help="EDGES.csv: a, b[, length]")],
    groups: Annotated[int, typer.Option(help="组数 How many groups.", min=1)],
    lower: Annotated[float | None, typer.Option(help="每组负荷下限 Least load.")] = None,
    upper: Annotated[float | None, typer.Option(help="每组负荷上限 Most load.")] = None,
    tolerance: Annotated[float | None, typer.Option(help="容差，如 0.05 即 ±5% A share.")] = None,
    capacity: Annotated[str | None, typer.Option(help="中心容量列 Column of capacities.")] = None,
    objective: Annotated[
        Literal["inertia", "walk", "cut"], typer.Option(help="目标 Objective.")
    ] = "inertia",
    costs: Annotated[Path | None, typer.Option(help="COSTS.csv: unit, centre, cost")] = None,
    leads: Annotated[str | None, typer.Option(help="带头单元列 Column of leads.")] = None,
    leads_are: Annotated[
        Literal["members", "centres"], typer.Option(help="带头单元为成员或中心")
    ] = "members",
    resources: Annotated[str, typer.Option(help="资源列，逗号分隔 Columns, by commas.")] = "",
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

    asked = SolveGroup.model_validate(
        {
            "units": units, "edges": edges, "groups": groups, "lower": lower, "upper": upper,
            "tolerance": tolerance, "capacity": capacity, "objective": objective, "costs": costs,
            "leads": leads, "leads_are": leads_are, "lonlat": lonlat, "seed": seed,
            "resources": [name.strip() for name in resources.split(",") if name.strip()],
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


def _infeasible(clash: Infeasible, seed: int) -> dict[str, Any]:
    return {
        "status": "infeasible", "objective": None, "bound": None, "gap": None, "seconds": 0.0,
        "seed": seed, "message": clash.message, "zh": clash.zh, "where": clash.where,
        "hint": clash.hint, "hint_zh": clash.hint_zh,
    }  # fmt: skip
