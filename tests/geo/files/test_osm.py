"""OpenStreetMap becomes layers; ways that share a node share a vertex, bit for bit."""

import itertools

import pytest
import shapely

from geo import coords, files
from geo.errors import FileRefused
from geo.files import osm_tags
from geo.layers import LAYERS, faults

NODES = {
    1: (119.4500001, 32.2000001), 2: (119.4512345, 32.2), 3: (119.4525, 32.2011111),
    4: (119.4512345, 32.2013), 5: (119.46, 32.21), 6: (119.461, 32.21), 7: (119.461, 32.211),
    8: (119.46, 32.211), 9: (119.4603, 32.2103), 10: (119.4607, 32.2103), 11: (119.4605, 32.2107),
}  # fmt: skip
WAYS = {
    10: ((1, 2, 3), {"highway": "residential", "name": "解放路", "bridge": "yes", "layer": "1"}),
    11: ((2, 4), {"highway": "footway", "tunnel": "yes", "layer": "-1", "foot": "yes"}),
    12: ((1, 3), {"highway": "construction"}),
    13: ((1, 4), {"waterway": "river", "name": "古运河"}),
    14: ((3, 4), {"railway": "rail"}),
    15: ((3, 5), {"railway": "rail", "bridge": "viaduct"}),
    16: ((5, 6), {"barrier": "fence"}),
    17: ((5, 6, 7, 8, 5), {"building": "apartments", "building:levels": "6", "name": "一号楼"}),
    18: ((5, 6, 7, 8, 5), {"leisure": "park"}),
    19: ((9, 10, 11, 9), {}),
    20: ((2, 999, 3, 4), {"highway": "service"}),
    21: ((999, 998), {"highway": "service"}),
}
TAGGED = {2: {"barrier": "gate", "access": "no"}, 3: {"railway": "level_crossing"}}


@pytest.fixture
def extract(tmp_path):
    """Write a small extract by hand, with a relation that has a hole and ways that leave it."""
    lines = ['<osm version="0.6">']
    for i, (lon, lat) in NODES.items():
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in TAGGED.get(i, {}).items())
        lines.append(f'<node id="{i}" lon="{lon}" lat="{lat}" version="1">{tags}</node>')
    for i, (refs, tags) in WAYS.items():
        body = "".join(f'<nd ref="{r}"/>' for r in refs)
        body += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{i}" version="1">{body}</way>')
    lines.append(
        '<relation id="30" version="1"><member type="way" ref="17" role="outer"/>'
        '<member type="way" ref="19" role="inner"/>'
        '<tag k="type" v="multipolygon"/><tag k="natural" v="water"/></relation></osm>'
    )
    path = tmp_path / "town.osm"
    path.write_text("\n".join(lines))
    return path


def test_every_layer_is_its_layer(extract):
    for name, frame in files.streets_from_osm(extract).items():
        assert faults(frame, LAYERS[name]) == []
        assert list(frame.columns) == [*(c.name for c in LAYERS[name].columns), "geometry"]
        assert frame.crs == coords.STORED


def test_streets(extract):
    streets = files.streets_from_osm(extract)["street"].set_index("id")
    assert list(streets.index) == ["10", "11", "20"]
    assert streets.loc["10", ["name", "highway", "bridge", "tunnel", "layer"]].tolist() == [
        "解放路", "residential", 1, 0, 1,
    ]  # fmt: skip
    assert streets.loc["11", ["foot", "tunnel", "layer"]].tolist() == ["yes", 1, -1]
    assert streets.attrs["incomplete"] == 1


def test_shared_nodes_are_shared_vertices(extract):
    layers = files.streets_from_osm(extract)
    a, b = layers["street"].geometry[:2]
    assert a.coords[1] == b.coords[0] == (119.4512345, 32.2)
    assert layers["gate"].geometry[0].coords[0] == b.coords[0]
    metres = coords.to_metres(layers["street"])
    assert metres.geometry[0].coords[1] == metres.geometry[1].coords[0]


def test_a_way_that_leaves_keeps_the_pieces_that_are_there(extract):
    way = files.streets_from_osm(extract)["street"].set_index("id").geometry["20"]
    assert list(way.coords) == [NODES[3], NODES[4]]


def test_barriers_and_gates(extract):
    layers = files.streets_from_osm(extract)
    assert list(layers["barrier"]["kind"]) == ["river", "rail", "wall"]
    assert list(layers["gate"]["foot"]) == ["no", "yes"]


def test_buildings_and_land(extract):
    layers = files.streets_from_osm(extract)
    building = layers["building"].iloc[0]
    assert (building["use"], building["floors"], building["households"]) == ("residential", 6, 0)
    land = layers["landuse"].set_index("id")
    assert land["kind"].to_dict() == {"18": "park", "r30": "water"}
    assert len(shapely.get_parts(land.geometry["r30"])[0].interiors) == 1


def test_tags():
    assert osm_tags.gate({"barrier": "gate", "access": "private", "foot": "yes"})["foot"] == "yes"
    assert osm_tags.gate({"barrier": "gate", "access": "private"})["foot"] == "yes"
    assert osm_tags.gate({"barrier": "lift_gate"})["foot"] == "yes"
    assert osm_tags.gate({"barrier": "fence"}) is None
    assert osm_tags.building({"building": "yes"})["use"] == "unknown"
    assert osm_tags.building({"building": "no"}) is None
    assert osm_tags.barrier({"waterway": "stream", "tunnel": "culvert"}) is None
    assert osm_tags.street({"highway": "steps", "layer": "1;2"})["layer"] == 0
    assert osm_tags.landuse({"amenity": "college"})["kind"] == "university"


def test_no_openstreetmap(tmp_path):
    (tmp_path / "a.osm").write_text("no map")
    (tmp_path / "b.osm.pbf").write_bytes(b"\0" * 50)
    (tmp_path / "c.txt").write_text("no map")
    (tmp_path / "d.osm").write_text("")
    for name in ("a.osm", "b.osm.pbf", "c.txt", "d.osm", "e.osm"):
        with pytest.raises(FileRefused, match="OpenStreetMap") as fault:
            files.streets_from_osm(tmp_path / name)
        assert fault.value.zh


def test_half_an_extract_is_refused(extract):
    words = extract.read_text()
    extract.write_text(words[: len(words) // 2])
    with pytest.raises(FileRefused):
        files.streets_from_osm(extract)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("cn_shanghai_jingan.osm", {"street": 796}),
        ("cn_shenzhen_longgang.osm", {"street": 500, "building": 130, "landuse": 40, "gate": 5}),
        ("de_herrenberg_gates.osm.pbf", {"street": 1600, "gate": 50, "barrier": 30}),
        ("fi_helsinki.osm.pbf", {"street": 2400, "building": 400, "barrier": 300, "gate": 150}),
    ],
)
def test_real_extracts(shared_data, name, least):
    layers = files.streets_from_osm(shared_data / "osm" / name)
    for layer, count in least.items():
        assert len(layers[layer]) >= count
        assert faults(layers[layer], LAYERS[layer]) == []
        assert layers[layer]["id"].is_unique
    lines = shapely.get_parts(layers["street"].geometry.to_numpy())
    ends = [c for line in lines for c in (line.coords[0], line.coords[-1])]
    shared = sum(1 for _, same in itertools.groupby(sorted(ends)) if len(list(same)) > 1)
    assert shared > len(lines) / 4, "streets meet at their ends"
