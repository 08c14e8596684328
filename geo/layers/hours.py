"""Opening hours, in a subset of the OpenStreetMap syntax, in naive local (Asia/Shanghai) time.

``24/7`` · ``08:30-17:30`` · ``Mo-Fr 08:30-11:30,13:30-17:30; Sa,Su 09:00-12:00; PH off``

Rules are parted by ``;`` and a later one replaces earlier ones on the days that it names;
a rule without days is for every day. ``PH`` are public holidays: with a rule for them the
weekday does not count, without one a holiday is like any other day. Hours that run past
midnight (``22:00-06:00``, or ``22:00-30:00``) belong to the day on which they begin.

Source: OpenStreetMap wiki, "Key:opening_hours/specification".
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from geo.errors import BadInput

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_MIN = 24 * 60
Spans = tuple[tuple[int, int], ...]
"""Minutes from midnight, begin and end, in order and apart; an end may lie beyond 24:00."""

_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)"
_DAYS = rf"{_DAY}(?:\s*-\s*{_DAY})?(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*"
_SPAN = r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}"
_RULE = re.compile(
    rf"(?P<days>{_DAYS})?\s*(?P<hours>off|closed|24/7|{_SPAN}(?:\s*,\s*{_SPAN})*)", re.ASCII
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of opening hours: seven days from Monday, and public holidays (None: as usual)."""

    text: str
    week: tuple[Spans, ...]
    holiday: Spans | None = None


def parse(text: str) -> Hours:
    """Read opening hours.

    Raises
    ------
    BadInput
        Naming the rule that cannot be read.

    Examples
    --------
    >>> parse("Mo-Fr 08:30-17:30; PH off").week[0]
    ((510, 1050),)
    """
    week: list[Spans] = [()] * 7
    holiday: Spans | None = None
    rules = [rule.strip() for rule in text.split(";") if rule.strip()]
    if not rules:
        raise BadInput("no opening hours are given", zh="未填写开放时间")
    for rule in rules:
        match = _RULE.fullmatch(rule)
        if match is None:
            raise _fault(text, rule)
        spans = _spans(match["hours"], text, rule)
        for day in _days(match["days"]):
            if day == 7:
                holiday = spans
            else:
                week[day] = spans
    return Hours(text, tuple(week), holiday)


def _fault(text: str, rule: str) -> BadInput:
    return BadInput(
        f"opening hours {text!r}: cannot read {rule!r}",
        zh=f"开放时间“{text}”中的“{rule}”无法识别",
        where=[rule],
        hint="write for example: Mo-Fr 08:30-17:30; Sa,Su 09:00-12:00; PH off",
        hint_zh="写法示例：Mo-Fr 08:30-17:30; Sa,Su 09:00-12:00; PH off",
    )


def _days(days: str | None) -> Iterator[int]:
    """Give day numbers, Monday 0; 7 is a public holiday."""
    if days is None:
        yield from range(7)
        return
    names = (*DAYS, "PH")
    for part in re.split(r"\s*,\s*", days):
        begin, _, end = (p.strip() for p in part.partition("-"))
        first, last = names.index(begin), names.index(end or begin)
        if end and 7 in {first, last}:
            raise _fault(days, part)
        yield from [first] if first == last else _between(first, last)


def _between(first: int, last: int) -> Iterator[int]:
    count = (last - first) % 7
    return ((first + i) % 7 for i in range(count + 1))


def _spans(hours: str, text: str, rule: str) -> Spans:
    if hours in {"off", "closed"}:
        return ()
    if hours == "24/7":
        return ((0, DAY_MIN),)
    found = []
    for span in hours.split(","):
        begin, end = (60 * int(h) + int(m) for h, m in _TIME.findall(span))
        wrong_minute = any(int(m) > 59 for _, m in _TIME.findall(span))
        if wrong_minute or begin >= DAY_MIN or end > 2 * DAY_MIN or begin == end:
            raise _fault(text, rule)
        found.append((begin, end if end > begin else end + DAY_MIN))
    return _joined(sorted(found))


def _joined(spans: list[tuple[int, int]]) -> Spans:
    joined: list[tuple[int, int]] = []
    for begin, end in spans:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


def spans_on(hours: Hours, day: date, holidays: Collection[date] = frozenset()) -> Spans:
    """Give the hours that begin on a day, minutes from its midnight."""
    if hours.holiday is not None and day in holidays:
        return hours.holiday
    return hours.week[day.weekday()]


def is_open(hours: Hours, at: datetime, holidays: Collection[date] = frozenset()) -> bool:
    """Say whether it is open at a moment; the closing minute itself is closed.

    Examples
    --------
    >>> is_open(parse("22:00-06:00"), datetime(2026, 3, 2, 1, 30))
    True
    """
    return any(begin <= at < end for begin, end in _around(hours, at.date(), holidays))


def opens_next(
    hours: Hours, at: datetime, holidays: Collection[date] = frozenset()
) -> datetime | None:
    """Give the next moment at which it is open: `at` itself when it is open now, None if never."""
    if is_open(hours, at, holidays):
        return at
    for ahead in range(_horizon(holidays, at.date())):
        day = at.date() + timedelta(days=ahead)
        begins = [_moment(day, begin) for begin, _ in spans_on(hours, day, holidays)]
        if later := [begin for begin in begins if begin > at]:
            return min(later)
    return None


def closes_at(
    hours: Hours, at: datetime, holidays: Collection[date] = frozenset()
) -> datetime | None:
    """Give the moment at which it closes: `at` itself when it is closed now, None if never.

    Hours that meet at midnight are one: ``24/7`` never closes.
    """
    end, last = at, at + timedelta(days=_horizon(holidays, at.date()))
    while end < last:
        later = [e for begin, e in _around(hours, end.date(), holidays) if begin <= end < e]
        if not later:
            return end
        end = max(later)
    return None


def _horizon(holidays: Collection[date], today: date) -> int:
    """Look a week beyond the last holiday that is known: then every week is alike."""
    return 9 + max((day - today).days for day in [today, *holidays]) if holidays else 9


def _around(
    hours: Hours, day: date, holidays: Collection[date]
) -> Iterator[tuple[datetime, datetime]]:
    """Give the hours that may hold a moment of a day: its own and those of the two before."""
    for back in (2, 1, 0):
        start = day - timedelta(days=back)
        for begin, end in spans_on(hours, start, holidays):
            yield _moment(start, begin), _moment(start, end)


def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)
