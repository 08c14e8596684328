"""One net out of many: the fewest households that change, under the norms, with a bound.

Every new area may inherit the name of one area of each net, and every old area has one heir
at most. A household changes in net k when the heir of its old area is not where it lives
now. With c_k the households that change in net k and w_k its weight:

    minimise Σ_k w_k c_k   over connected areas of whole pieces within the norms

Bound. In two nets j and k, a household that changes in neither lives where the heirs of its
two areas are one; pairs with one heir are a matching of the areas. So at most M_jk
households, the weight of a maximum matching, change in neither, and
c_j + c_k ≥ H_jk − M_jk. Any λ ≥ 0 with Σ_k λ_jk ≤ w_j for every net then gives

    Σ_k w_k c_k ≥ Σ_{j<k} λ_jk (H_jk − M_jk)

and the best λ is a small linear program. It holds for every plan, with norms or without.
"""

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.optimize import linprog

from geo.errors import BadInput
from geo.layers import Progress, quiet
from geo.unify.agreement import matched
from geo.unify.atoms import Atoms
from geo.unify.moving import Plan

Ints = npt.NDArray[np.int64]
NORM = (300, 500)
ROUNDS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A net that could replace all.

    `area` (n,) is the new area of every piece, 0 … m − 1; ``heir[a, k]`` the area of net k
    whose name new area a inherits (−1: none). `changed` are households that change, by net;
    `objective` their weighted sum, `bound` what no plan can go below. `outside` lists new
    areas that the norms do not hold for, with the reason. `frame_net` is the net that the
    plan started from.
    """

    found: Atoms
    area: Ints
    heir: Ints
    changed: tuple[int, ...]
    objective: float
    bound: float
    norm: tuple[int, int]
    frame_net: str
    outside: pd.DataFrame

    @property
    def gap(self) -> float:
        """Share of the objective that is not proven to be needed; 0 without change."""
        return (self.objective - self.bound) / self.objective if self.objective else 0.0

    @property
    def status(self) -> str:
        """Optimal when the bound is met, else feasible; areas outside the norms stand in `outside`."""
        return "optimal" if self.objective <= self.bound * (1 + 1e-9) + 1e-9 else "feasible"

    @property
    def shapes(self) -> npt.NDArray[np.object_]:
        """Polygons of the new areas, on the borders of the pieces."""
        order = np.argsort(self.area, kind="stable")
        first = np.searchsorted(self.area[order], np.arange(len(self.heir) + 1))
        parts = [self.found.shapes[order[a:b]] for a, b in pairwise(first)]
        return np.array([shapely.coverage_union_all(part) for part in parts], dtype=object)

    def of_homes(self) -> Ints:
        """Give every home's new area; −1 where no net holds it."""
        made: Ints = np.append(self.area, -1)[self.found.home]
        return made


def propose(
    found: Atoms,
    *,
    norm: tuple[int, int] = NORM,
    weights: tuple[float, ...] | None = None,
    frame: str | None = None,
    progress: Progress = quiet,
) -> Proposal:
    """Merge the nets into one.

    Parameters
    ----------
    found : Atoms
    norm : (int, int)
        Least and most households of an area; areas without homes are no matter of norms.
    weights : sequence of float, optional
        What a household's change counts in each net, ≥ 0; 1 where absent.
    frame : str, optional
        The net to start from; without it every net is tried and the best plan taken.

    Raises
    ------
    BadInput
        When the norm is turned round, a weight is negative, or no such net is there.
    """
    w = _weights(found, weights)
    if not 0 <= norm[0] <= norm[1]:
        raise BadInput(f"norm {norm} is turned round", zh=f"规模范围有误：{norm}")
    if frame is not None and frame not in found.nets:
        raise BadInput(
            f"no net {frame!r}", zh=f"没有“{frame}”这套网格", hint=f"one of {', '.join(found.nets)}"
        )
    starts = [found.nets.index(frame)] if frame else list(range(len(found.nets)))
    plans = []
    for n, k in enumerate(starts):
        progress("合并方案", n, len(starts))
        plans.append(_from(found, k, w, norm))
    best = min(plans, key=lambda plan: (plan.misfit(), plan.cost, plan.start))
    progress("合并方案", len(starts), len(starts))
    return _told(found, best, w, norm)


def _weights(found: Atoms, weights: tuple[float, ...] | None) -> npt.NDArray[np.float64]:
    w = np.ones(len(found.nets)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (len(found.nets),) or np.any(w < 0) or not np.isfinite(w).all():
        raise BadInput(
            f"weights {weights} are not one number ≥ 0 a net",
            zh=f"权重 {weights} 应为每套网格一个非负数",
        )
    return w


def _from(found: Atoms, start: int, w: npt.NDArray[np.float64], norm: tuple[int, int]) -> Plan:
    """Start from one net; let pieces move, and heirs be chosen anew, until neither helps."""
    plan, worth = Plan(found, start, norm), w.tolist()
    least = plan.misfit(), plan.inherit(worth)
    best = plan.state()
    for _ in range(ROUNDS):
        plan.improve(worth)
        plan.fit(worth)
        if (reached := (plan.misfit(), plan.inherit(worth))) >= least:
            break
        best, least = plan.state(), reached
    plan.restore(best)
    return plan


def bound(found: Atoms, w: npt.NDArray[np.float64]) -> float:
    """Give the weighted change below which no plan can go."""
    nets = range(len(found.nets))
    pairs = list(combinations(nets, 2))
    if not pairs:
        return 0.0
    torn = []
    for j, k in pairs:
        one, other = found.label[:, j], found.label[:, k]
        sizes = len(found.codes[j]), len(found.codes[k])
        both = (one >= 0) & (other >= 0)
        _, kept = matched(one, other, found.counts.astype(np.float64), sizes)
        torn.append(float(found.counts[both].sum()) - kept)
    rows = np.array([[float(k in pair) for pair in pairs] for k in nets])
    best = linprog(-np.array(torn), A_ub=rows, b_ub=w, method="highs")
    return max(0.0, -float(best.fun) * (1 - 1e-9))


def _told(found: Atoms, plan: Plan, w: npt.NDArray[np.float64], norm: tuple[int, int]) -> Proposal:
    used, area = np.unique(plan.area, return_inverse=True)
    heir = plan.heir[used]
    changed = []
    for k in range(len(found.nets)):
        known = found.label[:, k] >= 0
        moved = known & (heir[area, k] != found.label[:, k])
        changed.append(int(found.counts[moved].sum()))
    return Proposal(
        found, area.astype(np.int64), heir, tuple(changed), float(np.dot(w, changed)),
        bound(found, w), norm, found.nets[plan.start], _outside(found, area, norm),
    )  # fmt: skip


def _outside(found: Atoms, area: Ints, norm: tuple[int, int]) -> pd.DataFrame:
    """List the areas that the norm does not hold for, and why."""
    load = np.bincount(area, found.counts).astype(np.int64)
    largest = np.zeros(len(load), dtype=np.int64)
    np.maximum.at(largest, area, found.counts)
    bad = np.flatnonzero((load > norm[1]) | ((load > 0) & (load < norm[0])))
    rows = []
    for a in bad.tolist():
        if load[a] > norm[1]:
            whole = largest[a] > norm[1]
            zh = "各网一致的一整块已超出规模，需拆分" if whole else "超出规模，邻格没有余量"
            en = (
                "one piece that all nets agree on is too large: split it"
                if whole
                else "too large; no neighbour has room"
            )
        else:
            zh, en = "低于规模，邻格没有可让出的部分", "too small; no neighbour has a piece to give"
        rows.append({"area": a, "households": int(load[a]), "zh": zh, "en": en})
    return pd.DataFrame(rows, columns=["area", "households", "zh", "en"])
