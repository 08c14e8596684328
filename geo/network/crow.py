"""The nearest places as the crow flies, by the geodesic of the ellipsoid."""

from dataclasses import dataclass

import numpy as np
from pyproj import Geod

from geo.network.kernel import F64, I64, compiled

_A, _F = 6_378_137.0, 1 / 298.257222101
"""GRS 80, on which CGCS 2000 stands: half its larger axis, metres, and its flattening."""
_E2 = _F * (2 - _F)
FAR_M = 100_000.0
"""Up to here a chord tells the geodesic to less than a centimetre, and in the same order."""


@dataclass(frozen=True)
class Crow:
    """Places by lon/lat in degrees, and in metres from the middle of the earth."""

    lonlat: F64
    xyz: F64

    def nearest(self, lon: float, lat: float, k: int) -> tuple[I64, F64]:
        """Give the k nearest places to one, nearest first, and how far they are, metres.

        Places as far as each other come in the order in which they were given. Far ones by
        C. Karney's geodesic (2013, https://doi.org/10.1007/s00190-012-0578-z).
        """
        chosen, chord = _nearest(
            self.xyz, _geocentric(np.array([[lon, lat]]))[0], min(k, len(self.xyz))
        )
        if not len(chord) or chord[-1] < FAR_M:
            return chosen, _along(chord, lat)
        starts = np.full(len(self.xyz), lon), np.full(len(self.xyz), lat)
        metres = np.asarray(Geod(a=_A, f=_F).inv(*starts, *self.lonlat.T)[2])
        order = np.argsort(metres, kind="stable")[:k]
        return order, metres[order]


def crow(lonlat: F64) -> Crow:
    """Look from the air at places (n, 2), lon/lat in degrees."""
    lonlat = np.ascontiguousarray(lonlat, dtype=np.float64).reshape(-1, 2)
    return Crow(lonlat, _geocentric(lonlat))


@compiled
def _geocentric(lonlat: F64) -> F64:
    made = np.empty((len(lonlat), 3))
    for i in range(len(lonlat)):
        lon, lat = np.radians(lonlat[i, 0]), np.radians(lonlat[i, 1])
        across = _A / np.sqrt(1 - _E2 * np.sin(lat) ** 2)
        made[i, 0] = across * np.cos(lat) * np.cos(lon)
        made[i, 1] = across * np.cos(lat) * np.sin(lon)
        made[i, 2] = across * (1 - _E2) * np.sin(lat)
    return made


@compiled
def _nearest(xyz: F64, place: F64, k: int) -> tuple[I64, F64]:
    """Give the k nearest by chord, and the chords."""
    which, best = np.empty(k, dtype=np.int64), np.full(k, np.inf)
    for i in range(len(xyz)):
        square = (
            (xyz[i, 0] - place[0]) ** 2 + (xyz[i, 1] - place[1]) ** 2 + (xyz[i, 2] - place[2]) ** 2
        )
        if k and square < best[k - 1]:
            at = k - 1
            while at > 0 and best[at - 1] > square:
                best[at], which[at] = best[at - 1], which[at - 1]
                at -= 1
            best[at], which[at] = square, i
    return which, np.sqrt(best)


def _along(chord: F64, lat: float) -> F64:
    """Give the way along the ground from chords, by the mean curvature at a latitude."""
    radius = _A * np.sqrt(1 - _E2) / (1 - _E2 * np.sin(np.radians(lat)) ** 2)
    return np.asarray(2 * radius * np.arcsin(chord / (2 * radius)))
