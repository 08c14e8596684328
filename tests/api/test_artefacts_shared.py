"""Several processes share what one has made; one that is killed over it harms nobody."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import towns

from api.tasks.artefacts import kept_network
from geo import network

SPAWN = multiprocessing.get_context("spawn")


def lattice() -> network.Network:
    return towns.lattice(6, 6).net


def _make_slowly(folder: Path, answers) -> None:
    def make() -> network.Network:
        answers.put("made")
        time.sleep(1)
        return lattice()

    answers.put(kept_network(folder, "new", make).nodes)


def _never_end(folder: Path, begun) -> None:
    def make() -> network.Network:
        (folder / f".network-new.{os.getpid()}").write_bytes(b"half")
        begun.put(True)
        time.sleep(600)
        return lattice()

    kept_network(folder, "new", make)


def _old_and_new(folder: Path) -> list[str]:
    return sorted(
        file.name for file in folder.glob("*network-*") if not file.name.startswith(".lo")
    )


def test_of_two_processes_one_makes_and_both_answer(tmp_path):
    answers = SPAWN.Queue()
    workers = [SPAWN.Process(target=_make_slowly, args=(tmp_path, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    told = [answers.get(timeout=300) for _ in range(3)]
    for worker in workers:
        worker.join()
    assert sorted(map(str, told)) == sorted(["made", *[str(lattice().nodes)] * 2])


def test_a_killed_builder_leaves_the_old_and_the_next_one_builds(tmp_path):
    old = kept_network(tmp_path, "old", lattice)
    begun = SPAWN.Queue()
    builder = SPAWN.Process(target=_never_end, args=(tmp_path, begun))
    builder.start()
    assert begun.get(timeout=300)
    assert network.load(tmp_path / "network-old", key="old") is not None
    os.kill(builder.pid, signal.SIGKILL)
    builder.join()
    assert len(_old_and_new(tmp_path)) == 2  # the old one, and what the killed one left
    assert kept_network(tmp_path, "new", lattice).nodes == old.nodes
    assert _old_and_new(tmp_path) == ["network-new", "network-old"]
    assert network.load(tmp_path / "network-old", key="old") is not None
