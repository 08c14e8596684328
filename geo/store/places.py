"""Stations and candidates: what `features` knows of them, and who is near as the crow flies."""

import geopandas as gpd
from sqlalchemy.orm import Session

from geo.errors import BadInput
from geo.store import features, frames
from geo.store.features import Window
from geo.store.statements import statement
from geo.store.stored import feature


def replace(session: Session, frame: gpd.GeoDataFrame, *, layer: str = "station") -> int:
    """Replace the stations (or the candidates); gives the rows written. See `features.replace`."""
    return features.replace(session, layer, frame)


def read(
    session: Session,
    *,
    layer: str = "station",
    status: str | None = None,
    bbox: Window | None = None,
    extras: bool = False,
) -> gpd.GeoDataFrame:
    """Read the stations (or the candidates), all or those of one status. See `features.read`."""
    found = features.read(session, layer, bbox=bbox, extras=extras)
    return found if status is None else found[found["status"] == status].reset_index(drop=True)


def within(
    session: Session, lon: float, lat: float, within_m: float, *, layer: str = "station"
) -> gpd.GeoDataFrame:
    """Give the places within a straight line of a point, nearest first.

    Parameters
    ----------
    lon, lat : float
        Degrees.
    within_m : float
        Metres on the ellipsoid, > 0.

    Returns
    -------
    GeoDataFrame
        The layer's columns and `distance_m`; EPSG:4490.
    """
    if not within_m > 0:
        raise BadInput(f"within {within_m} m is nowhere", zh=f"范围 {within_m} 米应大于 0")
    asked = {"lon": lon, "lat": lat, "within_m": within_m, "layer": layer}
    rows = session.execute(statement("places_within"), asked).all()
    return frames.frame_of(rows, feature(layer), last={"distance_m": "float64"})
