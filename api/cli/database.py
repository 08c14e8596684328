"""``wangge db``: the store that Wangge keeps itself, or the server it was given."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, table
from api.settings import settings
from geo.errors import BadInput

app = typer.Typer(
    help="数据库 The store: up, down, status, upgrade, backup, restore.", no_args_is_help=True
)


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


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="备份文件 file to write")], json: Json = False
) -> None:
    """备份整个数据库到一个文件 Write the whole store into one file, as of one moment."""
    from api.tasks.keep_store import BackUp

    told = ask(BackUp(path=path))
    answer(told, as_json=json, shown=lambda: out.print(f"已备份 kept {told['bytes']:,} B → {path}"))


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="备份文件 file to read")], json: Json = False
) -> None:
    """用备份替换整个数据库；原有内容先另存 Put a backup in place; what stood is kept beside."""
    from api.tasks.keep_store import Restore

    told = ask(Restore(path=path))

    def shown() -> None:
        out.print(f"已恢复 restored {path}（表结构 tables {told['tables']} → {told['now']}）")
        out.print(f"原有内容 what stood before: {told['before']}")

    answer(told, as_json=json, shown=shown)


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
