"""Grids in two pieces: a micro-grid that belongs to a grid it does not touch."""

import numpy as np
import numpy.typing as npt

from geo.demo.fabric import Fabric
from geo.demo.rects import Rect


def exclaves(
    fabric: Fabric, count: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], list[int]]:
    """Hand some micro-grids to a grid of the same community that lies elsewhere.

    Returns
    -------
    owner : (micro-grids,) int
        The grid of every micro-grid afterwards.
    moved : list of int
        The micro-grids handed over, in communities of their own.
    """
    owner = np.array(fabric.microgrids)
    sizes = np.bincount(owner, minlength=len(fabric.grids))
    land: dict[int, list[Rect]] = {}
    for cell in fabric.cells:
        land.setdefault(cell.microgrid, []).append(cell.rect)
    moved: list[int] = []
    used: set[int] = set()
    for m in rng.permutation(len(owner)).tolist():
        if len(moved) == count:
            break
        home = fabric.grids[owner[m]]
        if home.dedicated or home.community in used or sizes[owner[m]] < 5:
            continue
        others = [
            g for g, other in enumerate(fabric.grids)
            if other.community == home.community and not other.dedicated and g != owner[m]
            and sizes[g] <= 8 and not _touch(land, owner, m, g)
        ]  # fmt: skip
        if others:
            owner[m] = others[int(rng.integers(len(others)))]
            moved.append(m)
            used.add(home.community)
    return owner, moved


def _touch(land: dict[int, list[Rect]], owner: npt.NDArray[np.int64], m: int, grid: int) -> bool:
    """Say whether a micro-grid comes within a few metres of a grid."""
    return any(
        (meet := a.inset(-5, -5, -5, -5).meet(b)).w > 0 and meet.h > 0
        for other in np.flatnonzero(owner == grid).tolist()
        for a in land[m]
        for b in land[other]
    )
