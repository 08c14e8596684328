"""Draw the plan of a small town, of a district, or of a city of ten districts."""

from dataclasses import replace

import numpy as np

from geo.demo import names
from geo.demo.plan import CommunityPlan, Plan, Street, SubdistrictPlan
from geo.demo.rects import Rect, snap
from geo.demo.zones import superblock, unserved, village

COL_M, ROW_M, RIVER_M, RAIL_M, NORTH_M, EAST_M = 620.0, 560.0, 96.0, 36.0, 1500.0, 1900.0
URBAN_W, URBAN_H = 8 * COL_M + RAIL_M, 6 * ROW_M + RIVER_M
DISTRICT_W, DISTRICT_H = URBAN_W + EAST_M, URBAN_H + NORTH_M

ZONES = (  # rows from the south; each superblock's character
    ("tower", "tower", "slab", "slab", "tower", "slab", "rail_blind", "works"),
    ("tower", "slab", "court", "slab", "slab", "slab", "works_edge", "far_gate"),
    ("slab", "court", "court", "core", "core", "slab", "slab", "tower"),
    ("river_blind", "slab", "court", "core", "core", "slab", "slab", "slab"),
    ("campus", "slab", "slab", "slab", "tower", "slab", "slab", "tower"),
    ("tower", "slab", "park", "slab", "tower", "slab", "tower", "slab"),
)
JOINED = {(0, 4): (0, 3), (7, 0): (6, 0), (2, 5): (3, 5)}
"""Superblocks without enough people of their own belong to the community of another."""
BRIDGES, UNDERPASSES = (2, 4, 7), (2, 3, 5)


def district(plan: Plan, x: float, y: float, rng: np.random.Generator) -> None:
    """Draw one district with its south-west corner at (x, y)."""
    number = plan.districts
    plan.districts += 1
    first = len(plan.subdistricts)
    plan.subdistricts += [SubdistrictPlan(number) for _ in range(8)]
    plan.subdistricts += [SubdistrictPlan(number, town=True) for _ in range(2)]
    xs = _lines(x, COL_M, 9, (6, RAIL_M), rng)
    ys = _lines(y, ROW_M, 7, (3, RIVER_M), rng)
    river = Rect(x, ys[3], x + DISTRICT_W, ys[4])
    rail = Rect(xs[6], y, xs[7], y + DISTRICT_H)
    plan.rivers.append(river)
    plan.rails.append(rail)
    _urban(plan, xs, ys, first, rng)
    _north(plan, xs, ys[-1], first + 8, rng)
    _east(plan, xs[-1], ys, first + 9, rng)
    _arterials(plan, xs, ys, river=river, rail=rail, rng=rng)


def _lines(
    start: float, pitch: float, count: int, gap: tuple[int, float], rng: np.random.Generator
) -> list[float]:
    """Give `count` + 1 lines: the line `gap[0]` is doubled, `gap[1]` metres apart."""
    at = start + pitch * np.arange(count)
    at[1:-1] += rng.uniform(-45, 45, count - 2)
    at[gap[0]] = start + pitch * gap[0]
    lines = [snap(float(v)) for v in at]
    return lines[: gap[0] + 1] + [v + gap[1] for v in lines[gap[0] :]]


def _urban(
    plan: Plan, xs: list[float], ys: list[float], first: int, rng: np.random.Generator
) -> None:
    made: dict[tuple[int, int], int] = {}
    for row in range(6):
        for col in range(8):
            home = JOINED.get((col, row), (col, row))
            if home not in made:
                made[home] = len(plan.communities)
                plan.communities.append(CommunityPlan(first + col // 2 + 4 * (row // 3)))
            i, j = col + (col >= 6), row + (row >= 3)
            rect = Rect(xs[i], ys[j], xs[i + 1], ys[j + 1])
            superblock(plan, rect, _zone(plan, rect, ZONES[row][col]), made[home], rng)


def _zone(plan: Plan, rect: Rect, zone: str) -> str:
    """Replace a cut-off corner by plain town where another district continues it."""
    if zone == "river_blind" and rect.x0 > plan.frame.x0:
        return "slab"
    if zone == "rail_blind" and rect.y0 > plan.frame.y0:
        return "works"
    return zone


def _north(plan: Plan, xs: list[float], y: float, town: int, rng: np.random.Generator) -> None:
    spans = ((0, 2, "remote"), (2, 4, "rural"), (4, 6, "seat"), (7, 9, "rural"))
    for a, b, zone in spans:
        rect = Rect(xs[a], y, xs[b], y + NORTH_M)
        outside = rect.x0 == plan.frame.x0 and rect.y1 == plan.frame.y1
        village(plan, rect, zone if outside or zone != "remote" else "rural", town, rng)


def _east(plan: Plan, x: float, ys: list[float], town: int, rng: np.random.Generator) -> None:
    for a, b, zones in ((0, 3, ("rural", "rural")), (4, 7, ("seat", "rural"))):
        middle = snap((ys[a] + ys[b]) / 2)
        plan.streets.append(Street(x, middle, x + EAST_M, middle, "secondary"))
        for y0, y1, zone in ((ys[a], middle, zones[0]), (middle, ys[b], zones[1])):
            village(plan, Rect(x, y0, x + EAST_M, y1), zone, town, rng)
    corner = Rect(x, ys[7], x + EAST_M, ys[7] + NORTH_M)
    if (corner.x1, corner.y1) == (plan.frame.x1, plan.frame.y1):
        unserved(plan, corner, town, rng)
    else:
        village(plan, corner, "rural", town, rng)


def _arterials(
    plan: Plan,
    xs: list[float],
    ys: list[float],
    *,
    river: Rect,
    rail: Rect,
    rng: np.random.Generator,
) -> None:
    x_end, y_end = xs[-1] + EAST_M, ys[-1] + NORTH_M
    tall = {0, 2, 4, 6, 7, 9}
    lines_ns = names.avenues(rng, 11, north_south=True)
    for i, x in enumerate([*xs, x_end]):
        if i == 0 and x > plan.frame.x0:
            continue
        highway = "primary" if i in (1, 4, 8) else "tertiary" if i in (6, 7, 10) else "secondary"
        top = y_end if i in tall or i == 10 else ys[-1]
        upright(
            plan, x, ys[0], top, river=river, bridge=i in BRIDGES, highway=highway, name=lines_ns[i]
        )
    lines_ew = names.avenues(rng, 9, north_south=False)
    for j, y in enumerate([*ys, y_end]):
        if j == 0 and y > plan.frame.y0:
            continue
        highway = "primary" if j in (1, 6) else "tertiary" if j in (3, 4, 8) else "secondary"
        right = x_end if j in (0, 3, 4, 7, 8) else xs[-1]
        level(
            plan,
            y,
            xs[0],
            right,
            rail=rail,
            tunnel=j in UNDERPASSES,
            highway=highway,
            name=lines_ew[j],
        )


def upright(
    plan: Plan,
    x: float,
    y0: float,
    y1: float,
    *,
    river: Rect,
    bridge: bool,
    highway: str,
    name: str,
) -> None:
    """Lay a street from south to north; over the river only by a bridge."""
    line = Street(x, y0, x, y1, highway, name)
    if river.y1 <= y0 or river.y0 >= y1:
        plan.streets.append(line)
        return
    plan.streets.append(replace(line, y1=river.y0))
    plan.streets.append(replace(line, y0=river.y1))
    if bridge:
        plan.streets.append(replace(line, y0=river.y0, y1=river.y1, bridge=1, layer=1))


def level(
    plan: Plan,
    y: float,
    x0: float,
    x1: float,
    *,
    rail: Rect | None,
    tunnel: bool,
    highway: str,
    name: str,
) -> None:
    """Lay a street from west to east; across the railway only by an underpass."""
    line = Street(x0, y, x1, y, highway, name)
    if rail is None:
        plan.streets.append(line)
        return
    plan.streets.append(replace(line, x1=rail.x0))
    plan.streets.append(replace(line, x0=rail.x1))
    if tunnel:
        plan.streets.append(replace(line, x0=rail.x0, x1=rail.x1, tunnel=1, layer=-1))


def small(rng: np.random.Generator) -> Plan:
    """Draw two communities in a bend of the river and villages on its far bank."""
    wide = 900.0
    w, h, north = 2 * wide, ROW_M, 1300.0
    plan = Plan(Rect(0, 0, w, h + RIVER_M + north))
    plan.subdistricts.append(SubdistrictPlan(0))
    river = Rect(0, h, w, h + RIVER_M)
    plan.rivers.append(river)
    for col, zone in enumerate(("small_west", "small_east")):
        plan.communities.append(CommunityPlan(0))
        superblock(plan, Rect(col * wide, 0, (col + 1) * wide, h), zone, col, rng)
    unserved(plan, Rect(0, river.y1, w, plan.frame.y1), 0, rng, west=0.0, count=4)
    streets = names.avenues(rng, 3, north_south=True)
    for i in range(3):
        x = i * wide
        top = plan.frame.y1 if i != 1 else h
        upright(plan, x, 0, top, river=river, bridge=i == 2, highway="secondary", name=streets[i])
    for j, (y, name) in enumerate(
        zip((0, h, river.y1, plan.frame.y1), names.avenues(rng, 4, north_south=False), strict=True)
    ):
        highway = "tertiary" if j else "secondary"
        level(plan, y, 0, w, rail=None, tunnel=False, highway=highway, name=name)
    return plan


def town(rng: np.random.Generator) -> Plan:
    """Draw one district."""
    plan = Plan(Rect(0, 0, DISTRICT_W, DISTRICT_H), districts=0)
    district(plan, 0, 0, rng)
    return plan


def city(rng: np.random.Generator) -> Plan:
    """Draw ten districts side by side, five by two, sharing borders, rivers and railways."""
    plan = Plan(Rect(0, 0, 5 * DISTRICT_W, 2 * DISTRICT_H), districts=0)
    for number in range(10):
        district(plan, number % 5 * DISTRICT_W, number // 5 * DISTRICT_H, rng)
    return plan
