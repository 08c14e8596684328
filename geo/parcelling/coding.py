"""Codes and names of new areas: who goes on keeps the code, who is new gets the next number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from geo.layers import codes
from geo.parcelling.design import Design
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
    the old area are in the new one and the other way round, and that is so of no other pair
    with one of them. After a split (two new areas mostly of one old) or a merger all get the
    next free numbers of their parent, read like a page (`codes.reading_order`). No code is
    ever given twice.

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
    goes_on = _going_on(drawn, now, households)
    found: list[str] = [""] * len(drawn.areas)
    given: dict[int, set[str]] = defaultdict(set)
    fresh: dict[int, list[int]] = defaultdict(list)
    for number, area in enumerate(drawn.areas):
        code = today_codes[area.carries] if area.carries >= 0 else ""
        own = given[area.parent]
        fits = codes.is_child(code, parents[area.parent], level) and code not in own
        if fits and (area.kept or number in goes_on):
            found[number] = code
            own.add(code)
        else:
            fresh[area.parent].append(number)
    for parent, numbers in fresh.items():
        code = parents[parent]
        free = codes.numbered(code, len(numbers), level, used=[*taken[code], *given[parent]])
        for number, name in zip(_read(drawn, numbers), free, strict=True):
            found[number] = name
    return found


def _digits(level: str) -> int:
    return {"microgrid": 2}.get(level, 3)


def _going_on(drawn: Design, now: Today, households: Ints) -> set[int]:
    """Give the new areas that are an old one whose border moved."""
    known = (now.home >= 0) & (drawn.home >= 0)
    old, new, weight = now.home[known], drawn.home[known], households[known] + 1e-6
    width = len(drawn.areas)
    key, where = np.unique(old * width + new, return_inverse=True)
    shared = np.bincount(where, weights=weight)
    inside = drawn.home >= 0
    of_old = np.bincount(old, weights=weight)[key // width]
    of_new = np.bincount(drawn.home[inside], weights=households[inside] + 1e-6)[key % width]
    most_of_old, most_of_new = shared >= MAJORITY * of_old, shared >= MAJORITY * of_new
    heirs = np.bincount((key // width)[most_of_new], minlength=len(now.shapes))
    sources = np.bincount((key % width)[most_of_old], minlength=width)
    both = key[most_of_old & most_of_new]
    return {
        int(k % width)
        for k in both
        if heirs[k // width] == 1
        and sources[k % width] == 1
        and drawn.areas[int(k % width)].carries == k // width
    }


def _read(drawn: Design, numbers: list[int]) -> list[int]:
    """Order areas like words on a page."""
    shapes = np.array([drawn.areas[n].shape for n in numbers], dtype=object)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    bounds = shapely.bounds(shapes)
    band = float(np.median(bounds[:, 3] - bounds[:, 1]))
    order = codes.reading_order(middle[:, 0].tolist(), middle[:, 1].tolist(), band=band)
    return [numbers[i] for i in order]
