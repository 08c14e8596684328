"""Areas that no station serves at all."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.people import PEOPLE, area_of, checked_reaches, walks
from geo.layers import DemandLayer, GridLayer, TravelTimes


def unserved(
    areas: GridLayer, demand: DemandLayer, times: TravelTimes, *, reach_s: float
) -> gpd.GeoDataFrame:
    """Find the areas in which households live and none of them is served.

    Parameters
    ----------
    areas : GridLayer
        Communities, or areas of any level.
    demand : DemandLayer
        Buildings; they belong where their inner point lies.
    times : TravelTimes
        From these buildings to the stations in question.
    reach_s : float
        Longest acceptable walk, seconds, > 0.

    Returns
    -------
    GeoDataFrame
        The areas, index `code`: `name`, households, residents and priority groups that were
        counted in their buildings, `least_s` (the shortest walk from any of them; inf when
        all are cut off), polygon. Most households first.

    Examples
    --------
    >>> town = towns.island()
    >>> list(coverage.unserved(town.areas, town.demand, town.times, reach_s=900)["name"])
    ['area 2']
    """
    (reach_s,) = checked_reaches((reach_s,))
    frame = walks(demand, times)
    area = area_of(frame, areas)
    least_s = frame["nearest_s"].groupby(area).min().rename("least_s")
    people = frame[list(PEOPLE)].groupby(area).sum()
    found = pd.concat([people, least_s], axis=1)
    found = found[(found["least_s"] > reach_s) & (found.index != "")]
    named = areas.set_index("code")[["name", "geometry"]]
    table = named.loc[~named.index.duplicated()].join(found, how="inner")
    order = np.lexsort((table.index.to_numpy(), -table["households"].to_numpy()))
    columns = ["name", *PEOPLE, "least_s", "geometry"]
    return gpd.GeoDataFrame(table.iloc[order][columns], crs=areas.crs)
