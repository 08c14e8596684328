"""``wangge areas``: which areas a place lies in, and how an area came to be."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="区域：定位、沿革 Areas: where, and since when.", no_args_is_help=True)


@app.command()
def at(
    lon: Annotated[float, typer.Option(help="经度 degrees east")],
    lat: Annotated[float, typer.Option(help="纬度 degrees north")],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="日期")
    ] = None,
    json: Json = False,
) -> None:
    """某地属于哪些区域 Which areas hold a place, on any day."""
    from api.tasks.find_areas import AreasAt

    day: date | None = as_of.date() if as_of else None
    rows = ask(AreasAt(lon=lon, lat=lat, as_of=day))

    def shown() -> None:
        made = table(f"{lon}, {lat}", "层级 level", "编码 code", "名称 name", ">户数 households")
        for row in rows:
            made.add_row(row["level"], row["code"], row["name"], str(row["households"]))
        out.print(made if rows else "不在任何区域内 In no area.")

    answer(rows, as_json=json, shown=shown)


@app.command()
def history(
    code: Annotated[str, typer.Argument(help="区域编码 Code.")],
    json: Json = False,
) -> None:
    """一个编码的全部版本与来龙去脉 Every version of a code, and its lineage."""
    from api.tasks.find_areas import AreaHistory

    told = ask(AreaHistory(code=code))

    def shown() -> None:
        made = table(
            code, "名称 name", ">户数", "始于版本 born", "生效 since", "止于版本 died", "何人 who",
            "事由 why",
        )  # fmt: skip
        for row in told["versions"]:
            names = ("name", "households", "born", "effective", "died", "who", "why")
            made.add_row(*("" if row[k] is None else str(row[k]) for k in names))
        out.print(made)
        for link in told["lineage"]:
            out.print(
                f"{link['effective']} 第 {link['revision']} 版 {link['kind']}："
                f"{link['parent']} → {link['child']}"
            )

    answer(told, as_json=json, shown=shown)


@app.command()
def restate(
    values: Annotated[Path, typer.Argument(help="CSV：code,value", exists=True)],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="原日期")],
    end: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="新日期")
    ] = None,
    level: Annotated[str, typer.Option(help="层级 Level.")] = "grid",
    json: Json = False,
) -> None:
    """把旧区划的统计按户数折算到新区划 Tell numbers of one day's areas for another day's."""
    from api.tasks.find_areas import RestateAreas
    from api.tasks.tables import numbers_by_code

    asked = RestateAreas(
        level=level, values=numbers_by_code(values), start=start.date(),
        end=end.date() if end else None,
    )  # fmt: skip
    told = ask(asked)

    def shown() -> None:
        made = table("折算 Restated", "编码 code", ">数值 value")
        for code, value in told.items():
            made.add_row(code or "（无）", f"{value:g}")
        out.print(made)

    answer(told, as_json=json, shown=shown)
