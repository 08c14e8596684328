"""Scenarios: plans that branch from a revision, their steps, and what became of them."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import Base, Words

_NOW = func.now()


class Scenario(Base):
    """A plan. `base` is the revision that it stands on; `link` is the secret of its address."""

    __tablename__ = "scenarios"
    __table_args__ = (
        CheckConstraint("state in ('open', 'published', 'dropped')", name="state"),
        CheckConstraint("(state = 'published') = (published is not null)", name="published"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    link: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    who: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    base: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    published: Mapped[int | None] = mapped_column(ForeignKey("revisions.number"))


class ScenarioStep(Base):
    """One step of a scenario: numbers run from 1 without gaps, and none is ever altered.

    `deed` is ``do``, ``undo``, ``redo`` (of step `target`) or ``rebase`` (to revision
    `target`).
    """

    __tablename__ = "scenario_steps"
    __table_args__ = (
        CheckConstraint("deed in ('do', 'undo', 'redo', 'rebase')", name="deed"),
        CheckConstraint("(deed = 'do') = (target is null)", name="target"),
    )

    scenario: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("scenarios.number"), primary_key=True
    )
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deed: Mapped[str]
    target: Mapped[int | None]
    id: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    operation: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    change: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    label: Mapped[Words]
    who: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class ScenarioApproval(Base):
    """Somebody found a scenario good as it was after a step; a later step is not covered."""

    __tablename__ = "scenario_approvals"

    scenario: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("scenarios.number"), primary_key=True
    )
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Presence(Base):
    """Somebody works in a community of a scenario; not seen for a while means gone."""

    __tablename__ = "presences"

    scenario: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("scenarios.number"), primary_key=True
    )
    community: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    seen: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Publication(Base):
    """The certificate and the impact sheet of a revision that a scenario became."""

    __tablename__ = "publications"

    revision: Mapped[int] = mapped_column(
        ForeignKey("revisions.number"), primary_key=True, autoincrement=False
    )
    scenario: Mapped[int] = mapped_column(BigInteger, ForeignKey("scenarios.number"))
    digest: Mapped[str]
    certificate: Mapped[dict[str, Any]] = mapped_column(JSONB)
    impact: Mapped[dict[str, Any]] = mapped_column(JSONB)
