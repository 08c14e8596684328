"""What is made from the layers and kept in files, for all processes of a deployment.

A file is named after the sum of what it was made from: changed streets make another file,
while whoever has the old one open goes on with it. One process makes it, the others wait and
map it. A process that is killed over it leaves what was there, and the next one makes it.
Where nothing can be written, each process makes its own.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo import network
from geo.layers import Walker

MOST = {"network": 3, "tree": 48}
"""Older files go."""
TREE_FROM_NODES = 20_000
"""A tree over fewer nodes is made sooner than it is read."""


def kept_network(
    folder: Path | None, key: str, make: Callable[[], network.Network]
) -> network.Network:
    """Give the network that was kept under a key; make it, and keep it, when there is none."""
    if folder is None:
        return make()
    path = folder / f"network-{key[:24]}"
    if (found := network.load(path, key=key)) is not None:
        return found
    with _alone(folder, "network"):
        if (found := network.load(path, key=key)) is not None:
            return found
        made = make()
        if not _save(made, path, key):
            return made
    return network.load(path, key=key) or made


def kept_tree(
    folder: Path | None,
    net: network.Network,
    key: str,
    ask: tuple[npt.NDArray[np.float64], int, Walker],
    *,
    from_nodes: int = TREE_FROM_NODES,
) -> network.Tree:
    """Give the tree for stations, k and a walker, kept under a key, over large networks."""
    xy, k, who = ask
    if folder is None or net.nodes < from_nodes:
        return network.tree(net, xy, k=k, walker=who)
    path = folder / f"tree-{key[:24]}"
    if (found := network.load_tree(path, net, who, key=key)) is not None:
        return found
    with _alone(folder, "tree"):
        if (found := network.load_tree(path, net, who, key=key)) is not None:
            return found
        made = network.tree(net, xy, k=k, walker=who)
        if not _save(made, path, key):
            return made
    return network.load_tree(path, net, who, key=key) or made


def _save(made: network.Network | network.Tree, path: Path, key: str) -> bool:
    try:
        network.save(made, path, key=key)
    except OSError:
        return False
    kind = path.name.partition("-")[0]
    with suppress(OSError):
        files = sorted(path.parent.glob(f"{kind}-*"), key=lambda file: file.stat().st_mtime)
        for old in files[: -MOST[kind]]:
            old.unlink(missing_ok=True)
        for left in path.parent.glob(f".{kind}-*"):  # by a process that was killed: we are alone
            left.unlink(missing_ok=True)
    return True


@contextmanager
def _alone(folder: Path, kind: str) -> Iterator[None]:
    """Let one process at a time make something of a kind for a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / f".lock-{kind}").open("w")
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
