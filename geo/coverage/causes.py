"""Why people are blind, by asking what would serve them: gates, bridges, hours, room.

Each cause is a world in which one thing is otherwise: every wall has gates, rivers and
railways can be crossed, all stations are open, every station offers everything. Whoever is
served in such a world and not in ours is blind for want of that thing.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import layers
from geo.layers import TravelTimes

WORLDS = ("hours", "service", "capacity", "wall", "river", "rail")
"""What may be otherwise, from the change that costs least to the one that costs most."""
EVERY_M = 60.0
"""In the other world a barrier has a gate or a bridge every so often."""
HALF = 0.5
"""A world explains a spot when it would serve at least half of its households."""


def served_if(ids: pd.Index, worlds: Mapping[str, TravelTimes], *, reach_s: float) -> pd.DataFrame:
    """Say which buildings each world would serve.

    Parameters
    ----------
    ids : Index
        Buildings.
    worlds : mapping of str to TravelTimes
        For each world, named as in `WORLDS`, the walks in it.
    reach_s : float

    Returns
    -------
    DataFrame
        Index `ids`; one column of bool a world, in the order of `WORLDS`.
    """
    table = pd.DataFrame(index=ids)
    for name in sorted(worlds, key=WORLDS.index):
        seconds, _ = worlds[name].nearest()
        near = pd.Series(seconds <= reach_s, index=pd.Index(worlds[name].demand_ids, dtype="str"))
        table[name] = near.reindex(ids, fill_value=False)
    return table


def explained(households: "pd.Series[int]", would: pd.DataFrame) -> str:
    """Name the world that would serve most households of a spot; empty when none serves half."""
    if would.empty or not len(would.columns):
        return ""
    served = would.mul(households, axis=0).sum()
    best = str(served.index[int(served.to_numpy().argmax())])
    return best if served[best] >= HALF * households.sum() else ""


def opened(
    barriers: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    kind: str,
    *,
    near: gpd.GeoDataFrame | None = None,
    reach_m: float = float("inf"),
    every_m: float = EVERY_M,
) -> gpd.GeoDataFrame:
    """Give the gates of a world in which barriers of a kind can be crossed all along.

    Parameters
    ----------
    barriers : BarrierLayer
    gates : gate layer
        Those there are; in the world of walls the shut ones are open.
    kind : str
        ``wall``, ``river`` or ``rail``.
    near : GeoDataFrame, optional
        Only barriers within `reach_m` metres of these shapes are opened.
    every_m : float
        From one gate to the next.

    Returns
    -------
    gate layer
        Old and new; a network built with them links the ways on both sides of each.
    """
    lines = barriers[(barriers["kind"] == kind).to_numpy(dtype=np.bool_)]
    parts = shapely.get_parts(lines.geometry.to_numpy())
    if near is not None and len(near) and len(parts):
        homes = shapely.STRtree(near.geometry.to_numpy())
        parts = parts[np.unique(homes.query(parts, predicate="dwithin", distance=reach_m)[0])]
    spots = [
        shapely.line_interpolate_point(part, (np.arange(steps) + 0.5) / steps, normalized=True)
        for part in parts
        for steps in (max(1, int(np.ceil(shapely.length(part) / every_m))),)
    ]
    places = np.concatenate(spots) if spots else np.empty(0, dtype=object)
    described = layers.layer("gate")
    fresh = {column.name: [column.default or ""] * len(places) for column in described.columns}
    fresh["id"] = [f"if-{kind}-{i}" for i in range(len(places))]
    fresh["foot"] = ["yes"] * len(places)
    known = gates[[column.name for column in described.columns]]
    foot = ["yes"] * len(gates) if kind == "wall" else gates["foot"].tolist()
    table = {name: [*known[name], *values] for name, values in fresh.items()} | {
        "foot": [*foot, *fresh["foot"]]
    }
    shapes = [*gates.geometry, *places]
    frame = gpd.GeoDataFrame(
        {name: pd.array(values, dtype="str") for name, values in table.items()},
        geometry=gpd.GeoSeries(shapes, crs=barriers.crs),
        crs=barriers.crs,
    )
    return layers.checked(frame, "gate")
