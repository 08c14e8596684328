"""Layers without a history: read whole or by window, replaced as a whole."""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.errors import BadInput
from geo.store import frames
from geo.store.models import SRID, Net
from geo.store.stored import Stored, feature

Window = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def replace(
    session: Session, layer_name: str, frame: pd.DataFrame, *, net: str | None = None
) -> int:
    """Replace a layer by the rows of a frame; others see it when the transaction ends.

    Parameters
    ----------
    layer_name : str
        station, candidate, building, street, barrier, gate, landuse, council,
        institution, staff or net. Areas have a history: `store.areas`.
    frame : GeoDataFrame
        The layer's columns (`geo.layers.LAYERS`) in any known system; others are kept as
        attributes. A plain DataFrame for staff.
    net : str, optional
        Of layer net: the name of the net that is replaced, whatever the frame calls it.
        Without it, the nets that the frame names.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    SchemaError
        When the frame is not this layer; nothing is written then.
    """
    return replace_parts(session, layer_name, [frame], net=net)


def replace_parts(
    session: Session, layer_name: str, parts: Iterable[pd.DataFrame], *, net: str | None = None
) -> int:
    """Replace a layer by rows that come in parts, so that memory holds one part at a time.

    As `replace`; parts of layer net are of the nets that the first of them names.
    """
    stored = feature(layer_name)
    session.execute(
        text("select pg_advisory_xact_lock(hashtext('wangge layer ' || :name))"),
        {"name": layer_name},
    )
    count = 0
    for number, frame in enumerate(parts):
        scope = stored.scope()
        if layer_name == "net":
            frame, scope = _name_net(session, stored, frame, net)  # noqa: PLW2901 — the same, named
        if number == 0:
            session.execute(delete(stored.table).where(*scope))
        count += frames.copy_in(session, frame, stored)
    session.execute(text(f"analyze {stored.table.name}"))  # the planner knows at once
    return count


def read(
    session: Session,
    layer_name: str,
    *,
    bbox: Window | None = None,
    net: str | None = None,
    extras: bool = False,
) -> gpd.GeoDataFrame:
    """Read a layer, in the order in which it came.

    Parameters
    ----------
    bbox : (west, south, east, north), optional
        Degrees; only features whose own box touches this one.
    net : str, optional
        Of layer net: only this one.
    extras : bool
        Attributes become columns as well; without, exactly the layer's columns.

    Returns
    -------
    GeoDataFrame
        EPSG:4490; a plain DataFrame for staff. Empty when nothing is there.
    """
    stored = feature(layer_name)
    if net is not None:
        stored = stored.fixing(net=net)
    query = select(*frames.columns(stored, extras=extras)).where(*stored.scope())
    if bbox is not None:
        query = query.where(in_window(stored, bbox))
    rows = session.execute(query.order_by(stored.table.c.fid)).all()
    return frames.frame_of(rows, stored, extras=extras)


def count(session: Session, layer_name: str) -> int:
    """Count a layer's features."""
    stored = feature(layer_name)
    query = select(func.count()).select_from(stored.table).where(*stored.scope())
    return session.execute(query).scalar_one()


def nets(session: Session) -> list[str]:
    """List the names of the nets there are, sorted."""
    return list(session.scalars(select(Net.name).order_by(Net.name)))


def in_window(stored: Stored, bbox: Window) -> ColumnElement[bool]:
    """Give the condition that a feature's box touches a window; uses the spatial index."""
    west, south, east, north = bbox
    if not (west <= east and south <= north):
        raise BadInput(
            f"bbox {bbox} is not west, south, east, north",
            zh=f"范围 {bbox} 应按“西、南、东、北”排列",
        )
    box: Any = func.ST_MakeEnvelope(west, south, east, north, SRID)
    touches: ColumnElement[bool] = stored.table.c.geom.op("&&", is_comparison=True)(box)
    return touches


def _name_net(
    session: Session, stored: Stored, frame: pd.DataFrame, net: str | None
) -> tuple[pd.DataFrame, list[ColumnElement[bool]]]:
    if net is not None:
        frame = frame.assign(net=net)
    names = sorted(set(frame["net"])) if "net" in frame else []
    if "" in names or not names:
        raise BadInput("which net is this", zh="请说明这是哪个部门的网格", hint="give its name")
    for name in names:
        known = insert(Net).values(name=name)
        session.execute(
            known.on_conflict_do_update(index_elements=["name"], set_={"at": func.now()})
        )
    return frame, [stored.table.c.net.in_(names)]
