"""Long work that goes on by itself, as people see it; the queue behind it is procrastinate's."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import Amount, Base, Fid, Words


class Job(Base):
    """A form that is performed later: how far it is, and the run or the problem it ended in."""

    __tablename__ = "jobs"
    __table_args__ = (Index("jobs_queued_key", "queued", unique=True),)

    fid: Mapped[Fid]
    kind: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    who: Mapped[str]
    queued: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    changed: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    step: Mapped[Words]
    done: Mapped[Amount]
    total: Mapped[Amount]
    run: Mapped[int | None] = mapped_column(ForeignKey("runs.fid"))
    problem: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
