"""``wangge regions``: communities in regional groups, named by direction."""

from typing import Any

import typer

from api.cli import alliances
from api.cli.door import Json
from api.cli.group_options import Target, asks

app = typer.Typer(help="区域集团 Regional groups of communities.", no_args_is_help=True)


@app.callback()
def _regions() -> None:
    """区域集团 Regional groups of communities, across subdistrict lines."""


@app.command()
@asks()
def form(told: dict[str, Any], target: Target = None, json: Json = False) -> None:
    """划分区域集团（草案），按方位命名 Form regional groups, named by direction."""
    alliances.formed(told | {"preset": "regions"}, target, json=json)
