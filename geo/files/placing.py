"""Is a layer where it should be? Judged against the district, in degrees.

Inside a district the shift from WGS 84 to GCJ-02 (or BD-09) is nearly constant, a vector of
some 300–700 m (up to 1.5 km); a layer that leaves the district, and comes home when just
that vector is taken off, was drawn on such a map.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.coords.datums import Pair
from geo.files.faults import finding
from geo.layers import Finding

_BACK: dict[str, Callable[[npt.ArrayLike, npt.ArrayLike], Pair]] = {
    "gcj02": coords.gcj_to_wgs,
    "bd09": coords.bd_to_wgs,
}
_NAMES = {"gcj02": ("GCJ-02", "高德、腾讯"), "bd09": ("BD-09", "百度")}
_SAME_M = 100.0
"""How closely edges must agree to be called the same; the shift varies by 6–7 m in 10 km."""
_LEAST_SHIFT_M = 200.0
_EDGE_M = 20.0
"""What lies this near to the district is taken as its edge, not as outside."""
_BEYOND = ("street", "barrier", "gate", "landuse")
"""Layers that rightly go on beyond the border, as long as half of them lie inside."""


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """A map datum, its vector in metres, and how far from the district it leaves the layer."""

    datum: str
    east_m: float
    north_m: float
    rest_m: float


def placed(
    frame: gpd.GeoDataFrame, names: Sequence[str], layer: str, district: BaseGeometry
) -> list[Finding]:
    """Report features outside the district, and a layer shifted as map apps shift it."""
    shapes = np.asarray(frame.geometry.array)
    east_m, _ = _metres_per_degree(district.bounds)
    shapely.prepare(district)
    out = ~shapely.dwithin(district, shapes, _EDGE_M / east_m)
    suspicion = _suspicion(shapes, out, district)
    findings = []
    if suspicion is not None:
        findings.append(_shifted(layer, suspicion))
    if out.any() and not (layer in _BEYOND and out.mean() < 0.5):
        findings.append(
            _outside(layer, [names[i] for i in np.flatnonzero(out).tolist()], len(frame))
        )
    return findings


def _suspicion(
    shapes: npt.NDArray[np.object_], out: npt.NDArray[np.bool_], district: BaseGeometry
) -> _Suspicion | None:
    """Find the shift that brings a layer home, if any does clearly better than none.

    Two proofs count: all four edges of the layer miss those of the district by the same
    vector; or features outside all come inside.
    """
    bounds = tuple(float(v) for v in shapely.total_bounds(shapes))
    here = _edges_m(bounds, district.bounds)
    found = []
    for datum, back in _BACK.items():
        xs, ys = back(np.array(bounds[::2]), np.array(bounds[1::2]))
        moved = (float(xs[0]), float(ys[0]), float(xs[1]), float(ys[1]))
        rest = float(np.abs(_edges_m(moved, district.bounds)).max())
        covers = rest < _SAME_M and float(np.abs(here).max()) > _LEAST_SHIFT_M
        if covers or (out.any() and _comes_home(shapes, out, back, district)):
            east, north = _vector_m(bounds, moved)
            found.append(_Suspicion(datum, east, north, rest))
    return min(found, key=lambda s: s.rest_m, default=None)


def _comes_home(
    shapes: npt.NDArray[np.object_],
    out: npt.NDArray[np.bool_],
    back: Callable[[npt.ArrayLike, npt.ArrayLike], Pair],
    district: BaseGeometry,
) -> bool:
    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(back(points[:, 0], points[:, 1]))

    points = shapely.point_on_surface(shapes)
    inside_now = shapely.intersects(district, points)
    inside_then = shapely.intersects(district, shapely.transform(points, move))
    return bool(out.mean() >= 0.01 and inside_then.all() and not inside_now.all())


def _edges_m(bounds: tuple[float, ...], district: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """Give how far each edge lies from the district's, metres east or north."""
    east_m, north_m = _metres_per_degree(district)
    off: npt.NDArray[np.float64] = np.array(bounds) - np.array(district)
    off *= np.array([east_m, north_m, east_m, north_m])
    return off


def _vector_m(bounds: tuple[float, ...], moved: tuple[float, ...]) -> tuple[float, float]:
    east_m, north_m = _metres_per_degree(bounds)
    return (bounds[0] - moved[0]) * east_m, (bounds[1] - moved[1]) * north_m


def _metres_per_degree(bounds: tuple[float, ...]) -> tuple[float, float]:
    return 111_320.0 * float(np.cos(np.radians((bounds[1] + bounds[3]) / 2))), 110_950.0


def _shifted(layer: str, found: _Suspicion) -> Finding:
    name, who = _NAMES[found.datum]
    vector = f"{found.east_m:+.0f} m, {found.north_m:+.0f} m"
    return finding(
        f"DATUM_SUSPECT_{found.datum.upper()}",
        layer,
        f"整层相对本区偏移（东 {found.east_m:+.0f} m，北 {found.north_m:+.0f} m），疑为 {name}（{who}）坐标",
        f"the whole layer is off by (east, north) {vector}, as {name} coordinates are",
        hint_zh=f"若数据取自{who}地图，请用 --crs {found.datum} 重新读取；若不是，可接受此项",
        hint_en=f"if it was drawn on such a map, read it with --crs {found.datum}; else accept",
    )


def _outside(layer: str, names: list[str], count: int) -> Finding:
    shown = "、".join(names[:5]) + ("…" if len(names) > 5 else "")
    return finding(
        "OUTSIDE_DISTRICT",
        layer,
        f"{count} 个要素中有 {len(names)} 个在本区之外：{shown}",
        f"{len(names)} of {count} features lie outside the district: {shown.replace('、', ', ')}",
        features=names,
        hint_zh="请检查坐标系，或剪去区外要素",
        hint_en="check the coordinate system, or remove what lies outside",
    )
