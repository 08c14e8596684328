"""``wangge stations``: the nearest ones on foot."""

from datetime import datetime
from typing import Annotated, Any

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="站点 Stations.", no_args_is_help=True)
TIMES = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%H:%M"]


def today(moment: datetime | None) -> datetime | None:
    """Take a time without a day as one of today."""
    if moment is None or moment.year > 1900:
        return moment
    from api.tasks.open_stations import wall_clock

    return datetime.combine(wall_clock().date(), moment.time())


@app.callback()
def stations() -> None:
    """站点 Stations."""


@app.command()
def nearest(
    lon: Annotated[float, typer.Option(help="经度 degrees east")],
    lat: Annotated[float, typer.Option(help="纬度 degrees north")],
    k: Annotated[int, typer.Option("-k", help="几个 how many", min=1, max=50)] = 3,
    service: Annotated[str | None, typer.Option(help="需要的服务 e.g. rest, toilet")] = None,
    tier: Annotated[str | None, typer.Option(help="subdistrict | community | grid")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="星级 A | B | C")] = None,
    open_at: Annotated[
        datetime | None,
        typer.Option("--open-at", formats=TIMES, callback=today, help="当地时间，如 22:30 local"),
    ] = None,
    walker: Annotated[
        str, typer.Option(help="adult | elder | frail | wheelchair | courier")
    ] = "adult",
    json: Json = False,
) -> None:
    """步行最近的站点与路线 The nearest stations on foot, with the way."""
    from api.tasks.nearest_stations import NearestStations

    form = NearestStations(
        lon=lon, lat=lat, k=k, service=service, tier=tier, class_=class_, open_at=open_at,
        walker=walker,
    )  # fmt: skip
    found = ask(form)

    def shown() -> None:
        title = "步行最近的站点" + ("（直线估算 estimated）" if found["estimated"] else "")
        if found["stations"]:
            _show(title, found["stations"], "开放时间 hours", "hours")
        else:
            out.print(f"此刻没有站点开放，值班电话 duty phone {found['duty_phone']}")
        if found["later"]:
            _show("更近、稍后开放 nearer, open later", found["later"], "开门 opens", "opens_at")

    answer(found, as_json=json, shown=shown)


def _show(title: str, stations: list[dict[str, Any]], heading: str, column: str) -> None:
    made = table(title, "名称 name", ">分钟 min", ">米 m", heading, "服务 services", "电话 phone")
    for s in stations:
        offers = ", ".join(s["services"])
        cells = (s["signboard"], s["minutes"], s["walk_m"], s[column], offers, s["phone"])
        made.add_row(*(str(cell) for cell in cells))
    out.print(made)
