"""Laws of redrawing: whatever is done, the map stays whole, nobody is lost, all can be undone."""

from collections import Counter

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from shapely.geometry import LineString, Point
from squareton import LEVELS, fabric

from geo import coords, redraw, topology
from geo.errors import GeoError

GROUND = {"GAP", "HOLE", "SLIVER", "OVERLAP", "DOUBLY_OWNED", "GEOM_INVALID", "NEAR_MISS"}
ORDER = {"ORPHAN", "OUTSIDE_PARENT", "PARENT_MISMATCH", "CODE_INVALID", "CODE_DUPLICATE"}

TOWN = fabric()


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


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(operations(), st.integers(0, 10_000)), min_size=1, max_size=8))
def test_any_run_of_operations_keeps_the_map_whole_and_can_be_undone(
    run: list[tuple[redraw.Operation, int]],
) -> None:
    town = TOWN.copy()
    first, before = bytes_of(town), people(town)
    done = []
    for op, pick in run:
        try:
            change = redraw.change(town, named(town, op, pick))
        except GeoError:
            continue
        change.on(town)
        done.append(change)
    assert faults(town) == []
    assert people(town) == before
    last = bytes_of(town)
    for change in reversed(done):
        change.inverse().on(town)
    assert bytes_of(town) == first
    for change in done:
        change.on(town)
    assert bytes_of(town) == last


@settings(max_examples=15)
@given(place(), place())
def test_old_vertices_never_move(one: tuple[float, float], other: tuple[float, float]) -> None:
    town = TOWN.copy()
    west, south, _, _ = town.area("district", "321198").shape.bounds
    line = LineString([(west + one[0], south + one[1]), (west + other[0], south + other[1])])
    try:
        change = redraw.change(town, redraw.Split("grid", line))
    except GeoError:
        return

    def corners(areas: tuple[redraw.Area, ...]) -> set[tuple[float, float]]:
        return {(x, y) for a in areas for x, y in shapely.get_coordinates(a.shape).tolist()}

    old, new = corners(change.before), corners(change.after)
    assert old <= new
    fresh = np.array(sorted(new - old))
    assert np.array_equal(coords.settled(fresh, town.crs), fresh)


def test_a_stale_change_is_refused_and_changes_nothing() -> None:
    town = TOWN.copy()
    codes = [a.ref for a in town.of("grid")]
    change = redraw.change(town, redraw.Rename("grid", codes[0], name="一"))
    redraw.change(town, redraw.Rename("grid", codes[0], name="二")).on(town)
    now = bytes_of(town)
    with pytest.raises(GeoError, match="changed in the meantime"):
        change.on(town)
    assert bytes_of(town) == now
