"""The audit trail: who did what. It only grows; the database refuses anything else."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geo.store.database import Database
from geo.store.models import AuditEntry
from geo.store.statements import statement


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed."""

    at: dt.datetime
    who: str
    action: str
    subject: str
    detail: dict[str, Any]


def write(
    session: Session,
    who: str,
    action: str,
    *,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a deed; it stands when the transaction that it tells of stands."""
    session.execute(
        insert(AuditEntry).values(
            who=who, action=action, subject=subject, detail=dict(detail or {})
        )
    )


def read(session: Session, *, limit: int = 100) -> list[Entry]:
    """List the last deeds, the newest first."""
    entry = AuditEntry
    query = select(entry.at, entry.who, entry.action, entry.subject, entry.detail)
    rows = session.execute(query.order_by(entry.fid.desc()).limit(limit))
    return [Entry(*row) for row in rows]


def latest(db: Database) -> str:
    """Name the state of the store: another name whenever a deed has been added.

    Begins with the moment (ISO) and the subject of the last one; ``empty`` without any. One
    small query outside of any transaction. Numbers are drawn before a deed stands, so the last number alone would not
    tell of one that stands late: the sum of the last 64 does.
    """
    with watching(db) as look:
        return look()


@contextmanager
def watching(db: Database) -> Iterator[Callable[[], str]]:
    """Hold a connection for asking `latest` over and over, at a fiftieth of what it costs."""
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        cursor, asked = connection.connection.cursor(), statement("audit_latest").text

        def look() -> str:
            cursor.execute(asked)
            found = cursor.fetchone()
            return str(found[0]) if found and found[0] is not None else "empty"

        yield look
