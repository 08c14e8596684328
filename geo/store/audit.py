"""The audit trail: who did what. It only grows; the database refuses anything else."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

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
