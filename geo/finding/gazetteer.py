"""Every place a person may name: compounds, buildings, stations, streets, communities."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import STRtree

from geo.errors import NotFound
from geo.finding import typed
from geo.finding.kernel import Bytes
from geo.finding.names import FAR, MOST, Bounds, Names
from geo.finding.spelling import plain

Rows = npt.NDArray[np.int64]
KINDS = ("compound", "landmark", "station", "community", "street", "building")
"""Sorts of place, those that people mean most often first."""
NUMBERED_KINDS = frozenset(("compound", "street"))
NUMBERED = re.compile(r"(\d+)\s*(?:幢|栋|号楼|号|座|楼)?")
NONE: Rows = np.empty(0, dtype=np.int64)
SAME_COMPOUND_M = 2_000.0
AT_HOME_M = 60.0
ON_STREET_M = 120.0
NEAR_M = 1_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place with a name; `key` is what stands on its door QR, `area` tells it apart."""

    key: str
    kind: str
    name: str
    area: str
    x_m: float
    y_m: float


class Gazetteer:
    """The places of a district, by key, by name and by where they are (metres)."""

    def __init__(self, frames: dict[str, gpd.GeoDataFrame]) -> None:
        self._areas = frames["community"]
        self._tree = STRtree(self._areas.geometry.to_numpy())
        buildings, stations = frames["building"], frames["station"]
        self._buildings, self._streets = buildings, frames["street"]
        plates = zip(stations["address"], stations["id"], strict=True)
        self._addresses = {plain(address): key for address, key in plates if address}
        points = shapely.point_on_surface(buildings.geometry.to_numpy())
        self._xy = shapely.get_coordinates(points)
        self._in = self._communities(points)
        named = [
            *self._compounds(frames["gate"]),
            *self._landmarks(),
            *self._points(stations),
            *self._community_places(),
            *self._street_places(),
        ]
        self.places = _told_apart(named)
        self.by_key = {p.key: p for p in reversed(self.places)}
        self.by_name = {p.name: p for p in reversed(self.places)}
        self._ranked = sorted(self.places, key=_rank)
        sorts = [KINDS.index(place.kind) for place in self._ranked]
        self._names = Names([place.name for place in self._ranked], sorts)
        self._masks: dict[frozenset[str], Bytes] = {}

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self._buildings["id"])}

    def find(
        self, text: str, bounds: Bounds = FAR, kinds: Collection[str] = KINDS
    ) -> list[tuple[Place, float]]:
        """Give what a text may mean, the likeliest first, each with a score of at most 100.

        Only places of some kinds count.
        """
        wanted = frozenset(kinds)
        if (coded := self._coded(text.strip().upper())) is not None:
            return [(coded, 100.0)] if coded.kind in wanted else []
        search = partial(self._search, bounds=bounds, wanted=wanted)
        found = self._meant(text, search)
        if not found and (narrow := typed.narrowed(text)):
            wide = text[: text.find(narrow)]
            search = partial(search, bounds=bounds._replace(most=MOST))
            found = {
                place: score + (0.5 if place.area and place.area in wide else 0.0)
                for place, score in self._meant(narrow, search).items()
            }
        order = sorted(
            ((place, score) for place, score in found.items() if place.kind in wanted),
            key=lambda item: (-item[1], _rank(item[0])),
        )
        return [(place, min(score, 100.0)) for place, score in order[: bounds.most]]

    def _coded(self, key: str) -> Place | None:
        """Give the building or other place of a code."""
        if key in self._rows:
            return self._building(self._rows[key])
        place = self.by_key.get(key)
        return place if place is not None and place.name != place.key else None

    def _search(self, text: str, *, bounds: Bounds, wanted: frozenset[str]) -> dict[Place, float]:
        """Find places of some kinds by name."""
        only = None
        if not wanted.issuperset(KINDS):
            if wanted not in self._masks:
                here = np.array([place.kind in wanted for place in self._ranked], dtype=bool)
                self._masks[wanted] = self._names.only(here)
            only = self._masks[wanted]
        found = self._names.find(text, bounds, only)
        return {self._ranked[number]: score for number, score in found.items()}

    def _meant(self, text: str, search: Callable[..., dict[Place, float]]) -> dict[Place, float]:
        """Score the places of a name, and the house of a name with a number."""
        found = search(text)
        told = typed.read(text)
        if told.number is not None:
            found |= self._numbered(told.name, told.number, text, search)
        elif not found and told.name != text:
            found = search(told.name)
        return found

    def at(self, key: str) -> Place:
        """Give the place that a door QR names: by its key, its building, or its full name."""
        place = self.by_key.get(key) or self.by_name.get(key)
        if place is None and key in self._rows:
            place = self._building(self._rows[key])
        if place is None:
            raise NotFound(
                f"no place {key!r}",
                zh=f"没有找到“{key}”这个地点",
                where=[key],
                hint="type the name of a compound, a street or a station",
                hint_zh="请输入小区、道路或站点的名称",
            )
        return place

    def near(self, x_m: float, y_m: float) -> str:
        """Name what people would say is here: house, street, nearest house; empty far away."""
        here = shapely.Point(x_m, y_m)
        houses = self._buildings.sindex.nearest(here, max_distance=NEAR_M, return_distance=True)
        roads = self._named_streets.sindex.nearest(
            here, max_distance=ON_STREET_M, return_distance=True
        )
        (_, rows), far = houses
        if len(rows) and far[0] <= AT_HOME_M:
            return self._building(int(rows[0])).name
        if len(roads[0][1]):
            return str(self._named_streets["name"].iloc[int(roads[0][1][0])])
        return self._building(int(rows[0])).name if len(rows) else ""

    @cached_property
    def _named_streets(self) -> gpd.GeoDataFrame:
        return self._streets[self._streets["name"] != ""]

    def _numbered(
        self, head: str, number: int, text: str, search: Callable[..., dict[Place, float]]
    ) -> dict[Place, float]:
        """Give the station of this address, house `number` of the compounds that a name may mean.

        After these come the compounds and the streets of that name themselves.
        """
        found: dict[Place, float] = {}
        if (key := self._addresses.get(plain(text))) is not None:
            found[self.by_key[key]] = 100.5
        for place, score in search(head, wanted=NUMBERED_KINDS).items():
            found[place] = score / 2
            rows = self._members.get(place.key, NONE) if place.kind == "compound" else NONE
            for row in rows[self._house_numbers[rows] == number].tolist():
                found[self._building(row)] = score + 0.5
        return found

    @cached_property
    def _house_numbers(self) -> Rows:
        """Give the number that each building has for a name; -1 for other names."""
        codes, names = pd.factorize(self._buildings["name"].to_numpy(object))
        matches = [NUMBERED.fullmatch(name) for name in names]
        numbers = [int(match[1]) if match else -1 for match in matches]
        return np.array([*(min(number, 10_000) for number in numbers), -1], dtype=np.int64)[codes]

    def _building(self, row: int) -> Place:
        told = self._buildings.iloc[row]
        name = f"{told['compound']}{told['name']}" or told["id"]
        return Place(told["id"], "building", name, self._in[row], *self._xy[row])

    def _compounds(self, gates: gpd.GeoDataFrame) -> Iterator[Place]:
        """Give each compound at its gate for walkers, else at its middle building.

        Two compounds of one name, far apart, are told apart by their community.
        """
        open_gates = gates[gates["foot"] != "no"].drop_duplicates("compound")
        doors = dict(zip(open_gates["compound"], open_gates.geometry, strict=True))
        self._members: dict[str, npt.NDArray[np.int64]] = {}
        for name, found in self._buildings.groupby("compound").indices.items():
            rows = np.asarray(found, dtype=np.int64)
            areas = np.array([self._in[row] for row in rows])
            if not name:
                continue
            if np.ptp(self._xy[rows], axis=0).max() <= SAME_COMPOUND_M:
                door = shapely.get_coordinates(doors[name])[0] if name in doors else None
                yield self._compound(str(name), str(name), _most(areas), rows, door)
                continue
            for area in sorted(set(areas)):
                key = f"{name}@{area}"
                yield self._compound(key, str(name), area, rows[areas == area], None)

    def _compound(
        self,
        key: str,
        name: str,
        area: str,
        rows: npt.NDArray[np.int64],
        door: npt.NDArray[np.float64] | None,
    ) -> Place:
        self._members[key] = rows
        x_m, y_m = _medoid(self._xy[rows]) if door is None else door
        return Place(key, "compound", name, area, float(x_m), float(y_m))

    def _landmarks(self) -> Iterator[Place]:
        """Give the buildings that have a name of their own."""
        for row, name in enumerate(self._buildings["name"]):
            if name and not NUMBERED.fullmatch(name):
                place = self._building(row)
                yield Place(place.key, "landmark", place.name, place.area, place.x_m, place.y_m)

    def _points(self, stations: gpd.GeoDataFrame) -> Iterator[Place]:
        points = stations.geometry.to_numpy()
        names = stations["signboard"].where(stations["signboard"] != "", stations["name"])
        for key, name, area, point in zip(
            stations["id"], names, self._communities(points), points, strict=True
        ):
            yield Place(key, "station", name, area, point.x, point.y)

    def _community_places(self) -> Iterator[Place]:
        middles = shapely.point_on_surface(self._areas.geometry.to_numpy())
        for code, name, point in zip(
            self._areas["code"], self._areas["name"], middles, strict=True
        ):
            if name:
                yield Place(code, "community", name, "", point.x, point.y)

    def _street_places(self) -> Iterator[Place]:
        """Give each street of a name at the point on it that is nearest to its middle."""
        for name, rows in self._streets.groupby("name").indices.items():
            if name:
                line = shapely.union_all(self._streets.geometry.to_numpy()[rows])
                spot = shapely.get_coordinates(shapely.shortest_line(line, line.centroid))[0]
                area = self._communities(np.array([shapely.Point(spot)]))[0]
                yield Place(str(name), "street", str(name), area, *spot)

    def _communities(self, points: npt.NDArray[np.object_]) -> list[str]:
        names = [""] * len(points)
        for at, area in zip(*self._tree.query(points, predicate="intersects"), strict=True):
            names[at] = self._areas["name"].iloc[area]
        return names


def _rank(place: Place) -> tuple[int, int, str]:
    """Tell which of two places that fit alike comes first."""
    return KINDS.index(place.kind), len(place.name), place.key


def _medoid(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    middle: npt.NDArray[np.float64] = xy[np.argmin(np.hypot(*(xy - xy.mean(axis=0)).T))]
    return middle


def _most(names: npt.NDArray[np.str_]) -> str:
    found, counts = np.unique(names, return_counts=True)
    return str(found[np.argmax(counts)])


def _told_apart(places: list[Place]) -> list[Place]:
    """Keep one place of each key and name, in the order of `KINDS`."""
    seen: dict[tuple[str, str], Place] = {}
    for place in sorted(places, key=lambda p: KINDS.index(p.kind)):
        seen.setdefault((place.name, place.area), place)
    return list(seen.values())
