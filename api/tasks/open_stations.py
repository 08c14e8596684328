"""Which stations count: those that offer a service and are open at a moment."""

from datetime import date, datetime

from api.tasks.scene import Scene
from geo import layers
from geo.errors import BadInput
from geo.layers import SERVICES, StationLayer, hours, items


def open_stations(
    scene: Scene, service: str | None, at: datetime | None, holidays: frozenset[str]
) -> StationLayer:
    """Give the stations of a scene that offer `service` and are open `at` local time.

    A station without hours is taken as open by day only when nobody asks for a moment; at
    a moment it does not count, since nobody knows.
    """
    chosen = scene.stations
    if service is not None:
        if service not in SERVICES:
            names = ", ".join(SERVICES)
            raise BadInput(
                f"no service {service!r}",
                zh=f"没有“{service}”这项服务",
                hint=f"one of {names}",
                hint_zh=f"可用：{names}",
            )
        chosen = chosen[[service in items(s) for s in chosen["services"]]]
    if at is not None:
        days = frozenset(date.fromisoformat(day) for day in holidays)
        chosen = chosen[[is_open(text, at, days) for text in chosen["hours"]]]
    return layers.stations(chosen.reset_index(drop=True))


def is_open(text: str, at: datetime, holidays: frozenset[date]) -> bool:
    """Say whether a place with these hours is open; unknown hours are not."""
    return bool(text) and hours.is_open(hours.parse(text), at, holidays)
