"""A fault as the checks see it: where, how big, and whom it concerns, before it has words."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo.topology.sheets import Sheet


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """One fault of one level.

    `code` as in the findings; `areas` are positions in the sheet, most concerned first;
    `place` the ground (or points) affected; `facts` what the sentence needs besides;
    `echoes` collects the codes of lower levels on which the same fault shows again.
    """

    code: str
    areas: tuple[int, ...]
    place: BaseGeometry
    field: str = ""
    facts: dict[str, str] = dataclasses.field(default_factory=dict)
    echoes: list[str] = dataclasses.field(default_factory=list)


def frame(faults: Sequence[Fault], sheet: Sheet) -> gpd.GeoDataFrame:
    """Give faults as a table.

    Returns
    -------
    GeoDataFrame
        One row a fault, in the order found: `fault` (code of the finding), `field`,
        `areas` (tuple of area codes, most concerned first), `rows` (tuple of their row
        positions), `area_m2`, and the ground in the CRS of the areas.
    """
    return gpd.GeoDataFrame(
        {
            "fault": [f.code for f in faults],
            "field": [f.field for f in faults],
            "areas": [tuple(str(sheet.codes[i]) for i in f.areas) for f in faults],
            "rows": [f.areas for f in faults],
            "area_m2": [float(f.place.area) for f in faults],
        },
        geometry=[f.place for f in faults],
        crs=sheet.frame.crs,
    )
