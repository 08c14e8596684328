"""Where a place is: the stored degrees, the working metres, the datums and apps of other maps."""

from geo.coords import epsg, fitting, links
from geo.coords.datums import (
    bd_to_gcj,
    bd_to_wgs,
    gcj_to_bd,
    gcj_to_wgs,
    outside,
    wgs_to_bd,
    wgs_to_gcj,
)
from geo.coords.working import (
    DECIMALS,
    STORED,
    require_metres,
    settled,
    to_degrees,
    to_metres,
    transformer,
    working_crs,
)

__all__ = [
    "DECIMALS",
    "STORED",
    "bd_to_gcj",
    "bd_to_wgs",
    "epsg",
    "fitting",
    "gcj_to_bd",
    "gcj_to_wgs",
    "links",
    "outside",
    "require_metres",
    "settled",
    "to_degrees",
    "to_metres",
    "transformer",
    "wgs_to_bd",
    "wgs_to_gcj",
    "working_crs",
]
