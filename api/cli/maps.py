"""``wangge maps``: a map of the living data as a page or a picture."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out

app = typer.Typer(help="地图 Maps.", no_args_is_help=True)


@app.callback()
def maps() -> None:
    """地图 Maps."""


@app.command()
def draw(
    kind: Annotated[str, typer.Argument(help="grids | flaws | blindspots | stations | alliances")],
    target: Annotated[Path, typer.Option("--out", help=".html | .png | .pdf | .svg")],
    paper: Annotated[str, typer.Option(help="a4 | a3")] = "a4",
    json: Json = False,
) -> None:
    """画一张专题图，单个文件，离线可看 Draw one map, one file, no internet needed."""
    from api.tasks.draw_maps import DrawMap

    path = ask(DrawMap(kind=kind, out=target, paper=paper))
    answer({"path": str(path)}, as_json=json, shown=lambda: out.print(f"已画好 drawn {path}"))


@app.command()
def plan(
    target: Annotated[Path, typer.Option("--out", help=".html | .png | .pdf | .svg")],
    add: Annotated[
        list[str] | None, typer.Option(help="候选点编号，或 经度,纬度 candidate id, or lon,lat")
    ] = None,
    close: Annotated[list[str] | None, typer.Option(help="关闭的站点编号 station id")] = None,
    minutes: Annotated[float, typer.Option(help="步行分钟 minutes")] = 15,
    walker: Annotated[str, typer.Option(help="adult | elder | frail | wheelchair")] = "adult",
    service: Annotated[str | None, typer.Option(help="服务 e.g. rest")] = None,
    by: Annotated[str, typer.Option(help="按层级 level")] = "grid",
    paper: Annotated[str, typer.Option(help="a4 | a3")] = "a4",
    json: Json = False,
) -> None:
    """画选址方案的前后对比 Draw a plan of sites: before and after, side by side or wiped."""
    from api.tasks.draw_plan import DrawPlan
    from api.tasks.try_sites import NewSite, TrySites

    sites = tuple(NewSite.named(text) for text in add or ())
    asked = TrySites(
        added=sites, closed=tuple(close or ()), minutes=minutes, walker=walker, service=service
    )
    path = ask(DrawPlan(plan=asked, out=target, by=by, paper=paper))
    answer({"path": str(path)}, as_json=json, shown=lambda: out.print(f"已画好 drawn {path}"))
