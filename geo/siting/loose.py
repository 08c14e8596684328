"""The linear relaxation of covering, drawn tight by cuts: a bound, and what each site adds to it.

With y_j = 1 where site j opens and z_i = 1 where point i is left out,

    least Σ y_j (+ Σ loss_i z_i instead, with Σ y_j ≤ p)   with   Σ_j reaching i y_j + z_i ≥ 1,

by an interior point method, then again and again with the cuts that its answer breaks: odd sets
(`odd`) while they lift the bound, then patches that grow (`local`). Bounds are reckoned from
the prices λ ≥ 0 of the rows by weak duality, and so do not lean on the solver's tolerance.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from geo.errors import Stopped
from geo.layers import Clock
from geo.siting import mip
from geo.siting.costs import Bools, Floats, Ints, Longs
from geo.siting.local import Pattern, local_cuts
from geo.siting.odd import odd_sets

ROUNDS, MORE, EACH = 40, 600, 6
"""Rounds of cuts, new cuts a round, and new cuts in which one point may have part."""
SETS, BROKEN = 50_000, 0.02
"""Sets looked for in a round, and by how much they must be broken."""
PATCHES = (16, 24, 34)
"""Points of a patch: the next size when the one before gains no more."""
FEW, WORKERS = 16, 2
"""Points between two glances at the clock; how many look at once."""


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
    cuts, right : (k, m or m + n) csr, (k,) float
        Rows that every answer keeps: cuts · (y, z) ≥ right.
    """

    y: Floats | None
    price: Floats
    bound: float
    rise: Floats
    cuts: sparse.csr_matrix
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
        Answers of so much or more are not asked for: sites that lead there are shut, and the
        bound says no more.
    rounds : int
        How often it is solved; once is without cuts.
    """
    return _Relaxation(matrix, clock, loss, p, goal).run(limit_s, rounds)


class _Relaxation:
    def __init__(
        self,
        matrix: sparse.csr_matrix,
        clock: Clock,
        loss: Floats | None,
        p: int | None,
        goal: float,
    ) -> None:
        self.matrix, self.clock, self.loss, self.p, self.goal = matrix, clock, loss, p, goal
        self.n, self.m = matrix.shape
        self.rows = sparse.csr_matrix(matrix, dtype=np.float64)
        if loss is not None:
            self.rows = sparse.hstack([self.rows, sparse.eye_array(self.n)]).tocsr()
        self.shut, self.end = np.zeros(self.m, dtype=bool), 0.0
        none = sparse.csr_matrix((0, self.rows.shape[1]))
        self.best = Loose(None, np.zeros(self.n), -np.inf, np.zeros(self.m), none, np.zeros(0))

    def run(self, limit_s: float, rounds: int) -> Loose:
        """Round after round, until the goal, the time or the gain ends it."""
        cuts, right, self.end = self.best.cuts, self.best.right, self.clock.seconds() + limit_s
        self._prove(self._simple(), cuts, right, None)
        stage, start = 0, -np.inf
        for turn in range(rounds):
            left = self.end - self.clock.seconds()
            if left <= 0:
                break
            outcome = mip.run(self._program(cuts, right), self.clock, limit_s=left, interior=True)
            if outcome.x is None or outcome.dual is None:
                break
            before = self.best.bound
            price = np.maximum(outcome.dual[: self.n + len(right)], 0.0)
            self._prove(price, cuts, right, outcome.x)
            if turn == 0:
                self.best.price = price[: self.n]
                start = self.best.bound
            gain = self.best.bound - before
            if self.best.bound >= self.goal or turn + 1 == rounds:
                break
            if turn and gain < self._worth(start):
                stage += 1
            if stage > len(PATCHES):
                break
            useful = price[self.n :] > 1e-7
            new, need = self._broken(outcome.x, stage)
            while not len(need) and stage < len(PATCHES):
                stage += 1
                new, need = self._broken(outcome.x, stage)
            if stage > len(PATCHES) or not len(need):
                break
            cuts = sparse.vstack([cuts[useful], new]).tocsr()
            right = np.append(right[useful], need)
        return self.best

    def _worth(self, start: float) -> float:
        """A gain that is worth another round of the same kind."""
        return 0.04 * (self.best.bound - start)

    def _simple(self) -> Floats:
        """Prices without any solver: a point pays a part of the widest site that reaches it."""
        if self.loss is not None:
            return np.zeros(self.n)
        size = np.bincount(self.matrix.indices, minlength=self.m)
        widest = np.maximum.reduceat(size[self.matrix.indices], self.matrix.indptr[:-1])
        return np.asarray(1.0 / widest)

    def _program(self, cuts: sparse.csr_matrix, right: Floats) -> mip.Model:
        n, m = self.n, self.m
        rows = [self.rows, cuts]
        cost = np.ones(m) if self.loss is None else np.append(np.zeros(m), self.loss)
        lower, upper = np.append(np.ones(n), right), np.full(n + len(right), np.inf)
        if self.p is not None:
            count = np.append(np.ones(m), np.zeros(len(cost) - m))
            rows.append(sparse.csr_matrix(count[None, :]))
            lower, upper = np.append(lower, 0.0), np.append(upper, float(self.p))
        size = len(cost)
        return mip.Model(
            cost, sparse.vstack(rows).tocsr(), lower, upper, np.zeros(size),
            np.append(~self.shut, np.ones(size - m)), np.zeros(size, dtype=bool),
        )  # fmt: skip

    def _prove(
        self, price: Floats, cuts: sparse.csr_matrix, right: Floats, x: Floats | None
    ) -> None:
        """Reckon the bound of some prices; keep it if it is the best."""
        lower = np.append(np.ones(self.n), right)
        paid = sparse.vstack([self.rows, cuts]).tocsr().T @ price
        live = ~self.shut
        if self.loss is None:
            bound = float(price @ lower + np.minimum(1.0 - paid[live], 0.0).sum())
            rise = np.maximum(1.0 - paid, 0.0)
        else:
            out = self.loss - paid[self.m :]
            worth = np.sort(np.minimum(-paid[: self.m][live], 0.0))
            take = len(worth) if self.p is None else min(self.p, len(worth))
            bound = float(price @ lower + np.minimum(out, 0.0).sum() + worth[:take].sum())
            rise = np.maximum(-paid[: self.m] - (worth[take - 1] if take else 0.0), 0.0)
        if bound > self.best.bound:
            rise[self.shut] = np.inf
            self.best.bound, self.best.rise = min(bound, self.goal), rise
            self.best.y = None if x is None else x[: self.m]
            self.best.cuts, self.best.right = cuts, right
        self.shut |= self.best.bound + self.best.rise >= self.goal

    def _broken(self, x: Floats, stage: int) -> tuple[sparse.csr_matrix, Floats]:
        """Cuts that an answer breaks: odd sets first, then patches of a size."""
        y = np.clip(x[: self.m], 0.0, 1.0)
        out = np.clip(x[self.m :], 0.0, 1.0) if self.loss is not None else np.zeros(self.n)
        slack = np.maximum(self.matrix @ y + out - 1.0, 0.0) + out
        points = _patterns(self.matrix, y > 1e-6, slack)
        if stage > 0:
            return self._patches(
                points, np.append(y, out)[: self.rows.shape[1]], slack, PATCHES[stage - 1]
            )
        part = self.matrix[points][:, np.flatnonzero(y > 1e-6)].tocsr()
        other = part.T.tocsr()
        found, broken = odd_sets(
            part.indptr.astype(np.int64), part.indices.astype(np.int32),
            other.indptr.astype(np.int64), other.indices.astype(np.int32),
            y[y > 1e-6], slack[points], BROKEN, SETS,
        )  # fmt: skip
        odd = _picked(found, broken, points, self.n)
        count = sparse.csr_matrix(odd @ self.rows)
        count.data = np.ceil(count.data / 2.0)
        return count, (np.diff(odd.indptr) + 1) / 2.0

    def _patches(
        self, points: Longs, y: Floats, slack: Floats, size: int
    ) -> tuple[sparse.csr_matrix, Floats]:
        """Local cuts around the points, on all cores."""
        live = np.append(~self.shut, np.ones(len(y) - self.m, dtype=bool))
        part = (self.rows[points] @ sparse.diags_array(live.astype(np.float64))).tocsr()
        part.eliminate_zeros()
        other = part.T.tocsr()
        at = Pattern(
            part.indptr.astype(np.int64), part.indices.astype(np.int32),
            other.indptr.astype(np.int64), other.indices.astype(np.int32), y, slack[points],
        )  # fmt: skip

        def block(k: int) -> list[tuple[Longs, Ints, Longs, Longs]]:
            often, made = np.zeros(len(points), dtype=np.int64), []
            for low in range(k * FEW, len(points), WORKERS * FEW):
                if self.clock.seconds() > self.end or self.clock.over():
                    break
                seeds = np.arange(low, min(low + FEW, len(points)), dtype=np.int32)
                made.append(local_cuts(at, seeds, size, often, EACH))
            return made

        with ThreadPoolExecutor(WORKERS) as workers:
            jobs = [workers.submit(block, k) for k in range(WORKERS)]
            try:
                while wait(jobs, timeout=0.2).not_done:
                    self.clock.tell("bound", self.clock.seconds(), self.clock.limit_s)
            except (KeyboardInterrupt, Stopped):
                self.clock.stop()
                raise
        done = [found for job in jobs for found in job.result()]
        made = [
            sparse.csr_matrix(
                (factor / np.repeat(right, np.diff(start)), site, start),
                shape=(len(right), len(y)),
            )
            for start, site, factor, right in done
        ]
        cuts = sparse.vstack(made).tocsr() if made else sparse.csr_matrix((0, len(y)))
        return cuts, np.ones(cuts.shape[0])


def _patterns(matrix: sparse.csr_matrix, used: Bools, slack: Floats) -> Longs:
    """Points with little slack, one of those that share the same sites in use."""
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
    return points[kept]


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
