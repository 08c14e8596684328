"""Which part of the world a tile shows: the grid of Web Mercator, zoom by zoom."""

from collections.abc import Iterator
from typing import NamedTuple

from geo.errors import BadInput

DEEPEST = 22
"""Beyond this zoom a unit of a tile is finer than what is kept."""


class Address(NamedTuple):
    """A tile: zoom, columns from the west, rows from the north."""

    z: int
    x: int
    y: int

    @property
    def size(self) -> float:
        """Its width, in worlds."""
        return 1.0 / (1 << self.z)

    def box(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """West, north, east, south in worlds; `margin` widens it, in tiles."""
        size = self.size
        return (
            (self.x - margin) * size, (self.y - margin) * size,
            (self.x + 1 + margin) * size, (self.y + 1 + margin) * size,
        )  # fmt: skip


def address(z: int, x: int, y: int) -> Address:
    """Check an address, or raise `BadInput`."""
    if not (0 <= z <= DEEPEST and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise BadInput(
            f"there is no tile {z}/{x}/{y}",
            zh=f"没有瓦片 {z}/{x}/{y}",
            hint=f"zoom 0 to {DEEPEST}, columns and rows from 0 to 2^zoom - 1",
            hint_zh=f"层级 0–{DEEPEST}，列号和行号从 0 到 2^层级 - 1",
        )
    return Address(z, x, y)


def under(
    box: tuple[float, float, float, float], z: int, margin: float = 0.0
) -> tuple[int, int, int, int]:
    """Give the first and last columns and rows of the tiles of a zoom that show a box.

    Returns
    -------
    (first column, first row, last column, last row)
    """
    count = 1 << z
    west, north, east, south = box

    def held(value: float) -> int:
        return min(count - 1, max(0, int(value // 1)))

    return (
        held(west * count - margin), held(north * count - margin),
        held(east * count + margin), held(south * count + margin),
    )  # fmt: skip


def tiles(box: tuple[float, float, float, float], z: int, margin: float = 0.0) -> Iterator[Address]:
    """Give the tiles of a zoom that show a box, row by row."""
    left, top, right, bottom = under(box, z, margin)
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            yield Address(z, x, y)
