"""``wangge alliances``: neighbouring councils, balanced, each alliance with a lead."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="议事会联盟 Council alliances.", no_args_is_help=True)


@app.callback()
def alliances() -> None:
    """议事会联盟 Council alliances."""


@app.command()
def form(
    groups: Annotated[int, typer.Option(help="联盟数 How many.", min=1)] = 9,
    tolerance: Annotated[float, typer.Option(help="负荷允许偏差 e.g. 0.15")] = 0.15,
    load: Annotated[str, typer.Option(help="households | members")] = "households",
    seed: Annotated[int, typer.Option(help="随机种子 Seed.")] = 1,
    time_limit_s: Annotated[float, typer.Option("--time-limit", help="秒 seconds")] = 10,
    target: Annotated[Path | None, typer.Option("--out", help="成员与理由 CSV")] = None,
    json: Json = False,
) -> None:
    """组建联盟：就近、均衡、以老带新，附理由 Form alliances, with a bound and a reason for every member."""
    from api.tasks.form_alliances import FormAlliances

    asked = FormAlliances(
        groups=groups, tolerance=tolerance, load=load, seed=seed, time_limit_s=time_limit_s
    )
    done = ask(asked)
    if target:
        done.members.to_csv(target, index=False, encoding="utf-8-sig")

    def shown() -> None:
        made = table(f"{groups} 个联盟：{done.verdict}", "联盟", ">成员", ">负荷", "牵头 lead")
        for row in done.rows():
            made.add_row(*(str(cell) for cell in row))
        out.print(made)

    answer(done.as_dict(), as_json=json, shown=shown)
