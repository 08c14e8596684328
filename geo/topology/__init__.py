"""Sound ground: gaps, overlaps, hierarchy, codes and buildings of the areas of a district."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.topology.checking import check
    from geo.topology.norms import Norms
    from geo.topology.tables import (
        adjacency,
        buildings_cut,
        codes,
        gaps,
        hierarchy,
        holes,
        near_misses,
        overlaps,
        parts,
        sizes,
    )
    from geo.topology.watching import Watch, recheck

__all__ = [
    "Norms",
    "Watch",
    "adjacency",
    "buildings_cut",
    "check",
    "codes",
    "gaps",
    "hierarchy",
    "holes",
    "near_misses",
    "overlaps",
    "parts",
    "recheck",
    "sizes",
]
late(__name__)
