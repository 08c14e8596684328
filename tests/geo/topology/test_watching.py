"""A check after an edit finds what the whole check finds there, and nothing else."""

import geopandas as gpd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tessellations import district

from geo import topology
from geo.layers import Finding, GridLayer, grids


def told(findings: list[Finding]) -> set[tuple[str, str, tuple[str, ...]]]:
    """Give what findings say, without their order."""
    return {(f.code, f.layer, tuple(sorted(f.features))) for f in findings}


def edited(frame: GridLayer, at: int, dx: float, dy: float) -> gpd.GeoDataFrame:
    """Give one area with its first corner moved."""
    row = frame.iloc[[at]].copy()
    xy = shapely.get_coordinates(row.geometry.iloc[0])
    xy[0] += dx, dy
    xy[-1] = xy[0]
    row["geometry"] = [shapely.Polygon(xy)]
    return row


@settings(max_examples=12)
@given(
    st.integers(0, 63),
    st.floats(-40, 40, allow_nan=False),
    st.floats(-40, 40, allow_nan=False),
)
def test_it_finds_there_what_the_whole_check_finds(at: int, dx: float, dy: float) -> None:
    levels = district()
    name = "microgrid"
    fresh = edited(levels[name], at, dx, dy)
    watch = topology.Watch(levels)
    touched = watch.swap(name, [fresh["code"].iloc[0]], fresh)
    changed = levels[name].copy()
    changed.loc[changed.index[at], "geometry"] = fresh.geometry.iloc[0]
    whole = topology.check({**levels, name: grids(changed, name)})
    assert told(topology.recheck(watch, touched)) == told(whole)


def test_sound_ground_gives_nothing_and_an_edit_taken_back_neither() -> None:
    levels = district()
    watch = topology.Watch(levels)
    assert topology.recheck(watch, levels["grid"].geometry.iloc[3]) == []
    code = levels["grid"]["code"].iloc[3]
    bad = edited(levels["grid"], 3, 30.0, 20.0)
    assert topology.recheck(watch, watch.swap("grid", [code], bad))
    back = levels["grid"].iloc[[3]]
    assert topology.recheck(watch, watch.swap("grid", [code], back)) == []
