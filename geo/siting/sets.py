"""Fewest sites that reach every point (Toregas et al. 1971), and whether p can.

Reductions first; what is left falls into parts that share no site. For each part a search with
growing weights finds a cover, the linear relaxation proves how few could do, sites that
are too dear for that (by reduced cost) are dropped, and what is still open is searched whole
when few sites are enough, or goes to HiGHS.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from geo.errors import Stopped
from geo.layers import Clock
from geo.siting import few, mip
from geo.siting.chance import Words
from geo.siting.costs import Floats, Ints, Rows
from geo.siting.loose import Loose, loosened
from geo.siting.reduce import reduced
from geo.siting.seek import seek

FEW, BRANCHES = 12, 20_000
"""Up to so many sites an exhaustive search is tried first, for so many branches."""
PROOF = 0.6
"""Share of the time left that a proof may take; then the search goes on."""
SMALLER = 0.8
"""Share of the sites up to which what prices leave of a question is a question anew."""
LOOKS = 30_000_000
"""About how many pairs a search for one cover may look at."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Sites found (None when none were), and a true bound on how few can do."""

    chosen: Ints | None
    bound: int


def incidence(rows: Rows, m: int) -> sparse.csr_matrix:
    """Points × sites, 1 where the site reaches the point."""
    ones = np.ones(len(rows.site), dtype=np.int32)
    return sparse.csr_matrix((ones, rows.site, rows.start), shape=(len(rows.start) - 1, m))


def fewest(
    rows: Rows,
    m: int,
    clock: Clock,
    random: Words,
    *,
    most: int | None = None,
    start: Ints | None = None,
) -> Cover:
    """Find the fewest sites that reach every point.

    Parameters
    ----------
    most : int, optional
        Only ask whether so many can do: `chosen` is then any such cover or None, and a
        `bound` above `most` proves that none exists.
    start : sites, optional
        A cover to begin with.
    """
    if np.any(np.diff(rows.start) == 0):
        return Cover(None, m + 1)
    return _by_parts(incidence(rows, m), clock, random, most, start, clock.left())


def _by_parts(  # noqa: PLR0917
    matrix: sparse.csr_matrix, clock: Clock, random: Words, most: int | None, start: Ints | None,
    limit_s: float,
) -> Cover:  # fmt: skip
    """Reduce a question and answer it part by part."""
    matrix, sites, forced = reduced(matrix)
    chosen: list[Ints] = [forced]
    parts, end = _parts(matrix), clock.seconds() + limit_s
    bound, rest = len(forced), len(parts)
    for part, columns in parts:
        rest -= 1
        room = None if most is None else most - bound - rest
        alone = None if most is None or len(parts) > 1 else room
        if room is not None and room <= 0:
            return Cover(None, bound + rest + 1)
        warm = (
            None
            if start is None
            else np.flatnonzero(np.isin(sites[columns], start)).astype(np.int32)
        )
        asked = _Part(part, clock, random)
        try:
            found = asked.solve(alone, warm, (end - clock.seconds()) / (rest + 1))
        except (KeyboardInterrupt, Stopped):
            clock.stop()
            found = Cover(asked.so_far(), asked.floor)
        bound += found.bound
        if most is not None and bound + rest > most:
            return Cover(None, bound + rest)
        chosen.append(_none() if found.chosen is None else sites[columns[found.chosen]])
        if found.chosen is None:
            chosen, parts = [], []
    if not chosen:
        return Cover(None, bound + rest)
    return Cover(np.sort(np.concatenate(chosen)).astype(np.int32), bound)


def least(rows: Rows, m: int, clock: Clock) -> int:
    """Give a number of sites below which none can reach every point, from the relaxation alone."""
    if np.any(np.diff(rows.start) == 0):
        return m + 1
    matrix, _, forced = reduced(incidence(rows, m))
    if min(matrix.shape) == 0:
        return len(forced)
    bound = loosened(matrix, clock, limit_s=clock.left() / 4, rounds=1).bound
    return len(forced) + int(np.ceil(bound - 1e-6))


def _none() -> Ints:
    return np.zeros(0, dtype=np.int32)


def _parts(matrix: sparse.csr_matrix) -> list[tuple[sparse.csr_matrix, Ints]]:
    """Parts that share no site, each with its columns."""
    n, m = matrix.shape
    if min(n, m) == 0:
        return []
    graph = sparse.block_array([[None, matrix], [matrix.T, None]])
    count, label = connected_components(graph, directed=False)
    parts = []
    for k in range(count):
        columns = np.flatnonzero(label[n:] == k).astype(np.int32)
        parts.append((matrix[label[:n] == k][:, columns].tocsr(), columns))
    return parts


class _Part:
    """One part of a covering question."""

    def __init__(self, matrix: sparse.csr_matrix, clock: Clock, random: Words) -> None:
        self.matrix, self.clock, self.random = matrix, clock, random
        other = matrix.T.tocsr()
        self.rows = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)
        self.columns = other.indptr.astype(np.int64), other.indices.astype(np.int32)
        self.best: Ints | None = None
        self.floor = 1

    def solve(self, most: int | None, warm: Ints | None, limit_s: float) -> Cover:
        """Find a cover and prove that it is the least, or that `most` cannot do."""
        if most is not None and most <= FEW and (known := self._whole(most)) is not None:
            return known
        began = self.clock.seconds()
        quick = loosened(self.matrix, self.clock, limit_s=0.0, rounds=0).bound
        self.floor = max(1, int(np.ceil(quick - 1e-6)))
        chosen = self._cover(1 if most is None else most, warm)
        if most is not None and len(chosen) <= most:
            return Cover(chosen, self.floor)
        room = len(chosen) - 1 if most is None else most
        goal = room + 2e-6
        loose = loosened(self.matrix, self.clock, limit_s=limit_s / 2, goal=goal)
        self.floor = floor = max(self.floor, int(np.ceil(loose.bound - 1e-6)))
        if floor > room:
            return Cover(chosen if most is None else None, floor)
        left = limit_s - (self.clock.seconds() - began)
        better = self._proof(room, loose, left if most is not None else PROOF * left, most)
        self.floor = floor = max(floor, better.bound)
        if most is not None:
            return Cover(better.chosen, floor)
        self.best = chosen if better.chosen is None else better.chosen
        self._go_on(began + limit_s)
        return Cover(self.best, floor)

    def _go_on(self, end: float) -> None:
        """Search on from the best cover for as long as there is time and anything to gain."""
        while len(self.so_far()) > self.floor and self.clock.seconds() < end:
            fewer = self.so_far()[self._lightest(self.so_far())]
            found = False
            while not found and self.clock.seconds() < end:
                found = self.reach(fewer)
            if found:
                self.best = fewer

    def so_far(self) -> Ints:
        """The smallest cover seen, or one made at once."""
        return self._greedy() if self.best is None else self.best

    def _whole(self, most: int) -> Cover | None:
        used, chosen = few.reach_all(self.matrix.toarray() > 0, most, BRANCHES)
        if used == 0:
            return Cover(None, most + 1)
        return Cover(chosen, 1) if used > 0 else None

    def _cover(self, enough: int, warm: Ints | None) -> Ints:
        """A small cover: greedy, then with one site less for as long as the search succeeds."""
        best = self._greedy()
        if warm is not None and len(warm) < len(best) and self._reached(warm):
            best = warm
        self.best = best
        while len(best) > max(enough, 1) and not self.clock.over():
            fewer = best[self._lightest(best)] if len(best) - 1 >= enough else best[:enough]
            if not self.reach(fewer):
                break
            self.best = best = fewer
        return best

    def _reached(self, chosen: Ints) -> bool:
        return bool(np.all(self.matrix[:, chosen].sum(axis=1) >= 1))

    def _lightest(self, chosen: Ints) -> Ints:
        """Positions of all but the site that fewest points would miss."""
        alone = np.asarray(self.matrix[:, chosen].sum(axis=1)).ravel() == 1
        lost = np.asarray(self.matrix[alone][:, chosen].sum(axis=0)).ravel()
        return np.delete(np.arange(len(chosen)), np.argmin(lost)).astype(np.int32)

    def reach(self, chosen: Ints) -> bool:
        """Search for a cover of as many sites as `chosen`, which is changed in place."""
        wide = max(1, len(self.rows[1]) // self.matrix.shape[1])
        deep = max(1, len(self.rows[1]) // self.matrix.shape[0])
        steps, size, left = LOOKS // (wide + 4 * deep) + 200, 50, 1
        while steps > 0 and left > 0 and not self.clock.over():
            left = seek(*self.rows, *self.columns, chosen, min(size, steps), self.random)
            steps, size = steps - size, size * 2
            self.clock.tell("covers", 0, 1)
        return left == 0

    def _greedy(self) -> Ints:
        """Take the site that reaches most of what is left."""
        bare = np.ones(self.matrix.shape[0])
        taken: list[int] = []
        by_site = self.matrix.T.tocsr()
        gain = np.asarray(by_site @ bare).ravel()
        while bare.any():
            j = int(np.argmax(gain))
            taken.append(j)
            points = by_site.indices[by_site.indptr[j] : by_site.indptr[j + 1]]
            new = points[bare[points] > 0]
            bare[new] = 0.0
            gain -= np.asarray(self.matrix[new].sum(axis=0)).ravel()
        return np.array(taken, dtype=np.int32)

    def _proof(self, room: int, loose: Loose, limit_s: float, aim: int | None) -> Cover:
        """Ask HiGHS whether `room` sites can do, without sites too dear for that."""
        kept = np.flatnonzero(loose.bound + loose.rise <= room + 1e-6)
        matrix = self.matrix[:, kept]
        if np.any(np.diff(matrix.indptr) == 0):
            return Cover(None, room + 1)
        if len(kept) < SMALLER * self.matrix.shape[1]:
            found = _by_parts(matrix, self.clock, self.random, room, None, limit_s)
            short = found.chosen is not None and len(found.chosen) <= room
            chosen = kept[found.chosen].astype(np.int32) if short else None
            return Cover(chosen, min(found.bound, room + 1))
        small, sites, forced = reduced(matrix)
        if min(small.shape) == 0:
            alone = kept[forced].astype(np.int32)
            return Cover(alone if len(forced) <= room else None, min(len(forced), room + 1))
        cuts = loose.cuts[:, kept]
        must = loose.right - np.asarray(cuts[:, forced].sum(axis=1)).ravel()
        model = _model(small, room - len(forced), cuts[:, sites][must > 0], must[must > 0])
        outcome = mip.run(
            replace(model, aim=None if aim is None else aim - len(forced)),
            self.clock,
            limit_s=limit_s,
        )
        if outcome.infeasible:
            return Cover(None, room + 1)
        bound = len(forced) + int(np.ceil(max(outcome.bound, 0.0) - 1e-6))
        if outcome.x is None:
            return Cover(None, min(bound, room + 1))
        whole = kept[np.concatenate([forced, sites[outcome.x > 0.5]])]
        return Cover(np.sort(whole).astype(np.int32), min(bound, room + 1))


def _model(
    matrix: sparse.csr_matrix, room: int, cuts: sparse.csr_matrix, need: Floats
) -> mip.Model:
    """The program: every point is reached, cuts get what they need, at most `room` sites."""
    n, m = matrix.shape
    rows = [matrix, cuts, sparse.csr_matrix(np.ones((1, m)))]
    lower = np.concatenate([np.ones(n), need, [0.0]])
    upper = np.concatenate([np.full(n + len(need), np.inf), [float(room)]])
    return mip.Model(
        np.ones(m), sparse.vstack(rows).tocsr(), lower, upper, np.zeros(m), np.ones(m),
        np.ones(m, dtype=bool),
    )  # fmt: skip
