"""Rows of buildings in a cell, each with a footway from the nearest lane to its doors."""

import numpy as np

from geo.demo.fabric import Fabric, House
from geo.demo.lanes import EDGE_M, Lanes
from geo.demo.plan import Street
from geo.demo.rects import Rect, snap
from geo.demo.styles import Style

PAD_M = 5.0
"""Lawn around the rows of a cell."""


def rows(
    fabric: Fabric,
    cell: Rect,
    lanes: Lanes,
    style: Style,
    *,
    microgrid: int,
    compound: int,
    rng: np.random.Generator,
) -> None:
    """Place the rows of buildings of one cell, each with a footway from the nearest lane."""
    cell = cell.meet(lanes.core)
    at_edge_x = lanes.edge_x
    at_edge_y = lanes.edge_y and cell.y0 == lanes.core.y0
    free = cell.inset(
        EDGE_M + PAD_M if at_edge_x else PAD_M, EDGE_M + PAD_M if at_edge_y else PAD_M, PAD_M, PAD_M
    )
    count = min(style.rows, max(1, int(free.h // (style.depth + style.gap))))
    if free.h < style.depth + 8 or style.rows == 0:
        return
    lane_x = cell.x1 if cell.x1 in lanes.xs else lanes.xs[0] if at_edge_x else cell.x0
    pitch = free.h / count
    for k in range(count):
        y0 = snap(free.y0 + k * pitch + max(0.0, (pitch - style.depth - 6) / 2))
        y1 = y0 + style.depth
        walk_y = y1 + 4
        doors = [
            _building(
                fabric,
                Rect(x0, y0, x1, y1),
                style,
                walk_y=walk_y,
                microgrid=microgrid,
                compound=compound,
            )
            for x0, x1 in _slots(free, style, rng)
        ]
        ends = [lane_x, *doors]
        fabric.ways.append(
            Street(min(ends), walk_y, max(ends), walk_y, style.footway,
                   access="private" if style.walled else "", foot="yes" if style.walled else "",
                   surface="paving_stones")
        )  # fmt: skip


def _slots(free: Rect, style: Style, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Give west and east end of every building of a row."""
    count = min(style.across, max(1, int(free.w // (sum(style.long) / 2 + 6))))
    slot = free.w / count
    found = []
    for i in range(count):
        length = min(style.long[1], slot - (6 if count > 1 else 0)) * float(rng.uniform(0.86, 1.0))
        x0 = snap(free.x0 + i * slot + (slot - length) * float(rng.uniform(0.3, 0.7)))
        found.append((x0, x0 + snap(length)))
    return found


def _building(
    fabric: Fabric, rect: Rect, style: Style, *, walk_y: float, microgrid: int, compound: int
) -> float:
    door = fabric.mark(rect.cx, walk_y)
    homes = style.per_floor
    if style.depth == 12 and homes:
        homes = 2 * max(1, round(rect.w / 17))
    weight = float(homes) * (0.5 + rect.w / 100)
    fabric.houses.append(House(rect, style.use, compound, microgrid, door, weight, homes))
    return door[0]
