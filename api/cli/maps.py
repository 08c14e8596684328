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
    json: Json = False,
) -> None:
    """画一张专题图，单个文件，离线可看 Draw one map, one file, no internet needed."""
    from api.tasks.draw_maps import DrawMap

    path = ask(DrawMap(kind=kind, out=target))
    answer({"path": str(path)}, as_json=json, shown=lambda: out.print(f"已画好 drawn {path}"))
