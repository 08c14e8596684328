"""Small towns with known answers, in metres of EPSG:4549.

Every town has streets, barriers, gates, buildings, stations and communities that pass the
makers of `geo.layers`. Coordinates begin near (0, 0), so that numbers stay
readable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from geo import layers, network

CRS = "EPSG:4549"
XY = tuple[float, float]


@dataclass(frozen=True)
class Town:
    """One town: its layers, its network and the travel times of adults."""

    streets: layers.StreetLayer
    demand: layers.DemandLayer
    stations: layers.StationLayer
    areas: layers.GridLayer
    barriers: layers.BarrierLayer
    gates: gpd.GeoDataFrame
    known: dict[str, float] = field(default_factory=dict)

    @cached_property
    def net(self) -> network.Network:
        """The walking network."""
        return network.build(self.streets, barriers=self.barriers, gates=self.gates)

    @cached_property
    def times(self) -> layers.TravelTimes:
        """Every building's nearest station."""
        return network.nearest(self.net, self.demand, self.stations)


def frame(name: str, rows: Iterable[dict[str, object]]) -> gpd.GeoDataFrame:
    """Make a layer from rows; columns that are not given take their defaults."""
    described = layers.layer(name)
    types = {"text": "str", "int": "int64", "float": "float64", "bool": "bool"}
    rows = list(rows)
    data = {
        c.name: pd.Series([r.get(c.name, c.default) for r in rows], dtype=types[c.type])
        for c in described.columns
    }
    shapes = gpd.GeoSeries([r["geometry"] for r in rows], crs=CRS)
    return layers.checked(gpd.GeoDataFrame(data, geometry=shapes, crs=CRS), name)


def streets(*lines: Sequence[XY], **tags: object) -> layers.StreetLayer:
    """Make streets from vertex lists; tags are given to all of them."""
    return layers.streets(
        frame(
            "street",
            ({"id": f"s{i}", "geometry": LineString(xy), **tags} for i, xy in enumerate(lines)),
        )
    )


def buildings(*places: XY, people: int = 10, side_m: float = 10.0) -> layers.DemandLayer:
    """Make square houses: `people` residents in half as many households, one elder in ten."""
    half = side_m / 2
    return layers.demand(
        frame(
            "building",
            (
                {
                    "id": f"b{i}",
                    "households": people // 2,
                    "residents": people,
                    "elders": people // 10,
                    "geometry": box(x - half, y - half, x + half, y + half),
                }
                for i, (x, y) in enumerate(places)
            ),
        )
    )


def stations(*places: XY) -> layers.StationLayer:
    """Make stations at their entrances."""
    return layers.stations(
        frame("station", ({"id": f"t{i}", "geometry": Point(xy)} for i, xy in enumerate(places)))
    )


def barriers(kind: str, *lines: Sequence[XY]) -> layers.BarrierLayer:
    """Make rivers, railways or walls."""
    return layers.barriers(
        frame(
            "barrier",
            (
                {"id": f"w{i}", "kind": kind, "geometry": LineString(xy)}
                for i, xy in enumerate(lines)
            ),
        )
    )


def gates(*places: XY, foot: str = "yes") -> gpd.GeoDataFrame:
    """Make gates."""
    return frame(
        "gate",
        ({"id": f"g{i}", "foot": foot, "geometry": Point(xy)} for i, xy in enumerate(places)),
    )


def areas(*shapes: BaseGeometry, level: str = "community") -> layers.GridLayer:
    """Make areas of one level, with codes in the order given."""
    digits = layers.codes.LENGTHS[level]
    return layers.grids(
        frame(
            level,
            (
                {"code": f"3211{i + 1:0{digits - 4}d}", "name": f"area {i + 1}", "geometry": shape}
                for i, shape in enumerate(shapes)
            ),
        ),
        level,
    )


def _town(
    lines: layers.StreetLayer,
    homes: layers.DemandLayer,
    places: layers.StationLayer,
    parts: layers.GridLayer,
    *,
    walls: layers.BarrierLayer | None = None,
    doors: gpd.GeoDataFrame | None = None,
    **known: float,
) -> Town:
    return Town(
        lines,
        homes,
        places,
        parts,
        walls if walls is not None else barriers("wall"),
        doors if doors is not None else gates(),
        known,
    )


def lattice(nx: int, ny: int, people: int = 10, *, block_m: float = 100.0) -> Town:
    """Make nx × ny blocks between straight streets, one station at the south-west corner.

    A house stands in each block, midway between west and east and 0.4 blocks north of its
    southern street. Known: the walk from block (i, j) is i + j + 0.9 blocks. Communities are
    the rows of blocks.
    """
    xs = [i * block_m for i in range(nx + 1)]
    ys = [j * block_m for j in range(ny + 1)]
    lines = [[(x, y) for x in xs] for y in ys] + [[(x, y) for y in ys] for x in xs]
    homes = [((i + 0.5) * block_m, (j + 0.4) * block_m) for j in range(ny) for i in range(nx)]
    rows = [box(0, j * block_m, nx * block_m, (j + 1) * block_m) for j in range(ny)]
    return _town(
        streets(*lines),
        buildings(*homes, people=people),
        stations((0.0, 0.0)),
        areas(*rows),
        nearest_m=0.9 * block_m,
        farthest_m=(nx + ny - 2 + 0.9) * block_m,
        people=float(people * nx * ny),
    )


def river(*, bridge_x: float = 1000.0) -> Town:
    """Make two banks of a river that runs west–east at y = 200; one bridge, far in the east.

    The station is at (100, 100) on the south bank; house b0 stands south at (200, 90), b1
    north at (100, 310). Known: b1 walks to the bridge and back, 2 × (bridge_x − 100) + 200
    + 10; in a straight line it is 210 m.
    """
    south = [(0.0, 100.0), (100.0, 100.0), (bridge_x, 100.0)]
    north = [(0.0, 300.0), (100.0, 300.0), (bridge_x, 300.0)]
    return _town(
        streets(south, north, [(bridge_x, 100.0), (bridge_x, 300.0)]),
        buildings((200.0, 90.0), (100.0, 310.0)),
        stations((100.0, 100.0)),
        areas(box(0, 0, bridge_x + 50, 200), box(0, 200, bridge_x + 50, 400)),
        walls=barriers("river", [(-500.0, 200.0), (bridge_x + 500.0, 200.0)]),
        b0_m=110.0,
        b1_m=2 * (bridge_x - 100.0) + 200.0 + 10.0,
    )


def dead_end() -> Town:
    """Make a street of 300 m with a lane of 120 m that ends blindly, and a station at its mouth."""
    return _town(
        streets([(0.0, 0.0), (150.0, 0.0), (300.0, 0.0)], [(150.0, 0.0), (150.0, 120.0)]),
        buildings((160.0, 120.0), (290.0, 10.0)),
        stations((150.0, 0.0)),
        areas(box(-10, -10, 310, 130)),
        b0_m=130.0,
        b1_m=150.0,
        dead_end_m=120.0,
    )


def island() -> Town:
    """Make two streets that do not meet; the station is on the first, house b1 on the second."""
    return _town(
        streets([(0.0, 0.0), (200.0, 0.0)], [(0.0, 400.0), (200.0, 400.0)]),
        buildings((50.0, 10.0), (50.0, 410.0)),
        stations((0.0, 0.0)),
        areas(box(-10, -10, 210, 200), box(-10, 200, 210, 420)),
        b0_m=60.0,
        cut_off=1.0,
    )


def compound(*, gate: bool = True, inner_way: bool = False) -> Town:
    """Make a walled compound of 100 × 100 m beside a street in its south, the gate in its north.

    The wall stands 10 m north of the street y = 0; a lane leads round to y = 130 in the
    north. House b0 stands inside at (50, 30), 30 m from the street as the crow flies. The
    gate is at (50, 110), the station on the street at (50, 0). Known: with the gate b0
    walks 80 m to it, 20 m on to the lane, and 230 m round to the station.
    """
    lane = [(0.0, 0.0), (-20.0, 0.0), (-20.0, 130.0), (50.0, 130.0), (120.0, 130.0)]
    lines = [[(0.0, 0.0), (50.0, 0.0), (120.0, 0.0)], lane]
    if inner_way:
        lines.append([(50.0, 40.0), (50.0, 110.0), (50.0, 130.0)])
    wall = [(0.0, 10.0), (100.0, 10.0), (100.0, 110.0), (0.0, 110.0), (0.0, 10.0)]
    return _town(
        streets(*lines),
        buildings((50.0, 30.0)),
        stations((50.0, 0.0)),
        areas(box(-30, -10, 130, 140)),
        walls=barriers("wall", wall),
        doors=gates((50.0, 110.0)) if gate else None,
        b0_m=80.0 + 20.0 + 70.0 + 130.0 + 70.0,
    )


def crooked(
    rng: np.random.Generator, *, steps: bool = False, private: bool = False
) -> layers.StreetLayer:
    """Make a crooked lattice of 2–6 streets a side, with gaps, bends, parallel ways and a loop.

    With `steps`, some of the ways are stairways; with `private`, some are private.
    """
    n = int(rng.integers(2, 7))
    corners = np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), axis=-1)
    at = rng.uniform(-30, 30, (n, n, 2)) + 100 * corners
    ways = [((i, j), (i + 1, j)) for i in range(n - 1) for j in range(n)]
    ways += [((i, j), (i, j + 1)) for i in range(n) for j in range(n - 1)]
    lines: list[list[XY]] = []
    for a, b in ways:
        if rng.random() < 0.75:
            bend = (at[a] + at[b]) / 2 + rng.uniform(-20, 20, 2)
            lines.append([tuple(at[a]), tuple(bend), tuple(at[b])])
            if rng.random() < 0.1:
                lines.append([tuple(at[a]), tuple(at[b])])
    lines.append([(0.0, -60.0), (40.0, -90.0), (-40.0, -90.0), (0.0, -60.0)])
    lines.append([(0.0, -60.0), tuple(at[0, 0])])
    frame = streets(*lines)
    if steps:
        frame.loc[rng.random(len(frame)) < 0.3, "highway"] = "steps"
    if private:
        frame.loc[rng.random(len(frame)) < 0.4, "access"] = "private"
    return frame
