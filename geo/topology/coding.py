"""Codes that are malformed, of the wrong length, or given twice."""

from collections import Counter

import numpy as np
import shapely

from geo.layers import Level, codes
from geo.topology.borders import Bools, Shapes
from geo.topology.faults import Fault
from geo.topology.sheets import Sheet


def miscoded(sheet: Sheet, *, skip: set[int]) -> list[Fault]:
    """Find malformed codes, then codes given to several areas; `skip` are second records."""
    times = Counter(sheet.codes.tolist())
    legal = well_formed(sheet.codes, sheet.level)
    found = [
        Fault("CODE_INVALID", (i,), sheet.polygons[i], field="code", facts=_lengths(sheet.level))
        for i in np.flatnonzero(~legal).tolist()
        if i not in skip
    ]
    groups: dict[str, list[int]] = {}
    for i, code in enumerate(sheet.codes.tolist()) if len(times) < len(legal) else ():
        if times[code] > 1 and legal[i] and i not in skip:
            groups.setdefault(code, []).append(i)
    for rows in groups.values():
        if len(rows) > 1:
            place = shapely.union_all(sheet.polygons[rows])
            found.append(Fault("CODE_DUPLICATE", tuple(rows), place, field="code"))
    return found


def well_formed(texts: Shapes, level: Level) -> Bools:
    """Say which codes obey the rules of a level; free codes need only be there."""
    count = len(texts)
    size = np.fromiter(map(len, texts), dtype=np.int64, count=count)
    if not level.code_length:
        return np.asarray(size > 0)
    legal = size == level.code_length
    if level.code_length in codes.LENGTHS.values():
        plain = (text.isascii() and text.isdecimal() for text in texts)
        legal &= np.fromiter(plain, dtype=bool, count=count)
    return np.asarray(legal)


def _lengths(level: Level) -> dict[str, str]:
    return {"length": str(level.code_length)}
