"""``wangge regions``: communities in regional groups, named by direction."""

import typer

from api.cli import alliances
from api.cli.door import Json
from api.cli.group_options import (
    Also,
    Groups,
    Limit,
    Lines,
    LineWeight,
    LoadBy,
    Nearness,
    Seed,
    Target,
    Tolerance,
)

app = typer.Typer(help="区域集团 Regional groups of communities.", no_args_is_help=True)


@app.callback()
def _regions() -> None:
    """区域集团 Regional groups of communities, across subdistrict lines."""


@app.command()
def form(
    groups: Groups = None,
    tolerance: Tolerance = None,
    load: LoadBy = None,
    also: Also = None,
    lines: Lines = "ignored",
    line_weight: LineWeight = 1.0,
    nearness: Nearness = "walk",
    seed: Seed = 1,
    time_limit_s: Limit = 60,
    target: Target = None,
    json: Json = False,
) -> None:
    """划分区域集团（草案），按方位命名 Form regional groups, named by direction."""
    alliances.form(
        "regions", groups, tolerance, load, also, lines, line_weight, nearness, seed=seed,
        time_limit_s=time_limit_s, target=target, json=json,
    )  # fmt: skip
