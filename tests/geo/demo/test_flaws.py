"""The known flaws: each is in the layers exactly as the truth says, by a reckoning of its own."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from geo import demo
from geo.demo import town
from geo.layers import codes

KINDS = {
    "GAP", "SLIVER", "OVERLAP", "HOLE", "MULTIPART", "ORPHAN", "DOUBLY_OWNED", "BUILDING_CUT",
    "PARENT_MISMATCH", "CODE_DUPLICATE", "CODE_INVALID", "BLIND_SPOT", "UNSERVED_COMMUNITY",
}  # fmt: skip


@cache
def small(seed: int) -> demo.District:
    return demo.build(size="small", seed=seed)


@cache
def sound(seed: int) -> town.Town:
    return town.town(size="small", seed=seed)


seeds = st.integers(1, 4)
few = settings(max_examples=3, deadline=None)


def flaws(seed: int, code: str) -> list[dict]:
    found = [t for t in small(seed).truth if t["code"] == code]
    assert found, code
    return found


def areas(seed: int, layer: str, *wanted: str):
    frame = small(seed).layers[layer]
    return [frame[frame["code"] == code].geometry.iloc[0] for code in wanted]


@given(seeds)
@few
def test_every_kind_of_flaw_is_there(seed):
    assert {t["code"] for t in small(seed).truth} == KINDS


@given(seeds)
@few
def test_uncovered_ground_is_exactly_the_gaps_slivers_and_holes(seed):
    told = Counter()
    for t in small(seed).truth:
        if t["code"] in ("GAP", "HOLE") or t.get("of") == "gap":
            layers = [t["layer"], *(a["layer"] for a in t.get("also", []))]
            told.update(dict.fromkeys(layers, t["area_m2"]))
    district = small(seed).layers["district"].geometry.iloc[0]
    for layer in ("microgrid", "grid", "community"):
        bare = district.difference(shapely.union_all(small(seed).layers[layer].geometry.values))
        assert bare.area == pytest.approx(told[layer], abs=0.05)
        for t in small(seed).truth:
            if t["layer"] == layer and (t["code"] in ("GAP", "HOLE") or t.get("of") == "gap"):
                assert bare.distance(Point(t["x"], t["y"])) < 0.02


@given(seeds)
@few
def test_ground_covered_twice_is_exactly_the_overlaps(seed):
    frame = small(seed).layers["microgrid"]
    double = frame.geometry.area.sum() - shapely.union_all(frame.geometry.values).area
    told = [t for t in small(seed).truth
            if t["code"] in ("OVERLAP", "DOUBLY_OWNED") or t.get("of") == "overlap"]  # fmt: skip
    assert double == pytest.approx(sum(t["area_m2"] for t in told), abs=0.05)
    for t in told:
        a, b = areas(seed, "microgrid", *t["features"])
        assert a.intersection(b).area == pytest.approx(t["area_m2"], abs=0.02)


@given(seeds)
@few
def test_areas_in_pieces_and_areas_with_holes_are_the_told_ones(seed):
    for layer in ("microgrid", "grid"):
        frame = small(seed).layers[layer]
        broken = frame["code"][frame.geometry.geom_type == "MultiPolygon"]
        told = [t["features"][0] for t in flaws(seed, "MULTIPART") if t["layer"] == layer]
        assert sorted(broken) == sorted(told)
    frame = small(seed).layers["microgrid"]
    holed = [c for c, g in zip(frame["code"], frame.geometry, strict=True)
             if g.geom_type == "Polygon" and g.interiors]  # fmt: skip
    assert holed == [t["features"][0] for t in flaws(seed, "HOLE")]


@given(seeds)
@few
def test_buildings_cut_are_the_told_ones(seed):
    homes = small(seed).layers["building"]
    frame = small(seed).layers["microgrid"]
    lines = shapely.STRtree(shapely.boundary(frame.geometry.values))
    hit, _ = lines.query(homes.geometry.values, predicate="intersects")
    cut = sorted(set(homes["id"].iloc[hit]))
    assert cut == sorted(t["features"][0] for t in flaws(seed, "BUILDING_CUT"))


@given(seeds)
@few
def test_spoilt_records_are_the_told_ones(seed):
    frame = small(seed).layers["microgrid"]
    grids = small(seed).layers["grid"]
    invalid = sorted(c for c in frame["code"] if not codes.is_legal(c, "microgrid"))
    assert invalid == sorted(t["features"][0] for t in flaws(seed, "CODE_INVALID"))
    twice = sorted(frame["code"][frame["code"].duplicated()])
    assert twice == sorted(t["features"][0] for t in flaws(seed, "CODE_DUPLICATE"))
    lost = sorted(frame["code"][~frame["parent"].isin(grids["code"])])
    assert lost == sorted(t["features"][0] for t in flaws(seed, "ORPHAN"))
    for t in flaws(seed, "PARENT_MISMATCH"):
        above = "grid" if t["layer"] == "microgrid" else "community"
        layer = small(seed).layers[t["layer"]]
        row = layer[layer["code"] == t["features"][0]].iloc[0]
        (parent,) = areas(seed, above, row["parent"])
        assert parent.intersection(row.geometry).area < 1
        assert parent.distance(row.geometry) == 0


@given(seeds)
@few
def test_a_parent_holds_the_households_of_the_buildings_inside(seed):
    layers = small(seed).layers
    assert layers["grid"]["households"].sum() == layers["building"]["households"].sum()
    sums = layers["grid"].groupby("parent")["households"].sum()
    moved = [t for t in flaws(seed, "PARENT_MISMATCH") if t["layer"] == "grid"]
    off = layers["community"].set_index("code")["households"] - sums
    assert (off != 0).sum() == 2 * len(moved)


@given(seeds)
@few
def test_flaws_keep_apart(seed):
    told = [t for t in small(seed).truth if t["code"] not in ("BLIND_SPOT", "UNSERVED_COMMUNITY")]
    points = [Point(t["x"], t["y"]) for t in told]
    for i, p in enumerate(points):
        assert all(p.distance(q) > 10 for q in points[i + 1 :])


@given(seeds)
@few
def test_blind_buildings_are_the_told_ones_and_whole_communities_are_told(seed):
    blind = sorted(b for t in flaws(seed, "BLIND_SPOT") for b in t["features"])
    homes = sound(seed).layers["building"]
    far = (sound(seed).nearest_m > 1080) & (homes["households"] > 0).to_numpy()
    assert blind == sorted(homes["id"][far])
    stations = shapely.union_all(small(seed).layers["station"].geometry.values)
    assert homes.geometry[far].distance(stations).max() > 1080 / 2
    (lonely,) = flaws(seed, "UNSERVED_COMMUNITY")
    (community,) = areas(seed, "community", *lonely["features"])
    inside = homes.geometry.centroid.within(community) & (homes["households"] > 0)
    assert set(homes["id"][inside]) <= set(blind)


def test_same_seed_same_town_and_another_seed_another_town():
    again = demo.build(size="small", seed=1)
    assert again.truth == small(1).truth
    for name, frame in again.layers.items():
        assert frame.drop(columns="geometry").equals(small(1).layers[name].drop(columns="geometry"))
        assert np.array_equal(
            shapely.to_wkb(frame.geometry.values),
            shapely.to_wkb(small(1).layers[name].geometry.values),
        )
    assert small(2).truth != small(1).truth
