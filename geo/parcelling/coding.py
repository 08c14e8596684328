"""Codes and names of new areas: who goes on keeps the code, who is new gets the next number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from geo.layers import codes
from geo.parcelling.design import Area, Design
from geo.parcelling.sides import Ints
from geo.parcelling.today import Today

MAJORITY = 0.5


def coded(
    drawn: Design,
    parents: Sequence[str],
    level: str,
    *,
    now: Today,
    today_codes: Sequence[str],
    households: Ints,
    used: Iterable[str] = (),
) -> list[str]:
    """Give every area of a design its code.

    An area goes on under its code when its border only moved: at least half the households of
    the old area are in the new one, and at least half of the new one's came from the old one.
    All others, also those of a split or a merger, get the next free numbers of their parent,
    read like a page (`codes.reading_order`). No code is ever given twice.

    Parameters
    ----------
    drawn : Design
    parents : sequence of str
        Codes of the parents, in their order.
    level : str
        Of the new areas.
    now, today_codes
        The areas of today, and their codes.
    households : (n,) int
        Of the buildings.
    used : iterable of str
        Every code that was ever given at this level.
    """
    taken = defaultdict(list)
    for code in used:
        taken[code[: codes.LENGTHS[level] - _digits(level)]].append(code)
    before = np.bincount(
        now.home[now.home >= 0], weights=households[now.home >= 0] + 1e-6, minlength=len(now.shapes)
    )
    found: list[str] = [""] * len(drawn.areas)
    given: set[str] = set()
    fresh: dict[int, list[int]] = defaultdict(list)
    for number, area in enumerate(drawn.areas):
        code = today_codes[area.carries] if area.carries >= 0 else ""
        fits = codes.is_child(code, parents[area.parent], level) and code not in given
        if fits and (area.kept or _goes_on(area, now, before, households)):
            found[number] = code
            given.add(code)
        else:
            fresh[area.parent].append(number)
    for parent, numbers in fresh.items():
        code = parents[parent]
        free = codes.numbered(code, len(numbers), level, used=[*taken[code], *given])
        for number, name in zip(_read(drawn, numbers), free, strict=True):
            found[number] = name
    return found


def _digits(level: str) -> int:
    return {"microgrid": 2}.get(level, 3)


def _goes_on(area: Area, now: Today, before: np.ndarray, households: Ints) -> bool:
    mine = area.houses[now.home[area.houses] == area.carries]
    same = float(households[mine].sum()) + 1e-6 * len(mine)
    here = float(households[area.houses].sum()) + 1e-6 * len(area.houses)
    return same >= MAJORITY * before[area.carries] and same >= MAJORITY * here


def _read(drawn: Design, numbers: list[int]) -> list[int]:
    """Order areas like words on a page."""
    shapes = np.array([drawn.areas[n].shape for n in numbers], dtype=object)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    bounds = shapely.bounds(shapes)
    band = float(np.median(bounds[:, 3] - bounds[:, 1]))
    order = codes.reading_order(middle[:, 0].tolist(), middle[:, 1].tolist(), band=band)
    return [numbers[i] for i in order]
