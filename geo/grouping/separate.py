"""Where a plan, whole or fractional, is not connected: minimal separators of unit and seat."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.grouping.board import neighbours
from geo.grouping.problem import Bools, Floats, Ints, Problem


class Separator:
    """Finds sets S of units such that unit i reaches seat j only through S, and x breaks them."""

    def __init__(self, problem: Problem, seats: Ints, at: Ints) -> None:
        pairs, length = problem.adjacency.pairs, problem.adjacency.length_m
        self.start, self.other, _ = neighbours(problem.n, pairs, length)
        self.seats, self.at = seats, at

    def broken(self, x: Floats, least: float) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Give (unit, column, separator) with x_ij − Σ_{s in S} x_sj > least.

        For every seat, the units with much of x that hang together but not with the seat;
        of each such piece the separator is taken around the piece as a whole.
        """
        full = np.where(self.at >= 0, x[self.at], 0.0)
        for j, seat in enumerate(self.seats):
            share = full[:, j]
            if share.max() <= least:
                continue
            yield from self._column(int(seat), j, share, least)

    def _column(
        self, seat: int, j: int, share: Floats, least: float
    ) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        levels = (0.5,) if least >= 0.5 else (0.5, 0.25, 0.1, 0.02)
        for level in levels:
            piece = pieces(self.start, self.other, share > level)
            for p in range(int(piece.max()) + 1):
                held = np.flatnonzero(piece == p)
                if piece[seat] == p:
                    continue
                yield from self._piece(seat, j, held, share, least)

    def _piece(
        self, seat: int, j: int, held: npt.NDArray[np.int64], share: Floats, least: float
    ) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        usable = self.at[:, j] >= 0
        inside = np.zeros(len(share), dtype=np.bool_)
        inside[held] = True
        ring = minimal(self.start, self.other, inside, usable, seat)
        total = share[ring].sum()
        top = held[np.argsort(-share[held], kind="stable")[:3]]
        for i in top:
            if share[i] - total > least:
                yield int(i), j, tuple(int(s) for s in ring)


@njit(cache=True, nogil=True)
def pieces(start: Ints, other: Ints, kept: Bools) -> Ints:
    """Connected pieces of the kept units, numbered from 0; −1 elsewhere."""
    piece = np.full(len(kept), -1, dtype=np.int32)
    queue = np.empty(len(kept), dtype=np.int32)
    count = 0
    for first in range(len(kept)):
        if not kept[first] or piece[first] >= 0:
            continue
        piece[first] = count
        queue[0] = first
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for e in range(start[u], start[u + 1]):
                v = other[e]
                if kept[v] and piece[v] < 0:
                    piece[v] = count
                    queue[tail] = v
                    tail += 1
        count += 1
    return piece


@njit(cache=True, nogil=True)
def minimal(start: Ints, other: Ints, inside: Bools, usable: Bools, seat: int) -> Ints:
    """Give the ring around `inside` that the seat reaches without entering the ring."""
    n = len(inside)
    ring = np.zeros(n, dtype=np.bool_)
    for u in range(n):
        if inside[u]:
            for e in range(start[u], start[u + 1]):
                v = other[e]
                if not inside[v] and usable[v]:
                    ring[v] = True
    near = np.zeros(n, dtype=np.bool_)
    if ring[seat]:
        near[seat] = True
        return np.flatnonzero(near).astype(np.int32)
    seen = np.zeros(n, dtype=np.bool_)
    queue = np.empty(n, dtype=np.int32)
    queue[0] = seat
    seen[seat] = True
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(start[u], start[u + 1]):
            v = other[e]
            if not usable[v] or seen[v] or inside[v]:
                continue
            seen[v] = True
            if ring[v]:
                near[v] = True
            else:
                queue[tail] = v
                tail += 1
    return np.flatnonzero(near).astype(np.int32)
