"""Laws and examples of opening hours."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadInput
from geo.layers import hours

TEXTS = st.sampled_from(
    [
        "24/7",
        "08:30-17:30",
        "Mo-Fr 08:30-17:30; Sa,Su 09:00-12:00; PH off",
        "Mo-Fr 08:30-11:30,13:30-17:30",
        "22:00-06:00",
        "Fr-Mo 20:00-26:00; PH 10:00-12:00",
        "Mo 00:00-24:00; Tu 00:00-12:00",
        "Sa 09:00-12:00; PH off",
        "off",
    ]
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31))
HOLIDAYS = st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=8)


@given(TEXTS, MOMENTS, HOLIDAYS)
def test_it_opens_next_at_a_moment_when_it_is_open_and_not_before(text, at, holidays):
    week = hours.parse(text)
    opens = hours.opens_next(week, at, holidays)
    if opens is None:
        assert not any(
            hours.is_open(week, at + timedelta(hours=h), holidays) for h in range(0, 400, 3)
        )
        return
    assert opens >= at
    assert hours.is_open(week, opens, holidays)
    if opens > at:
        assert not hours.is_open(week, at, holidays)
        assert not hours.is_open(week, opens - timedelta(minutes=1), holidays)
        assert not hours.is_open(week, at + (opens - at) / 2, holidays)


@given(TEXTS, MOMENTS, HOLIDAYS)
def test_it_closes_at_a_moment_when_it_is_closed_and_not_before(text, at, holidays):
    week = hours.parse(text)
    closes = hours.closes_at(week, at, holidays)
    if closes is None:
        assert all(hours.is_open(week, at + timedelta(hours=h), holidays) for h in range(0, 200, 5))
        return
    assert not hours.is_open(week, closes, holidays)
    assert (closes == at) == (not hours.is_open(week, at, holidays))
    if closes > at:
        assert hours.is_open(week, at + (closes - at) / 2, holidays)
        assert hours.is_open(week, max(at, closes - timedelta(minutes=1)), holidays)


@given(TEXTS, MOMENTS)
def test_without_holidays_every_week_is_alike(text, at):
    week = hours.parse(text)
    assert hours.is_open(week, at) == hours.is_open(week, at + timedelta(days=7))


@given(st.text(alphabet="MoTuFrSaPH 0123456789:-;,/off周", max_size=30))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        said = len(hours.parse(text).week) == 7
    except BadInput as fault:
        said = bool(fault.zh)
    assert said


@pytest.mark.parametrize(
    ("text", "at", "answer"),
    [
        ("Mo-Fr 08:30-17:30", datetime(2026, 3, 2, 8, 30), True),  # a Monday
        ("Mo-Fr 08:30-17:30", datetime(2026, 3, 2, 17, 30), False),
        ("Mo-Fr 08:30-17:30", datetime(2026, 3, 1, 10, 0), False),
        ("Sa-Mo 10:00-11:00", datetime(2026, 3, 1, 10, 0), True),
        ("22:00-06:00", datetime(2026, 3, 2, 5, 59), True),
        ("Su 22:00-06:00", datetime(2026, 3, 2, 5, 59), True),
        ("Mo 22:00-06:00", datetime(2026, 3, 2, 5, 59), False),
        ("Mo-Su 08:00-18:00; We off", datetime(2026, 3, 4, 12, 0), False),
        ("24/7", datetime(2026, 3, 4, 0, 0), True),
    ],
)
def test_known_moments(text, at, answer):
    assert hours.is_open(hours.parse(text), at) is answer


def test_a_holiday_replaces_the_weekday_only_where_a_rule_says_so():
    monday, noon = date(2026, 3, 2), datetime(2026, 3, 2, 12)
    assert hours.is_open(hours.parse("Mo-Fr 08:30-17:30"), noon, {monday})
    assert not hours.is_open(hours.parse("Mo-Fr 08:30-17:30; PH off"), noon, {monday})
    assert hours.is_open(hours.parse("Sa 09:00-10:00; PH 11:00-13:00"), noon, {monday})


def test_what_opens_next_is_found_over_a_long_holiday():
    week = hours.parse("Mo-Fr 08:30-17:30; PH off")
    golden = {date(2026, 10, 1) + timedelta(days=d) for d in range(20)}
    assert hours.opens_next(week, datetime(2026, 10, 1, 9), golden) == datetime(2026, 10, 21, 8, 30)


@pytest.mark.parametrize(
    "text",
    ["", " ; ", "Mo-Fr", "25:00-26:00", "08:00-08:00", "08:61-09:00", "Mo-PH 08:00-09:00",
     "Jan-Mar 08:00-10:00", "08：30-17：30", "8-17"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(text):
    with pytest.raises(BadInput) as fault:
        hours.parse(text)
    assert fault.value.zh
