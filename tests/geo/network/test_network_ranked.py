"""Searching for the k nearest one by one and together gives the same lists."""

import numpy as np
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import network
from geo.network import ranked, search
from geo.network.kernel import I32


def lists(nodes: int, k: int) -> tuple[I32, I32, I32]:
    return tuple(np.full((nodes, k), v, np.int32) for v in (search.FAR, -1, -1))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([5_000, 30_000, 2**31 - 2]))
def test_one_by_one_is_together_is_the_answer(seed, k, limit):
    rng = np.random.default_rng(seed)
    net = network.build(towns.crooked(rng))
    joined = network.snap(net, rng.uniform(-100, 600, (int(rng.integers(1, 40)), 2)))
    seeds = search.seeds(joined.edge, joined.along_cm, joined.off_cm, net.graph)
    first = ranked._stations(seeds)
    alone, joint = lists(net.nodes, k), lists(net.nodes, k)
    ranked.one_by_one(net.graph, (seeds, first), limit, alone)
    ranked.together(net.graph, seeds, limit, joint)
    chosen = ranked.nearest_k(net.graph, seeds, limit, k)
    for other in (joint, chosen):
        np.testing.assert_array_equal(alone[0], other[0])
        np.testing.assert_array_equal(alone[1], other[1])
    far, owner, _ = search.nearest(net.graph, seeds, limit)
    np.testing.assert_array_equal(far, alone[0][:, 0])
    np.testing.assert_array_equal(owner, alone[1][:, 0])
