"""The command ``wangge``: one file a noun, every command a form and its answer."""

import os
import sys
import warnings

import typer
from pydantic import ValidationError
from typer.exceptions import TyperException

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
    slips,
    solve,
    stations,
    streets,
    tiles,
    users,
)
from api.cli.door import err, fail
from geo.errors import GeoError, Unavailable

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
    """Run the command; every error becomes one message and one exit code."""
    warnings.simplefilter("ignore")
    as_json = "--json" in sys.argv
    try:
        sys.exit(app(standalone_mode=False))
    except GeoError as error:
        sys.exit(fail(error, as_json=as_json))
    except ValidationError as error:
        from api.tasks import misfits

        sys.exit(fail(misfits.refused(error), as_json=as_json))
    except TyperException as slip:
        if type(slip).__name__ == "NoArgsIsHelpError":  # what it says is the help itself
            err.print(slip.format_message(), markup=False)
            sys.exit(2)
        sys.exit(fail(slips.refused(slip), as_json=as_json))
    except BrokenPipeError:  # who read us has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as fault:
        sys.exit(fail(_unwritten(fault), as_json=as_json))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)


def _unwritten(fault: OSError) -> Unavailable:
    """Name the file that could not be read or written, and why."""
    name, why = fault.filename or "", fault.strerror or str(fault)
    return Unavailable(
        f"{name}: {why}", zh=f"无法读写 {name}：{why}",
        hint="does the folder exist, may you write there, is there room",
        hint_zh="请检查文件夹是否存在、是否有写入权限、磁盘是否有空间",
    )  # fmt: skip
