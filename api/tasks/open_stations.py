"""Which stations count: those that offer a service and are open at a moment."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from api.tasks.scene import Scene
from geo import layers
from geo.errors import BadInput
from geo.layers import SERVICES, StationLayer, hours, items

HERE = ZoneInfo("Asia/Shanghai")


def local(moment: datetime) -> datetime:
    """Give a moment as the clock on the wall says it; without a zone it is that already."""
    return moment.astimezone(HERE).replace(tzinfo=None) if moment.tzinfo else moment


def wall_clock() -> datetime:
    """Give the present minute of the clock on the wall."""
    return datetime.now(HERE).replace(second=0, microsecond=0, tzinfo=None)


def open_stations(
    scene: Scene, service: str | None, at: datetime | None, holidays: frozenset[str]
) -> StationLayer:
    """Give the stations of a scene that offer `service` and are open `at` local time.

    A station without hours is taken as open by day only when nobody asks for a moment; at
    a moment it does not count, since nobody knows.
    """
    chosen = scene.stations
    if service is not None:
        require_service(service)
        chosen = chosen[[service in items(s) for s in chosen["services"]]]
    if at is not None:
        days = days_of(holidays)
        chosen = chosen[[is_open(text, local(at), days) for text in chosen["hours"]]]
    return layers.stations(chosen.reset_index(drop=True))


def require_service(service: str) -> None:
    """Raise `BadInput` with the services there are, unless this is one of them."""
    if service not in SERVICES:
        names = ", ".join(SERVICES)
        raise BadInput(
            f"no service {service!r}",
            zh=f"没有“{service}”这项服务",
            hint=f"one of {names}",
            hint_zh=f"可用：{names}",
        )


@lru_cache(maxsize=8)
def days_of(holidays: frozenset[str]) -> frozenset[date]:
    """Read the holidays of the settings."""
    return frozenset(date.fromisoformat(day) for day in holidays)


def is_open(text: str, at: datetime, holidays: frozenset[date]) -> bool:
    """Say whether a place with these hours is open; unknown hours are not."""
    return bool(text) and hours.is_open(parsed(text), at, holidays)


def turns(text: str, at: datetime, holidays: frozenset[date]) -> tuple[bool | None, str, str]:
    """Tell whether it is open at a moment, until when, and from when on.

    Returns
    -------
    tuple
        Open (None: nobody knows its hours); ISO minutes of closing (empty when it is closed
        or never closes); and of the next opening (empty when it is open or never opens).
    """
    if not text:
        return None, "", ""
    week = parsed(text)
    if hours.is_open(week, at, holidays):
        return True, _minute(hours.closes_at(week, at, holidays)), ""
    return False, "", _minute(hours.opens_next(week, at, holidays))


def _minute(moment: datetime | None) -> str:
    return moment.isoformat(timespec="minutes") if moment else ""


@lru_cache(maxsize=1024)
def parsed(text: str) -> hours.Hours:
    """Read opening hours, the same text once."""
    return hours.parse(text)
