"""Names of areas after one change and another: as if they had been indexed anew."""

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from api.tasks.named_areas import NamedAreas, Packs, named_areas
from geo import asking
from geo.finding import Bounds

LEVELS = ("community", "grid")
Rows = dict[str, tuple[str, int]]
"""The name of each code, and its number in the store."""


def packed(rows: Rows) -> asking.Pack:
    """Pack areas, each a square at its number."""
    frame = gpd.GeoDataFrame(
        {
            "code": pd.Series(list(rows), dtype="str"),
            "name": pd.Series([name for name, _ in rows.values()], dtype="str"),
            "parent": pd.Series([""] * len(rows), dtype="str"),
            "fid": np.array([number for _, number in rows.values()], dtype=np.int64),
        },
        geometry=[box(n, 0, n + 1, 1) for _, n in rows.values()],
        crs=4490,
    )
    return asking.pack(frame, "code", ("code", "name", "parent"))


def told(areas: NamedAreas, packs: Packs, text: str) -> set[tuple[str, str, float, float]]:
    """Give what is found: level, code, score and longitude."""
    found = areas.find(text, frozenset({0, 1}), Bounds(50))
    assert len(found) == len({(area.level, area.row) for area in found})
    return {(a.level, packs[a.level].keys[a.row], a.score, a.lon) for a in found}


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(LEVELS),
        st.dictionaries(
            st.sampled_from("abcdef"), st.sampled_from(["重庆路", "朝阳里", ""]), max_size=4
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25)
@given(CHANGES)
def test_following_changes_is_indexing_anew(changes: list[tuple[str, dict[str, str]]]) -> None:
    kept: dict[str, Rows] = {level: {"a": ("重庆路", 1), "b": ("朝阳小区", 2)} for level in LEVELS}
    packs = {level: packed(rows) for level, rows in kept.items()}
    areas, number = named_areas(packs), 3
    for level, change in changes:
        new = dict(kept[level])
        gone = [new.pop(code)[1] for code in change if code in new]
        born = {}
        for code, name in change.items():
            if name:  # without a name the area is gone
                born[code] = name, number
                number += 1
        kept[level] = new | born
        fresh = packs[level].changed(gone, packed(born)) if born else None
        packs = packs | {level: fresh or packed(kept[level])}
        areas = areas.followed(packs)
        anew = named_areas(packs)
        for text in ("重庆路", "chaoyang", "朝阳小区", "b"):
            assert told(areas, packs, text) == told(anew, packs, text)
