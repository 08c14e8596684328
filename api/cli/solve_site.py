"""``wangge solve site``: where to build, from plain tables."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.door import Json, answer, ask, out
from geo.errors import Infeasible


def infeasible(unreachable: list[str]) -> Infeasible:
    """Say that no plan serves everyone, and who is out of everybody's reach."""
    if not unreachable:
        return Infeasible(
            "no set of sites can serve everyone as asked",
            zh="没有任何一组站点能满足要求",
            hint="raise -p (it counts the sites that are fixed open), the reach, the capacities or the budget",
            hint_zh="请增加 -p（含已固定开放的站点；--new 只数新增）、服务半径、容量或预算",
        )
    some = "、".join(unreachable[:8]) + ("……" if len(unreachable) > 8 else "")
    return Infeasible(
        f"no site can reach {len(unreachable)} of the demand points: {some}",
        zh=f"有 {len(unreachable)} 个需求点任何候选点都服务不到：{some}",
        where=unreachable,
        hint="add sites near them, raise the reach, or leave them out (objective cover)",
        hint_zh="请在附近增加候选点、加大服务半径，或改用 cover 目标",
    )


def site(
    tables: Annotated[
        list[Path],
        typer.Argument(
            help="COSTS.csv: demand, site, cost[, weight] | DEMAND.csv: id, x, y, weight  SITES.csv: id, x, y[, cost][, capacity][, fixed]"
        ),
    ],
    objective: Annotated[
        Literal["median", "center", "cover", "all"], typer.Option(help="目标 Objective.")
    ],
    p: Annotated[
        int | None,
        typer.Option("-p", "--p", help="站点总数，含固定开放的 Open sites, fixed ones too.", min=0),
    ] = None,
    new: Annotated[
        int | None, typer.Option(help="新增站点数 Sites besides the fixed.", min=0)
    ] = None,
    reach: Annotated[
        float | None, typer.Option(help="服务半径 Longest cost that serves.", min=0)
    ] = None,
    budget: Annotated[
        float | None, typer.Option(help="预算 Most that sites may cost.", min=0)
    ] = None,
    time_limit_s: Annotated[float, typer.Option("--time-limit", help="秒 seconds", min=0.1)] = 60,
    seed: Annotated[int, typer.Option(help="随机种子 Seed.", min=0)] = 1,
    warm_start: Annotated[Path | None, typer.Option(help="OPEN.csv 初始方案")] = None,
    target: Annotated[Path | None, typer.Option("--out", help="OPEN.csv: site")] = None,
    assign: Annotated[
        Path | None, typer.Option(help="由谁服务 Who serves whom: demand, site")
    ] = None,
    json: Json = False,
) -> None:
    """选址 Where to build: median Σw·cost, center worst cost, cover most weight in reach, all fewest."""
    from api.cli.exits import exit_code
    from api.tasks.solve_site import SolveSite

    if len(tables) > 2:
        raise typer.BadParameter("one table of costs, or demand points and sites")
    asked = SolveSite(
        tables=tuple(tables), objective=objective, p=p, new=new, reach=reach, budget=budget,
        time_limit_s=time_limit_s, seed=seed, warm_start=warm_start, out=target, assign=assign,
    )  # fmt: skip
    done = ask(asked)
    body = done.as_dict()
    if body["status"] == "infeasible":
        clash = infeasible(body["unreachable"])
        if not json:
            raise clash
        body |= {"message": clash.message, "zh": clash.zh}
        body |= {"hint": clash.hint, "hint_zh": clash.hint_zh}

    def shown() -> None:
        bound = "—" if body["bound"] is None else f"{body['bound']:,.6g}（{body['gap']:.2%}）"
        out.print(
            f"{body['status']}：目标 objective {body['objective']:,.6g}，界 bound {bound}，"
            f"{len(body['open'])} 个站点 sites，{body['seconds']} s",
            highlight=False,
        )
        if body["unserved_points"]:
            out.print(
                f"未服务 unserved：{body['unserved_points']} 个需求点 points，"
                f"权重 weight {body['unserved_weight']:,g}",
                highlight=False,
            )
        out.print("、".join(body["open"]), highlight=False)

    answer(body, as_json=json, shown=shown)
    if body["status"] == "infeasible":
        raise typer.Exit(exit_code(clash))
