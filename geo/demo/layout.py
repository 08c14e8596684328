"""Lay out a block: its cells and micro-grids, its compounds with lanes, walls and gates."""

from dataclasses import dataclass, replace

import numpy as np

from geo.demo.fabric import Cell, Compound, Fabric, Gate, Land
from geo.demo.lanes import Exit, Lanes
from geo.demo.plan import Block
from geo.demo.rects import Rect, snap
from geo.demo.rows import rows
from geo.demo.styles import STYLES, Style

WIDE_M, NARROW_M = 17.0, 10.0
"""From the centre line of a street to the wall beside it."""


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
class Site:
    """A block ready to be built: its cells, its style, whose cell is whose, where a school goes."""

    frame: Frame
    style: Style
    owners: dict[tuple[int, int], int]
    school: tuple[int, int] | None


def lay(fabric: Fabric, number: int, rng: np.random.Generator) -> None:
    """Fill one block of the plan."""
    block = fabric.block(number)
    style = STYLES[block.kind]
    wall = block.rect.inset(*(WIDE_M if wide else NARROW_M for wide in block.edges))
    frame = _frame(_core(block, wall, rng), style, rng)
    fabric.land.append(Land(wall, "farmland" if style.land == "village" else style.land, number))
    if style.land == "village":
        fabric.land.append(Land(frame.core, "village", number))
    site = _site(fabric, number, frame, style, rng)
    for (col, row), microgrid in site.owners.items():
        fabric.cells.append(Cell(frame.land(col, row, block.area), microgrid))
    for cols in _compounds(frame, style, block, rng):
        _compound(fabric, number, site, wall=wall, cols=cols, rng=rng)


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


def _site(
    fabric: Fabric, number: int, frame: Frame, style: Style, rng: np.random.Generator
) -> Site:
    """Open the grids and micro-grids of a block and say which cell belongs to which."""
    cols, rows = len(frame.xs) - 1, len(frame.ys) - 1
    many = cols * rows
    tall = style.use == "residential" and style.depth >= 14 and many >= 8
    halves = 2 if cols % 2 == 0 and not style.dedicated and (many > 9 or tall) else 1
    roomy = style.walled and style.use == "residential" and many // halves >= 6 and rows > 1
    school = (0, rows - 1) if roomy and rng.random() < 0.22 else None
    owners: dict[tuple[int, int], int] = {}
    for half in range(halves):
        grid = fabric.grid(number, style.dedicated)
        for col in range(half * cols // halves, (half + 1) * cols // halves):
            for row in range(rows):
                joined = row > 0 and (style.dedicated or (col, row) == school)
                owners[col, row] = owners[col, row - 1] if joined else fabric.microgrid(grid)
    if school is not None:
        fabric.land.append(Land(frame.built(*school).inset(4, 4, 4, 4), "school", number))
    return Site(frame, style, owners, school)


def _compounds(frame: Frame, style: Style, block: Block, rng: np.random.Generator) -> list[range]:
    """Give the columns of every compound of a block: mostly one, sometimes two."""
    cols = len(frame.xs) - 1
    may = style.use == "residential" and style.walled and cols > 1 and not block.blind
    if may and (cols >= 4 or rng.random() < 0.3):
        at = cols // 2 if cols % 2 == 0 else int(rng.integers(1, cols))
        return [range(at), range(at, cols)]
    return [range(cols)]


def _compound(
    fabric: Fabric, number: int, site: Site, *, wall: Rect, cols: range, rng: np.random.Generator
) -> None:
    """Lay the lanes, the wall, the gates and the rows of one compound."""
    block, frame, style = fabric.block(number), site.frame, site.style
    first, last = cols[0] == 0, cols[-1] == len(frame.xs) - 2
    west = wall.x0 if first else frame.xs[cols[0]] + 1
    east = wall.x1 if last else frame.xs[cols[-1] + 1] - 1
    wall = replace(wall, x0=west, x1=east)
    fabric.compounds.append(Compound(block.kind, number, wall))
    compound = len(fabric.compounds) - 1
    lanes = Lanes.of(wall.meet(frame.core), frame.xs[cols[0] + 1 : cols[-1] + 1], frame.ys[1:-1])
    closed = {side for side, open_ in ((0, first), (2, last)) if not open_}
    exits = [e for e in lanes.exits(wall, block.rect) if e.side not in closed]
    chosen = _chosen(exits, block, style, rng)
    fabric.ways += lanes.ways(style, chosen)
    if style.walled:
        for k, e in enumerate(chosen):
            fabric.gates.append(Gate(*fabric.mark(*e.wall), compound, k == 0))
    for col in cols:
        for row in range(len(frame.ys) - 1):
            look = STYLES["school"] if (col, row) == site.school else style
            rows(fabric, frame.built(col, row), lanes, look,
                 microgrid=site.owners[col, row], compound=compound, rng=rng)  # fmt: skip


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
