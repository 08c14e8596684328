"""The character of superblocks: what their blocks are, and where somebody lives cut off."""

import numpy as np

from geo.demo.plan import CommunityPlan, Plan, Street, add_superblock, cut
from geo.demo.rects import Rect, snap

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
"""Kinds of block in a superblock, drawn with these odds."""
HALVES = {
    "works": ("east", "slab", "industrial"),
    "works_edge": ("north", "slab", "industrial"),
    "campus": ("north", "slab", "university"),
    "park": ("north", "park", "slab"),
}
"""Superblocks of two halves: the side of the first kind, and both kinds."""
LONELY = {
    "river_blind": ("river", "slab", "university"),
    "rail_blind": ("rail", "slab", "industrial"),
    "remote": ("remote", "village", "farmland"),
}
"""Superblocks with one lonely block in their corner: why, its kind, and the kind of the rest."""


def superblock(plan: Plan, rect: Rect, zone: str, community: int, rng: np.random.Generator) -> None:
    """Cut one superblock and give every block its kind."""
    if zone == "far_gate":
        west, east = rect.cut_x(snap(rect.x0 + 0.34 * rect.w))
        parts, streets = cut(west, 3, rng)
        streets.append(Street(west.x1, rect.y0, west.x1, rect.y1, "residential"))
        add_superblock(plan, rect, [*parts, east], ["slab"] * len(parts) + ["far_gate"],
                       community=community, blind={len(parts): "far_gate"})  # fmt: skip
    else:
        parts, streets = cut(rect, COUNT.get(zone, 6), rng)
        kinds, blind = kinds_of(zone, rect, parts, rng)
        add_superblock(plan, rect, parts, kinds, community=community, blind=blind)
    plan.streets += streets


def kinds_of(
    zone: str, rect: Rect, parts: list[Rect], rng: np.random.Generator
) -> tuple[list[str], dict[int, str]]:
    """Give the kind of every block of a superblock, and the blind ones with their reason."""
    if zone in MIX:
        kinds, odds = [k for k, _ in MIX[zone]], [p for _, p in MIX[zone]]
        return [str(k) for k in rng.choice(kinds, len(parts), p=odds)], {}
    if zone in HALVES:
        side, here, there = HALVES[zone]
        middle = rect.cx if side == "east" else rect.cy
        at = [p.cx if side == "east" else p.cy for p in parts]
        return [here if v > middle else there for v in at], {}
    reason, kind, rest = LONELY[zone]
    if reason == "remote":
        lone = min(range(len(parts)), key=lambda i: (-parts[i].y1, parts[i].x0))
        found = [rest if p.y0 > rect.y0 + 0.3 * rect.h else kind for p in parts]
    else:
        lone = min(range(len(parts)), key=lambda i: (parts[i].y0, parts[i].x0))
        found = ["park" if reason == "river" and p.cx > rect.cx else rest for p in parts]
    found[lone] = kind
    return found, {lone: reason}


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
    add_superblock(plan, rect, fields + parts, kinds, community=community, blind=blind)
