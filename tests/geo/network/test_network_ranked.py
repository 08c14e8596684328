"""The k nearest of every node: more of them only add to the fewer."""

import numpy as np
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import network
from geo.network import ranked, search


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([5_000, 30_000, 2**31 - 2]))
def test_fewer_are_the_first_of_more(seed, k, limit):
    rng = np.random.default_rng(seed)
    net = network.build(towns.crooked(rng, private=True))
    joined = network.snap(net, rng.uniform(-100, 600, (int(rng.integers(1, 40)), 2)))
    seeds = search.seeds(joined.edge, joined.along_cm, joined.off_cm, net.graph)
    fewer, more = (ranked.nearest_k(net.graph, seeds, limit, n) for n in (k, k + 3))
    np.testing.assert_array_equal(fewer[0], more[0][:, :k])
    np.testing.assert_array_equal(fewer[1], more[1][:, :k])
    far, owner, _ = search.nearest(net.graph, seeds, limit)
    np.testing.assert_array_equal(far, fewer[0][:, 0])
    np.testing.assert_array_equal(owner, fewer[1][:, 0])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_no_station_is_listed_twice_and_the_list_is_sorted(seed):
    rng = np.random.default_rng(seed)
    net = network.build(towns.crooked(rng))
    joined = network.snap(net, rng.uniform(-100, 600, (20, 2)))
    seeds = search.seeds(joined.edge, joined.along_cm, joined.off_cm, net.graph)
    far, owner, _ = ranked.nearest_k(net.graph, seeds, 2**31 - 2, 5)
    assert (np.diff(far.astype(np.int64), axis=1) >= 0).all()
    for stations in owner:
        found = stations[stations >= 0]
        assert len(set(found.tolist())) == len(found)
