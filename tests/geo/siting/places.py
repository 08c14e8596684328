"""Siting problems of known kinds and any size, made from a seed."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

Floats = npt.NDArray[np.float64]


def network(n: int, seed: int) -> Floats:
    """Shortest paths on a random connected graph with n²/50 edges of length 1 … 100 (Beasley 1985)."""
    rng = np.random.default_rng(seed)
    chain = rng.permutation(n)
    extra = max(n * n // 50 - n + 1, 0)
    a = np.concatenate([chain[:-1], rng.integers(0, n, extra)])
    b = np.concatenate([chain[1:], rng.integers(0, n, extra)])
    length = rng.integers(1, 101, len(a)).astype(float)
    table = np.full((n, n), np.inf)
    np.minimum.at(table, (a, b), length)
    np.minimum.at(table, (b, a), length)
    np.fill_diagonal(table, np.inf)
    i, j = np.nonzero(np.isfinite(table))
    graph = coo_array((table[i, j], (i, j)), shape=(n, n)).tocsr()
    return np.asarray(shortest_path(graph, method="D", directed=False))


def scatter(n: int, seed: int, *, clusters: int = 0, side_m: float = 10_000) -> Floats:
    """Places in a square, evenly or in clusters, (n, 2) metres."""
    rng = np.random.default_rng(seed)
    if not clusters:
        return rng.random((n, 2)) * side_m
    middle = rng.random((clusters, 2)) * side_m
    return middle[rng.integers(0, clusters, n)] + rng.normal(0, side_m / 40, (n, 2))


def distances(xy: Floats, other: Floats | None = None, *, whole: bool = True) -> Floats:
    """Straight-line metres, rounded to whole ones."""
    to = xy if other is None else other
    far = np.hypot(xy[:, None, 0] - to[None, :, 0], xy[:, None, 1] - to[None, :, 1])
    return np.floor(far + 0.5) if whole else far
