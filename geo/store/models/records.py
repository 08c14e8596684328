"""What was reckoned and what was done: runs and the audit trail."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import Base, Fid, Words


class Run(Base):
    """An analysis with all that is needed to repeat it; `bound` is a true bound or null."""

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint("finished >= started", name="time"),
        Index("runs_kind_idx", "kind", "fid"),
    )

    fid: Mapped[Fid]
    kind: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[str]
    started: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    finished: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str]
    objective: Mapped[float | None]
    bound: Mapped[float | None]
    result: Mapped[Any] = mapped_column(JSONB)


class AuditEntry(Base):
    """Who did what to which thing. Append only: the database refuses anything else."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_at_idx", "at"),)

    fid: Mapped[Fid]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[Words]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
