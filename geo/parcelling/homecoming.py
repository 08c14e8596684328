"""Back to degrees: vertices that came from the store go home to the very bits they had."""

from collections.abc import Iterable

import numpy as np
import shapely
from pyproj import CRS

from geo import coords
from geo.parcelling.sides import Floats, Shapes


def in_degrees(shapes: Shapes, crs: CRS, known: Iterable[tuple[Shapes, Shapes]]) -> Shapes:
    """Bring shapes from metres to EPSG:4490.

    The way to metres and back moves a vertex by less than a nanometre, which is enough to
    part neighbours. So a vertex that was brought along gets its old degrees, bit by bit; only
    new vertices are worked out, equal places equally.

    Parameters
    ----------
    shapes : array of geometries in metres
    crs : CRS
        Their system.
    known : iterable of pairs
        The same geometries in metres and as they are stored, in degrees.
    """
    pairs = [(_places(metres), _places(degrees)) for metres, degrees in known]
    metres = np.concatenate([np.zeros(0, complex), *(m for m, _ in pairs)])
    degrees = np.concatenate([np.zeros(0, complex), *(d for _, d in pairs)])
    metres, first = np.unique(metres, return_index=True)
    degrees = degrees[first]
    way = coords.transformer(crs)

    def home(xy: Floats) -> Floats:
        z = xy[:, 0] + 1j * xy[:, 1]
        at = np.minimum(np.searchsorted(metres, z), max(len(metres) - 1, 0))
        out = np.column_stack(way.transform(xy[:, 0], xy[:, 1], errcheck=True))
        if len(metres):
            met = metres[at] == z
            out[met, 0], out[met, 1] = degrees[at[met]].real, degrees[at[met]].imag
        return out

    return np.asarray(shapely.transform(shapes, home), dtype=object)


def _places(shapes: Shapes) -> np.ndarray:
    xy = shapely.get_coordinates(shapes)
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])
