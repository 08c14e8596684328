"""Where a place is: the stored degrees, the working metres, and the datums of other maps."""

from geo.coords.working import (
    STORED,
    require_metres,
    to_degrees,
    to_metres,
    working_crs,
)

__all__ = ["STORED", "require_metres", "to_degrees", "to_metres", "working_crs"]
