"""Moments and intervals of filters, and how they stand to each other (Allen, 1983)."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from geo.errors import BadInput

Seconds = Any
"""datetime64[s], one or an array."""
EARLIEST, LATEST = np.datetime64("0001-01-01T00:00:00"), np.datetime64("9999-12-31T23:59:59")
CHINA = dt.timezone(dt.timedelta(hours=8), "CST")
KINDS_ZH = {
    "text": "文本", "number": "数值", "truth": "判断", "date": "时间", "geometry": "几何",
}  # fmt: skip


class Times(NamedTuple):
    """First and last second of something, for all rows or each; a day has 86,400."""

    start: Seconds
    stop: Seconds


def days(starts: Seconds) -> Times:
    """Give days whole, from their first second."""
    return Times(starts, starts + np.timedelta64(86399, "s"))


def moment(told: Mapping[str, Any]) -> Times:
    """Read ``{"date": …}`` (a whole day) or ``{"timestamp": …}`` (a second).

    Days are those of China; a moment with a time zone is brought there.
    """
    kind, text = next((k, told[k]) for k in ("date", "timestamp") if k in told)
    try:
        if kind == "date":
            return days(np.datetime64(dt.date.fromisoformat(text), "s"))
        at = dt.datetime.fromisoformat(text)
        at = at.astimezone(CHINA).replace(tzinfo=None) if at.tzinfo else at
        second = np.datetime64(at, "s")
        return Times(second, second)
    except (TypeError, ValueError):
        raise BadInput(
            f"{str(text)[:40]!r} is no {kind}", zh=f"“{str(text)[:40]}”不是有效的时间",
            hint="2026-03-01 or 2026-03-01T08:00:00Z",
        ) from None  # fmt: skip


RELATIONS: Mapping[str, Callable[[Times, Times], Any]] = {
    "t_after": lambda a, b: a.start > b.stop,
    "t_before": lambda a, b: a.stop < b.start,
    "t_contains": lambda a, b: (a.start < b.start) & (a.stop > b.stop),
    "t_disjoint": lambda a, b: (a.start > b.stop) | (a.stop < b.start),
    "t_during": lambda a, b: (a.start > b.start) & (a.stop < b.stop),
    "t_equals": lambda a, b: (a.start == b.start) & (a.stop == b.stop),
    "t_finishedby": lambda a, b: (a.start < b.start) & (a.stop == b.stop),
    "t_finishes": lambda a, b: (a.start > b.start) & (a.stop == b.stop),
    "t_intersects": lambda a, b: (a.start <= b.stop) & (a.stop >= b.start),
    "t_meets": lambda a, b: a.stop == b.start,
    "t_metby": lambda a, b: a.start == b.stop,
    "t_overlappedby": lambda a, b: (a.start > b.start) & (a.start < b.stop) & (a.stop > b.stop),
    "t_overlaps": lambda a, b: (a.start < b.start) & (a.stop > b.start) & (a.stop < b.stop),
    "t_startedby": lambda a, b: (a.start == b.start) & (a.stop > b.stop),
    "t_starts": lambda a, b: (a.start == b.start) & (a.stop < b.stop),
}
"""By name, in small letters."""


def related(op: str, a: Times, b: Times) -> Any:
    """Say whether times stand so to each other."""
    return RELATIONS[op](a, b)
