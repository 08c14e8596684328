"""Packs: pages lose nothing, boxes find what a loop finds, a change is as a new pack."""

import geopandas as gpd
import numpy as np
import orjson
import shapely
import shapely.geometry
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import asking, coords
from geo.asking import Pack

IDS = st.lists(st.text("abc", min_size=1, max_size=3), min_size=0, max_size=12)


def frame(ids: list[str], seed: int = 0, first: int = 1) -> gpd.GeoDataFrame:
    """Give small cells with these ids, somewhere, numbered from `first`."""
    rng = np.random.default_rng(seed)
    xy = np.round(rng.uniform((119, 32), (119.2, 32.2), (len(ids), 2)), 6)
    cells = [shapely.box(x, y, x + 0.01, y + 0.01) for x, y in xy.tolist()]
    told = {"fid": np.arange(first, first + len(ids)), "id": ids, "size": np.arange(len(ids))}
    return gpd.GeoDataFrame(told, geometry=cells, crs=coords.STORED).astype({"id": "str"})


def packed(told: gpd.GeoDataFrame) -> Pack:
    """Pack them."""
    return asking.pack(told, "id", ("id", "size"))


@given(IDS, st.integers(1, 5))
def test_pages_give_every_row_once_in_order(ids: list[str], limit: int) -> None:
    pack, seen, after = packed(frame(ids)), [], ""
    while True:
        page = pack.page(None, after=after, limit=limit)
        assert page.matched == len(ids)
        seen += [pack.keys[row] for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == pack.keys == sorted(set(pack.keys))
    assert len(seen) == len(ids)


@settings(max_examples=15)
@given(IDS, st.tuples(*[st.floats(118.9, 119.3), st.floats(31.9, 32.3)] * 2))
def test_a_window_finds_what_a_loop_finds(
    ids: list[str], corners: tuple[float, float, float, float]
) -> None:
    pack = packed(frame(ids))
    x1, y1, x2, y2 = corners
    window = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    boxes = pack.boxes
    expected = np.flatnonzero(
        (boxes[:, 0] <= window[2]) & (boxes[:, 2] >= window[0])
        & (boxes[:, 1] <= window[3]) & (boxes[:, 3] >= window[1])
    )  # fmt: skip
    assert pack.within(window).tolist() == expected.tolist()


@settings(max_examples=15)
@given(
    st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, max_size=12),
    st.data(),
)
def test_a_changed_pack_is_the_pack_of_the_changed_layer(
    ids: list[str], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(ids)))
    gone = data.draw(st.lists(st.sampled_from(ids[:cut]), unique=True)) if cut else []
    old, new = frame(ids[:cut], 1), frame([*ids[cut:], *gone[::2]], 2, first=100)
    numbers = old[old["id"].isin(gone)]["fid"].tolist()
    changed = packed(old).changed([*numbers, 77], packed(new))
    whole = gpd.pd.concat([old[~old["id"].isin(gone)], new])
    fresh = packed(gpd.GeoDataFrame(whole, crs=coords.STORED))
    assert changed is not None
    assert (changed.keys, changed.texts) == (fresh.keys, fresh.texts)
    assert changed.version == fresh.version
    everywhere = (118.0, 31.0, 120.0, 33.0)
    assert changed.within(everywhere).tolist() == list(range(len(fresh)))
    for name, values in fresh.columns.items():
        assert changed.columns[name].tolist() == values.tolist()


def test_a_change_that_doubles_an_id_is_left_to_a_new_pack() -> None:
    assert packed(frame(["a", "b"])).changed([], packed(frame(["a"], first=9))) is None


def test_twins_and_nameless_rows_are_told_apart() -> None:
    assert packed(frame(["a", "", "a", "b"])).keys == ["a", "a#2", "b", "~2"]


def test_a_feature_comes_home_from_every_system() -> None:
    told = frame(["a", "b", "c"])
    pack = packed(told)
    for system in asking.SYSTEMS.values():
        for text, shape in zip(pack.told(np.arange(3), system=system), pack.shapes(), strict=True):
            back = system.inward(shapely.geometry.shape(orjson.loads(text)["geometry"]))
            assert back.hausdorff_distance(shape) < 1e-7
    first = orjson.loads(pack.told(np.array([0]), system=asking.STORED)[0])
    x, y = pack.shapes()[0].exterior.coords[0]
    assert first["geometry"]["coordinates"][0][0] == [y, x]


def test_a_window_over_the_date_line_finds_both_sides() -> None:
    cells = [shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1), shapely.box(0, 0, 1, 1)]
    told = gpd.GeoDataFrame({"id": ["a", "b", "c"]}, geometry=cells, crs=coords.STORED)
    pack = asking.pack(told.astype({"id": "str"}), "id", ("id",))
    assert [pack.keys[row] for row in pack.within((178.0, -1.0, -178.0, 2.0))] == ["a", "b"]
