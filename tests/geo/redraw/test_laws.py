"""Laws of redrawing: whatever is done, the map stays whole, nobody is lost, all can be undone."""

from collections import Counter

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from shapely.geometry import LineString, Point
from tessellations import district

from geo import coords, redraw, topology
from geo.errors import GeoError

LEVELS = ("district", "subdistrict", "community", "grid", "microgrid")
GROUND = {"GAP", "HOLE", "SLIVER", "OVERLAP", "DOUBLY_OWNED", "GEOM_INVALID", "NEAR_MISS"}
ORDER = {"ORPHAN", "OUTSIDE_PARENT", "PARENT_MISMATCH", "CODE_INVALID", "CODE_DUPLICATE"}


def town() -> redraw.Fabric:
    """Give five levels over 800 m with a building of 20 households every 50 m."""
    levels = dict(district())
    crs = levels["grid"].crs
    for name, frame in levels.items():
        moved = shapely.transform(frame.geometry.values, lambda xy: coords.settled(xy, crs))
        levels[name] = frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=crs))
    west, south, _, _ = levels["district"].total_bounds
    x, y = np.meshgrid(west + 25 + 50 * np.arange(16), south + 25 + 50 * np.arange(16))
    count = x.size
    boxes = shapely.box(x.ravel() - 9, y.ravel() - 6, x.ravel() + 9, y.ravel() + 6)
    homes = gpd.GeoDataFrame(
        {"id": [f"B{i}" for i in range(count)], "households": 20, "residents": 55},
        geometry=boxes,
        crs=crs,
    )
    return redraw.fabric(levels, homes)


def bytes_of(fabric: redraw.Fabric) -> dict[tuple[str, str], tuple[object, bytes]]:
    """Give everything that an area says, and its shape to the last bit."""
    return {key: (area, area.shape.wkb) for key, area in fabric.areas.items()}


def people(fabric: redraw.Fabric) -> Counter[str]:
    """Count households by level."""
    found: Counter[str] = Counter()
    for area in fabric.areas.values():
        found[area.level] += area.households
    return found


def faults(fabric: redraw.Fabric) -> list[str]:
    """Give what a whole check finds wrong with ground, parents and codes."""
    levels = {level: fabric.frame(level) for level in LEVELS}
    return [f.en for f in topology.check(levels) if f.code in GROUND | ORDER]


def place() -> st.SearchStrategy[tuple[float, float]]:
    """Give a place in the town or a little outside of it."""
    side = st.floats(-40, 840, allow_nan=False)
    return st.tuples(side, side)


@st.composite
def operations(draw: st.DrawFn) -> redraw.Operation:
    """Draw any operation; areas are named by what lies at a place when it is done."""
    west, south, _, _ = TOWN.areas["district", "321198"].shape.bounds
    at = [(west + x, south + y) for x, y in draw(st.lists(place(), min_size=2, max_size=4))]
    level = draw(st.sampled_from(["community", "grid", "microgrid"]))
    line = LineString(at)
    block = shapely.buffer(Point(at[0]), draw(st.floats(5, 150)), quad_segs=2)
    return draw(
        st.sampled_from([
            redraw.Split(level, line),
            redraw.SplitAlong(level, line),
            redraw.BalancedSplit(level, "?", tolerance=0.1),
            redraw.Merge(level, ("?", "!")),
            redraw.MoveBorder(level, ("?", "!"), line),
            redraw.Assign(level, "?", lasso=block),
            redraw.Assign(level, "?", block=block, fill=True),
            redraw.Create(level, block, kind="dedicated"),
            redraw.Close(level, "?"),
            redraw.Reparent(level, "?", "!"),
            redraw.Rename(level, "?", name="新名"),
        ])
    )  # fmt: skip


def named(fabric: redraw.Fabric, op: redraw.Operation, pick: int) -> redraw.Operation:
    """Put real codes for ``?`` and a neighbour's, or its parent's, for ``!``."""
    from dataclasses import replace

    areas = fabric.of(op.level)
    one = areas[pick % len(areas)]
    near = [a for a in fabric.near(one.shape.bounds) if a.level == op.level and a.key != one.key]
    near = sorted((a for a in near if a.shape.intersects(one.shape)), key=lambda a: a.ref)
    other = near[pick % len(near)] if near else one
    if isinstance(op, redraw.Reparent):
        return replace(op, code=one.ref, parent=other.above)
    if isinstance(op, redraw.Merge | redraw.MoveBorder):
        return replace(op, codes=(one.ref, other.ref))
    if isinstance(op, redraw.Assign):
        return replace(op, to=one.ref)
    if isinstance(op, redraw.Close | redraw.Rename | redraw.BalancedSplit):
        return replace(op, code=one.ref)
    return op


TOWN = town()


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(operations(), st.integers(0, 10_000)), min_size=1, max_size=8))
def test_any_run_of_operations_keeps_the_map_whole_and_can_be_undone(
    run: list[tuple[redraw.Operation, int]],
) -> None:
    fabric = TOWN.copy()
    first, before = bytes_of(fabric), people(fabric)
    done = []
    for op, pick in run:
        try:
            change = redraw.change(fabric, named(fabric, op, pick))
        except GeoError:
            continue
        change.on(fabric)
        done.append(change)
    assert faults(fabric) == []
    assert people(fabric) == before
    last = bytes_of(fabric)
    for change in reversed(done):
        change.inverse().on(fabric)
    assert bytes_of(fabric) == first
    for change in done:
        change.on(fabric)
    assert bytes_of(fabric) == last


@settings(max_examples=30)
@given(place(), place())
def test_old_vertices_never_move(one: tuple[float, float], other: tuple[float, float]) -> None:
    fabric = TOWN.copy()
    west, south, _, _ = fabric.area("district", "321198").shape.bounds
    line = LineString([(west + one[0], south + one[1]), (west + other[0], south + other[1])])
    try:
        change = redraw.change(fabric, redraw.Split("grid", line))
    except GeoError:
        return

    def corners(areas: tuple[redraw.Area, ...]) -> set[tuple[float, float]]:
        return {(x, y) for a in areas for x, y in shapely.get_coordinates(a.shape).tolist()}

    old, new = corners(change.before), corners(change.after)
    assert old <= new
    fresh = np.array(sorted(new - old))
    assert np.array_equal(coords.settled(fresh, fabric.crs), fresh)


def test_a_stale_change_is_refused_and_changes_nothing() -> None:
    fabric = TOWN.copy()
    codes = [a.ref for a in fabric.of("grid")]
    change = redraw.change(fabric, redraw.Rename("grid", codes[0], name="一"))
    redraw.change(fabric, redraw.Rename("grid", codes[0], name="二")).on(fabric)
    now = bytes_of(fabric)
    with pytest.raises(GeoError, match="changed in the meantime"):
        change.on(fabric)
    assert bytes_of(fabric) == now
