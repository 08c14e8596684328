"""``wangge tiles``: all tiles in one file, or as plain files."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out

app = typer.Typer(help="矢量瓦片 Vector tiles.", no_args_is_help=True)


@app.callback()
def tiles() -> None:
    """矢量瓦片 Vector tiles."""


@app.command()
def build(
    target: Annotated[Path, typer.Option("--out", help=".pmtiles，或文件夹 or a folder")],
    layers: Annotated[
        list[str] | None, typer.Option("--layer", help="图层，缺省全部 layer; all without it")
    ] = None,
    datum: Annotated[str, typer.Option(help="wgs84 | gcj02 | bd09")] = "wgs84",
    low: Annotated[int, typer.Option("--from", help="最小层级 first zoom")] = 8,
    high: Annotated[int, typer.Option("--to", help="最大层级 last zoom")] = 16,
    json: Json = False,
) -> None:
    """把全部瓦片写成一个文件，供嵌入和离线使用 Draw all tiles into one file."""
    from api.tasks.tile_archives import BuildTiles

    form = BuildTiles(out=target, layers=tuple(layers or ()), datum=datum, low=low, high=high)
    made = ask(form)
    answer(
        made,
        as_json=json,
        shown=lambda: out.print(f"已写入 {made['tiles']} 个瓦片 tiles in {made['path']}"),
    )
