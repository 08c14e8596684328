"""Totals against an independent reckoning: plain loops over networkx's Dijkstra."""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import coverage, network

SEEDS = st.integers(0, 2**32 - 1)


def plain_graph(streets) -> nx.Graph:
    """Join every two vertices that follow each other on a street; equal coordinates are one."""
    graph = nx.Graph()
    for line in streets.geometry:
        points = list(line.coords)
        for a, b in pairwise(points):
            far = math.dist(a, b)
            if not graph.has_edge(a, b) or graph.edges[a, b]["m"] > far:
                graph.add_edge(a, b, m=far)
    return graph


def plain_walks(streets, homes, doors) -> list[float]:
    """Walk from each home to the nearest door: on to the nearest street, along it, off again."""
    graph = plain_graph(streets)
    pieces = list(graph.edges)

    def join(name, x, y):
        best = min(pieces, key=lambda e: shapely.LineString(e).distance(shapely.Point(x, y)))
        line = shapely.LineString(best)
        along, off = line.project(shapely.Point(x, y)), line.distance(shapely.Point(x, y))
        return name, best, along, line.length, off

    ends = [join(("door", i), x, y) for i, (x, y) in enumerate(doors)]
    ends = [end for end in ends if end[4] <= 500]
    found = []
    far = {}
    for name, (a, b), along, length, off in ends:
        graph.add_edge(name, a, m=off + along)
        graph.add_edge(name, b, m=off + length - along)
    for name, *_ in ends:
        far[name] = nx.single_source_dijkstra_path_length(graph, name, weight="m")
    for x, y in homes:
        _, (a, b), along, length, off = join("home", x, y)
        walks = [math.inf]
        if off > 500:  # nobody walks as far as that to the first street
            found.append(math.inf)
            continue
        for name, piece, door_along, _, door_off in ends:
            walks.append(far[name].get(a, math.inf) + along + off)
            walks.append(far[name].get(b, math.inf) + length - along + off)
            if piece == (a, b):
                walks.append(abs(along - door_along) + off + door_off)
        found.append(min(walks))
    return found


@given(SEEDS)
@settings(max_examples=12)
def test_the_totals_are_those_of_plain_loops_and_networkx(seed):
    rng = np.random.default_rng(seed)
    streets = towns.crooked(rng)
    homes, doors = rng.uniform(-50, 500, (25, 2)), rng.uniform(-50, 500, (3, 2))
    demand = towns.buildings(*homes.tolist())
    demand["households"] = rng.integers(0, 6, len(demand))
    demand["alone"] = rng.integers(0, 3, len(demand))
    net = network.build(streets)
    times = network.nearest(net, demand, towns.stations(*doors.tolist()))
    walks = plain_walks(streets, homes.tolist(), doors.tolist())
    found = coverage.measure(demand, times, reach_s=(200, 400), reach_m=(300, 500))
    for name, reach_m in [("within_200", 240), ("within_400", 480), ("within_300m", 300),
                          ("within_500m", 500)]:  # fmt: skip
        sure, unsure = np.zeros(2), np.zeros(2)
        for walk, lived, alone in zip(walks, demand["households"], demand["alone"], strict=True):
            people = np.array([lived, alone if lived else 0])
            if walk <= reach_m - 0.2:
                sure += people
            elif walk <= reach_m + 0.2:  # whole centimetres, summed: on the very line
                unsure += people
        for i, count in enumerate(("households", "alone")):
            assert sure[i] <= found.totals.loc[count, name] <= sure[i] + unsure[i]
    reckoned = found.frame["nearest_m"]
    for at, walk in zip(demand["id"], walks, strict=True):
        if at in reckoned.index:
            assert reckoned[at] == pytest.approx(walk, abs=0.2)
