"""How many households an area of each level should hold.

Defaults are the wording most local implementing rules share (300–500 households a grid,
30–100 a micro-grid); they differ from place to place and are therefore handed in.
"""

from dataclasses import dataclass

import numpy as np

from geo.topology.faults import Fault
from geo.topology.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Norms:
    """Least and most households of comprehensive areas, by level; both ends are allowed."""

    grid: tuple[int, int] = (300, 500)
    microgrid: tuple[int, int] = (30, 100)

    def of(self, level: str) -> tuple[int, int] | None:
        """Give the norm of a level, None where there is none."""
        return {"grid": self.grid, "microgrid": self.microgrid}.get(level)


DEFAULT_NORMS = Norms()


def misfits(sheet: Sheet, norms: Norms, *, skip: set[int]) -> list[Fault]:
    """Find comprehensive areas whose recorded households lie outside the norm."""
    norm = norms.of(sheet.level.name)
    if norm is None or "households" not in sheet.frame:
        return []
    households = sheet.frame["households"].to_numpy()
    outside = (households < norm[0]) | (households > norm[1])
    if "kind" in sheet.frame:
        outside &= (sheet.frame["kind"] != "dedicated").to_numpy()
    return [
        Fault(
            "SIZE_OUT_OF_NORM",
            (i,),
            sheet.polygons[i],
            field="households",
            facts={"count": str(int(households[i])), "least": str(norm[0]), "most": str(norm[1])},
        )
        for i in np.flatnonzero(outside).tolist()
        if i not in skip
    ]
