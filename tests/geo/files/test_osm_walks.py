"""Small OpenStreetMap towns, one a rule of the wiki: what is walked, by whom, and what is not."""

from pathlib import Path

import numpy as np
import pytest

from geo import coords, files, layers, network

STEP = 0.001
"""Degrees between nodes: some 100 m."""
Tags = dict[str, str]


def town(
    folder: Path,
    ways: list[tuple[list[int], Tags]],
    *,
    nodes: dict[int, Tags] | None = None,
    squares: list[tuple[list[int], Tags]] | None = None,
) -> network.Network:
    """Write a town and build it; node 10 r + c lies r steps north and c steps east.

    `squares` are relations of type multipolygon, each of one way without tags.
    """
    nodes = nodes or {}
    parts = ["<osm version='0.6' generator='test'>"]
    used = {n for refs, _ in [*ways, *(squares or [])] for n in refs}
    for n in sorted(used | set(nodes)):
        lon, lat = 119.45 + STEP * (n % 10), 32.2 + STEP * (n // 10)
        parts.append(
            f"<node id='{n + 1}' lon='{lon:.7f}' lat='{lat:.7f}'>{_tags(nodes.get(n, {}))}"
        )
        parts.append("</node>")
    lines = [*ways, *((refs, {}) for refs, _ in squares or [])]
    for number, (refs, tags) in enumerate(lines, start=1):
        inner = "".join(f"<nd ref='{n + 1}'/>" for n in refs)
        parts.append(f"<way id='{number}'>{inner}{_tags(tags)}</way>")
    for number, (_, tags) in enumerate(squares or [], start=1):
        member = f"<member type='way' ref='{len(ways) + number}' role='outer'/>"
        parts.append(
            f"<relation id='{number}'>{member}{_tags({'type': 'multipolygon', **tags})}</relation>"
        )
    path = folder / "town.osm"
    path.write_text("\n".join([*parts, "</osm>"]))
    found = files.streets_from_osm(path)
    streets = coords.to_metres(found["street"], coords.working_crs(119.45))
    around = {n: coords.to_metres(found[n], streets.crs) for n in ("barrier", "gate")}
    return network.build(streets, barriers=around["barrier"], gates=around["gate"])


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items())


def walk(net: network.Network, a: int, b: int, who: str = "adult") -> float:
    """Measure the walk between two nodes, in steps of some 100 m (inf: none)."""
    lonlat = np.array([(119.45 + STEP * (n % 10), 32.2 + STEP * (n // 10)) for n in (a, b)])
    there = coords.transformer(coords.STORED, net.crs)
    ends = np.stack(there.transform(*lonlat.T), axis=1)
    joined = network.snap(net, ends, walker=layers.walker(who), reach_m=5.0)
    if (joined.edge < 0).any():
        return float("inf")
    return network.route(net, ends[0], ends[1], walker=layers.walker(who)).metres / 100


ROAD = {"highway": "residential"}
WALKED = [
    {"highway": "footway"}, {"highway": "path"}, {"highway": "steps"}, {"highway": "pedestrian"},
    {"highway": "living_street"}, {"highway": "service"}, {"highway": "track"},
    {"highway": "corridor", "indoor": "yes"}, {"highway": "platform"}, {"highway": "elevator"},
    {"highway": "footway", "footway": "crossing"}, {"highway": "residential", "access": "destination"},
    {"highway": "residential", "access": "permissive"}, {"highway": "service", "access": "customers"},
    {"highway": "residential", "access": "no", "foot": "yes"},
    {"highway": "residential", "access": "private", "foot": "permissive"},
    {"highway": "cycleway", "foot": "designated"}, {"highway": "trunk", "foot": "yes"},
    {"highway": "trunk", "sidewalk": "both"}, {"highway": "trunk", "sidewalk:right": "yes"},
    {"highway": "primary", "sidewalk": "separate"}, {"highway": "residential", "oneway": "yes"},
    {"highway": "residential", "tunnel": "yes", "layer": "-1"},
    {"highway": "footway", "bridge": "yes", "layer": "2"},
    {"highway": "footway", "foot:conditional": "no @ (23:00-06:00)"},
]  # fmt: skip
NOT_WALKED = [
    {"highway": "motorway"}, {"highway": "trunk"}, {"highway": "cycleway"}, {"highway": "bridleway"},
    {"highway": "construction", "construction": "residential"}, {"highway": "proposed"},
    {"highway": "residential", "access": "no"}, {"highway": "residential", "foot": "no"},
    {"highway": "primary", "foot": "use_sidepath"}, {"highway": "primary", "motorroad": "yes"},
    {"highway": "service", "access": "military"}, {"highway": "trunk", "sidewalk": "no"},
    {"highway": "trunk", "access": "no", "sidewalk": "both"}, {"area:highway": "footway"},
    {"route": "ferry", "foot": "yes"}, {"highway": "busway"}, {"highway": "raceway"},
    {"highway": "residential", "access": "no", "foot:conditional": "yes @ (08:00-18:00)"},
]  # fmt: skip


@pytest.mark.parametrize("tags", WALKED, ids=str)
def test_a_way_that_is_walked(tmp_path, tags):
    net = town(tmp_path, [([0, 1], ROAD), ([1, 2], tags), ([2, 3], ROAD)])
    assert 2.5 < walk(net, 0, 3) < 3.5


@pytest.mark.parametrize("tags", NOT_WALKED, ids=str)
def test_a_way_that_is_not_walked(tmp_path, tags):
    net = town(tmp_path, [([0, 1], ROAD), ([1, 2], tags), ([2, 3], ROAD)])
    assert walk(net, 0, 3) == float("inf")
    assert network.report(net).facts["pieces"] == 2


@pytest.mark.parametrize("access", ["private", "residents", "permit"])
def test_private_ways_begin_and_end_walks_and_are_no_way_through(tmp_path, access):
    round_about = ([1, 11, 12, 2], ROAD)
    private = {"highway": "service", "access": access}
    net = town(tmp_path, [([0, 1], ROAD), ([1, 2], private), ([2, 3], ROAD), round_about])
    assert walk(net, 0, 3) > 4.5
    net = town(tmp_path, [([0, 1], ROAD), ([1, 2], private)])
    assert walk(net, 0, 2) < 2.5


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "no"}, False),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, True),
        ({"barrier": "gate", "foot": "no"}, False),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "gate", "locked": "yes", "access": "private"}, True),
        ({"barrier": "lift_gate", "access": "customers"}, True),
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "access": "no", "foot": "designated"}, True),
        ({"barrier": "block"}, True),
        ({"barrier": "chain", "foot": "no"}, False),
        ({"barrier": "wall", "access": "no"}, False),
        ({"barrier": "kissing_gate"}, True),
    ],
    ids=str,
)  # fmt: skip
def test_a_barrier_on_a_way(tmp_path, tags, open_):
    net = town(tmp_path, [([0, 1, 2], ROAD)], nodes={1: tags})
    assert (walk(net, 0, 2) < 3) == open_


def test_no_one_is_joined_to_a_street_through_a_wall(tmp_path):
    wall = ([10, 11, 12], {"barrier": "wall"})
    street, inner = ([0, 1, 2], ROAD), ([30, 31, 32], {"highway": "service"})
    shut = town(tmp_path, [street, wall, inner])
    assert walk(shut, 1, 31) == float("inf")
    through = ([1, 11, 31], {"highway": "footway"})
    gate = {11: {"barrier": "gate"}}
    assert walk(town(tmp_path, [street, wall, inner, through], nodes=gate), 1, 31) < 3.5


def test_a_wheelchair_takes_the_ramp_the_lift_and_no_steps(tmp_path):
    for tags, rolls in (
        ({"highway": "steps"}, False),
        ({"highway": "steps", "ramp": "yes"}, False),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, True),
        ({"highway": "elevator"}, True),
    ):
        net = town(tmp_path, [([0, 1], ROAD), ([1, 2], tags), ([2, 3], ROAD)])
        assert (walk(net, 0, 3, "wheelchair") < 4) == rolls
        assert walk(net, 0, 3) < 4


def test_a_bridge_passes_over_what_it_does_not_meet(tmp_path):
    bridge = ([1, 21], {"highway": "footway", "bridge": "yes", "layer": "1"})
    net = town(tmp_path, [([10, 12], ROAD), bridge])
    assert walk(net, 1, 10) == float("inf")
    met = ([1, 11, 21], {"highway": "footway"})
    assert walk(town(tmp_path, [([10, 11, 12], ROAD), met]), 1, 10) < 2.5


def test_a_square_is_walked_along_its_edges(tmp_path):
    ring = [1, 2, 12, 11, 1]
    streets = [([0, 1], ROAD), ([12, 13], ROAD)]
    way = town(tmp_path, [*streets, (ring, {"highway": "pedestrian", "area": "yes"})])
    relation = town(tmp_path, streets, squares=[(ring, {"highway": "pedestrian"})])
    for net in (way, relation):
        assert 3.5 < walk(net, 0, 13) < 4.5
