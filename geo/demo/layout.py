"""Lay out a block: cells, lanes, walls and gates, rows of buildings with footways to their doors."""

from dataclasses import dataclass, replace

import numpy as np

from geo.demo.fabric import Cell, Compound, Fabric, Gate, House, Land
from geo.demo.plan import Block, Street
from geo.demo.rects import Rect, snap
from geo.demo.styles import STYLES, Style

WIDE_M, NARROW_M = 17.0, 10.0
"""From the centre line of a street to the wall beside it."""
END_M, EDGE_M, PAD_M = 6.0, 7.0, 5.0
"""A lane ends before the wall; a lane inside along a wall; lawn around the rows of a cell."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A block cut into cells: lines of the columns and rows, from wall to wall."""

    core: Rect
    xs: tuple[float, ...]
    ys: tuple[float, ...]

    def built(self, col: int, row: int) -> Rect:
        """Give the part of a cell that is built upon."""
        return Rect(self.xs[col], self.ys[row], self.xs[col + 1], self.ys[row + 1])

    def land(self, col: int, row: int, area: Rect) -> Rect:
        """Give all land of a cell: outer cells reach out to the border of the block."""
        b = self.built(col, row)
        return Rect(
            area.x0 if col == 0 else b.x0,
            area.y0 if row == 0 else b.y0,
            area.x1 if col == len(self.xs) - 2 else b.x1,
            area.y1 if row == len(self.ys) - 2 else b.y1,
        )


@dataclass(frozen=True, slots=True)
class Exit:
    """Where a lane can leave a compound: its end inside, the wall, the street, the side."""

    inside: tuple[float, float]
    wall: tuple[float, float]
    street: tuple[float, float]
    side: int


def lay(fabric: Fabric, number: int, rng: np.random.Generator) -> None:
    """Fill one block of the plan."""
    block = fabric.block(number)
    style = STYLES[block.kind]
    wall = block.rect.inset(*(WIDE_M if wide else NARROW_M for wide in block.edges))
    frame = _frame(_core(block, wall, rng), style, rng)
    fabric.land.append(Land(wall, "farmland" if style.land == "village" else style.land, number))
    if style.land == "village":
        fabric.land.append(Land(frame.core, "village", number))
    owners = _microgrids(fabric, number, frame, style, rng)
    for (col, row), microgrid in owners.items():
        fabric.cells.append(Cell(frame.land(col, row, block.area), microgrid))
    for cols in _compounds(frame, style, block, rng):
        _compound(fabric, number, wall, frame, cols, owners, style, rng)


def _core(block: Block, wall: Rect, rng: np.random.Generator) -> Rect:
    """Give the built part of a block: all of it, a village among fields, or its far end."""
    if block.kind == "village":
        w, h = min(260.0, wall.w - 40), min(225.0, wall.h - 40)
        x = wall.x0 + snap(float(rng.uniform(0.3, 0.7)) * (wall.w - w))
        y = wall.y0 + snap(float(rng.uniform(0.3, 0.7)) * (wall.h - h))
        return Rect(x, y, x + snap(w), y + snap(h))
    if block.kind == "far_gate":
        return Rect(wall.x0, wall.y0 + 120, wall.x0 + snap(0.4 * wall.w), wall.y1 - 120)
    return wall


def _frame(core: Rect, style: Style, rng: np.random.Generator) -> Frame:
    cols, rows = max(1, round(core.w / 100)), max(1, round(core.h / 92))
    if style.dedicated:
        cols, rows = min(cols, 3), min(rows, 2)
    while not style.dedicated and cols * rows < 4:
        cols, rows = (cols + 1, rows) if core.w / cols > core.h / rows else (cols, rows + 1)
    while not style.dedicated and cols * rows > 9 and (cols % 2 or cols // 2 * rows > 9):
        cols, rows = (cols - 1, rows) if core.w / cols < core.h / rows else (cols, rows - 1)
    return Frame(core, _lines(core.x0, core.x1, cols, rng), _lines(core.y0, core.y1, rows, rng))


def _lines(start: float, end: float, count: int, rng: np.random.Generator) -> tuple[float, ...]:
    pitch = (end - start) / count
    inner = [snap(start + pitch * (k + float(rng.uniform(-0.06, 0.06)))) for k in range(1, count)]
    return (start, *inner, end)


def _microgrids(
    fabric: Fabric, number: int, frame: Frame, style: Style, rng: np.random.Generator
) -> dict[tuple[int, int], int]:
    """Open the grids and micro-grids of a block and say which cell belongs to which."""
    cols, rows = len(frame.xs) - 1, len(frame.ys) - 1
    halves = 2 if not style.dedicated and cols % 2 == 0 and cols * rows >= 8 and (
        cols * rows > 9 or style.use == "residential" and style.depth >= 14) else 1  # fmt: skip
    owners: dict[tuple[int, int], int] = {}
    for half in range(halves):
        grid = fabric.grid(number, style.dedicated)
        for col in range(half * cols // halves, (half + 1) * cols // halves):
            for row in range(rows):
                shared = style.dedicated and row > 0
                owners[col, row] = owners[col, 0] if shared else fabric.microgrid(grid)
    return owners


def _compounds(frame: Frame, style: Style, block: Block, rng: np.random.Generator) -> list[range]:
    """Give the columns of every compound of a block: mostly one, sometimes two."""
    cols = len(frame.xs) - 1
    if style.use == "residential" and style.walled and cols > 1 and not block.blind:
        if cols >= 4 or rng.random() < 0.3:
            at = cols // 2 if cols % 2 == 0 else int(rng.integers(1, cols))
            return [range(at), range(at, cols)]
    return [range(cols)]


def _compound(
    fabric: Fabric,
    number: int,
    wall: Rect,
    frame: Frame,
    cols: range,
    owners: dict[tuple[int, int], int],
    style: Style,
    rng: np.random.Generator,
) -> None:
    """Lay the lanes, the wall, the gates and the rows of one compound."""
    block = fabric.block(number)
    last = len(frame.xs) - 2
    west = wall.x0 if cols[0] == 0 else frame.xs[cols[0]] + 1
    east = wall.x1 if cols[-1] == last else frame.xs[cols[-1] + 1] - 1
    wall = replace(wall, x0=west, x1=east)
    core = wall.meet(frame.core)
    fabric.compounds.append(Compound(block.kind, number, wall))
    compound = len(fabric.compounds) - 1
    lanes = Lanes.of(core, frame.xs[cols[0] + 1 : cols[-1] + 1], frame.ys[1:-1])
    exits = [e for e in lanes.exits(wall, block.rect)
             if not (e.side == 0 and cols[0] > 0 or e.side == 2 and cols[-1] < last)]  # fmt: skip
    chosen = _chosen(exits, block, style, rng)
    fabric.ways += lanes.ways(style, chosen)
    if style.walled:
        for k, e in enumerate(chosen):
            fabric.gates.append(Gate(*fabric.mark(*e.wall), compound, k == 0))
    for col in cols:
        for row in range(len(frame.ys) - 1):
            _rows(fabric, frame.built(col, row), lanes, owners[col, row], compound, style, rng)


def _chosen(exits: list[Exit], block: Block, style: Style, rng: np.random.Generator) -> list[Exit]:
    """Choose the exits that are open: the main one first."""
    if block.kind == "far_gate":
        return [max(exits, key=lambda e: (e.side == 2, -abs(e.street[1] - block.rect.cy)))]
    if not style.walled and block.kind != "village":
        return exits
    odds = np.array([1.0 if block.edges[e.side] else 3.0 for e in exits])
    count = 2 if rng.random() < 0.75 else 1
    picked = rng.choice(len(exits), min(count, len(exits)), replace=False, p=odds / odds.sum())
    return [exits[int(i)] for i in picked]


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of a compound: upright ones at `xs`, level ones at `ys`, joined with each other."""

    core: Rect
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    edge_x: bool
    edge_y: bool

    @classmethod
    def of(cls, core: Rect, xs: tuple[float, ...], ys: tuple[float, ...]) -> "Lanes":
        """Lay lanes between the cells, and one along a side where there are none to join them."""
        edge_x = not xs
        uprights = xs or (core.x0 + EDGE_M,)
        edge_y = not ys and len(uprights) > 1
        return cls(core, uprights, ys or ((core.y0 + EDGE_M,) if edge_y else ()), edge_x, edge_y)

    def span_x(self) -> tuple[float, float]:
        """From where to where the level lanes run."""
        first = self.xs[0] if self.edge_x or self.edge_y else self.core.x0 + END_M
        return first, self.xs[-1] if self.edge_y else self.core.x1 - END_M

    def span_y(self) -> tuple[float, float]:
        """From where to where the upright lanes run."""
        return self.core.y0 + (EDGE_M if self.edge_y else END_M), self.core.y1 - END_M

    def exits(self, wall: Rect, street: Rect) -> list[Exit]:
        """Give every end of a lane that could be led through the wall to the street."""
        (x0, x1), (y0, y1) = self.span_x(), self.span_y()
        found = []
        for x in self.xs:
            found.append(Exit((x, y0), (x, wall.y0), (x, street.y0), 1))
            found.append(Exit((x, y1), (x, wall.y1), (x, street.y1), 3))
        for y in () if self.edge_y else self.ys:
            if not self.edge_x:
                found.append(Exit((x0, y), (wall.x0, y), (street.x0, y), 0))
            found.append(Exit((x1, y), (wall.x1, y), (street.x1, y), 2))
        return found

    def ways(self, style: Style, chosen: list[Exit]) -> list[Street]:
        """Give the lanes as ways, led out to the street at the chosen exits."""
        (x0, x1), (y0, y1) = self.span_x(), self.span_y()
        access = "private" if style.walled else ""
        foot = "yes" if style.walled else ""
        lines = [(x, y0, x, y1) for x in self.xs] + [(x0, y, x1, y) for y in self.ys]
        lines += [
            (min(e.inside[0], e.street[0]), min(e.inside[1], e.street[1]),
             max(e.inside[0], e.street[0]), max(e.inside[1], e.street[1]))
            for e in chosen
        ]  # fmt: skip
        return [
            Street(*line, style.lane, access=access, foot=foot, surface="concrete")
            for line in lines
        ]


def _rows(
    fabric: Fabric,
    cell: Rect,
    lanes: Lanes,
    microgrid: int,
    compound: int,
    style: Style,
    rng: np.random.Generator,
) -> None:
    """Place the rows of buildings of one cell, each with a footway from the nearest lane."""
    cell = cell.meet(lanes.core)
    at_edge_x = lanes.edge_x
    at_edge_y = lanes.edge_y and cell.y0 == lanes.core.y0
    free = cell.inset(
        EDGE_M + PAD_M if at_edge_x else PAD_M, EDGE_M + PAD_M if at_edge_y else PAD_M, PAD_M, PAD_M
    )
    rows = min(style.rows, max(1, int(free.h // (style.depth + style.gap))))
    if free.h < style.depth + 8 or style.rows == 0:
        return
    lane_x = cell.x1 if cell.x1 in lanes.xs else lanes.xs[0] if at_edge_x else cell.x0
    pitch = free.h / rows
    for k in range(rows):
        y0 = snap(free.y0 + k * pitch + max(0.0, (pitch - style.depth - 6) / 2))
        y1 = y0 + style.depth
        walk_y = y1 + 4
        doors = [
            _building(fabric, Rect(x0, y0, x1, y1), walk_y, microgrid, compound, style)
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
    fabric: Fabric, rect: Rect, walk_y: float, microgrid: int, compound: int, style: Style
) -> float:
    door = fabric.mark(rect.cx, walk_y)
    homes = style.per_floor
    if style.depth == 12 and homes:
        homes = 2 * max(1, round(rect.w / 17))
    weight = float(homes) * (0.5 + rect.w / 100)
    fabric.houses.append(House(rect, style.use, compound, microgrid, door, weight, homes))
    return door[0]
