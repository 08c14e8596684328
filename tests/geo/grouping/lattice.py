"""Small grouping problems with known answers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from geo import grouping
from geo.layers import Adjacency


def edges(columns: int, rows: int) -> npt.NDArray[np.int32]:
    """Neighbours of a lattice, unit = row · columns + column."""
    at = np.arange(columns * rows).reshape(rows, columns)
    across = np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()])
    down = np.column_stack([at[:-1].ravel(), at[1:].ravel()])
    pairs = np.concatenate([across, down])
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int32)


def adjacency(pairs: npt.NDArray[np.int32], n: int) -> Adjacency:
    """Neighbours with borders of length 1; units are named u0, u1, …"""
    ids = np.array([f"u{i}" for i in range(n)], dtype=object)
    return Adjacency(ids, pairs, np.ones(len(pairs)))


def lattice(columns: int, rows: int, groups: int, **options: Any) -> grouping.Problem:
    """A lattice of units 100 m apart, weight 1 unless given."""
    n = columns * rows
    near = adjacency(edges(columns, rows), n)
    options.setdefault("weight", np.ones(n))
    options.setdefault("xy", [(100.0 * (i % columns), 100.0 * (i // columns)) for i in range(n)])
    return grouping.problem(ids=near.ids, adjacency=near, groups=groups, **options)


def solved(problem: grouping.Problem, **options: Any) -> grouping.Partition:
    """Solve quickly with seed 1."""
    options.setdefault("effort", 0.1)
    return grouping.solve(problem, rng=np.random.default_rng(1), time_limit_s=3600, **options)
