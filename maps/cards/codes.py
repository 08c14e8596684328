"""QR codes as vectors."""

import segno

QUIET = 4
"""Light modules around a code, as ISO/IEC 18004 asks."""


def qr(link: str) -> bytes:
    """Draw the QR code of a link as operators in a square of side 1, quiet zone included.

    Dark modules of a row are joined, and all are filled as one path: no seams.
    """
    rows = [bytes(row) for row in segno.make(link, error="m", micro=False).matrix]
    side = len(rows) + 2 * QUIET
    boxes = [
        f"{start} {len(rows) + QUIET - 1 - y} {end - start} 1 re"
        for y, row in enumerate(rows)
        for start, end in _runs(row)
    ]
    scale = f"{1 / side:.8f}"
    return f"q {scale} 0 0 {scale} 0 0 cm 0 g {' '.join(boxes)} f Q".encode("ascii")


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Give where dark modules begin and end in a row, quiet zone counted."""
    edge = bytes([0]) + row + bytes([0])
    turns = [x for x in range(1, len(edge)) if edge[x] != edge[x - 1]]
    return [(a + QUIET - 1, b + QUIET - 1) for a, b in zip(turns[::2], turns[1::2], strict=True)]
