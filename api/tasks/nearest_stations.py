"""The nearest open stations on foot from one place, with the way there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from pydantic import AfterValidator, ConfigDict, Field

from api.tasks.known import Known, at_hand, known
from api.tasks.open_stations import days_of, local, require_service, turns, wall_clock
from api.tasks.work import Form, Work
from geo import coords, layers, network
from geo.errors import BadInput
from geo.layers import TIERS, Walker, items, walker

MOST_LATER = 3
_TOLD = (
    "id",
    "name",
    "signboard",
    "kind",
    "tier",
    "class",
    "hours",
    "services",
    "address",
    "phone",
)
Turns = tuple[bool | None, str, str]


class Spot(NamedTuple):
    """A place in degrees and in the metres of the scene."""

    lon: float
    lat: float
    xy: tuple[float, float]


class Some(NamedTuple):
    """Some of the stations: their positions among all, and a name for these and no others."""

    rows: npt.NDArray[np.int64]
    name: bytes

    @classmethod
    def of(cls, good: npt.NDArray[np.bool_]) -> Some:
        """Take those that are good."""
        rows = np.flatnonzero(good)
        return cls(rows, rows.tobytes())


class NearestStations(Form):
    """Ask from a place in lon/lat.

    `open_at` is local time (or carries its zone): only what is open then counts, and what
    is nearer but opens later is told beside it. None asks for no hours; whether a station
    is open is then told for the present minute. Who cannot climb steps walks as
    ``wheelchair``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    lon: float = Field(ge=-180, le=180, description="经度 degrees east")
    lat: float = Field(ge=-90, le=90, description="纬度 degrees north")
    k: int = Field(3, ge=1, le=50)
    service: str | None = None
    tier: str | None = None
    class_: str | None = Field(None, alias="class")
    open_at: Annotated[datetime, AfterValidator(local)] | None = None
    walker: str = "adult"

    def run(self, work: Work) -> dict[str, Any]:
        """Look up, answer in lon/lat; `estimated` tells that no streets are known there.

        `later` holds what opens only afterwards and is nearer than all of `stations`, or,
        when nothing is open, what can serve soonest.
        """
        here = known(work)
        told = self._told(work, here)
        here.asked(self._kind(), lambda fresh: self._told(work, fresh))
        for station in (*told["stations"], *told["later"]):
            station["route"] = station["route"].tolist()
        return told

    def at_once(self, work: Work) -> dict[str, Any]:
        """Answer from what this process has at hand, in less than a thousandth of a second.

        The same as `run`, but each `route` is an array (points, 2).

        Raises
        ------
        NotAtHand
            When something has to be read or built first: `run` does.
        """
        return self._told(work, at_hand(work))

    def _kind(self) -> tuple[object, ...]:
        """Name what must be ready for such a question, wherever it is asked."""
        sieve = self.service, self.tier, self.class_
        return (self.walker, self.k, *sieve, self.open_at is None)

    def _told(self, work: Work, here: Known) -> dict[str, Any]:
        who = walker(self.walker)
        at = (self.open_at or wall_clock()).replace(second=0, microsecond=0)
        days = days_of(work.settings.holidays)
        told = here.keep(("turns", at, days), lambda: _turns(here, at, days))
        sieve = self.service, self.tier, self.class_, self.open_at is not None and (at, days)
        wanted, shut = here.keep(("sieve", *sieve), lambda: self._sorted_out(here, told))
        spot = Spot(self.lon, self.lat, here.to_metres.transform(self.lon, self.lat))
        found, estimated = ways(here, spot, wanted, who, self.k)
        later = self._later(here, spot, (shut, told, at), who, found)
        answers = _answers([*found, *later], here, told)
        return {
            "place": {"lon": self.lon, "lat": self.lat},
            "walker": who.name,
            "at": at.isoformat(timespec="minutes"),
            "estimated": estimated,
            "stations": answers[: len(found)],
            "later": answers[len(found) :],
            "duty_phone": work.settings.duty_phone,
        }

    def _sorted_out(self, here: Known, told: list[Turns]) -> tuple[Some, Some]:
        """Give the stations that count now, and those that will later."""
        table = here.stations
        good = np.ones(len(table), dtype=bool)
        if self.service is not None:
            require_service(self.service)
            good &= [self.service in items(s) for s in table["services"]]
        if self.tier is not None:
            require_tier(self.tier)
            good &= (table["tier"] == self.tier).to_numpy(bool)
        if self.class_ is not None:
            good &= (table["class"] == self.class_).to_numpy(bool)
        if self.open_at is None:
            return Some.of(good), Some.of(np.zeros(len(table), dtype=bool))
        opened = np.array([is_open is True for is_open, _, _ in told], dtype=bool)
        opening = np.array([bool(opens) for _, _, opens in told], dtype=bool)
        return Some.of(good & opened), Some.of(good & opening)

    def _later(
        self,
        here: Known,
        spot: Spot,
        shut: tuple[Some, list[Turns], datetime],
        who: Walker,
        found: list[network.Route],
    ) -> list[network.Route]:
        some, told, at = shut
        near, _ = ways(here, spot, some, who, MOST_LATER if found else 3 * MOST_LATER)
        if found:
            return [way for way in near if way.seconds < found[0].seconds]

        def served(way: network.Route) -> datetime:
            opens = datetime.fromisoformat(told[way.station][2])
            return max(opens, at + timedelta(seconds=way.seconds))

        return sorted(near, key=lambda way: (served(way), way.seconds))[:MOST_LATER]


def _turns(here: Known, at: datetime, days: frozenset[date]) -> list[Turns]:
    """Tell of every station whether it is open at a minute; the same hours are read once."""
    texts = here.stations["hours"].tolist()
    told = {text: turns(text, at, days) for text in set(texts)}
    return [told[text] for text in texts]


def require_tier(tier: str) -> None:
    """Raise `BadInput` with the tiers there are, unless this is one of them."""
    if tier not in TIERS:
        names = ", ".join(TIERS)
        raise BadInput(f"no tier {tier!r}", zh=f"没有“{tier}”这个层级", hint=f"one of {names}")


def ways(
    here: Known, spot: Spot, some: Some, who: Walker, k: int
) -> tuple[list[network.Route], bool]:
    """Give the walks to the k nearest of some stations, and whether they are estimated.

    Estimated (straight line × 1.3) where no streets are kept, or none near the place. The
    station of a walk is its position among all stations.
    """
    if not len(some.rows):
        return [], here.net is None
    k, place = min(k, len(some.rows)), np.array(spot.xy)
    if (net := here.net) is not None:
        xy = here.keep("entrances", lambda: shapely.get_coordinates(here.stations.geometry))
        key = ("tree", who.name, k, some.name)
        tree = here.keep(key, lambda: here.tree(xy[some.rows], k, who))
        found = [_of(way, some.rows) for way in network.routes(tree, place) if way.found]
        if found or network.snap(net, place).edge[0] >= 0:
            return found, False
    near = here.keep(("near", some.name), lambda: Near(here, some))
    return near.walks(spot, who, k), True


def _of(way: network.Route, rows: npt.NDArray[np.int64]) -> network.Route:
    return network.Route(
        way.metres, way.seconds, way.off_m, way.points, way.edges, int(rows[way.station])
    )


class Near:
    """The nearest of some stations where no streets are known: straight line × 1.3."""

    def __init__(self, here: Known, some: Some) -> None:
        self._rows = some.rows
        self._xy = shapely.get_coordinates(here.stations.geometry)[some.rows]
        self._air = network.crow(np.column_stack(here.to_degrees.transform(*self._xy.T)))

    def walks(self, spot: Spot, who: Walker, k: int) -> list[network.Route]:
        """Estimate the walks; the answer says that it does."""
        near, metres = self._air.nearest(spot.lon, spot.lat, k)
        place = np.array(spot.xy)
        return [
            network.Route(
                far, far / who.speed_m_s, far, np.array([place, self._xy[i]]),
                np.empty(0, np.int32), int(self._rows[i]),
            )
            for i, far in zip(near.tolist(), (metres * layers.DETOUR).tolist(), strict=True)
        ]  # fmt: skip


def _answers(ways: list[network.Route], here: Known, told: list[Turns]) -> list[dict[str, Any]]:
    """Shape walks for the answer; all their points are brought to lon/lat in one go."""
    if not ways:
        return []
    points = np.concatenate([way.points for way in ways])
    lonlat = np.empty_like(points)
    lonlat[:, 0], lonlat[:, 1] = here.to_degrees.transform(*points.T)
    lonlat = lonlat.round(7)
    answers, at = [], 0
    cards = here.keep("cards", lambda: Cards(here))
    for way in ways:
        is_open, closes_at, opens_at = told[way.station]
        answers.append({
            **cards.of(way.station),
            "walk_m": round(way.metres, 1),
            "walk_s": round(way.seconds, 1),
            "minutes": round(way.seconds / 60, 1),
            "off_network_m": round(way.off_m, 1),
            "open": is_open,
            "closes_at": closes_at,
            "opens_at": opens_at,
            "route": lonlat[at : at + len(way.points)],
        })  # fmt: skip
        at += len(way.points)
    return answers


class Cards:
    """What is told of each station from wherever it is asked for, written when it first is."""

    def __init__(self, here: Known) -> None:
        table = here.stations
        self._cells = {name: table[name].tolist() for name in _TOLD}
        xy = shapely.get_coordinates(table.geometry)
        self._lonlat = np.column_stack(here.to_degrees.transform(*xy.T)).tolist()
        self._written: list[dict[str, Any] | None] = [None] * len(table)

    def of(self, position: int) -> dict[str, Any]:
        """Give that of one station; it is shared and must not be changed."""
        if (told := self._written[position]) is None:
            told = self._written[position] = self._write(position)
        return told

    def _write(self, position: int) -> dict[str, Any]:
        row = {name: cells[position] for name, cells in self._cells.items()}
        lon, lat = self._lonlat[position]
        signboard = row["signboard"] or row["name"]
        entrance = coords.links.Place(lon, lat, signboard, row["address"])
        return {
            "id": row["id"],
            "name": row["name"],
            "signboard": signboard,
            "kind": row["kind"],
            "tier": row["tier"],
            "class": row["class"],
            "lon": round(lon, 7),
            "lat": round(lat, 7),
            "hours": row["hours"],
            "services": list(items(row["services"])),
            "address": row["address"],
            "phone": row["phone"],
            "links": coords.links.buttons(entrance, apple_device=True),
        }
