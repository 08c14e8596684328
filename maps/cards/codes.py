"""QR codes as vectors."""

import zlib
from functools import lru_cache

import segno

from maps.cards.pdf import Form

QUIET = 4
"""Light modules around a code, as ISO/IEC 18004 asks: the layout leaves them free."""


@lru_cache(maxsize=8192)
def qr(link: str) -> Form:
    """Draw the QR code of a link, a module a unit, without its quiet zone.

    Dark modules of a row are joined, and all are filled as one path: no seams.
    """
    rows = [bytes(row) for row in segno.make(link, error="m", micro=False).matrix]
    side = len(rows)
    boxes = [
        f"{start} {side - 1 - y} {end - start} 1 re"
        for y, row in enumerate(rows)
        for start, end in _runs(row)
    ]
    drawn = f"0 g {' '.join(boxes)} f".encode("ascii")
    return Form(link, zlib.compress(drawn, 9), (0, 0, side, side))


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Give where dark modules begin and end in a row."""
    edge = bytes([0]) + row + bytes([0])
    turns = [x - 1 for x in range(1, len(edge)) if edge[x] != edge[x - 1]]
    return [*zip(turns[::2], turns[1::2], strict=True)]
