"""Revisions: the moments at which the map was published, and what a date means in them."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from geo.errors import NotFound, RuleBroken
from geo.store import models

AsOf = int | dt.date | None
"""A revision's number, a date (the last revision in effect that day), or None: the latest."""
CHINA = dt.timezone(dt.timedelta(hours=8), "CST")


@dataclass(frozen=True, slots=True)
class Revision:
    """One published state of the map."""

    number: int
    kind: str
    who: str
    why: str
    at: dt.datetime
    effective: dt.date


def open(  # noqa: A001 — called through the room: store.revisions.open
    session: Session, kind: str, who: str, why: str, *, effective: dt.date | None = None
) -> int:
    """Open the next revision; it is published when the transaction ends.

    Until then nobody else can open one: changes of the map come one after the other.

    Parameters
    ----------
    kind : str
        What sort of change: ``import``, ``publish``, ``repair``.
    effective : date, optional
        From when it holds; today in China without it.

    Returns
    -------
    int
        Its number; numbers run from 1 without gaps.

    Raises
    ------
    RuleBroken
        When it would hold earlier than the revision before it.
    """
    session.execute(text("select pg_advisory_xact_lock(hashtext('wangge revision'))"))
    before = latest(session)
    effective = effective or max(_today(), before.effective if before else dt.date.min)
    if before and effective < before.effective:
        raise RuleBroken(
            f"revision {before.number} holds from {before.effective}; a later one cannot hold "
            f"from {effective}",
            zh=f"第 {before.number} 版自 {before.effective} 起生效，新版不能早于它（{effective}）",
            where=[str(before.number)],
        )
    number = before.number + 1 if before else 1
    session.execute(
        insert(models.Revision).values(
            number=number, kind=kind, who=who, why=why, effective=effective
        )
    )
    return number


def read(session: Session, number: int) -> Revision:
    """Give a revision by number, or raise `NotFound`."""
    found = _select(session, models.Revision.number == number)
    if not found:
        raise NotFound(f"no revision {number}", zh=f"没有第 {number} 版", where=[str(number)])
    return found[0]


def history(session: Session) -> list[Revision]:
    """List every revision, the oldest first."""
    return _select(session)


def latest(session: Session) -> Revision | None:
    """Give the newest revision; None when nothing was published yet."""
    newest = select(func.max(models.Revision.number)).scalar_subquery()
    return next(iter(_select(session, models.Revision.number == newest)), None)


def resolve(session: Session, as_of: AsOf) -> int | None:
    """Give the number that a moment means: None for the latest, 0 before the first revision."""
    if as_of is None:
        return None
    if isinstance(as_of, int):
        return read(session, as_of).number
    day = as_of.astimezone(CHINA).date() if isinstance(as_of, dt.datetime) else as_of
    in_effect = select(func.max(models.Revision.number)).where(models.Revision.effective <= day)
    return session.scalar(in_effect) or 0


def _today() -> dt.date:
    return dt.datetime.now(CHINA).date()


def _select(session: Session, *where: object) -> list[Revision]:
    table = models.Revision
    query = select(table.number, table.kind, table.who, table.why, table.at, table.effective)
    rows = session.execute(query.where(*where).order_by(table.number))  # type: ignore[arg-type]
    return [Revision(*row) for row in rows]
