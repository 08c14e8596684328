"""``wangge stations``: the nearest ones on foot."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="站点 Stations.", no_args_is_help=True)
TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@app.callback()
def stations() -> None:
    """站点 Stations."""


@app.command()
def nearest(
    lon: Annotated[float, typer.Option(help="经度 degrees east")],
    lat: Annotated[float, typer.Option(help="纬度 degrees north")],
    k: Annotated[int, typer.Option("-k", help="几个 how many", min=1, max=50)] = 3,
    service: Annotated[str | None, typer.Option(help="需要的服务 e.g. rest, toilet")] = None,
    open_at: Annotated[
        datetime | None, typer.Option("--open-at", formats=TIMES, help="当地时间")
    ] = None,
    walker: Annotated[
        str, typer.Option(help="adult | elder | frail | wheelchair | courier")
    ] = "adult",
    json: Json = False,
) -> None:
    """步行最近的站点与路线 The nearest stations on foot, with the way."""
    from api.tasks.nearest_stations import NearestStations

    form = NearestStations(lon=lon, lat=lat, k=k, service=service, open_at=open_at, walker=walker)
    found = ask(form)

    def shown() -> None:
        title = "步行最近的站点" + ("（直线估算 estimated）" if found["estimated"] else "")
        made = table(
            title, "名称 name", ">分钟 min", ">米 m", "开放 hours", "服务 services", "电话 phone"
        )
        for s in found["stations"]:
            cells = (
                s["signboard"],
                s["minutes"],
                s["walk_m"],
                s["hours"],
                s["services"],
                s["phone"],
            )
            made.add_row(*(str(cell) for cell in cells))
        out.print(made)

    answer(found, as_json=json, shown=shown)
