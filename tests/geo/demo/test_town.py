"""A town without fault: it tiles, its people fit the norms, everybody can walk out of the gate."""

from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.demo import town
from geo.errors import BadInput
from geo.layers import LAYERS, checked, codes, items

LEVELS = ("district", "subdistrict", "community", "grid", "microgrid")


@cache
def small(seed: int) -> town.Town:
    return town.town(size="small", seed=seed)


seeds = st.integers(1, 4)
few = settings(max_examples=3, deadline=None)


@given(seeds)
@few
def test_every_level_tiles_its_parent_to_the_last_bit(seed):
    sound = small(seed)
    whole = sound.layers["district"].geometry.area.sum()
    for name in LEVELS:
        shapes = sound.layers[name].geometry.values
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        assert shapely.area(shapes).sum() == pytest.approx(whole, abs=1e-6)
    for child, parent in zip(LEVELS[1:], LEVELS, strict=False):
        inside = sound.layers[child].merge(
            sound.layers[parent][["code", "geometry"]], left_on="parent", right_on="code"
        )
        assert len(inside) == len(sound.layers[child])
        assert shapely.covers(inside["geometry_y"].values, inside["geometry_x"].values).all()


@given(seeds)
@few
def test_grids_and_microgrids_keep_the_norms(seed):
    sound = small(seed)
    for name, low, high in (("grid", 300, 500), ("microgrid", 30, 100)):
        frame = sound.layers[name]
        homes = frame["households"][frame["kind"] == "comprehensive"]
        assert homes.between(low, high).all()
        assert (frame["households"][frame["kind"] == "dedicated"] == 0).all()


@given(seeds)
@few
def test_people_are_counted_once_on_every_level(seed):
    sound = small(seed)
    homes = sound.layers["building"]
    for name in LEVELS:
        for count in ("households", "residents"):
            assert sound.layers[name][count].sum() == homes[count].sum()
    assert (homes["alone"] <= homes["elders"]).all()
    assert (homes["elders"] + homes["children"] <= homes["residents"]).all()


@given(seeds)
@few
def test_every_building_lies_wholly_in_its_microgrid(seed):
    sound = small(seed)
    homes = sound.areas.microgrid.shapes[sound.house_microgrid]
    shapes = sound.layers["building"].geometry.values
    assert shapely.contains_properly(homes, shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()


@given(seeds)
@few
def test_codes_are_legal_unique_and_children_of_their_parents(seed):
    sound = small(seed)
    for name in LEVELS:
        frame = sound.layers[name]
        assert frame["code"].is_unique
        assert all(codes.is_legal(code, name) for code in frame["code"])
        if name != "district":
            assert [codes.parent(c) for c in frame["code"]] == frame["parent"].tolist()


@given(seeds)
@few
def test_streets_are_one_network_joined_only_at_ends(seed):
    streets = small(seed).layers["street"].geometry.values
    nodes: dict[tuple[float, float], int] = {}
    ends = [
        [nodes.setdefault(tuple(c), len(nodes)) for c in (line.coords[0], line.coords[-1])]
        for line in streets
    ]
    a, b = np.array(ends).T
    graph = csr_array((np.ones(len(a)), (a, b)), shape=(len(nodes), len(nodes)))
    assert connected_components(graph, directed=False)[0] == 1
    first, second = shapely.STRtree(streets).query(streets, predicate="crosses")
    assert len(first) == len(second) == 0


@given(seeds)
@few
def test_a_walled_compound_is_left_only_through_its_gates(seed):
    sound = small(seed)
    barriers, gates = sound.layers["barrier"], sound.layers["gate"]
    streets = sound.layers["street"].geometry.values
    tree = shapely.STRtree(streets)
    walls = barriers[barriers["kind"] == "wall"]
    assert walls["compound"].is_unique
    for name, wall in zip(walls["compound"], walls.geometry, strict=True):
        own = shapely.union_all(gates.geometry[gates["compound"] == name].values)
        through = streets[tree.query(wall, predicate="intersects")]
        assert len(through) > 0
        crossings = shapely.intersection(wall, through)
        assert max(shapely.distance(own, crossings)) < 0.05


@given(seeds)
@few
def test_nobody_is_a_borderline_case(seed):
    sound = small(seed)
    metres = sound.nearest_m[np.isfinite(sound.nearest_m)]
    assert not ((metres > 1080 - 108) & (metres < 1080 + 108)).any()
    far = sound.nearest_m > 1080
    inhabited = (sound.layers["building"]["households"] > 0).to_numpy()
    assert (far & inhabited).tolist() == [bool(b) for b in sound.blind]


@given(seeds)
@few
def test_territories_divide_the_grids_of_a_community_into_connected_parts(seed):
    sound = small(seed)
    grids = sound.layers["grid"].set_index("code")
    owned = [code for row in sound.layers["council"]["territory"] for code in items(row)]
    assert sorted(owned) == sorted(grids.index)
    for council in sound.layers["council"].itertuples():
        parts = grids.loc[list(items(council.territory))]
        assert set(parts["parent"]) == {council.community}
        assert parts["households"].sum() == council.households
        touching = shapely.union_all(shapely.buffer(parts.geometry.values, 0.01))
        exclave = any(g.geom_type == "MultiPolygon" for g in parts.geometry)
        assert exclave or touching.geom_type == "Polygon"


@given(seeds)
@few
def test_departmental_nets_cover_the_district_and_disagree_with_the_grids(seed):
    sound = small(seed)
    whole = sound.layers["district"].geometry.area.sum()
    for name in ("net_party", "net_safety", "net_city"):
        net = sound.layers[name]
        assert net["code"].is_unique
        assert shapely.is_valid(net.geometry.values).all()
        assert net.geometry.area.sum() == pytest.approx(whole, rel=1e-6)
        assert net["households"].sum() == sound.layers["building"]["households"].sum()
        grids = {g.wkb for g in sound.layers["grid"].geometry}
        assert not {g.wkb for g in net.geometry} >= grids


def test_all_layers_have_exactly_their_columns():
    for name, frame in small(1).layers.items():
        layer = "net" if name.startswith("net_") else name
        checked(frame, layer)
        assert list(frame.columns) == [*(c.name for c in LAYERS[layer].columns), "geometry"]


def test_stations_stand_within_steps_of_a_way_outside_every_building():
    sound = small(1)
    streets = shapely.union_all(sound.layers["street"].geometry.values)
    for name in ("station", "candidate"):
        assert sound.layers[name].geometry.distance(streets).max() < 5


def test_an_unknown_size_is_refused():
    with pytest.raises(BadInput, match="huge"):
        town.town(size="huge", seed=1)
