"""``wangge streets``: the walking network's source."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, show_findings, table

app = typer.Typer(help="道路与步行网络 Streets and the walking network.", no_args_is_help=True)


@app.command("import")
def take_in(
    path: Annotated[Path, typer.Argument(help=".osm.pbf | .osm | shapefile | GeoPackage")],
    crs: Annotated[str | None, typer.Option(help="确认坐标系 e.g. EPSG:4549")] = None,
    json: Json = False,
) -> None:
    """导入道路（OSM 还带入屏障、出入口、楼栋、用地） Import streets."""
    from api.tasks.import_streets import ImportStreets

    counts = ask(ImportStreets(path=path, crs=crs))

    def shown() -> None:
        out.print("已导入 imported  " + "，".join(f"{name} {n}" for name, n in counts.items()))

    answer(counts, as_json=json, shown=shown)


@app.command()
def info(json: Json = False) -> None:
    """步行网络：长度、断头、孤立 Length, dead ends, islands."""
    from api.tasks.import_streets import DescribeStreets

    report = ask(DescribeStreets())

    def shown() -> None:
        show_findings(report.findings, most=10)
        made = table("步行网络 Walking network", "项目 what", ">数值 value")
        for name, value in report.facts.items():
            made.add_row(name, str(value))
        out.print(made)

    answer(report.as_dict(), as_json=json, shown=shown)
