"""Branching on whether a site opens, best bound first (Land & Doig 1960).

Prices are inherited from the parent; sites are fixed in every node.
"""

import heapq

import numpy as np
import numpy.typing as npt

from geo.layers import Clock
from geo.siting import dual
from geo.siting.costs import Floats
from geo.siting.dual import Prices
from geo.siting.field import FREE, OPEN, SHUT, Field
from geo.siting.part import Part
from geo.siting.room import ENDLESS
from geo.siting.score import Score, rounded, target, value_of

NODE_ROUNDS = 60
QUEUE_BYTES = 600_000_000


class Tree:
    """Best-bound-first branching on whether a site opens."""

    def __init__(self, part: Part, score: Score, clock: Clock) -> None:
        self.part, self.score, self.clock = part, score, clock
        self.heap: list[tuple[float, int, np.ndarray, np.ndarray]] = []
        self.count = 0
        now = part.prices
        self._push(float(now.bound[0]), now.mark, now.u)

    def run(self, nodes: int) -> bool:
        """Work through at most `nodes`; say whether the tree is done."""
        game = self.part.game
        room = QUEUE_BYTES // max(4 * game.n + game.m, 1)
        for _ in range(nodes):
            if not self.heap:
                break
            if self.clock.over() or len(self.heap) > room:
                return False
            self.clock.tell("branches", self.count, self.count + len(self.heap))
            bound, _, mark, u = heapq.heappop(self.heap)
            if bound >= target(game, self.score.value):
                self.heap.clear()
                break
            self._visit(bound, mark, u.astype(np.float64))
            self._note()
        return not self.heap

    def _note(self) -> None:
        game = self.part.game
        best = self.heap[0][0] if self.heap else np.inf
        goal = target(game, self.score.value)
        if best >= goal:
            self.score.raise_bound(self.score.value if game.whole else rounded(game, goal))
        else:
            self.score.raise_bound(rounded(game, best))

    def _push(self, bound: float, mark: np.ndarray, u: np.ndarray) -> None:
        self.count += 1
        heapq.heappush(self.heap, (bound, self.count, mark, u.astype(np.float32)))

    def _visit(self, bound: float, mark: np.ndarray, u: Floats) -> None:
        game = self.part.game
        cap = _cap(game, mark)
        now = Prices(
            u,
            np.zeros(game.m),
            mark.copy(),
            cap,
            np.array([-np.inf]),
            dual.begun(),
            np.zeros(game.n),
        )
        take = game.p - int((mark == OPEN).sum())
        goal = target(game, self.score.value)
        take -= dual.ascend(game, ENDLESS, now, take, goal, NODE_ROUNDS, True)
        free = np.flatnonzero(now.mark == FREE)
        if now.bound[0] >= goal or take < 0:
            return
        if take == 0 or len(free) <= take:
            self._leaf(now.mark, free if take else free[:0])
            return
        bound = max(bound, float(now.bound[0]))
        self._guess(now, take, free)
        j = free[np.argmin(np.abs(now.share[free] - 0.5))]
        for side in (SHUT, OPEN):
            child = now.mark.copy()
            child[j] = side
            self._push(bound, child, now.u)

    def _guess(self, now: Prices, take: int, free: npt.NDArray[np.integer]) -> None:
        likely = free[np.argsort(-now.share[free], kind="stable")[:take]]
        self._leaf(now.mark, likely)

    def _leaf(self, mark: np.ndarray, more: npt.NDArray[np.integer]) -> None:
        chosen = np.concatenate([np.flatnonzero(mark == OPEN), more])
        value = value_of(self.part.game, chosen)
        if value < self.score.value - 1e-12 * abs(value):
            names = np.concatenate([self.part.inside, self.part.names[chosen]])
            self.score.offer(names.astype(np.int32), value)


def _cap(game: Field, mark: np.ndarray) -> Floats:
    cap = game.base.copy()
    for j in np.flatnonzero(mark == OPEN):
        at = slice(int(game.by_start[j]), int(game.by_start[j + 1]))
        points = game.by_point[at]
        cap[points] = np.minimum(cap[points], game.by_cost[at])
    return cap
