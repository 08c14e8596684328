"""Housing estates for drawing areas: parents side by side, houses in rows, streets and walls.

Metres of EPSG:4549 near a place of the demo, so that vertices have as many bits as real ones.
"""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString, Point, box

from geo import parcelling
from geo.layers import TravelTimes

CRS = "EPSG:4549"
EAST, NORTH = 448_000.3, 3_564_000.7
SIDE_M = 240.0
USUAL = parcelling.Range(30, 100, 65)


@dataclass(frozen=True)
class Estate:
    """Parents and all that stands on them; `households` and `compound` beside `houses`."""

    parents: np.ndarray
    houses: np.ndarray
    households: np.ndarray
    compound: np.ndarray
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    gates: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=object))

    def ground(self, **options: int) -> parcelling.Ground:
        """Cut the ground."""
        return parcelling.ground(self.parents, self.houses, self.lines(), **options)

    def lines(self) -> parcelling.Lines:
        """Give what borders prefer."""
        return parcelling.lines(self.streets, self.barriers)

    def design(
        self,
        *,
        today: tuple[np.ndarray, np.ndarray] | None = None,
        times: TravelTimes | None = None,
        special: bool = False,
        allowed: parcelling.Range = USUAL,
        **options: float,
    ) -> parcelling.Design:
        """Design areas; `today` are shapes and the parent of each."""
        ground = self.ground()
        none = np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64)
        now = parcelling.today(*(today or none), ground)
        walk = parcelling.on_foot(ground, self.lines(), times=times, gates=self.gates)
        people = parcelling.People(self.households, self.compound)
        return parcelling.design(
            ground, people, walk, allowed,
            now=now, special=np.full(len(self.parents), special), **options,
        )  # fmt: skip


def frame(kind: str, lines: list[LineString], value: str) -> gpd.GeoDataFrame:
    """Make a table of lines with one column."""
    return gpd.GeoDataFrame({kind: [value] * len(lines)}, geometry=lines, crs=CRS)


def at(x: float, y: float) -> tuple[float, float]:
    """Give a place of an estate."""
    return EAST + x, NORTH + y


def house(x: float, y: float, width_m: float = 14.0, depth_m: float = 9.0) -> shapely.Polygon:
    """Give a house around a place."""
    x, y = at(x, y)
    return box(x - width_m / 2, y - depth_m / 2, x + width_m / 2, y + depth_m / 2)


def parcel(column: int, row: int, side_m: float = SIDE_M) -> shapely.Polygon:
    """Give one square parent."""
    x, y = at(column * side_m, row * side_m)
    return box(x, y, x + side_m, y + side_m)


def street(*places: tuple[float, float]) -> LineString:
    """Give a line through places."""
    return LineString([at(*place) for place in places])


def estate(
    houses: list[tuple[float, float, int]],
    *,
    parents: tuple[int, int] = (1, 1),
    streets: tuple[LineString, ...] = (),
    walls: tuple[LineString, ...] = (),
    gates: tuple[tuple[float, float], ...] = (),
    compound: list[int] | None = None,
    side_m: float = SIDE_M,
) -> Estate:
    """Build an estate from houses (x, y, households)."""
    columns, rows = parents
    return Estate(
        np.array([parcel(c, r, side_m) for r in range(rows) for c in range(columns)], dtype=object),
        np.array([house(x, y) for x, y, _ in houses], dtype=object),
        np.array([count for _, _, count in houses], dtype=np.int64),
        np.array(compound or [-1] * len(houses), dtype=np.int32),
        frame("highway", list(streets), "residential"),
        frame("kind", list(walls), "wall"),
        np.array([Point(at(*gate)) for gate in gates], dtype=object),
    )


def scattered(seed: int, *, parents: tuple[int, int] = (2, 2), households: int = 24) -> Estate:
    """Scatter houses over parents that share borders, with streets through all of them."""
    rng = np.random.default_rng(seed)
    columns, rows = parents
    wide, tall = columns * SIDE_M, rows * SIDE_M
    xs, ys = np.arange(18, wide - 12, 34.0), np.arange(16, tall - 10, 27.0)
    spots = [
        (x + rng.uniform(-6, 6), y + rng.uniform(-6, 6), int(rng.integers(0, households)))
        for x in xs
        for y in ys
        if rng.random() < 0.8
    ]
    bends = rng.uniform(0.3, 0.7, 4)
    lines = (
        street((0, bends[0] * tall), (wide / 2, bends[1] * tall), (wide, bends[0] * tall)),
        street((bends[2] * wide, -20), (bends[3] * wide, tall + 20)),
    )
    return estate(spots, parents=parents, streets=lines)


def row(
    count: int, households: int, *, y: float = 120.0, gap_m: float = 24.0
) -> list[tuple[float, float, int]]:
    """Give a row of equal houses."""
    return [(20 + gap_m * i, y, households) for i in range(count)]
