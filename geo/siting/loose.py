"""The linear relaxation of covering, drawn tight by odd sets: a bound, and what each site adds to it.

With y_j = 1 where site j opens and z_i = 1 where point i is left out,

    least Σ y_j (+ Σ loss_i z_i instead, with Σ y_j ≤ p)   with   Σ_j reaching i y_j + z_i ≥ 1,

by an interior point method, then again and again with the odd sets (`odd`) that its answer
breaks. Bounds are reckoned from the prices λ ≥ 0 of the rows by weak duality, and so do not
lean on the solver's tolerance.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from geo.layers import Clock
from geo.siting import mip
from geo.siting.costs import Bools, Floats, Ints, Longs
from geo.siting.odd import odd_sets

ROUNDS, MORE, EACH = 15, 600, 6
"""Rounds of cuts, new sets a round, and new sets of which one point may be part."""
SETS, BROKEN = 50_000, 0.02
"""Sets looked for in a round, and by how much they must be broken."""


@dataclass(slots=True)
class Loose:
    """What the relaxation says.

    Attributes
    ----------
    y : (m,) float or None
        Fractions of sites; None when there was no time.
    price : (n,) float
        Prices of the points before any cut.
    bound : float
    rise : (m,) float
        By how much the bound is higher where the site is open, at least.
    odd, right : (k, n) csr, (k,) float
        Points of the odd sets; what each set needs.
    """

    y: Floats | None
    price: Floats
    bound: float
    rise: Floats
    odd: sparse.csr_matrix
    right: Floats


def loosened(
    matrix: sparse.csr_matrix,
    clock: Clock,
    *,
    limit_s: float,
    loss: Floats | None = None,
    p: int | None = None,
    goal: float = np.inf,
    rounds: int = ROUNDS,
) -> Loose:
    """Solve the relaxation and tighten it.

    Parameters
    ----------
    matrix : points × sites
    loss : (n,) float, optional
        What it costs to leave a point out; with `p`. Nobody may be left out where absent.
    goal : float
        A bound of so much is enough.
    rounds : int
        How often it is solved; once is without odd sets.
    """
    return _Relaxation(matrix, clock, loss, p).run(limit_s, goal, rounds)


def folded(matrix: sparse.csr_matrix, odd: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows of odd sets over the sites: half of what a site reaches of the set, rounded up."""
    count = (odd @ matrix).tocsr().astype(np.float64)
    count.data = np.ceil(count.data / 2.0)
    return count


class _Relaxation:
    def __init__(
        self, matrix: sparse.csr_matrix, clock: Clock, loss: Floats | None, p: int | None
    ) -> None:
        self.matrix, self.clock, self.loss, self.p = matrix, clock, loss, p
        self.n, self.m = matrix.shape
        self.best = Loose(
            None, np.zeros(self.n), -np.inf, np.zeros(self.m),
            sparse.csr_matrix((0, self.n)), np.zeros(0),
        )  # fmt: skip

    def run(self, limit_s: float, goal: float, rounds: int) -> Loose:
        """Round after round, until the goal, the time or the gain ends it."""
        odd, right, began = self.best.odd, self.best.right, self.clock.seconds()
        self._prove(self._simple(), odd, right, None)
        first = -np.inf
        for turn in range(rounds):
            left = limit_s - (self.clock.seconds() - began)
            if left <= 0:
                break
            outcome = mip.run(self._program(odd, right), self.clock, limit_s=left, interior=True)
            if outcome.x is None or outcome.dual is None:
                break
            before = self.best.bound
            price = np.maximum(outcome.dual[: self.n + len(right)], 0.0)
            self._prove(price, odd, right, outcome.x)
            if turn == 0:
                self.best.price, first = price[: self.n], self.best.bound
            gain = self.best.bound - before
            if self.best.bound >= goal or (turn > 2 and gain < 0.03 * (before - first)):
                break
            if turn + 1 == rounds:
                break
            useful = price[self.n :] > 1e-7
            new = self._broken(outcome.x)
            if not new.shape[0]:
                break
            odd = sparse.vstack([odd[useful], new]).tocsr()
            size = np.diff(new.indptr)
            right = np.append(right[useful], (size + 1) / 2.0)
        return self.best

    def _simple(self) -> Floats:
        """Prices without any solver: a point pays a part of the widest site that reaches it."""
        if self.loss is not None:
            return np.zeros(self.n)
        size = np.bincount(self.matrix.indices, minlength=self.m)
        widest = np.maximum.reduceat(size[self.matrix.indices], self.matrix.indptr[:-1])
        return np.asarray(1.0 / widest)

    def _program(self, odd: sparse.csr_matrix, right: Floats) -> mip.Model:
        n, m = self.n, self.m
        rows = [sparse.csr_matrix(self.matrix, dtype=np.float64), folded(self.matrix, odd)]
        cost = np.ones(m)
        if self.loss is not None:
            rows = [sparse.hstack([rows[0], sparse.eye_array(n)]), sparse.hstack([rows[1], odd])]
            cost = np.append(np.zeros(m), self.loss)
        lower, upper = np.append(np.ones(n), right), np.full(n + len(right), np.inf)
        if self.p is not None:
            count = np.append(np.ones(m), np.zeros(len(cost) - m))
            rows.append(sparse.csr_matrix(count[None, :]))
            lower, upper = np.append(lower, 0.0), np.append(upper, float(self.p))
        size = len(cost)
        return mip.Model(
            cost, sparse.vstack(rows).tocsr(), lower, upper, np.zeros(size), np.ones(size),
            np.zeros(size, dtype=bool),
        )  # fmt: skip

    def _prove(
        self, price: Floats, odd: sparse.csr_matrix, right: Floats, x: Floats | None
    ) -> None:
        """Reckon the bound of some prices; keep it if it is the best."""
        rows = sparse.vstack([self.matrix, folded(self.matrix, odd)]).tocsr()
        lower = np.append(np.ones(self.n), right)
        paid = rows.T @ price
        if self.loss is None:
            price, paid = price / max(1.0, float(paid.max())), paid / max(1.0, float(paid.max()))
            bound, rise = float(price @ lower), 1.0 - paid
        else:
            out = self.loss - price[: self.n] - odd.T @ price[self.n :]
            worth = np.sort(np.minimum(-paid, 0.0))
            take = self.m if self.p is None else min(self.p, self.m)
            bound = float(price @ lower + np.minimum(out, 0.0).sum() + worth[:take].sum())
            rise = np.maximum(-paid - (worth[take - 1] if take else 0.0), 0.0)
        if bound > self.best.bound:
            self.best.bound, self.best.rise = bound, rise
            self.best.y = None if x is None else x[: self.m]
            self.best.odd, self.best.right = odd, right

    def _broken(self, x: Floats) -> sparse.csr_matrix:
        """Odd sets that an answer breaks, the worst first."""
        y = np.clip(x[: self.m], 0.0, 1.0)
        out = np.clip(x[self.m :], 0.0, 1.0) if self.loss is not None else np.zeros(self.n)
        slack = np.maximum(self.matrix @ y + out - 1.0, 0.0) + out
        points, part = _patterns(self.matrix, y > 1e-6, slack)
        other = part.T.tocsr()
        found, broken = odd_sets(
            part.indptr.astype(np.int64), part.indices.astype(np.int32),
            other.indptr.astype(np.int64), other.indices.astype(np.int32),
            y[y > 1e-6], slack[points], BROKEN, SETS,
        )  # fmt: skip
        return _picked(found, broken, points, self.n)


def _patterns(
    matrix: sparse.csr_matrix, used: Bools, slack: Floats
) -> tuple[Longs, sparse.csr_matrix]:
    """Points with little slack, one of those that share the same sites in use: (points, rows)."""
    points = np.flatnonzero(slack < 0.9)
    points = points[np.argsort(slack[points], kind="stable")]
    part = matrix[points][:, np.flatnonzero(used)].tocsr()
    part.sort_indices()
    seen: dict[bytes, int] = {}
    for k in range(len(points)):
        row = part.indices[part.indptr[k] : part.indptr[k + 1]]
        if len(row) > 1:
            seen.setdefault(row.tobytes(), k)
    kept = np.array(list(seen.values()), dtype=np.int64)
    return points[kept], part[kept]


def _picked(found: Ints, broken: Floats, points: Longs, n: int) -> sparse.csr_matrix:
    """The worst sets, none twice, no point in too many."""
    often = np.zeros(n, dtype=np.int64)
    sets: dict[tuple[int, ...], None] = {}
    for k in np.argsort(-broken, kind="stable"):
        members = np.sort(points[found[k][found[k] >= 0]])
        if often[members].max() >= EACH or tuple(members.tolist()) in sets:
            continue
        often[members] += 1
        sets[tuple(members.tolist())] = None
        if len(sets) == MORE:
            break
    column = np.array([i for members in sets for i in members], dtype=np.int64)
    row = np.repeat(np.arange(len(sets)), [len(members) for members in sets])
    return sparse.csr_matrix((np.ones(len(column)), (row, column)), shape=(len(sets), n))
