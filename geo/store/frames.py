"""Frames to rows and back: COPY in, plain columns and WKB out."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import psycopg
import shapely
from psycopg import sql
from sqlalchemy import ColumnElement, LargeBinary, func
from sqlalchemy.orm import Session

from geo import coords, layers
from geo.errors import SchemaError
from geo.store.models import SRID
from geo.store.stored import Stored

Geometries = npt.NDArray[np.object_]

_DECIMALS = coords.DECIMALS
"""Of a degree. A layer that went to metres and back is stored as it was."""
_DTYPES = {"text": "str", "int": "int64", "float": "float64", "bool": "bool"}


def copy_in(session: Session, frame: pd.DataFrame, stored: Stored, *, table: str = "") -> int:
    """Check a frame and write its rows into the layer's table, or one that is like it.

    Raises
    ------
    SchemaError
        When the frame is not this layer, or a value does not fit its column.
    """
    found = layers.faults(frame, stored.layer)
    if found or (stored.spatial and not isinstance(frame, gpd.GeoDataFrame)):
        found = found or ["no geometry"]
        raise SchemaError(
            f"this is no {stored.layer.name} layer: {'; '.join(found)}",
            zh=f"不符合“{stored.layer.zh}”图层的要求：{'；'.join(found)}",
            where=found,
        )
    command = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table or stored.table.name),
        sql.SQL(", ").join(map(sql.Identifier, stored.write_columns)),
    )
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    try:
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            for row in _rows(frame, stored):
                copy.write_row(row)
    except psycopg.DataError as fault:
        raise SchemaError(
            f"a value does not fit: {fault}", zh=f"有值无法入库：{fault}", where=[str(fault)]
        ) from fault
    return len(frame)


def columns(stored: Stored, *, extras: bool = False) -> list[ColumnElement[Any]]:
    """Give what to select so that `frame_of` can read it."""
    chosen: list[ColumnElement[Any]] = [stored.table.c[name] for name in stored.read_columns]
    if stored.spatial:
        chosen.append(func.ST_AsBinary(stored.table.c.geom, type_=LargeBinary).label("geometry"))
    return [*chosen, *((stored.table.c.attributes,) if extras else ())]


def frame_of(
    rows: Sequence[Sequence[Any]],
    stored: Stored,
    *,
    first: Mapping[str, str] | None = None,
    last: Mapping[str, str] | None = None,
    extras: bool = False,
) -> gpd.GeoDataFrame:
    """Make a frame of selected rows: the layer's columns, with others before and after them.

    Parameters
    ----------
    rows : sequence of rows
        Values in the order `first`, `columns`, `last`.
    first, last : mapping of str to str
        Further columns and their types.
    extras : bool
        Whether the rows hold attributes, which become columns of their own.

    Returns
    -------
    GeoDataFrame
        In EPSG:4490; a plain DataFrame for a layer without geometry.
    """
    own = {column.name: _DTYPES[column.type] for column in stored.layer.columns}
    types = {**(first or {}), **own}
    cells: dict[str, Sequence[Any]] = {}
    tail = [*(["geometry"] if stored.spatial else []), *(["attributes"] if extras else [])]
    names = [*types, *tail, *(last or {})]
    values = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    cells = dict(zip(names, values, strict=True))
    for name in filter(stored.is_list, own):
        cells[name] = [";".join(parts) for parts in cells[name]]
    types |= last or {}
    frame = pd.DataFrame({name: pd.Series(cells[name], dtype=types[name]) for name in types})
    if extras:
        found = pd.DataFrame.from_records(list(cells["attributes"]), index=frame.index)
        frame = frame.join(found[[name for name in found if name not in frame]])
    if not stored.spatial:
        return frame  # type: ignore[return-value]
    shapes = _plain(shapely.from_wkb(np.array(cells["geometry"], dtype=object)))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=coords.STORED)


def _rows(frame: pd.DataFrame, stored: Stored) -> Iterator[tuple[Any, ...]]:
    written: list[Iterable[Any]] = []
    for name in stored.write_columns[: -2 if stored.spatial else -1]:
        if name in stored.fixed:
            written.append([stored.fixed[name]] * len(frame))
        elif stored.is_list(name):
            written.append([list(layers.items(cell)) for cell in frame[name].tolist()])
        else:
            written.append(frame[name].tolist())
    if stored.spatial and isinstance(frame, gpd.GeoDataFrame):
        written.append(_shapes(frame, stored.geometry_type))
    return zip(*written, _attributes(frame, stored), strict=True)


def _shapes(frame: gpd.GeoDataFrame, kind: str) -> list[str]:
    shapes: Geometries = np.asarray(coords.to_degrees(frame).geometry.array, dtype=object)
    shapes = shapely.force_2d(shapes)
    shapes = shapely.transform(shapes, lambda points: np.round(points, _DECIMALS))
    if kind == "MULTIPOLYGON":
        shapes = _wrapped(shapes, shapely.GeometryType.POLYGON, shapely.multipolygons)
    if kind == "MULTILINESTRING":
        shapes = _wrapped(shapes, shapely.GeometryType.LINESTRING, shapely.multilinestrings)
    written: list[str] = shapely.to_wkb(
        shapely.set_srid(shapes, SRID), hex=True, include_srid=True
    ).tolist()
    return written


def _wrapped(shapes: Geometries, single: int, multiple: Any) -> Geometries:
    alone = shapely.get_type_id(shapes) == single
    shapes = shapes.copy()
    shapes[alone] = multiple(shapes[alone], indices=np.arange(alone.sum()))
    return shapes


def _plain(shapes: Geometries) -> Geometries:
    """Take the only part out of what was wrapped for its column."""
    wrapped = np.isin(shapely.get_type_id(shapes), (5, 6)) & (
        shapely.get_num_geometries(shapes) == 1
    )
    return np.where(wrapped, shapely.get_geometry(shapes, 0), shapes)


def _attributes(frame: pd.DataFrame, stored: Stored) -> list[str]:
    known = {*stored.read_columns, *stored.fixed}
    if isinstance(frame, gpd.GeoDataFrame):
        known.add(str(frame.geometry.name))
    extras = [name for name in frame.columns if name not in known]
    if not extras:
        return ["{}"] * len(frame)
    cells = zip(*(frame[name].astype(object).tolist() for name in extras), strict=True)
    return [_json(dict(zip(extras, row, strict=True))) for row in cells]


def _json(cells: Mapping[str, Any]) -> str:
    filled = {str(name): value for name, value in cells.items() if _is_filled(value)}
    options = orjson.OPT_SERIALIZE_NUMPY
    return orjson.dumps(filled, option=options, default=_as_text).decode()


def _is_filled(value: Any) -> bool:
    return not (pd.api.types.is_scalar(value) and pd.isna(value))


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
