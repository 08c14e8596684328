"""Which ways may be walked, by their OSM tags.

====================================================================  ==================
tags                                                                   answer
====================================================================  ==================
foot = no, use_sidepath, discouraged                                   no
foot = yes, designated, permissive, official, private, destination,    yes, whatever the
customers, residents                                                   highway or access
access = no, agricultural, forestry, delivery, military, emergency,    no
restricted
highway = motorway, trunk (and links), cycleway, bridleway, busway     no
highway under construction, proposed, abandoned, raceway, …            no
highway = footway, path, steps, residential, … (`ON_FOOT`)             yes
any other highway                                                      no
====================================================================  ==================

A way that is walked although access (or foot) is private, residents or permit carries
`PRIVATE`: it is for those who live there, as the inner ways of a walled compound are.
Steps carry `STEPS`, ways that are not smoothly paved (`surface`) `ROUGH`, and ways whose
`incline`, where a street file tells it, is more than 6 % `STEEP`; what they weigh is the
walker's matter. Bridges and tunnels are ordinary ways: that they cross others
without meeting them is told by their vertices or, in planar data, by their layer.

Not read: conditions (``foot:conditional``), ``oneway:foot`` and moving stairs' direction
(ways are walked both ways), ferries (a wait is no walk), ``area:highway`` (the shape of a way
that is drawn as well). Pedestrian areas are walked along their edges.

Source: OpenStreetMap wiki, "OSM tags for routing/Access restrictions" and "Key:access".
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.network.kernel import U8, Bools

STEPS, PRIVATE, LINK, ROUGH, STEEP = 1, 2, 4, 8, 16
"""Flags of an edge: a stairway; for residents; made by us between a gate and a way; not paved
smoothly; steeper than 6 %."""

ON_FOOT = frozenset({
    "footway", "path", "steps", "pedestrian", "living_street", "residential", "service",
    "unclassified", "road", "track", "corridor", "platform", "crossing", "elevator",
    "tertiary", "tertiary_link", "secondary", "secondary_link", "primary", "primary_link",
})  # fmt: skip
"""Highways that may be walked when no tag says otherwise."""
FOOT_YES = frozenset({
    "yes", "designated", "permissive", "official", "private", "destination", "customers",
    "residents",
})  # fmt: skip
FOOT_NO = frozenset({"no", "use_sidepath", "discouraged"})
ACCESS_NO = frozenset({
    "no", "agricultural", "forestry", "delivery", "military", "emergency", "restricted",
})  # fmt: skip
RESIDENTS = frozenset({"private", "residents", "permit"})
ROUGH_SURFACES = frozenset({
    "unpaved", "compacted", "gravel", "fine_gravel", "pebblestone", "rock", "ground", "dirt", "earth",
    "grass", "mud", "sand", "woodchips", "cobblestone", "unhewn_cobblestone", "sett", "grass_paver",
    "stepping_stones", "snow", "ice",
})  # fmt: skip
STEEP_PERCENT = 6.0
NEVER = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "raceway", "no"})


def walkable(streets: gpd.GeoDataFrame) -> Bools:
    """Say for every street whether it may be walked, in the order of the frame."""
    highway, access, foot = (_tag(streets, name) for name in ("highway", "access", "foot"))
    usual = highway.isin(ON_FOOT) & ~access.isin(ACCESS_NO) & ~foot.isin(FOOT_NO)
    allowed = foot.isin(FOOT_YES) & ~highway.isin(NEVER)
    return (usual | allowed).to_numpy(dtype=bool)


def flags(streets: gpd.GeoDataFrame) -> U8:
    """Give the flags of every street, in the order of the frame."""
    highway, access, foot = (_tag(streets, name) for name in ("highway", "access", "foot"))
    public = foot.isin(FOOT_YES - RESIDENTS)
    private = (access.isin(RESIDENTS) | foot.isin(RESIDENTS)) & ~public
    rough = _tag(streets, "surface").isin(ROUGH_SURFACES)
    steep = _slope_percent(_tag(streets, "incline")) > STEEP_PERCENT
    marks = STEPS * (highway == "steps") + PRIVATE * private + ROUGH * rough + STEEP * steep
    return np.asarray(marks, dtype=np.uint8)


def _slope_percent(incline: pd.Series) -> pd.Series:
    """Read ``8 %``, ``-8%`` or ``5°``; nothing is known of ``up`` and ``down``."""
    number = incline.str.extract(r"^([+-]?\d+(?:\.\d+)?)\s*[%°]", expand=False)
    value = pd.to_numeric(number, errors="coerce").fillna(0.0).abs()
    return value.where(~incline.str.contains("°"), 100 * np.tan(np.deg2rad(value)))


def _tag(streets: gpd.GeoDataFrame, name: str) -> pd.Series:
    if name not in streets:
        return pd.Series("", index=streets.index, dtype="str")
    return streets[name].fillna("").astype("str").str.strip().str.lower()
