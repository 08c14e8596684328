"""The command ``wangge``: one file a noun, every command a form and its answer."""

import sys
import warnings

import typer

from api.cli import (
    alliances,
    areas,
    cards,
    coverage,
    data,
    database,
    jobs,
    keys,
    maps,
    microgrids,
    nets,
    regions,
    scenarios,
    service,
    sites,
    solve,
    stations,
    streets,
    tiles,
    users,
)
from api.cli.door import fail
from geo.errors import GeoError

__all__ = ["app", "main"]

app = typer.Typer(
    help="网格化管理空间服务 Spatial service for grassroots grid governance.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (data, service):
    app.registered_commands += part.app.registered_commands
for name, part in {
    "alliances": alliances, "areas": areas, "cards": cards, "coverage": coverage, "db": database, "jobs": jobs, "keys": keys,
    "maps": maps, "scenarios": scenarios, "microgrids": microgrids, "nets": nets, "regions": regions, "sites": sites, "solve": solve,
    "stations": stations, "streets": streets, "tiles": tiles, "users": users,
}.items():  # fmt: skip
    app.add_typer(part.app, name=name)


def main() -> None:
    """Run the command; every error of the house becomes one message and one exit code."""
    warnings.simplefilter("ignore")
    try:
        app()
    except GeoError as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.exit(130)
