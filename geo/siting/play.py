"""Playing a game to its end: swap search from above, prices from below, branches between.

The best plan and the best bound are kept in a `Score`, so that a stop at any moment still
gives an answer. Fixing shrinks the game as the two close in; what is left is branched on.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from geo.layers import Clock
from geo.siting import core, dual, mip
from geo.siting.coarse import coarse, spread
from geo.siting.costs import Ints
from geo.siting.field import FREE, SHUT, Field, kept
from geo.siting.greedy import greedy
from geo.siting.loose import loosened
from geo.siting.part import Part, climb, shrink
from geo.siting.score import Score, proven, rounded, target, value_of
from geo.siting.searcher import Searcher
from geo.siting.tree import Tree

ROOT_ROUNDS = 300


def play(
    game: Field, rng: np.random.Generator, clock: Clock, *, warm: Ints | None, score: Score
) -> None:
    """Find a plan and prove how good it is; everything found is in `score`.

    Parameters
    ----------
    warm : (≤ p,) int, optional
        Sites of a plan to begin with.
    """
    if game.p <= 0 or game.p >= game.m or game.n == 0:
        chosen = np.arange(max(min(game.p, game.m), 0), dtype=np.int32)
        score.offer(chosen, value_of(game, chosen))
        score.raise_bound(score.value)
        return
    first = game.base.copy()
    some = np.diff(game.start) > 0
    first[some] = game.cost[game.start[:-1][some]]
    score.raise_bound(rounded(game, float(first.sum())))
    if len(game.site) > QUICK_PAIRS and game.cost.any() and 3 * game.m <= game.n:
        part = rehearse(game, rng, clock, warm, score)
    else:
        part = _opening(game, rng, clock, warm, score)
    if not game.cost.any() and len(game.site) <= LOOSE_PAIRS and not proven(game, score):
        part = _priced(part, score, clock)
    stale = 0
    for turn in range(40):
        if clock.over() or proven(game, score) or stale >= 6:
            break
        before = (score.value, score.bound)
        part = _round(part, score, rng, clock, turn)
        stale = stale + 1 if (score.value, score.bound) == before else 0


def _priced(part: Part, score: Score, clock: Clock) -> Part:
    """Take prices, a bound and what it fixes from the relaxation of covering."""
    game, now = part.game, part.prices
    goal = target(game, score.value)
    matrix = sparse.csr_matrix(
        (np.ones(len(game.site)), game.site, game.start), shape=(game.n, game.m)
    )
    loose = loosened(matrix, clock, limit_s=0.6 * clock.left(), loss=game.base, p=game.p, goal=goal)
    if loose.y is None:
        return part
    now.u[:] = np.minimum(loose.price, game.base)
    now.share[:] = loose.y
    score.raise_bound(min(rounded(game, min(loose.bound, goal)), score.value))
    now.mark[loose.bound + loose.rise >= goal] = SHUT
    return part


def _opening(
    game: Field, rng: np.random.Generator, clock: Clock, warm: Ints | None, score: Score
) -> Part:
    """A first plan, greedy and swapped, and the prices that it suggests."""
    hunt = Searcher(game, score, rng, clock)
    first = np.zeros(0, dtype=np.int32) if warm is None else warm[: game.p].astype(np.int32)
    hunt.start(greedy(game, first, 0.0, hunt.random))
    now = dual.prices(game, hunt.plan.d1, hunt.plan.d2)
    hunt.rounds(int(min(60, 20_000_000 // max(len(game.site), 1))))
    return Part(game, np.arange(game.m, dtype=np.int32), np.zeros(0, dtype=np.int32), now)


def rehearse(
    game: Field, rng: np.random.Generator, clock: Clock, warm: Ints | None, score: Score
) -> Part:
    """Play the coarse game first and carry its plan and prices over."""
    small, group = coarse(game)
    own = Score(np.zeros(0, dtype=np.int32))
    part = _opening(small, rng, clock, warm, own)
    for count in (100, 200):
        climb(small, part.prices, own, ROOT_ROUNDS, clock, fixing=False)
        _hunt(part, own, rng, clock, count)
    hunt = Searcher(game, score, rng, clock)
    hunt.start(own.chosen)
    now = dual.prices(game, hunt.plan.d1, hunt.plan.d2)
    now.u[:] = np.minimum(spread(game, small, group, part.prices.u), game.base)
    return Part(game, part.names, part.inside, now)


HUNT_PAIRS = 20_000_000
LOOSE_PAIRS = 1_000_000
"""Covering games up to this size have their relaxation solved."""
QUICK_PAIRS, TREE_PAIRS = 500_000, 3_000_000
"""Games up to this size are searched whole, larger ones on their likely sites; branched on."""


def _round(part: Part, score: Score, rng: np.random.Generator, clock: Clock, turn: int) -> Part:
    """One turn from above, one from below, some branching."""
    large = len(part.game.site) > TREE_PAIRS
    climb(part.game, part.prices, score, ROOT_ROUNDS * (2 if large else 1), clock)
    if proven(part.game, score):
        return part
    if np.any(part.prices.mark != FREE):
        part = shrink(part)
    if 0 < part.game.p < part.game.m:
        _hunt(part, score, rng, clock, _rounds(part.game, turn))
    size = core.entries(part.game)
    if part.game.p <= 0 or part.game.m <= part.game.p:
        Tree(part, score, clock).run(1)
    elif size <= core.SMALL or (turn >= 3 and size <= core.ENTRIES):
        _program(part, score, clock, limit_s=5.0 * 2 ** min(turn, 6))
    elif len(part.game.site) <= TREE_PAIRS:
        Tree(part, score, clock).run(200 * 4 ** min(turn, 6))
    return part


def _rounds(game: Field, turn: int) -> int:
    """How often to shake: more from turn to turn, less where a round costs more."""
    rounds = min(200, max(10, HUNT_PAIRS // max(len(game.site), 1)))
    return int(rounds * 2 ** min(turn, 6))


def _hunt(part: Part, score: Score, rng: np.random.Generator, clock: Clock, count: int) -> None:
    """Swap search among the likely sites, from the likeliest plan and from the best one."""
    game, now = part.game, part.prices
    rho = np.empty(game.m)
    dual.worth(game, now.u, now.mark, rho)
    order = np.lexsort((rho, -now.share))
    likely = np.zeros(game.m, dtype=bool)
    size = game.m if len(game.site) <= QUICK_PAIRS else min(game.m, 60 + 6 * game.p)
    likely[order[:size]] = True
    best = np.isin(part.names, score.chosen)
    likely |= best
    small, _ = kept(game, likely, game.base, game.p)
    names = part.names[likely]
    own = Score(np.zeros(0, dtype=np.int32))
    hunt = Searcher(small, own, rng, clock)
    place = np.cumsum(likely) - 1
    starts = [place[order[: game.p]]]
    if int(best.sum()) == game.p:
        starts.insert(0, place[np.flatnonzero(best)])
    for chosen in starts:
        hunt.start(chosen)
    hunt.start(own.chosen)
    hunt.rounds(count)
    score.offer(np.concatenate([part.inside, names[own.chosen]]).astype(np.int32), own.value)


def _program(part: Part, score: Score, clock: Clock, *, limit_s: float) -> None:
    """Hand what is left to HiGHS; whatever it finds or proves goes to the score."""
    game = part.game
    model, constant = core.model(game)
    goal = target(game, score.value) + game.constant
    outcome = mip.run(replace(model, cutoff=goal - constant), clock, limit_s=limit_s)
    if outcome.x is not None:
        chosen = np.flatnonzero(outcome.x[: game.m] > 0.5).astype(np.int32)
        names = np.concatenate([part.inside, part.names[chosen]]).astype(np.int32)
        score.offer(names, value_of(game, chosen))
    goal = target(game, score.value)
    if outcome.finished or outcome.infeasible:
        score.raise_bound(score.value if game.whole else rounded(game, goal))
    else:
        bound = outcome.bound + constant - game.constant
        bound -= 1e-6 * max(1.0, abs(bound))
        score.raise_bound(min(rounded(game, min(bound, goal)), score.value))
