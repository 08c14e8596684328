"""What a card tells: a door, the stations around it, and the ways there."""

from dataclasses import dataclass
from typing import Any

from shapely import LineString

from maps.scene import Base


@dataclass(frozen=True, slots=True)
class Stop:
    """A station as a door's card tells it.

    `hours` and `services` are cells of the station table; `link` opens a map application
    that leads there; `line` is the way from the door to the entrance, metres in the CRS of
    the press.
    """

    name: str
    hours: str
    services: str
    phone: str
    address: str
    link: str
    walk_m: float
    walk_s: float
    line: LineString

    @property
    def minutes(self) -> int:
        """Minutes begun, at least one."""
        return max(1, -int(-self.walk_s // 60))

    @property
    def metres(self) -> int:
        """Metres to the nearest ten, at least ten."""
        return max(10, 10 * round(self.walk_m / 10))


@dataclass(frozen=True, slots=True)
class Card:
    """One door.

    `x_m, y_m` is where the walks begin, `shape` the footprint of the building (None: a
    point). `link` opens the finder for this door (empty: the card goes without). With
    `estimated` the ways are straight lines.
    """

    key: str
    title: str
    x_m: float
    y_m: float
    stops: tuple[Stop, ...]
    link: str = ""
    shape: Any = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on every card of an edition: who walks how fast, and whom to call.

    `slower` is how many times as long the elderly take.
    """

    walker: str
    speed_m_s: float
    slower: float
    duty_phone: str


def credit(base: Base) -> str:
    """Give the line at the foot: whose data, of what day, 审图号 where there is one."""
    number = base.approval_no
    if number and "审图号" not in number:
        number = f"审图号：{number}"
    date = f"数据日期 {base.date}" if base.date else ""
    return " · ".join(part for part in (base.source, date, number) if part)
