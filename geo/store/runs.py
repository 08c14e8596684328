"""Runs: every analysis with what is needed to repeat it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from geo.errors import NotFound
from geo.store import models


@dataclass(frozen=True, slots=True)
class Run:
    """One analysis; `seed`, `objective` and `bound` are None where they have no meaning."""

    id: int
    kind: str
    inputs: dict[str, Any]
    seed: int | None
    version: str
    started: dt.datetime
    finished: dt.datetime
    status: str
    objective: float | None
    bound: float | None
    result: Any


def save(
    session: Session,
    kind: str,
    inputs: Mapping[str, Any],
    seed: int | None,
    result: Any,
    *,
    status: str = "done",
    objective: float | None = None,
    bound: float | None = None,
    started: dt.datetime | None = None,
    version: str | None = None,
) -> int:
    """Keep an analysis.

    Parameters
    ----------
    kind : str
        Such as ``coverage`` or ``alliances``.
    inputs, result : mapping, any
        Plain values and numpy arrays; NaN and infinity become null, as JSON has neither.
    bound : float, optional
        A true bound on the objective, or None.
    started : datetime, optional
        With a time zone; now without it.
    version : str, optional
        Of the software; this one's without it.

    Returns
    -------
    int
        The run's id.
    """
    now = dt.datetime.now(dt.UTC)
    values = {
        "kind": kind,
        "inputs": dict(inputs),
        "seed": seed,
        "version": version or installed("wangge"),
        "started": started or now,
        "finished": now,
        "status": status,
        "objective": objective,
        "bound": bound,
        "result": result,
    }
    return session.execute(insert(models.Run).values(values).returning(models.Run.fid)).scalar_one()


def read(session: Session, run: int) -> Run:
    """Give a run by id, or raise `NotFound`."""
    found = _first(session, models.Run.fid == run)
    if found is None:
        raise NotFound(f"no run {run}", zh=f"没有编号为 {run} 的分析", where=[str(run)])
    return found


def latest(session: Session, kind: str) -> Run | None:
    """Give the last finished run of a kind; None when there is none."""
    return _first(session, models.Run.kind == kind)


def history(session: Session, kind: str, *, limit: int = 50) -> list[Run]:
    """List the runs of a kind, the last one first."""
    return _select(session, models.Run.kind == kind, limit)


def _first(session: Session, where: ColumnElement[bool]) -> Run | None:
    return next(iter(_select(session, where, 1)), None)


def _select(session: Session, where: ColumnElement[bool], limit: int) -> list[Run]:
    table = models.Base.metadata.tables[models.Run.__tablename__]
    query = select(table).where(where).order_by(table.c.fid.desc()).limit(limit)
    return [
        Run(id=row.pop("fid"), **row)
        for row in (dict(found) for found in session.execute(query).mappings())
    ]
