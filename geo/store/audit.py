"""The audit trail: who did what. It only grows; the database refuses anything else."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geo.store.database import Database
from geo.store.models import AuditEntry


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


LATE = 64
"""A deed may stand later than so many that were begun after it, and is still seen."""


def latest(db: Database) -> str:
    """Name the state of the store: another name whenever a deed has been added.

    Begins with the moment (ISO) and the subject of the last one; ``empty`` without any. One
    small query outside of any transaction, to be asked often. Numbers are drawn before a
    deed stands, so the last number alone would not tell of one that stands late: their sum does.
    """
    entry = AuditEntry
    last = select(entry.fid, entry.at, entry.subject).order_by(entry.fid.desc()).limit(LATE)
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        deeds = connection.execute(last).all()
    if not deeds:
        return "empty"
    return f"{deeds[0].at.isoformat()} {deeds[0].subject} {sum(deed.fid for deed in deeds)}"
