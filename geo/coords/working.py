"""The working system: metres of the local 3° Gauss–Krüger zone, degrees at the borders.

CGCS2000 (EPSG:4490) and WGS 84 (EPSG:4326) agree to centimetres at epoch 2000.0 and are
taken as one; this module is the only place that says so. Any other step between datums is
made with known parameters or not at all: PROJ is never allowed a ballpark.
"""

from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from pyproj.exceptions import ProjError

from geo.coords import epsg
from geo.errors import CrsError

STORED = CRS.from_epsg(4490)
_GPS = CRS.from_epsg(4326)
DECIMALS = 10
"""Of a degree, as kept in the store: 0.01 mm."""
_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135


def working_crs(lon: float) -> CRS:
    """Give the CGCS2000 3° Gauss–Krüger system (easting without zone) around a longitude.

    Parameters
    ----------
    lon : float
        Degrees east. Outside China (73.5–136.5) a transverse Mercator of the same
        form is built on the meridian of the nearest zone, so that metres stay metres
        anywhere in the world.

    Returns
    -------
    CRS
        EPSG:4534–4554 inside China.
    """
    return _around(round(lon / 3) * 3)


@lru_cache(maxsize=128)
def _around(meridian: int) -> CRS:
    if _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN:
        return CRS.from_epsg(epsg.by_meridian(meridian).epsg)
    return ProjectedCRS(
        name=f"CGCS2000 / Gauss-Kruger CM {meridian}",
        conversion=TransverseMercatorConversion(0, meridian, 500_000, 0, 1),
        geodetic_crs=STORED,
    )


def require_metres(frame: gpd.GeoDataFrame) -> None:
    """Raise `CrsError` unless the frame is in a projected system whose unit is the metre."""
    crs = frame.crs
    if crs is None or not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        raise CrsError(
            f"coordinates in {crs.name if crs else 'an unknown system'} are not metres",
            zh=f"坐标系“{crs.name if crs else '未知'}”的单位不是米",
            hint="bring the layer to its working system with coords.to_metres",
            hint_zh="请先用 coords.to_metres 转到工作坐标系",
        )


def to_metres(frame: gpd.GeoDataFrame, crs: CRS | None = None) -> gpd.GeoDataFrame:
    """Bring a frame from any known system to metres.

    Parameters
    ----------
    frame : GeoDataFrame
        With a CRS. EPSG:4326 is read as EPSG:4490.
    crs : CRS, optional
        The working system, on CGCS2000; without it, that of the middle of the frame.

    Raises
    ------
    CrsError
        When the frame has no system, or one that cannot be brought to CGCS2000.
    """
    frame = _stored(frame) if crs is None or frame.crs != crs else frame
    if crs is None:
        west, _, east, _ = frame.total_bounds
        crs = working_crs(float(west + east) / 2) if np.isfinite(west + east) else working_crs(120)
    return frame if frame.crs == crs else _moved(frame, transformer(STORED, crs), crs)


def to_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a frame to the stored system, EPSG:4490, longitude before latitude.

    Raises
    ------
    CrsError
        When the frame has no system, or one that cannot be brought to CGCS2000.
    """
    return _stored(frame)


@lru_cache(maxsize=64)
def transformer(source: CRS, target: CRS = STORED) -> Transformer:
    """Give the transformer between two systems, x before y, without any ballpark.

    WGS 84 is swapped for CGCS2000 where both occur.

    Raises
    ------
    CrsError
        When no parameters are known, as for Xian 1980 and Beijing 1954.
    """
    if refused := epsg.unsupported(source) or epsg.unsupported(target):
        raise CrsError(
            f"no parameters from {source.name} to CGCS2000",
            zh=f"“{source.name}”（{epsg.FAMILY_ZH[refused]}）没有通用的转换参数，不能直接转到 CGCS2000",
            hint="give a system with its own TOWGS84 parameters, or convert the file first",
            hint_zh="请提供带 TOWGS84 参数的坐标系，或先由测绘部门转换数据",
        )
    start, end = (_on_gps(source), _on_gps(target)) if _mixed(source, target) else (source, target)
    try:
        return Transformer.from_crs(start, end, always_xy=True, allow_ballpark=False)
    except ProjError:
        raise CrsError(
            f"no exact way from {source.name} to {target.name} is known",
            zh=f"没有从“{source.name}”到“{target.name}”的可靠转换方法",
        ) from None


def settled(xy: npt.NDArray[np.float64], crs: CRS) -> npt.NDArray[np.float64]:
    """Move new points to where they will be after a stay in the store, bit for bit.

    The store keeps `DECIMALS` of a degree. A settled point comes back from it unchanged,
    and so does every point that came from it.

    Parameters
    ----------
    xy : array (points, 2)
        Metres.
    crs : CRS
        The working system.

    Returns
    -------
    array (points, 2)
        Metres, at most 0.01 mm away.
    """
    if not len(xy):
        return xy
    lon, lat = transformer(crs).transform(xy[:, 0], xy[:, 1], errcheck=True)
    back = transformer(STORED, crs).transform(np.round(lon, DECIMALS), np.round(lat, DECIMALS))
    return np.column_stack(back)


def _mixed(source: CRS, target: CRS) -> bool:
    """Say whether exactly one end stands on CGCS2000, so that the other knows only WGS 84."""
    return (epsg.family(source) == "cgcs2000") != (epsg.family(target) == "cgcs2000")


def _on_gps(crs: CRS) -> CRS:
    """Name a CGCS2000 system as if it stood on WGS 84; others stay as they are."""
    if epsg.family(crs) != "cgcs2000":
        return crs
    if not crs.is_projected or crs.coordinate_operation is None:
        return _GPS
    return ProjectedCRS(
        name=crs.name,
        conversion=crs.coordinate_operation,
        geodetic_crs=_GPS,
    )


def _stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if frame.crs is None:
        raise CrsError("the frame has no coordinate system", zh="数据没有坐标系")
    if frame.crs == STORED:
        return frame
    if frame.crs == _GPS:
        return frame.set_crs(STORED, allow_override=True)
    return _moved(frame, transformer(frame.crs), STORED)


def _moved(frame: gpd.GeoDataFrame, way: Transformer, crs: CRS) -> gpd.GeoDataFrame:
    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(way.transform(points[:, 0], points[:, 1], errcheck=True))

    moved = shapely.transform(np.asarray(frame.geometry.array), move)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=crs))
