"""A plan in the making: pieces move between neighbouring areas, and areas join."""

import heapq
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from geo.unify.agreement import matched
from geo.unify.atoms import Atoms

Ints = npt.NDArray[np.int64]


class Plan:
    """Which area each piece belongs to, and whose names the areas inherit."""

    def __init__(self, found: Atoms, start: int, norm: tuple[int, int]) -> None:
        self.found, self.start, self.norm = found, start, norm
        self.near: list[list[tuple[int, float]]] = [[] for _ in found.shapes]
        for (i, j), metres in zip(found.pairs.tolist(), found.border_m.tolist(), strict=True):
            self.near[i].append((j, metres))
            self.near[j].append((i, metres))
        self.count: list[int] = found.counts.tolist()
        self.area = self._begun()
        self.load = np.bincount(self.area, found.counts).astype(np.int64)
        self.heir = np.full((len(self.load), len(found.nets)), -1, dtype=np.int64)
        self.cost = np.inf
        self.label = found.label.tolist()
        self.inside: list[set[int]] = [set() for _ in range(len(self.load))]
        for i, a in enumerate(self.area.tolist()):
            self.inside[a].add(i)

    def _begun(self) -> Ints:
        """Take the areas of the first net, each connected part its own; the rest joins them."""
        label = self.found.label[:, self.start].copy()
        area = np.full(len(label), -1, dtype=np.int64)
        fresh = 0
        for i in range(len(label)):
            if area[i] < 0 and label[i] >= 0:
                area[self._spread(i, label)] = fresh
                fresh += 1
        waiting = [i for i in range(len(label)) if area[i] < 0]
        while waiting:
            left = []
            for i in waiting:
                beside: dict[int, float] = {}
                for j, metres in self.near[i]:
                    if area[j] >= 0:
                        beside[int(area[j])] = beside.get(int(area[j]), 0.0) + metres
                if beside:
                    area[i] = max(beside, key=lambda a: (beside[a], -a))
                else:
                    left.append(i)
            if len(left) == len(waiting):
                area[left[0]] = fresh
                fresh += 1
                left = left[1:]
            waiting = left
        return area

    def _spread(self, i: int, label: Ints) -> list[int]:
        seen, order = {i}, [i]
        for at in order:
            for j, _ in self.near[at]:
                if j not in seen and label[j] == label[i]:
                    seen.add(j)
                    order.append(j)
        return order

    def misfit(self) -> int:
        """Households too many or too few, over all areas that have any."""
        low, high = self.norm
        short = np.where(self.load > 0, np.maximum(low - self.load, 0), 0)
        return int((np.maximum(self.load - high, 0) + short).sum())

    def inherit(self, w: list[float]) -> float:
        """Choose the heirs anew, net by net: the matching that keeps most; give the cost."""
        cost, counts = 0.0, self.found.counts.astype(np.float64)
        for k in range(len(self.found.nets)):
            old = self.found.label[:, k]
            sizes = len(self.load), len(self.found.codes[k])
            partner, kept = matched(self.area, old, counts, sizes)
            self.heir[:, k] = partner
            cost += w[k] * (float(counts[old >= 0].sum()) - kept)
        self.cost = cost
        self.names = self.heir.tolist()
        return cost

    def state(self) -> tuple[Ints, Ints, Ints, float]:
        """Give what makes the plan, to come back to."""
        return self.area.copy(), self.load.copy(), self.heir.copy(), self.cost

    def restore(self, state: tuple[Ints, Ints, Ints, float]) -> None:
        """Come back to a plan; only for reading."""
        self.area, self.load, self.heir, self.cost = state

    def improve(self, w: list[float]) -> None:
        """Move pieces that keep more names elsewhere, the greatest gain first."""
        queue: list[tuple[float, int, int]] = []
        for i in range(len(self.count)):
            self._offer(queue, i, w)
        while queue:
            gain, i, to = heapq.heappop(queue)
            if -gain > self._gain(i, to, w) + 1e-9 or not self._may(i, to):
                continue
            self._move(i, to)
            for j, _ in self.near[i]:
                self._offer(queue, j, w)

    def _offer(self, queue: list[tuple[float, int, int]], i: int, w: list[float]) -> None:
        if self.count[i]:
            for to in {int(self.area[j]) for j, _ in self.near[i]} - {int(self.area[i])}:
                gain = self._gain(i, to, w)
                if gain > 1e-9:
                    heapq.heappush(queue, (-gain, i, to))

    def _gain(self, i: int, to: int, w: list[float]) -> float:
        now, then = self.names[int(self.area[i])], self.names[to]
        kept = 0.0
        for name, a, b, worth in zip(self.label[i], now, then, w, strict=True):
            if name >= 0:
                kept += worth * ((b == name) - (a == name))
        return float(self.count[i] * kept)

    def _may(self, i: int, to: int) -> bool:
        """Say whether a move keeps its area whole and neither area worse off against the norm."""
        here, n = int(self.area[i]), self.count[i]
        if here == to or not any(self.area[j] == to for j, _ in self.near[i]):
            return False
        before = self._miss(self.load[here]) + self._miss(self.load[to])
        after = self._miss(self.load[here] - n) + self._miss(self.load[to] + n)
        return after <= before and self._may_leave(i)

    def _miss(self, load: int) -> int:
        low, high = self.norm
        return int(max(load - high, low - load if load > 0 else 0, 0))

    def _may_leave(self, i: int) -> bool:
        """Say whether the rest of the area hangs together without a piece."""
        here = int(self.area[i])
        mine = [j for j, _ in self.near[i] if self.area[j] == here]
        if len(mine) < 2:
            return bool(mine) or bool(self.load[here] == self.count[i])
        wanted, seen, order = set(mine[1:]), {i, mine[0]}, [mine[0]]
        for at in order:
            for j, _ in self.near[at]:
                if j not in seen and self.area[j] == here:
                    seen.add(j)
                    order.append(j)
                    wanted.discard(j)
            if not wanted:
                return True
        return False

    def _move(self, i: int, to: int) -> None:
        self.load[int(self.area[i])] -= self.count[i]
        self.load[to] += self.count[i]
        self.inside[int(self.area[i])].discard(i)
        self.inside[to].add(i)
        self.area[i] = to

    def fit(self, w: list[float]) -> None:
        """Bring areas within the norm: give and take pieces, join the small, cheapest first."""
        low, high = self.norm
        for a in np.argsort(-np.abs(self.load - (low + high) / 2), kind="stable").tolist():
            if self.load[a] > high:
                self._give(a, w)
            elif 0 < self.load[a] < low and not self._join(a):
                self._take(a, w)

    def _members(self, a: int) -> list[int]:
        return sorted(self.inside[a])

    def _give(self, a: int, w: list[float]) -> None:
        """Hand pieces of a large area to neighbours, the least loss for a household first."""
        for _ in range(len(self.count)):
            moves = self._helping((i, to) for i in self._members(a) for to in self._beside(i))
            if self.load[a] <= self.norm[1] or not self._best(moves, w):
                return

    def _take(self, a: int, w: list[float]) -> None:
        for _ in range(len(self.count)):
            rim = {j for i in self._members(a) for j, _ in self.near[i] if self.area[j] != a}
            moves = self._helping((j, a) for j in sorted(rim))
            if self.load[a] >= self.norm[0] or not self._best(moves, w):
                return

    def _beside(self, i: int) -> list[int]:
        return sorted({int(self.area[j]) for j, _ in self.near[i]} - {int(self.area[i])})

    def _helping(self, moves: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Keep the moves that bring the two areas nearer to the norm together."""
        kept = []
        for i, to in moves:
            here, n = int(self.area[i]), self.count[i]
            before = self._miss(self.load[here]) + self._miss(self.load[to])
            after = self._miss(self.load[here] - n) + self._miss(self.load[to] + n)
            if n and after < before:
                kept.append((i, to))
        return kept

    def _best(self, moves: list[tuple[int, int]], w: list[float]) -> bool:
        order = sorted(moves, key=lambda m: (-self._gain(m[0], m[1], w) / self.count[m[0]], m))
        for i, to in order:
            if self._may(i, to):
                self._move(i, to)
                return True
        return False

    def _join(self, a: int) -> bool:
        """Join a small area to a neighbour when both are within the norm together."""
        border: dict[int, float] = {}
        members = self._members(a)
        for i in members:
            for j, metres in self.near[i]:
                b = int(self.area[j])
                if b != a and self.norm[0] <= self.load[a] + self.load[b] <= self.norm[1]:
                    border[b] = border.get(b, 0.0) + metres
        if not border:
            return False
        to = max(border, key=lambda b: (border[b], -b))
        self.area[members] = to
        self.inside[to].update(members)
        self.inside[a].clear()
        self.load[to] += self.load[a]
        self.load[a] = 0
        return True
