"""Draw the plan of a small town, of a district, or of a city of ten districts."""

from dataclasses import dataclass, replace

import numpy as np

from geo.demo import names
from geo.demo.plan import (
    CommunityPlan,
    Plan,
    Street,
    SubdistrictPlan,
    add_superblock,
    cut,
)
from geo.demo.rects import Rect, snap

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


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where the arterials of a district run: the plan x and y of every line."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]


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
    _arterials(plan, xs, ys, river, rail, rng)


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


def superblock(plan: Plan, rect: Rect, zone: str, community: int, rng: np.random.Generator) -> None:
    """Cut one superblock and give every block its kind."""
    if zone == "far_gate":
        west, east = rect.cut_x(snap(rect.x0 + 0.34 * rect.w))
        parts, streets = cut(west, 3, rng)
        streets.append(Street(west.x1, rect.y0, west.x1, rect.y1, "residential"))
        add_superblock(plan, rect, [*parts, east], ["slab"] * len(parts) + ["far_gate"], community,
                       {len(parts): "far_gate"})  # fmt: skip
    else:
        parts, streets = cut(rect, COUNT.get(zone, 6), rng)
        kinds, blind = kinds_of(zone, rect, parts, rng)
        add_superblock(plan, rect, parts, kinds, community, blind)
    plan.streets += streets


COUNT = {"court": 9, "core": 6, "campus": 5, "works": 5, "rural": 5, "remote": 6, "seat": 7,
         "small_west": 10, "small_east": 9}  # fmt: skip
MIX = {
    "slab": (("slab", 0.7), ("mid", 0.19), ("tower", 0.09), ("hospital", 0.02)),
    "tower": (("tower", 0.65), ("mid", 0.35)),
    "court": (("court", 0.8), ("slab", 0.2)),
    "core": (("tower", 0.4), ("commercial", 0.3), ("slab", 0.24), ("park", 0.06)),
    "rural": (("village", 0.9), ("farmland", 0.1)),
    "seat": (("slab", 0.5), ("village", 0.5)),
    "small_west": (("slab", 0.5), ("court", 0.2), ("mid", 0.3)),
    "small_east": (("slab", 0.4), ("tower", 0.4), ("mid", 0.2)),
}


def kinds_of(
    zone: str, rect: Rect, parts: list[Rect], rng: np.random.Generator
) -> tuple[list[str], dict[int, str]]:
    """Give the kind of every block of a superblock, and the blind ones with their reason."""
    east = [p.cx > rect.cx for p in parts]
    north = [p.cy > rect.cy for p in parts]
    corner = min(range(len(parts)), key=lambda i: (parts[i].y0, parts[i].x0))
    if zone == "river_blind":
        return _with(["park" if e else "university" for e in east], corner, "slab"), {
            corner: "river"
        }
    if zone == "rail_blind":
        return _with(["industrial"] * len(parts), corner, "slab"), {corner: "rail"}
    if zone == "works":
        return ["slab" if e else "industrial" for e in east], {}
    if zone == "works_edge":
        return ["slab" if n else "industrial" for n in north], {}
    if zone == "campus":
        return ["slab" if n else "university" for n in north], {}
    if zone == "park":
        return ["park" if n else "slab" for n in north], {}
    if zone == "remote":
        far = min(range(len(parts)), key=lambda i: (-parts[i].y1, parts[i].x0))
        kinds = ["farmland" if p.y0 > rect.y0 + 0.3 * rect.h else "village" for p in parts]
        return _with(kinds, far, "village"), {far: "remote"}
    kinds, odds = zip(*MIX[zone], strict=True)
    return [str(k) for k in rng.choice(kinds, len(parts), p=odds)], {}


def _with(kinds: list[str], at: int, kind: str) -> list[str]:
    return [*kinds[:at], kind, *kinds[at + 1 :]]


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


def village(plan: Plan, rect: Rect, zone: str, town: int, rng: np.random.Generator) -> None:
    """Draw one community of a town: its seat, or villages among fields."""
    community = len(plan.communities)
    plan.communities.append(CommunityPlan(town, village=zone != "seat"))
    superblock(plan, rect, zone, community, rng)


def unserved(
    plan: Plan,
    rect: Rect,
    town: int,
    rng: np.random.Generator,
    *,
    west: float = 0.36,
    count: int = 4,
) -> None:
    """Draw a community whose villages all lie behind wide fields, far from every station."""
    community = len(plan.communities)
    plan.communities.append(CommunityPlan(town, village=True))
    x, y = snap(rect.x0 + west * rect.w), snap(rect.y0 + 0.42 * rect.h)
    south, north = rect.cut_y(y)
    plan.streets.append(Street(rect.x0, y, rect.x1, y, "residential"))
    fields, streets = cut(south, 2, rng)
    homes = north
    if west:
        field, homes = north.cut_x(x)
        fields.append(field)
        plan.streets.append(Street(x, y, x, rect.y1, "residential"))
    parts, more = cut(homes, count, rng)
    plan.streets += streets + more
    kinds = ["farmland"] * len(fields) + ["village"] * len(parts)
    blind = {i + len(fields): "community" for i in range(len(parts))}
    add_superblock(plan, rect, fields + parts, kinds, community, blind)


def _arterials(
    plan: Plan, xs: list[float], ys: list[float], river: Rect, rail: Rect, rng: np.random.Generator
) -> None:
    x_end, y_end = xs[-1] + EAST_M, ys[-1] + NORTH_M
    tall = {0, 2, 4, 6, 7, 9}
    lines_ns = names.avenues(rng, 11, north_south=True)
    for i, x in enumerate([*xs, x_end]):
        if i == 0 and x > plan.frame.x0:
            continue
        highway = "primary" if i in (1, 4, 8) else "tertiary" if i in (6, 7, 10) else "secondary"
        top = y_end if i in tall or i == 10 else ys[-1]
        upright(plan, x, ys[0], top, river, i in BRIDGES, highway, lines_ns[i])
    lines_ew = names.avenues(rng, 9, north_south=False)
    for j, y in enumerate([*ys, y_end]):
        if j == 0 and y > plan.frame.y0:
            continue
        highway = "primary" if j in (1, 6) else "tertiary" if j in (3, 4, 8) else "secondary"
        right = x_end if j in (0, 3, 4, 7, 8) else xs[-1]
        level(plan, y, xs[0], right, rail, j in UNDERPASSES, highway, lines_ew[j])


def upright(
    plan: Plan, x: float, y0: float, y1: float, river: Rect, bridge: bool, highway: str, name: str
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
        upright(plan, x, 0, plan.frame.y1 if i != 1 else h, river, i == 2, "secondary", streets[i])
    for j, (y, name) in enumerate(
        zip((0, h, river.y1, plan.frame.y1), names.avenues(rng, 4, north_south=False), strict=True)
    ):
        level(plan, y, 0, w, None, False, "tertiary" if j else "secondary", name)
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
