"""``wangge db``: the store that Wangge keeps itself, or the server it was given."""

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.door import Json, answer, out, table
from api.settings import settings
from geo.errors import BadInput

app = typer.Typer(help="数据库 The store: up, down, status, upgrade.", no_args_is_help=True)


@app.command()
def up() -> None:
    """启动并升级 Start the private store and bring it up to date."""
    from api.tasks.work import open_store
    from geo import store

    chosen = settings()
    _private("up")
    store.cluster.ensure(chosen.home, keep=True)
    open_store(chosen)
    out.print("数据库已就绪 The store is ready.")


@app.command()
def down() -> None:
    """停止自带的数据库 Stop the private store."""
    from geo import store

    _private("down")
    stopped = store.cluster.stop(settings().home)
    out.print("已停止 Stopped." if stopped else "本来就没有运行 It was not running.")


@app.command()
def status(json: Json = False) -> None:
    """数据库状态 Where the store is, whether it runs, and its version."""
    values = _status()

    def shown() -> None:
        made = table("数据库 Store", "项目 what", "数值 value")
        for name, value in values.items():
            made.add_row(name, str(value))
        out.print(made)

    answer(values, as_json=json, shown=shown)


@app.command()
def upgrade(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """升级表结构 Bring the tables up to date."""
    from geo import store

    chosen = settings()
    db = store.connect(chosen.database_url or store.cluster.ensure(chosen.home))
    before = store.current(db)
    store.upgrade(db)
    values = {"before": before, "now": store.current(db)}
    answer(values, as_json=json, shown=lambda: out.print(f"{values['before']} → {values['now']}"))


def _private(deed: str) -> None:
    if settings().database_url:
        raise BadInput(
            f"`db {deed}` is for the private store; WANGGE_DATABASE_URL names a server of its own",
            zh=f"db {deed} 只用于自带的数据库；WANGGE_DATABASE_URL 指定了外部服务器",
        )


def _status() -> dict[str, object]:
    from geo import store

    chosen = settings()
    if chosen.database_url:
        db = store.connect(chosen.database_url)
        where = db.engine.url.render_as_string(hide_password=True)
        return {"kind": "server", "url": where, "running": True, "tables": store.current(db)}
    found = store.cluster.status(chosen.home)
    return {"kind": "private", "home": str(chosen.home), **asdict(found)}
