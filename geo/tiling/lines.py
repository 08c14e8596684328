"""Lines cut to a box, on whole numbers, inside compiled loops."""

import numpy as np

from geo.tiling.kernel import F64, I32, I64, bare


@bare
def line(
    ux: F64, uy: F64, count: int, px: I32, py: I32, end: int, point_at: I64, parts: int,
    low: float, high: float, inside: bool,
) -> tuple[int, int]:  # fmt: skip
    """Write the pieces of a line that lie in the box (Y.-D. Liang, B. Barsky 1984)."""
    begin = end
    for i in range(count - 1):
        ax, ay, bx, by = ux[i], uy[i], ux[i + 1], uy[i + 1]
        enter, leave = 0.0, 1.0
        if not inside:
            for side in range(4):
                run = bx - ax if side < 2 else by - ay
                here = ax if side < 2 else ay
                room = here - low if side % 2 == 0 else high - here
                step = -run if side % 2 == 0 else run
                if step == 0.0:
                    if room < 0.0:
                        leave = -1.0
                elif step > 0.0:
                    leave = min(leave, room / step)
                else:
                    enter = max(enter, room / step)
        if enter > leave:
            continue
        if enter > 0.0 and end > begin:
            end, parts = _closed(px, py, begin, end, point_at, parts)
            begin = end
        end = _point(px, py, begin, end, ax + enter * (bx - ax), ay + enter * (by - ay))
        end = _point(px, py, begin, end, ax + leave * (bx - ax), ay + leave * (by - ay))
        if leave < 1.0:
            end, parts = _closed(px, py, begin, end, point_at, parts)
            begin = end
    return _closed(px, py, begin, end, point_at, parts)


@bare
def _point(px: I32, py: I32, begin: int, end: int, u: float, v: float) -> int:
    """Write a point of a line unless it is there already, or only lengthens the last stretch."""
    a, b = np.int32(np.floor(u + 0.5)), np.int32(np.floor(v + 0.5))
    if end > begin and px[end - 1] == a and py[end - 1] == b:
        return end
    if end - begin >= 2:
        dx, dy = int(px[end - 1] - px[end - 2]), int(py[end - 1] - py[end - 2])
        ex, ey = int(a - px[end - 1]), int(b - py[end - 1])
        if dx * ey == dy * ex and dx * ex + dy * ey > 0:
            end -= 1
    px[end], py[end] = a, b
    return end + 1


@bare
def _closed(px: I32, py: I32, begin: int, end: int, point_at: I64, parts: int) -> tuple[int, int]:
    """End a piece of a line; one without length is taken back."""
    if end - begin < 2:
        return begin, parts
    point_at[parts + 1] = end
    return end, parts + 1
