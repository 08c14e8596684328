"""Codes that are malformed, of the wrong length, or given twice."""

import numpy as np
import pandas as pd
import shapely

from geo.layers import Level, codes
from geo.topology.borders import Bools, Shapes
from geo.topology.faults import Fault
from geo.topology.sheets import Sheet


def miscoded(sheet: Sheet, *, skip: set[int]) -> list[Fault]:
    """Find malformed codes, then codes given to several areas; `skip` are second records."""
    texts = pd.Series(sheet.codes, dtype="str")
    legal = well_formed(sheet.codes, sheet.level)
    found = [
        Fault("CODE_INVALID", (i,), sheet.polygons[i], field="code", facts=_lengths(sheet.level))
        for i in np.flatnonzero(~legal).tolist()
        if i not in skip
    ]
    twice = np.flatnonzero(texts.duplicated(keep=False).to_numpy() & legal)
    groups: dict[str, list[int]] = {}
    for i in twice.tolist():
        if i not in skip:
            groups.setdefault(sheet.codes[i], []).append(i)
    for rows in groups.values():
        if len(rows) > 1:
            place = shapely.union_all(sheet.polygons[rows])
            found.append(Fault("CODE_DUPLICATE", tuple(rows), place, field="code"))
    return found


def well_formed(texts: Shapes, level: Level) -> Bools:
    """Say which codes obey the rules of a level; free codes need only be there."""
    values = pd.Series(texts, dtype="str")
    if not level.code_length:
        return np.asarray(values.str.len() > 0)
    legal = values.str.len() == level.code_length
    if level.code_length in codes.LENGTHS.values():
        legal &= values.str.fullmatch(r"[0-9]+")
    return legal.to_numpy(dtype=bool)


def _lengths(level: Level) -> dict[str, str]:
    return {"length": str(level.code_length)}
