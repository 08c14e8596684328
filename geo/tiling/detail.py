"""How finely a tile is drawn."""

from typing import NamedTuple


class Detail(NamedTuple):
    """The size of a tile in whole numbers, and what follows from it.

    Things are drawn up to `margin` units beyond the edges, so that lines and icons meet at
    them. Vertices that matter less than `tolerance` units are left out.
    """

    extent: int = 4096
    margin: int = 128
    tolerance: float = 0.5


FINE = Detail()
OVERVIEW = Detail(2048, 64)
"""For zooms at which a district is a few tiles: half the bytes, still finer than a screen."""
OVERVIEW_TO = 12


def detail(z: int) -> Detail:
    """Give how finely tiles of a zoom are drawn."""
    return OVERVIEW if z <= OVERVIEW_TO else FINE
