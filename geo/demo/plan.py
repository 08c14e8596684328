"""The plan of a town: arterial lattice, river, railway, superblocks, and the blocks in them.

Everything is upright rectangles in plan metres. A superblock lies between arterials and is
cut again and again by collectors and local streets, each superblock in its own way, so that
local streets meet the arterials in T-junctions as they do in Chinese cities.
"""

from dataclasses import dataclass, field

import numpy as np

from geo.demo.rects import Rect, snap


@dataclass(frozen=True, slots=True)
class Street:
    """A straight street of the plan, upright or level."""

    x0: float
    y0: float
    x1: float
    y1: float
    highway: str
    name: str = ""
    access: str = ""
    foot: str = ""
    surface: str = "asphalt"
    bridge: int = 0
    tunnel: int = 0
    layer: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Land between streets: `rect` to their centre lines, `area` out to mid-river and mid-rail.

    `edges` tells for west, south, east, north whether a wide street lies there; `blind` is
    the reason why nobody here reaches a station, empty for everybody else.
    """

    rect: Rect
    area: Rect
    kind: str
    community: int
    edges: tuple[bool, bool, bool, bool]
    blind: str = ""


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """A community of the plan: its subdistrict, and whether villagers or residents."""

    subdistrict: int
    village: bool = False


@dataclass(frozen=True, slots=True)
class SubdistrictPlan:
    """A subdistrict or town of the plan."""

    district: int
    town: bool = False


@dataclass(slots=True)
class Plan:
    """A whole plan, growing while it is drawn."""

    frame: Rect
    blocks: list[Block] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    rivers: list[Rect] = field(default_factory=list)
    rails: list[Rect] = field(default_factory=list)
    old: list[Rect] = field(default_factory=list)
    communities: list[CommunityPlan] = field(default_factory=list)
    subdistricts: list[SubdistrictPlan] = field(default_factory=list)
    districts: int = 1


def cut(rect: Rect, count: int, rng: np.random.Generator) -> tuple[list[Rect], list[Street]]:
    """Cut a superblock into about `count` blocks; give them and the streets between them."""
    blocks: list[Rect] = []
    streets: list[Street] = []

    def part(r: Rect, n: int, depth: int) -> None:
        upright = r.w > r.h * rng.uniform(0.75, 1.3)
        side = r.w if upright else r.h
        if n <= 1 or side < 300:
            blocks.append(r)
            return
        first = n // 2 if rng.random() < 0.5 else n - n // 2
        share = first / n + rng.uniform(-0.05, 0.05)
        at = snap((r.x0 if upright else r.y0) + min(max(share * side, 140), side - 140))
        highway = "tertiary" if depth == 0 else "residential"
        if upright:
            streets.append(Street(at, r.y0, at, r.y1, highway))
            parts = r.cut_x(at)
        else:
            streets.append(Street(r.x0, at, r.x1, at, highway))
            parts = r.cut_y(at)
        part(parts[0], first, depth + 1)
        part(parts[1], n - first, depth + 1)

    part(rect, count, 0)
    return blocks, streets


def add_superblock(
    plan: Plan,
    rect: Rect,
    parts: list[Rect],
    kinds: list[str],
    *,
    community: int,
    blind: dict[int, str] | None = None,
) -> None:
    """Enter the blocks of a superblock, reaching out over the water and the rails beside it."""
    for i, (part, kind) in enumerate(zip(parts, kinds, strict=True)):
        edges = (part.x0 == rect.x0, part.y0 == rect.y0, part.x1 == rect.x1, part.y1 == rect.y1)
        reason = (blind or {}).get(i, "")
        plan.blocks.append(Block(part, reach(plan, part), kind, community, edges, reason))
        if kind == "court":
            plan.old.append(part)


def reach(plan: Plan, part: Rect) -> Rect:
    """Extend a block to the middle of the rivers and railways it borders."""
    x0, y0, x1, y1 = part.x0, part.y0, part.x1, part.y1
    for river in plan.rivers:
        if river.x0 <= part.x0 and part.x1 <= river.x1:
            y1 = river.cy if part.y1 == river.y0 else y1
            y0 = river.cy if part.y0 == river.y1 else y0
    for rail in plan.rails:
        if rail.y0 <= part.y0 and part.y1 <= rail.y1:
            x1 = rail.cx if part.x1 == rail.x0 else x1
            x0 = rail.cx if part.x0 == rail.x1 else x0
    return Rect(x0, y0, x1, y1)
