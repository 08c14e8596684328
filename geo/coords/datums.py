"""WGS 84 ↔ GCJ-02 ↔ BD-09: the shifted coordinates of Chinese map apps.

GCJ-02 moves a true position by some hundred metres, smoothly, so that it is no datum and
has no EPSG code; BD-09 moves it once more. Both are for maps and apps that speak them:
nothing is stored or measured in them. The formulas are the commonly known ones; against
the map services themselves they agree to about 1 m. Taken as identity here: WGS 84 and
CGCS2000.

All functions take longitudes and latitudes in degrees, scalars or arrays of one shape, and
give two float arrays of that shape. Outside a box around China nothing is moved. The box
also holds Hong Kong, Macau and Taiwan, where maps are not shifted: do not convert there.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Degrees = npt.NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

_A_M = 6378245.0
_E2 = 0.00669342162296594323
_BAIDU = np.pi * 3000.0 / 180.0
_BAIDU_EAST, _BAIDU_NORTH = 0.0065, 0.006
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
_STEPS, _CLOSE = 10, 1e-9


def outside(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Say which positions lie outside the box in which GCJ-02 is defined."""
    x, y = _arrays(lon, lat)
    inside: npt.NDArray[np.bool_] = (x >= _WEST) & (x <= _EAST) & (y >= _SOUTH) & (y <= _NORTH)
    return ~inside


def wgs_to_gcj(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Move true positions to GCJ-02 (Amap, Tencent).

    Examples
    --------
    >>> lon, lat = wgs_to_gcj(119.45, 32.2)
    >>> round(float(lon), 6), round(float(lat), 6)
    (119.455393, 32.198082)
    """
    x, y = _arrays(lon, lat)
    east, north = _shift(x, y)
    still = outside(x, y)
    return np.where(still, x, x + east), np.where(still, y, y + north)


def gcj_to_wgs(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Bring GCJ-02 back to true positions, to better than a millimetre."""
    x, y = _arrays(lon, lat)
    return _inverse(wgs_to_gcj, (x, y), (x, y))


def gcj_to_bd(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Move GCJ-02 to BD-09 (Baidu)."""
    x, y = _arrays(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    still = outside(x, y)
    return (
        np.where(still, x, radius * np.cos(angle) + _BAIDU_EAST),
        np.where(still, y, radius * np.sin(angle) + _BAIDU_NORTH),
    )


def bd_to_gcj(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Bring BD-09 back to GCJ-02, to better than a millimetre."""
    x, y = _arrays(lon, lat)
    u, v = x - _BAIDU_EAST, y - _BAIDU_NORTH
    radius = np.hypot(u, v) - 0.00002 * np.sin(v * _BAIDU)
    angle = np.arctan2(v, u) - 0.000003 * np.cos(u * _BAIDU)
    still = outside(x, y)
    guess = (
        np.where(still, x, radius * np.cos(angle)),
        np.where(still, y, radius * np.sin(angle)),
    )
    return _inverse(gcj_to_bd, (x, y), guess)


def wgs_to_bd(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Move true positions to BD-09."""
    return gcj_to_bd(*wgs_to_gcj(lon, lat))


def bd_to_wgs(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Bring BD-09 back to true positions."""
    return gcj_to_wgs(*bd_to_gcj(lon, lat))


def _arrays(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _shift(lon: Degrees, lat: Degrees) -> Pair:
    """Give the shift WGS 84 → GCJ-02 in degrees east and north."""
    x, y, pi = lon - 105.0, lat - 35.0, np.pi
    root = np.sqrt(np.abs(x))
    common = (20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north_m += (20 * np.sin(pi * y) + 40 * np.sin(pi * y / 3)) * 2 / 3
    north_m += (160 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east_m += (20 * np.sin(pi * x) + 40 * np.sin(pi * x / 3)) * 2 / 3
    east_m += (150 * np.sin(pi * x / 12) + 300 * np.sin(pi * x / 30)) * 2 / 3
    phi = np.radians(lat)
    m = 1 - _E2 * np.sin(phi) ** 2
    s = np.sqrt(m)
    return (
        np.degrees(east_m / (_A_M / s * np.cos(phi))),
        np.degrees(north_m / (_A_M * (1 - _E2) / (m * s))),
    )


def _inverse(forward: Callable[[Degrees, Degrees], Pair], target: Pair, guess: Pair) -> Pair:
    """Solve forward(p) = target by fixed point from a guess; the shift is nearly constant."""
    x, y = guess
    for _ in range(_STEPS):
        u, v = forward(x, y)
        east, north = u - target[0], v - target[1]
        x, y = x - east, y - north
        if np.all(np.abs(east) < _CLOSE) and np.all(np.abs(north) < _CLOSE):
            break
    return x, y
