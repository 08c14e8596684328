"""At one place (最多跑一地): stations, with what is inside them, that offer all of a list."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo import layers
from geo.coverage.choosing import offers, require
from geo.errors import BadInput
from geo.layers import SERVICES, StationLayer


def one_place(stations: StationLayer, services: Collection[str]) -> StationLayer:
    """Keep the stations at which all of a list of services are found under one roof.

    Parameters
    ----------
    stations : StationLayer
        Those that count. `within` names the place that a station is in, by id, name or
        signboard; places within places are one place, and so are all that are in one.
    services : collection of str
        One at least.

    Returns
    -------
    StationLayer
        Every station of every place that offers all of them together: the walk to a place
        is the walk to the nearest of its doors. `place` is the id of the outermost.
    """
    require(services, SERVICES, "service", "服务")
    if not services:
        raise BadInput("name the services that one place must offer", zh="请给出需要一地办齐的服务")
    group = places(stations)
    table = pd.DataFrame(offers(stations, services)).groupby(group).any()
    full = table.index[table.all(axis=1).to_numpy()]
    keep = np.isin(group, full)
    found = stations[keep].copy()
    found["place"] = outermost(stations, group)[keep]
    return layers.stations(found.reset_index(drop=True))


def places(stations: StationLayer) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """Number the places: stations that are inside each other, or inside the same one."""
    n = len(stations)
    inside = stations["within"].to_numpy(dtype=object)
    own = _named(stations)
    fresh: dict[str, int] = {}
    target = [
        own[w] if w in own else n + fresh.setdefault(w, len(fresh)) if w else i
        for i, w in enumerate(inside)
    ]
    links = coo_array(
        (np.ones(n, np.int8), (np.arange(n), np.array(target, dtype=np.int64).reshape(n))),
        shape=(n + len(fresh),) * 2,
    )
    return np.asarray(connected_components(links, directed=False)[1][:n], dtype=np.int32)


def outermost(
    stations: StationLayer, group: "np.ndarray[tuple[int], np.dtype[np.int32]]"
) -> "pd.Series[str]":
    """Give for every station the id of the place that it is in: the one that is in no other."""
    frame = pd.DataFrame({
        "group": group,
        "inner": (stations["within"] != "").to_numpy(),
        "id": stations["id"].to_numpy(dtype=object),
    })  # fmt: skip
    first = (
        frame.sort_values(["group", "inner", "id"], kind="stable").groupby("group")["id"].first()
    )
    return pd.Series(first.reindex(group).to_numpy(), index=stations.index, dtype="str")


def _named(stations: StationLayer) -> dict[str, int]:
    """Give the row of every id, name and signboard; an id goes before a name."""
    known: dict[str, int] = {}
    for column in ("signboard", "name", "id"):
        for row, text in enumerate(stations[column]):
            if text:
                known[text] = row
    return known
