"""``wangge db``: the store that Wangge keeps, or the server it was given."""

import typer

from api.cli.door import Json, answer, out
from api.settings import settings
from geo import store

app = typer.Typer(help="数据库：状态、停止、升级 The store: status, stop, upgrade.", no_args_is_help=True)
