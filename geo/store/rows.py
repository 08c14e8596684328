"""Rows by number: what is kept in memory is read by them, and read again when they change."""

from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy.typing as npt
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from geo import layers
from geo.store import frames
from geo.store.stored import Stored, area, feature


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
    stored = kept(layer_name)
    query = living(stored).order_by(stored.table.c.fid)
    if ids is not None:
        query = query.where(stored.table.c.fid.in_(list(ids)))
    found = session.execute(query).all()
    return frames.frame_of(found, stored, first={"fid": "int64"})


def cells(session: Session, layer_name: str) -> dict[str, npt.NDArray[Any]]:
    """Read the same as arrays, column by column, with `geometry`; for layers that have one."""
    stored = kept(layer_name)
    query = living(stored).order_by(stored.table.c.fid)
    return frames.cells_of(session.execute(query).all(), stored)


def kept(layer_name: str) -> Stored:
    """Say where a layer is kept."""
    described = layers.LAYERS.get(layer_name)
    versioned = described is None or described.level is not None
    return area(layer_name) if versioned else feature(layer_name)


def living(stored: Stored) -> Select[Any]:
    """Select the rows of a layer, of areas those that live: number and columns."""
    table = stored.table
    query = select(table.c.fid, *frames.columns(stored)).where(*stored.scope())
    return query if stored.layer.level is None else query.where(table.c.died.is_(None))
