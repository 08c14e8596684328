"""What is asked: whom to serve, where one may build, how many sites, and what is best.

`problem` is the maker: it checks everything at once and names every fault. What comes out
may be relied on by every solver of this room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError
from geo.siting.costs import Costs, Floats, Ints, Points, Table, table

Objective = Literal["median", "center", "cover", "all"]
OBJECTIVES: tuple[Objective, ...] = ("median", "center", "cover", "all")


@dataclass(frozen=True, slots=True)
class Problem:
    """Sites to be chosen for n demand points among m candidates.

    With y_j = 1 where site j is open and x_ij = 1 where it serves point i:

    - median: least Σ weight_i cost_ij x_ij, every point served (Hakimi 1964; ReVelle & Swain 1970);
      with `unserved` a point may be left out at that cost instead
    - center: least max cost_ij x_ij, every point served (Hakimi 1964); weights do not count
    - cover: most Σ weight_i over points that an open site reaches (Church & ReVelle 1974)
    - all: fewest open sites such that one reaches every point (Toregas et al. 1971)

    subject to x_ij ≤ y_j, Σ y_j ≤ p, Σ site_cost_j y_j ≤ budget, y_j fixed where `fixed` says
    so, and Σ_i weight_i x_ij ≤ capacity_j where capacities are given.

    Attributes
    ----------
    costs : Table or Points
        Pairs beyond `reach` have been dropped already: an absent pair cannot be served.
    weight : (n,) float
        ≥ 0.
    objective : str
    p : int or None
        Most sites that are open, those that are fixed open among them.
    fixed : (m,) int
        1 open (existing stations), −1 forbidden, 0 free.
    site_cost : (m,) float
    budget : float or None
    capacity : (m,) float or None
    unserved : float or None
        What a point costs that nobody serves (median); None when everybody must be served.
    """

    costs: Costs
    weight: Floats
    objective: Objective
    p: int | None
    fixed: npt.NDArray[np.int8]
    site_cost: Floats
    budget: float | None
    capacity: Floats | None
    unserved: float | None = None

    @property
    def n(self) -> int:
        """How many demand points."""
        return self.costs.n

    @property
    def m(self) -> int:
        """How many sites."""
        return self.costs.m

    @property
    def plain(self) -> bool:
        """Whether neither money nor capacity is short."""
        return self.budget is None and self.capacity is None

    def out_of_reach(self) -> Ints:
        """Positions of the points that no site which may open can serve."""
        sites = np.flatnonzero(self.fixed >= 0).astype(np.int32)
        _, cost = self.costs.cheapest(sites)
        return np.flatnonzero(np.isinf(cost)).astype(np.int32)


def problem(
    costs: npt.ArrayLike | Costs,
    *,
    objective: str,
    p: int | None = None,
    weight: npt.ArrayLike | None = None,
    reach: float | None = None,
    open_sites: Sequence[int] = (),
    forbidden_sites: Sequence[int] = (),
    site_cost: npt.ArrayLike | None = None,
    budget: float | None = None,
    capacity: npt.ArrayLike | None = None,
    unserved: float | None = None,
) -> Problem:
    """Check what is asked, all at once, and give it its name.

    Parameters
    ----------
    costs : (n, m) array, Table or Points
        Cost of serving each demand point from each site, ≥ 0 (metres, seconds); ``inf`` or,
        in a `Table`, an absent pair cannot be served. `Points` are places in metres.
    objective : {"median", "center", "cover", "all"}
    p : int, optional
        Open sites, the fixed ones among them. Needed unless `budget` is given or the
        objective is all.
    weight : (n,) float, optional
        Households or residents of each point, ≥ 0; 1 where absent.
    reach : float, optional
        Pairs that cost more serve nobody, whatever the objective. Cover and all over
        `Points` need it; over a table every pair counts as within reach where it is absent.
    open_sites, forbidden_sites : positions
        Existing stations stay open; forbidden sites stay shut.
    site_cost : (m,) float, optional
        Price of every site (0 for what stands already); 1 where absent. Counts with `budget`.
    budget : float, optional
        Most that the open sites may cost together.
    capacity : (m,) float, optional
        Most weight that every site may serve; every point is served by one site.
    unserved : float, optional
        Median without capacities: cost of leaving a point unserved, ≥ 0. A walk is then never
        counted as longer, and points that nobody can reach do not make the problem infeasible.

    Raises
    ------
    SchemaError
        With every fault in ``where``.

    Examples
    --------
    Four hamlets along a road; two stations:

    >>> from geo import siting
    >>> road = [[0, 300, 900, 1200], [300, 0, 600, 900], [900, 600, 0, 300], [1200, 900, 300, 0]]
    >>> asked = siting.problem(road, objective="median", p=2, weight=[10, 30, 20, 5])
    >>> answer = siting.solve(asked)
    >>> answer.open.tolist(), answer.objective, answer.status
    ([1, 2], 4500.0, 'optimal')
    """
    given = _Given()
    pairs = given.costs(costs, reach, objective)
    n, m = pairs.n, pairs.m
    given.need(objective in OBJECTIVES, f"no objective {objective!r}", f"没有目标“{objective}”")
    given.count(objective, p, budget)
    given.alone(unserved, objective, capacity is not None)
    weights = given.column("weight", "权重", weight, n)
    price = given.column("site_cost", "站点费用", site_cost, m)
    room = None if capacity is None else given.column("capacity", "容量", capacity, m)
    fixed = given.fixed(m, open_sites, forbidden_sites)
    given.refuse()
    return Problem(
        costs=pairs,
        weight=weights,
        objective=objective,  # type: ignore[arg-type]
        p=None if p is None else int(p),
        fixed=fixed,
        site_cost=price,
        budget=None if budget is None else float(budget),
        capacity=room,
        unserved=None if unserved is None else float(unserved),
    )


class _Given:
    """What came in, and every fault found in it so far."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def need(self, holds: bool, en: str, zh: str) -> bool:
        if not holds:
            self.faults.append((en, zh))
        return holds

    def refuse(self) -> None:
        if self.faults:
            en, zh = zip(*self.faults, strict=True)
            raise SchemaError(
                "the siting problem is not well put: " + "; ".join(en),
                zh="选址问题有误：" + "；".join(zh),
                where=en,
            )

    def costs(self, costs: npt.ArrayLike | Costs, reach: float | None, objective: str) -> Costs:
        limit = np.inf if reach is None else float(reach)
        self.need(limit >= 0, "reach is negative", "服务半径为负")
        if isinstance(costs, Points):
            self.need(
                reach is not None or objective not in ("cover", "all"),
                f"{objective} needs a reach",
                f"目标 {objective} 需要服务半径",
            )
            whole = bool(np.isfinite(costs.demand_xy).all() and np.isfinite(costs.site_xy).all())
            self.need(whole, "a place has no finite x and y", "有坐标为空或无穷")
            self._some(costs)
            return Points(costs.demand_xy, costs.site_xy, min(limit, costs.reach_m))
        made = costs if isinstance(costs, Table) else self._dense(costs)
        self.need(not np.isnan(made.rows.cost).any(), "a cost is not a number", "有费用不是数")
        self.need(not np.any(made.rows.cost < 0), "a cost is negative", "有负的费用")
        self._some(made)
        return made if np.isinf(limit) else _within(made, limit)

    def _some(self, costs: Costs) -> None:
        self.need(costs.n > 0, "there are no demand points", "没有需求点")
        self.need(costs.m > 0, "there are no sites", "没有候选点")

    def _dense(self, costs: npt.ArrayLike) -> Table:
        array = np.asarray(costs, dtype=np.float64)
        if not self.need(array.ndim == 2, "costs are not demand × sites", "费用表不是“需求×候选”"):
            array = array.reshape(1, -1)
        n, m = array.shape
        array = np.where(np.isnan(array), -1.0, array)
        return table(n, m, np.repeat(np.arange(n), m), np.tile(np.arange(m), n), array.ravel())

    def count(self, objective: str, p: int | None, budget: float | None) -> None:
        self.need(
            p is not None or budget is not None or objective == "all",
            "p, how many sites, is missing",
            "缺少站点数 p",
        )
        self.need(p is None or p >= 0, f"p is {p}", f"站点数 p 为 {p}")
        self.need(budget is None or budget >= 0, "budget is negative", "预算为负")

    def alone(self, unserved: float | None, objective: str, crowded: bool) -> None:
        self.need(
            unserved is None or (objective == "median" and not crowded and 0 <= unserved < np.inf),
            "unserved is a cost ≥ 0 that goes with median without capacities",
            "未服务的代价须 ≥ 0，且只用于不带容量的 median",
        )

    def column(self, name: str, zh: str, values: npt.ArrayLike | None, size: int) -> Floats:
        if values is None:
            return np.ones(size)
        array = np.asarray(values, dtype=np.float64)
        if not self.need(
            array.shape == (size,),
            f"{name} has not one value a row ({size})",
            f"{zh}应有 {size} 个值",
        ):
            return np.ones(size)
        self.need(
            bool(np.isfinite(array).all() and np.all(array >= 0)),
            f"{name} has a value that is negative or no number",
            f"{zh}有负值或空值",
        )
        return array

    def fixed(self, m: int, opened: Sequence[int], shut: Sequence[int]) -> npt.NDArray[np.int8]:
        fixed = np.zeros(m, dtype=np.int8)
        for sites, mark in ((opened, 1), (shut, -1)):
            at = np.asarray(sites, dtype=np.int64).reshape(-1)
            if self.need(
                bool(np.all((at >= 0) & (at < m))),
                "a fixed site does not exist",
                "固定的站点不存在",
            ):
                self.need(
                    not np.any(fixed[at] == -mark),
                    "a site is both open and forbidden",
                    "有站点既固定开放又禁用",
                )
                fixed[at] = mark
        return fixed


def _within(costs: Table, reach: float) -> Table:
    kept = costs.rows.cost <= reach
    owner = np.repeat(np.arange(costs.n), np.diff(costs.rows.start))[kept]
    return table(costs.n, costs.m, owner, costs.rows.site[kept], costs.rows.cost[kept])
