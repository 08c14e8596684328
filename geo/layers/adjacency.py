"""Which units are neighbours, and over how long a border."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError


@dataclass(frozen=True, slots=True)
class Adjacency:
    """Neighbours as an edge list.

    `ids` (n) are the units; edge e joins units ``pairs[e, 0] < pairs[e, 1]`` (positions in
    `ids`), shares ``length_m[e]`` metres of border (1 where nobody measured). Edges are
    unique and sorted.
    """

    ids: npt.NDArray[np.object_]
    pairs: npt.NDArray[np.int32]
    length_m: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check shapes and order once, so that every reader may rely on them."""
        if self.pairs.shape != (len(self.length_m), 2):
            raise SchemaError("adjacency: pairs and lengths differ in length")
        if not len(self.pairs):
            return
        if self.pairs.min() < 0 or self.pairs.max() >= len(self.ids):
            raise SchemaError("adjacency speaks of units that are not in its ids")
        if np.any(self.pairs[:, 0] >= self.pairs[:, 1]):
            raise SchemaError("adjacency: every pair is given once, the smaller position first")
