"""Groups of buildings: within a range of households, connected, with as little upset as asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from geo.parcelling import play
from geo.parcelling.parts import parts
from geo.parcelling.play import I32, Board
from geo.parcelling.sides import Bools, Floats, Ints

LADDER = (0.15, 0.4, 1.0)
"""Weights of upset that are always tried, so that more weight never upsets more."""
METRES_A_HOUSEHOLD = 10.0
"""At weight 0.5 one household more with another leader is worth so much border."""
STEPS = 180
"""Moves that are tried for every building."""
LEAST_SHAPE = 1e-6
"""At weight 1 shape still decides between plans that upset the same."""


@dataclass(frozen=True, slots=True)
class Units:
    """Buildings to be gathered.

    `pairs` are neighbours; ``walk[e]`` says whether one walks from one to the other, ``cost[e]``
    what a border between them costs. ``old[i]`` is today's group of building i, numbered from
    0, −1 for none. ``whole[i]`` is the compound of building i, −1 for none; ``lead[i]`` is the
    building whose land it shares, mostly itself.
    """

    pairs: npt.NDArray[np.int32]
    walk: Bools
    cost: Floats
    weight: Floats
    xy: Floats
    old: I32
    whole: I32
    lead: Ints


@dataclass(frozen=True, slots=True)
class Range:
    """Households of a group: from `lower` to `upper`, rather near `target`."""

    lower: float
    upper: float
    target: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to gather the buildings.

    ``labels[i]`` is the group of building i; groups below the number of old groups carry on
    those (every old group at most once). `broken` is 0 when all groups are in range,
    `shape_m` the cost of the borders and of uneven groups, `changed` the households whose
    building is no longer in the group that carries on their old one.
    """

    labels: I32
    broken: float
    shape_m: float
    changed: float


def gather(units: Units, allowed: Range, *, seed: int, effort: float = 1.0) -> list[Plan]:
    """Gather buildings in several ways: from the least upset to the best shape.

    Returns
    -------
    list of Plan
        Those that break least; each upsets less than the one before, at the price of shape.
        A single plan where there are no old groups.
    """
    if not len(units.weight):
        return [Plan(np.zeros(0, dtype=np.int32), 0.0, 0.0, 0.0)]
    if (units.lead != np.arange(len(units.lead))).any():
        stood = np.unique(units.lead, return_inverse=True)[1]
        inner = gather(_contracted(units, stood), allowed, seed=seed, effort=effort)
        return [replace(plan, labels=plan.labels[stood]) for plan in inner]
    board = _board(units, allowed)
    unit = _compounds(units, allowed)
    found = [labels[unit] for labels in _plans(_contracted(units, unit), allowed, seed, effort)]
    plans = [_told(board, labels) for labels in found]
    if int(unit.max()) + 1 < len(unit) and min(p.broken for p in plans) > 0:
        plans += [_told(board, labels) for labels in _plans(units, allowed, seed, effort)]
    least = min(p.broken for p in plans)
    return _curve([p for p in plans if p.broken <= least + 1e-9])


def chosen(plans: Sequence[Plan], upset: float) -> Plan:
    """Choose from the plans of `gather` by the weight of upset, 0 to 1; more never upsets more."""
    price = _price(upset)
    return min(plans, key=lambda p: (price[0] * p.shape_m + price[1] * p.changed, p.changed))


def _price(upset: float) -> Floats:
    return np.array([1 - upset + LEAST_SHAPE, upset * METRES_A_HOUSEHOLD])


def _curve(plans: list[Plan]) -> list[Plan]:
    """Keep plans that nothing beats in both upset and shape, most upset first."""
    kept: list[Plan] = []
    for plan in sorted(plans, key=lambda p: (p.changed, p.shape_m)):
        if not kept or plan.shape_m < kept[-1].shape_m - 1e-6:
            kept.append(plan)
    return kept[::-1]


def _compounds(units: Units, allowed: Range) -> Ints:
    """Number what must stay together: a compound that fits into a group, else each building.

    A compound stays whole when one can walk through all of it, when its households are
    within the upper bound, and when today's groups do not divide it.
    """
    n = len(units.weight)
    part = parts(n, units.pairs[units.walk & (_ends(units.whole, units.pairs) >= 0)])
    load = np.bincount(part, weights=units.weight)
    one = np.ones(len(load), dtype=bool)
    for values in (units.whole, units.old):
        low, high = np.full(len(load), n), np.full(len(load), -1)
        np.minimum.at(low, part, values)
        np.maximum.at(high, part, values)
        one &= low == high
    of_compound = np.bincount(units.whole + 1, weights=units.weight)[units.whole + 1]
    fits = (one & (load <= allowed.upper))[part] & (np.abs(load[part] - of_compound) < 0.5)
    fits &= units.whole >= 0
    name = np.where(fits, part, len(load) + np.arange(n))
    return np.asarray(np.unique(name, return_inverse=True)[1], dtype=np.int64)


def _ends(values: I32, pairs: npt.NDArray[np.int32]) -> I32:
    """Give the value that both ends of an edge share, −1 where they differ."""
    a, b = values[pairs[:, 0]], values[pairs[:, 1]]
    return np.where(a == b, a, -1).astype(np.int32)


def _contracted(units: Units, unit: Ints) -> Units:
    """Make one unit of all buildings of the same number."""
    count = int(unit.max()) + 1
    ends = np.sort(unit[units.pairs], axis=1)
    apart = ends[:, 0] != ends[:, 1]
    key, where = np.unique(ends[apart, 0] * count + ends[apart, 1], return_inverse=True)
    walk = np.bincount(where, weights=units.walk[apart], minlength=len(key)) > 0
    cost = np.bincount(where, weights=units.cost[apart], minlength=len(key))
    size = np.bincount(unit)
    middle = [np.bincount(unit, weights=units.xy[:, axis]) / size for axis in (0, 1)]
    first = np.unique(unit, return_index=True)[1]
    return Units(
        np.column_stack([key // count, key % count]).astype(np.int32), walk,
        cost.astype(np.float64), np.bincount(unit, weights=units.weight).astype(np.float64),
        np.column_stack(middle), units.old[first], units.whole[first],
        np.arange(count),
    )  # fmt: skip


def _plans(units: Units, allowed: Range, seed: int, effort: float) -> list[I32]:
    """Give the labels of several plans: the best without upset in mind, and every rung."""
    board = _board(units, allowed)
    old = int(units.old.max(initial=-1)) + 1
    fresh = _fresh(units, board, allowed, seed, effort)
    found = [fresh]
    if old:
        start = _today(units, board)
        for rung, upset in enumerate(LADDER):
            found.append(
                _cooled(board, start, _price(upset), seed + 7 * rung, 0.5 * effort, hot=20.0)
            )
        found.append(start)
    return [_named(labels, units) for labels in found]


def _told(board: Board, labels: I32) -> Plan:
    slots = int(labels.max()) + 1
    broken, shape, changed = play.energy(board, labels, slots, _price(0.0))
    return Plan(labels, broken, shape, changed)


def _board(units: Units, allowed: Range) -> Board:
    n = len(units.weight)
    ends = np.concatenate([units.pairs[:, 0], units.pairs[:, 1]])
    other = np.concatenate([units.pairs[:, 1], units.pairs[:, 0]])
    order = np.lexsort((other, ends))
    start = np.searchsorted(ends[order], np.arange(n + 1)).astype(np.int32)
    return Board(
        start, ends[order].astype(np.int32), other[order].astype(np.int32), np.tile(units.walk, 2)[order],
        np.tile(units.cost, 2)[order], units.weight, units.xy, units.old,
        np.array([allowed.lower, allowed.upper, allowed.target]),
    )  # fmt: skip


def _cooled(  # noqa: PLR0917
    board: Board, labels: I32, price: Floats, seed: int, effort: float, hot: float = 120.0
) -> I32:
    slots = int(labels.max()) + 1
    steps = int(effort * STEPS * max(len(labels), 8))
    heat = np.array([hot, 1.0]) * max(price[0], 0.05)
    return play.cool(board, labels.copy(), slots, price, steps, heat, seed)


def pieces(units: Units) -> Ints:
    """Give the part of each building: one can walk between the buildings of a part."""
    n = len(units.weight)
    stood = np.column_stack([np.arange(n), units.lead])[units.lead != np.arange(n)]
    return parts(n, np.concatenate([units.pairs[units.walk], stood]))


def _fresh(units: Units, board: Board, allowed: Range, seed: int, effort: float) -> I32:
    """Gather as if there were no groups yet: several numbers of groups, the best is kept."""
    rng = np.random.default_rng(seed)
    part = pieces(units)
    labels = np.zeros(len(part), dtype=np.int32)
    first = 0
    for p in range(int(part.max(initial=-1)) + 1):
        own = np.flatnonzero(part == p)
        inner = _part(units, own)
        best = _best_of_part(inner, _board(inner, allowed), allowed, rng, effort)
        _, dense = np.unique(best, return_inverse=True)
        labels[own] = first + dense
        first += int(dense.max()) + 1
    return labels


def _part(units: Units, own: Ints) -> Units:
    place = np.full(len(units.weight), -1)
    place[own] = np.arange(len(own))
    keep = (place[units.pairs] >= 0).all(axis=1)
    return Units(
        place[units.pairs[keep]].astype(np.int32), units.walk[keep], units.cost[keep],
        units.weight[own], units.xy[own], np.full(len(own), -1, dtype=np.int32), units.whole[own],
        np.arange(len(own)),
    )  # fmt: skip


def _best_of_part(
    units: Units, board: Board, allowed: Range, rng: np.random.Generator, effort: float
) -> I32:
    total, n = float(units.weight.sum()), len(units.weight)
    middle = total / allowed.target
    most = min(max(int(total // max(allowed.lower, 1)), 1), n)
    least = min(int(np.ceil(total / allowed.upper)), most)
    counts = sorted({min(max(round(middle) + d, least, 1), most) for d in (-1, 0, 1)})
    best, value = np.zeros(n, dtype=np.int32), np.inf
    if n == 1 or most == 1:
        return best
    price = _price(0.0)
    for count in counts:
        labels = np.empty(n, dtype=np.int32)
        play.grow(board, _seeds(units, count, rng), labels)
        cooled = _cooled(board, labels, price, int(rng.integers(2**31)), effort)
        broken, shape, _ = play.energy(board, cooled, count, price)
        if (score := play.BROKEN * broken + shape) < value:
            best, value = cooled, score
    return best


def _seeds(units: Units, count: int, rng: np.random.Generator) -> I32:
    """Draw units far from each other (k-means++, Arthur & Vassilvitskii 2007)."""
    mass = units.weight + 1e-6
    found: list[int] = []
    reach = np.ones(len(mass))
    for _ in range(count):
        odds = mass * reach
        odds[found] = 0.0
        if odds.sum() <= 0:
            odds = np.ones(len(mass))
            odds[found] = 0.0
        s = int(np.searchsorted(np.cumsum(odds), rng.random() * odds.sum(), side="right"))
        found.append(min(s, len(mass) - 1))
        far = ((units.xy - units.xy[s]) ** 2).sum(axis=1)
        reach = far if len(found) == 1 else np.minimum(reach, far)
    return np.array(found, dtype=np.int32)


def _today(units: Units, board: Board) -> I32:
    """Give today's groups: buildings without one join a neighbour, loose parts stand alone."""
    labels = units.old.copy()
    ends = np.concatenate([units.pairs[units.walk], units.pairs[units.walk][:, ::-1]])
    while True:
        edge = (labels[ends[:, 0]] < 0) & (labels[ends[:, 1]] >= 0)
        if not edge.any():
            break
        labels[ends[edge, 0]] = labels[ends[edge, 1]]
    same = units.walk & (labels[units.pairs[:, 0]] == labels[units.pairs[:, 1]])
    part = parts(len(labels), units.pairs[same])
    load = np.bincount(part, weights=units.weight + 1e-9)
    heaviest: dict[int, int] = {}
    for p in np.argsort(-load, kind="stable").tolist():
        heaviest.setdefault(int(labels[np.flatnonzero(part == p)[0]]), p)
    first = int(units.old.max(initial=-1)) + 1
    loose = [
        p
        for p in range(len(load))
        if heaviest.get(int(labels[part == p][0])) != p or labels[part == p][0] < 0
    ]
    for number, p in enumerate(loose):
        labels[part == p] = first + number
    return labels.astype(np.int32)


def _named(labels: I32, units: Units) -> I32:
    """Let groups carry on the old groups with which they share most households."""
    old = int(units.old.max(initial=-1)) + 1
    _, dense = np.unique(labels, return_inverse=True)
    if not old:
        return dense.astype(np.int32)
    known = units.old >= 0
    shared = np.zeros((int(dense.max()) + 1, old))
    np.add.at(shared, (dense[known], units.old[known]), units.weight[known] + 1e-6)
    group, leader = linear_sum_assignment(-shared)
    name = np.full(len(shared), -1)
    met = shared[group, leader] > 0
    name[group[met]] = leader[met]
    fresh = np.flatnonzero(name < 0)
    name[fresh] = old + np.arange(len(fresh))
    return name[dense].astype(np.int32)
