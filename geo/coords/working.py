"""The working system: metres of the local 3° Gauss–Krüger zone, degrees at the borders.

CGCS2000 (EPSG:4490) and WGS 84 (EPSG:4326) agree to centimetres at epoch 2000.0 and are
taken as one; this module is the only place that says so.
"""

from functools import lru_cache

import geopandas as gpd
from pyproj import CRS

from geo.errors import CrsError

STORED = CRS.from_epsg(4490)
_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135


@lru_cache(maxsize=32)
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
    meridian = round(lon / 3) * 3
    if _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN:
        return CRS.from_epsg(4534 + (meridian - _FIRST_MERIDIAN) // 3)
    return CRS.from_proj4(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +ellps=GRS80 +units=m +type=crs"
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
        The working system; without it, that of the middle of the frame.
    """
    if frame.crs is None:
        raise CrsError("the frame has no coordinate system", zh="数据没有坐标系")
    if frame.crs.to_epsg() == 4326:
        frame = frame.set_crs(STORED, allow_override=True)
    if crs is None:
        west, _, east, _ = to_degrees(frame).total_bounds
        crs = working_crs(float(west + east) / 2)
    return frame if frame.crs == crs else frame.to_crs(crs)


def to_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a frame to the stored system, EPSG:4490, longitude before latitude."""
    if frame.crs is None:
        raise CrsError("the frame has no coordinate system", zh="数据没有坐标系")
    if frame.crs.to_epsg() == 4326:
        return frame.set_crs(STORED, allow_override=True)
    return frame.to_crs(STORED)
