"""``wangge coverage``: who is near enough to a station, and who is not."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, table
from api.cli.stations import TIMES

app = typer.Typer(help="覆盖与盲区 Coverage and blind spots.", no_args_is_help=True)


@app.callback()
def coverage() -> None:
    """覆盖与盲区 Coverage and blind spots."""


@app.command()
def measure(
    minutes: Annotated[str, typer.Option(help="步行分钟，逗号分隔 e.g. 5,10,15")] = "5,10,15",
    service: Annotated[str | None, typer.Option(help="需要的服务 e.g. rest")] = None,
    at: Annotated[
        datetime | None, typer.Option("--at", formats=TIMES, help="当地时间 local time")
    ] = None,
    walker: Annotated[
        str, typer.Option(help="adult | elder | frail | wheelchair | courier")
    ] = "adult",
    by: Annotated[str, typer.Option(help="按层级汇总 level")] = "community",
    json: Json = False,
) -> None:
    """多少户在步行可达范围内，盲区在哪里 Who is served within minutes, and where the blind spots are."""
    from api.tasks.measure_coverage import MeasureCoverage

    try:
        reach = tuple(float(part) for part in minutes.split(","))
    except ValueError:
        raise typer.BadParameter(f"{minutes!r}: 写成 5,10,15") from None
    done = ask(MeasureCoverage(minutes=reach, service=service, at=at, walker=walker, by=by))

    def shown() -> None:
        made = table(
            "步行覆盖 Coverage", ">分钟 min", ">户数 households", ">占比 share", ">盲区 spots"
        )
        for row in done.totals():
            share = f"{row['share']:.1%}"
            made.add_row(f"{row['minutes']:g}", str(row["households"]), share, str(row["spots"]))
        out.print(made)
        if done.coverage.estimated:
            out.print("未加载道路：按直线 × 1.3 估算 estimated, no streets loaded")

    answer(done.as_dict(), as_json=json, shown=shown)
