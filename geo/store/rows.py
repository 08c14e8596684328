"""Rows by number: what is kept in memory is read by them, and read again when they change."""

from collections.abc import Collection

import geopandas as gpd
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import layers
from geo.store import frames
from geo.store.stored import area, feature


def read(
    session: Session, layer_name: str, *, ids: Collection[int] | None = None
) -> gpd.GeoDataFrame:
    """Read the rows of a layer with their numbers; of areas those that live.

    Parameters
    ----------
    ids : collection of int, optional
        Only these; a number that no living row has is passed over.

    Returns
    -------
    GeoDataFrame
        `fid` and the layer's columns, in the order of `fid`; EPSG:4490; a plain DataFrame
        for staff.
    """
    described = layers.LAYERS.get(layer_name)
    versioned = described is None or described.level is not None
    stored = area(layer_name) if versioned else feature(layer_name)
    table = stored.table
    query = select(table.c.fid, *frames.columns(stored)).where(*stored.scope())
    if versioned:
        query = query.where(table.c.died.is_(None))
    if ids is not None:
        query = query.where(table.c.fid.in_(list(ids)))
    found = session.execute(query.order_by(table.c.fid)).all()
    return frames.frame_of(found, stored, first={"fid": "int64"})
