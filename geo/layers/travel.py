"""Travel times between places and stations, and the walkers who need them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import BadInput, SchemaError


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody who walks: metres a second on the level, and whether steps can be climbed.

    `steps_factor`, `rough_factor` (not smoothly paved) and `steep_factor` (more than 6 %)
    say how many times as long as on the level a metre takes there. On stairs people go
    about half as fast along the ground (J. Fruin 1971, "Pedestrian planning and design").
    """

    name: str
    zh: str
    speed_m_s: float
    steps: bool = True
    steps_factor: float = 2.0
    rough_factor: float = 1.0
    steep_factor: float = 1.0


WALKERS = {
    w.name: w
    for w in (
        Walker("adult", "成年人", 1.2),
        Walker("elder", "老年人", 0.8),
        Walker("frail", "体弱者", 0.6),
        Walker("wheelchair", "轮椅", 0.8, steps=False),
        Walker("courier", "快递员", 1.5),
    )
}
DETOUR = 1.3
"""Network length ÷ straight line, where no streets are loaded; such answers are *estimated*."""


def walker(name: str) -> Walker:
    """Give a walker by name, or raise `BadInput` with the names there are."""
    try:
        return WALKERS[name]
    except KeyError:
        names = ", ".join(WALKERS)
        raise BadInput(
            f"no walker {name!r}", zh=f"没有“{name}”这种步行者",
            hint=f"one of {names}", hint_zh=f"可用：{names}",
        ) from None  # fmt: skip


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """Walking seconds from demand to stations, as sparse pairs.

    `demand_ids` (n) and `station_ids` (m) are text ids; pair p goes from demand
    ``rows[p]`` to station ``cols[p]`` in ``seconds[p]``, over ``metres[p]``. Pairs are
    sorted by (row, seconds, col); an absent pair is farther than `limit_s` or cut off.
    `estimated` is true when the times are straight lines × 1.3.
    """

    demand_ids: npt.NDArray[np.object_]
    station_ids: npt.NDArray[np.object_]
    rows: npt.NDArray[np.int32]
    cols: npt.NDArray[np.int32]
    seconds: npt.NDArray[np.float64]
    metres: npt.NDArray[np.float64]
    limit_s: float = float("inf")
    estimated: bool = False

    def __post_init__(self) -> None:
        """Check shapes and order once, so that every reader may rely on them."""
        n, m, p = len(self.demand_ids), len(self.station_ids), len(self.rows)
        if not (len(self.cols) == len(self.seconds) == len(self.metres) == p):
            raise SchemaError("travel times: rows, cols, seconds and metres differ in length")
        if p and (self.rows.max() >= n or self.cols.max() >= m or self.rows.min() < 0):
            raise SchemaError("travel times speak of places that are not in their ids")
        if p and np.any(np.diff(self.rows) < 0):
            raise SchemaError("travel times are not sorted by demand")

    def nearest(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]:
        """Give seconds to, and column of, the nearest station of every demand row.

        Returns
        -------
        seconds : (n,) float
            ``inf`` where no station is within the limit.
        station : (n,) int
            Column in `station_ids`; −1 where none.
        """
        n = len(self.demand_ids)
        seconds = np.full(n, np.inf)
        station = np.full(n, -1, dtype=np.int32)
        if len(self.rows):
            first = np.flatnonzero(np.r_[True, np.diff(self.rows) > 0])
            seconds[self.rows[first]] = self.seconds[first]
            station[self.rows[first]] = self.cols[first]
        return seconds, station
