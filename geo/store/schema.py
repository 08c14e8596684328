"""The version of the tables: up, down, and whether models and tables agree."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from geo.store.database import Database
from geo.store.models import Base

BASE = "base"


def head() -> str:
    """Give the version that this program works with."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return newest or BASE


def versions() -> frozenset[str]:
    """Give every version that this program knows the way from."""
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return frozenset(step.revision for step in steps)


def current(db: Database) -> str:
    """Give the version of a database; ``"base"`` when there are no tables yet."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or BASE


def upgrade(db: Database) -> None:
    """Bring the tables to this program's version, in one transaction.

    Several programs may do so at once: the first one works, the others wait and find
    nothing left to do.
    """
    with db.engine.begin() as connection:
        _one_at_a_time(connection)
        command.upgrade(_config(connection), "head")


def downgrade(db: Database, to: str) -> None:
    """Bring the tables back to an older version, in one transaction.

    Parameters
    ----------
    to : str
        A version, ``"-1"`` for the one before, or ``"base"`` for no tables at all. What
        the newer version kept in tables of its own is lost.
    """
    with db.engine.begin() as connection:
        _one_at_a_time(connection)
        command.downgrade(_config(connection), to)


def drift(db: Database) -> list[Any]:
    """List where models and tables disagree; empty after every `upgrade`."""
    with db.engine.connect() as connection:
        return list(
            compare_metadata(
                MigrationContext.configure(connection, opts=comparison()), Base.metadata
            )
        )


def comparison() -> dict[str, Any]:
    """Give Alembic's settings for comparing models with tables that have geometries."""
    return {
        "target_metadata": Base.metadata,
        "compare_type": True,
        "compare_server_default": True,
        "include_object": _ours,
        "process_revision_directives": alembic_helpers.writer,
        "render_item": alembic_helpers.render_item,
    }


def _ours(item: Any, name: str | None, kind: str, *more: Any) -> bool:
    """Tell what our models describe: not PostGIS's tables, nor those of the queue."""
    if (name or "").startswith("procrastinate_"):
        return False
    return bool(alembic_helpers.include_object(item, name, kind, *more))  # type: ignore[no-untyped-call]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "geo.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _one_at_a_time(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_xact_lock(hashtext('wangge schema'))"))
