"""Random operations on the demo district: nothing torn, nobody lost, undo to the first byte.

Run: ``python tests/bench/bench_redraw.py [operations] [seed]`` (default 10,000). Every kind
of operation, on every level, with a tenth of undo and redo. After every operation the
change itself is seen to conserve people and outlines; every 500 operations, and at the end,
the whole district is checked anew. In the end all is undone and compared byte by byte.
"""

import sys
import time
from collections import Counter, defaultdict

import numpy as np
import shapely
from shapely.geometry import LineString

from geo import coords, redraw, topology
from geo.demo import town
from geo.errors import GeoError
from geo.layers import quiet

LEVELS = ("district", "subdistrict", "community", "grid", "microgrid")
USUAL = {"community": 2400, "grid": 370, "microgrid": 70}
GROUND = ("GAP", "HOLE", "SLIVER", "OVERLAP", "DOUBLY_OWNED", "GEOM_INVALID")


def demo_fabric(size: str = "district", seed: int = 1) -> redraw.Fabric:
    """Give the sound demo district as it comes back from the store."""
    layers = dict(town.town(size=size, seed=seed, progress=quiet).layers)
    for name in LEVELS:
        frame = layers[name].copy()
        crs = frame.crs
        frame.geometry = shapely.transform(
            frame.geometry.values, lambda xy, crs=crs: coords.settled(xy, crs)
        )
        layers[name] = frame
    return redraw.fabric({n: layers[n] for n in LEVELS}, layers["building"])


class Hand:
    """A planner who does anything, anywhere."""

    def __init__(self, fabric: redraw.Fabric, rng: np.random.Generator) -> None:
        self.fabric = fabric
        self.rng = rng

    def operation(self) -> redraw.Operation:
        """Give any operation on any area."""
        level = str(self.rng.choice(["community", "grid", "microgrid"], p=[0.06, 0.47, 0.47]))
        keys = [key for key in self.fabric.areas if key[0] == level]
        area = self.fabric.areas[keys[self.rng.integers(len(keys))]]
        kinds = [self.split, self.balanced, self.merge, self.border, self.assign, self.block,
                 self.create, self.close, self.reparent, self.rename, self.recode, self.along]  # fmt: skip
        weights = np.array([4, 1, 7, 4, 3, 2, 1, 3, 1, 1, 0.5, 2])
        size = np.clip(area.households / USUAL[level], 0.2, 5)  # large ones are cut, small merged
        weights[[0, 1, 11]] *= size
        weights[[2, 7]] /= size
        return kinds[self.rng.choice(len(kinds), p=weights / weights.sum())](level, area)

    def line(self, box: tuple[float, float, float, float], bends: int) -> LineString:
        """Draw a line across a box, with some bends."""
        west, south, east, north = box
        xy = self.rng.random((bends + 2, 2))
        return LineString(np.array([west, south]) + xy * np.array([east - west, north - south]))

    def neighbour(self, area: redraw.Area) -> redraw.Area:
        """Give an area of the same level that touches, or the area itself."""
        near = [a for a in self.fabric.near(area.shape.bounds) if a.level == area.level]
        near = [a for a in near if a.key != area.key and a.shape.intersects(area.shape)]
        near.sort(key=lambda a: a.ref)
        return near[self.rng.integers(len(near))] if near else area

    def split(self, level: str, area: redraw.Area) -> redraw.Operation:
        return redraw.Split(level, self.line(area.shape.bounds, self.rng.integers(3)), area.ref)

    def along(self, level: str, area: redraw.Area) -> redraw.Operation:
        west, south, east, north = area.shape.bounds
        far = (2 * west - east, 2 * south - north, 2 * east - west, 2 * north - south)
        return redraw.SplitAlong(level, self.line(far, 1), area.ref)

    def balanced(self, level: str, area: redraw.Area) -> redraw.Operation:
        return redraw.BalancedSplit(level, area.ref, tolerance=0.05)

    def merge(self, level: str, area: redraw.Area) -> redraw.Operation:
        return redraw.Merge(level, (area.ref, self.neighbour(area).ref))

    def border(self, level: str, area: redraw.Area) -> redraw.Operation:
        other = self.neighbour(area)
        shared = shapely.intersection(area.shape, other.shape)
        box = shapely.buffer(shared, 0.3 * np.sqrt(area.shape.area)).bounds
        course = self.line(box, self.rng.integers(3))
        return redraw.MoveBorder(level, (area.ref, other.ref), course)

    def assign(self, level: str, area: redraw.Area) -> redraw.Operation:
        other = self.neighbour(area)
        homes = self.fabric.homes
        inside = homes.within(area.shape)
        if not len(inside):
            return self.block(level, area)
        near = inside[np.argsort(shapely.distance(homes.points[inside], other.shape))]
        chosen = near[: 1 + self.rng.integers(3)]
        fill = bool(self.rng.random() < 0.5)
        return redraw.Assign(level, other.ref, tuple(homes.ids[chosen]), fill=fill)

    def block(self, level: str, area: redraw.Area) -> redraw.Operation:
        other = self.neighbour(area)
        shared = shapely.intersection(area.shape, other.shape)
        at = shared.representative_point()
        block = shapely.buffer(at, 0.2 * np.sqrt(area.shape.area), quad_segs=2)
        return redraw.Assign(level, other.ref, block=block, fill=bool(self.rng.random() < 0.5))

    def create(self, level: str, area: redraw.Area) -> redraw.Operation:
        at = area.shape.representative_point()
        radius = (0.1 + 0.4 * self.rng.random()) * np.sqrt(area.shape.area)
        return redraw.Create(level, shapely.buffer(at, radius, quad_segs=3), kind="dedicated")

    def close(self, level: str, area: redraw.Area) -> redraw.Operation:
        return redraw.Close(level, area.ref, self.neighbour(area).ref)

    def reparent(self, level: str, area: redraw.Area) -> redraw.Operation:
        return redraw.Reparent(level, area.ref, self.neighbour(area).above)

    def rename(self, level: str, area: redraw.Area) -> redraw.Operation:
        return redraw.Rename(level, area.ref, name=f"{area.name}改")

    def recode(self, level: str, area: redraw.Area) -> redraw.Operation:
        digits = len(area.code) - len(area.above)
        return redraw.Recode(
            level, area.ref, f"{area.above}{self.rng.integers(10**digits):0{digits}d}"
        )


def ground(fabric: redraw.Fabric) -> Counter[str]:
    """Count what a whole check finds wrong with the ground."""
    layers = {level: fabric.frame(level) for level in LEVELS}
    return Counter(
        f.code
        for f in topology.check(layers)
        if f.code
        in (
            *GROUND,
            "OUTSIDE_PARENT",
            "ORPHAN",
            "CODE_DUPLICATE",
            "CODE_INVALID",
            "PARENT_MISMATCH",
            "NEAR_MISS",
        )
    )


def totals(fabric: redraw.Fabric) -> dict[str, tuple[int, int]]:
    """Give households and residents of each level."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for area in fabric.areas.values():
        found[area.level][0] += area.households
        found[area.level][1] += area.residents
    return {level: (h, r) for level, (h, r) in found.items()}


def main() -> None:
    """Print counts and times."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rng = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    fabric = demo_fabric()
    first = {key: (area, area.shape.wkb) for key, area in fabric.areas.items()}
    people, land = totals(fabric), {lv: sum(a.shape.area for a in fabric.of(lv)) for lv in LEVELS}
    hand = Hand(fabric, rng)
    done: list[redraw.Change] = []
    spent: defaultdict[str, list[float]] = defaultdict(list)
    made: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    undone = 0
    last: list[float] = []
    while sum(made.values()) < count:
        if done and rng.random() < 0.1:
            back = [done.pop() for _ in range(min(len(done), int(rng.integers(1, 4))))]
            for change in back:
                change.inverse().on(fabric)
            undone += len(back)
            if rng.random() < 0.5:
                for change in reversed(back):
                    change.on(fabric)
                    done.append(change)
            continue
        operation = hand.operation()
        kind = type(operation).__name__
        start = time.process_time()
        try:
            change = redraw.change(fabric, operation)
        except GeoError as error:
            refused[f"{kind}: {error.code}"] += 1
            continue
        change.on(fabric)
        spent[kind].append(time.process_time() - start)
        last.append(spent[kind][-1])
        done.append(change)
        made[kind] += 1
        total = sum(made.values())
        if total % 500 == 0 or total == count:
            wrong = ground(fabric)
            off = max(abs(sum(a.shape.area for a in fabric.of(lv)) - land[lv]) for lv in LEVELS)
            corners = sum(shapely.get_num_coordinates(a.shape) for a in fabric.areas.values())
            print(f"{time.process_time():,.0f} s CPU, {len(fabric.areas):,} areas, {corners:,} corners, "
                  f"{1000 * sum(last) / len(last):.0f} ms each of the last {len(last)}")  # fmt: skip
            last.clear()
            print(f"{total:,} operations ({undone:,} undone), faults {dict(wrong)}, "
                  f"people kept: {totals(fabric) == people}, area off by {off:.4f} m²", flush=True)  # fmt: skip
    for kind, times in sorted(spent.items()):
        ms = 1000 * np.percentile(times, [50, 95])
        print(f"{kind:14s} {len(times):6,} made, median {ms[0]:.1f} ms, p95 {ms[1]:.1f} ms")
    print("refused:", dict(refused))
    for change in reversed(done):
        change.inverse().on(fabric)
    same = fabric.areas.keys() == first.keys() and all(
        fabric.areas[k] == a and fabric.areas[k].shape.wkb == wkb for k, (a, wkb) in first.items()
    )
    print(f"all {len(done):,} undone: first bytes again: {same}")


if __name__ == "__main__":
    main()
