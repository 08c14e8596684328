"""Area codes: county 6, subdistrict 9, community 12, grid 15, micro-grid 17 digits.

Sources: GB/T 2260 (county), GB/T 10114 (subdistrict and town), Beijing DB11 and the
6+3+3+3 form of GB/T 30428.1 (grid); two more digits for a micro-grid are this project's
convention. Codes are text: they have leading zeros and are never numbers. A code is
never used again.
"""

import re
from collections.abc import Iterable, Sequence

from geo.errors import RuleBroken

PATTERN = re.compile(r"\d{6}(\d{3}(\d{3}(\d{3}(\d{2})?)?)?)?", re.ASCII)
LENGTHS = {"district": 6, "subdistrict": 9, "community": 12, "grid": 15, "microgrid": 17}
_PARENT_LENGTH = {9: 6, 12: 9, 15: 12, 17: 15}


def is_legal(code: str, level: str | None = None) -> bool:
    """Say whether a code is well formed, and of the level's length when one is named.

    Examples
    --------
    >>> is_legal("321198001001001", "grid"), is_legal("321198001001001", "microgrid")
    (True, False)
    """
    if PATTERN.fullmatch(code) is None:
        return False
    return level is None or len(code) == LENGTHS.get(level, len(code))


def parent(code: str) -> str | None:
    """Give the code one level up; None for a county or a malformed code.

    Examples
    --------
    >>> parent("32119800100100107")
    '321198001001001'
    """
    length = _PARENT_LENGTH.get(len(code))
    return code[:length] if length else None


def numbered(parent_code: str, count: int, level: str, *, used: Iterable[str] = ()) -> list[str]:
    """Give the next free codes under a parent, in order.

    Parameters
    ----------
    parent_code : str
        Code one level up.
    count : int
        How many codes.
    level : str
        Level of the new codes.
    used : iterable of str
        Every code that was ever given, living or closed: none is given again.

    Raises
    ------
    RuleBroken
        When the sequence has no room left.
    """
    digits = LENGTHS[level] - len(parent_code)
    taken = [int(c[len(parent_code) :]) for c in used if is_child(c, parent_code, level)]
    first = max(taken, default=0) + 1
    if first + count > 10**digits:
        raise RuleBroken(
            f"{parent_code} has no room for {count} more codes of level {level}",
            zh=f"{parent_code} 之下的编码已用尽，放不下 {count} 个新编码",
            where=[parent_code],
        )
    return [f"{parent_code}{n:0{digits}d}" for n in range(first, first + count)]


def is_child(code: str, parent_code: str, level: str) -> bool:
    """Say whether a code is well formed, of this level, and lies under the parent by number."""
    return is_legal(code, level) and code.startswith(parent_code)


def reading_order(xs: Sequence[float], ys: Sequence[float], *, band: float) -> list[int]:
    """Order places as codes are first numbered: west to east, then north to south.

    Places are read like a page: in bands of `band` metres from the north, each from the
    west, so that neighbouring numbers are neighbouring places.
    """
    top = max(ys, default=0.0)
    return sorted(range(len(xs)), key=lambda i: (int((top - ys[i]) // band), xs[i], -ys[i]))
