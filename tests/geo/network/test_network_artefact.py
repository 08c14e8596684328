"""A network that was kept is the network that was built; what is damaged is none."""

import multiprocessing
from pathlib import Path

import numpy as np
import pytest
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import layers, network


def same(a, b) -> bool:
    if isinstance(a, tuple):
        return all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(np.array_equal(a, b))


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_a_kept_network_answers_as_the_one_that_was_built(tmp_path_factory, seed):
    rng = np.random.default_rng(seed)
    net = network.build(towns.crooked(rng, steps=True, private=True))
    path = tmp_path_factory.mktemp("kept") / "network"
    network.save(net, path, key="a")
    kept = network.load(path, key="a")
    assert kept is not None
    assert kept.crs == net.crs
    assert same(kept.graph, net.graph)
    assert same(kept.shapes, net.shapes)
    assert [kept.street_ids[i] for i in range(len(kept.street_ids))] == [
        net.street_ids[i] for i in range(len(net.street_ids))
    ]
    stations, places = rng.uniform(0, 500, (4, 2)), rng.uniform(0, 500, (10, 2))
    for who in (layers.walker("adult"), layers.walker("wheelchair")):
        tree = network.tree(net, stations, k=2, walker=who)
        network.save(tree, path.with_name("tree"), key="b")
        again = network.load_tree(path.with_name("tree"), kept, who, key="b")
        assert again is not None
        for place in places:
            ways, others = network.routes(tree, place), network.routes(again, place)
            assert [w.metres for w in ways] == [w.metres for w in others]
            assert all(same(a.points, b.points) for a, b in zip(ways, others, strict=True))
        other = layers.Walker("other", "别人", 1.0)
        assert network.load_tree(path.with_name("tree"), kept, other, key="b") is None


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "network"
    network.save(towns.lattice(6, 6).net, path, key="first")
    return path


def test_a_file_of_another_key_is_none(kept):
    assert network.load(kept, key="second") is None
    assert network.load(kept.with_name("nowhere"), key="first") is None


@pytest.mark.parametrize("where", [0, 3, 40, -1, -900])
def test_a_damaged_file_is_none(kept, where):
    content = bytearray(kept.read_bytes())
    content[where] ^= 0x55
    kept.write_bytes(content)
    assert network.load(kept, key="first") is None


@pytest.mark.parametrize("left", [0, 10, 500, -1])
def test_a_file_cut_short_is_none(kept, left):
    content = kept.read_bytes()
    kept.write_bytes(content[:left])
    assert network.load(kept, key="first") is None


def test_who_holds_the_old_file_goes_on_while_a_new_one_takes_its_place(kept):
    old = network.load(kept, key="first")
    network.save(towns.river().net, kept, key="second")
    new = network.load(kept, key="second")
    assert network.route(old, (0, 0), (600, 600)).metres == 1200
    assert new.nodes != old.nodes
    assert list(kept.parent.iterdir()) == [kept]


def _ask(path: Path, answers) -> None:
    net = network.load(path, key="first")
    mapped = any(str(path) in line for line in Path("/proc/self/maps").read_text().splitlines())
    answers.put((network.route(net, (0, 0), (600, 600)).metres, mapped))


def test_two_processes_map_the_same_file(kept):
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    workers = [spawn.Process(target=_ask, args=(kept, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert [answers.get(timeout=300) for _ in workers] == [(1200.0, True)] * 2
    for worker in workers:
        worker.join()
