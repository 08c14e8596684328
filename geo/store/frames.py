"""Frames to rows and back: COPY in, plain columns and WKB out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import psycopg
import pyarrow as pa
import shapely
from psycopg import sql
from pyarrow import csv
from sqlalchemy import ColumnElement, LargeBinary, func
from sqlalchemy.orm import Session

from geo import coords, layers
from geo.errors import SchemaError
from geo.store.models import SRID
from geo.store.stored import Stored

Geometries = npt.NDArray[np.object_]

_DECIMALS = coords.DECIMALS
"""Of a degree. A layer that went to metres and back is stored as it was."""
_LITTLE, _IN_STORED = "01", "20" + SRID.to_bytes(4, "little").hex()
"""EWKB is WKB with a flag in the fourth byte of the type, and the number of the system behind it."""
_AT_ONCE = 20_000
"""Rows written at once: memory holds no more of them in words."""
_ARRAYS = {"text": "object", "int": "int64", "float": "float64", "bool": "bool"}
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
    command = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(table or stored.table.name),
        sql.SQL(", ").join(map(sql.Identifier, stored.write_columns)),
    )
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    try:
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            for first in range(0, len(frame), _AT_ONCE):
                copy.write(_csv(frame.iloc[first : first + _AT_ONCE], stored))
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
    return gpd.GeoDataFrame(frame, geometry=_shapes_of(cells["geometry"]), crs=coords.STORED)


def cells_of(
    rows: Sequence[Sequence[Any]], stored: Stored, *, days: Sequence[str] = ()
) -> dict[str, npt.NDArray[Any]]:
    """Give selected rows as arrays, column by column: a frame of few rows takes ten times as long.

    Parameters
    ----------
    rows : sequence of rows
        `fid`, `columns`, and then `days`.
    days : sequence of str
        Further columns of days.
    """
    own = {column.name: _ARRAYS[column.type] for column in stored.layer.columns}
    types = {"fid": "int64", **own} | dict.fromkeys(days, "datetime64[s]")
    names = ["fid", *own, "geometry", *days]
    values = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    for name in filter(stored.is_list, own):
        values[name] = tuple(";".join(parts) for parts in values[name])
    told = {name: np.array(values[name], dtype=types[name]) for name in types}
    return told | {"geometry": _shapes_of(values["geometry"])}


def _shapes_of(written: Sequence[Any]) -> Geometries:
    return _plain(shapely.from_wkb(np.array(written, dtype=object)))


def _csv(frame: pd.DataFrame, stored: Stored) -> pa.Buffer:
    """Write rows as COPY reads them: words in quotes, shapes as EWKB in hexadecimal digits."""
    written: list[pa.Array] = []
    for name in stored.write_columns[: -2 if stored.spatial else -1]:
        if name in stored.fixed:
            written.append(pa.repeat(pa.scalar(stored.fixed[name]), len(frame)))
        elif stored.is_list(name):
            written.append(pa.array([_literal(cell) for cell in frame[name].tolist()], pa.string()))
        else:
            written.append(pa.array(frame[name], from_pandas=True))
    if stored.spatial and isinstance(frame, gpd.GeoDataFrame):
        written.append(_shapes(frame, stored.geometry_type))
    written.append(_attributes(frame, stored))
    sink = pa.BufferOutputStream()
    table = pa.Table.from_arrays(written, names=[str(i) for i in range(len(written))])
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    return sink.getvalue()


def _literal(cell: str) -> str:
    """Write items as PostgreSQL reads an array."""
    escaped = (item.replace("\\", r"\\").replace('"', r"\"") for item in layers.items(cell))
    return "{" + ",".join(f'"{item}"' for item in escaped) + "}"


def _shapes(frame: gpd.GeoDataFrame, kind: str) -> pa.Array:
    shapes: Geometries = np.asarray(coords.to_degrees(frame).geometry.array, dtype=object)
    if shapely.has_z(shapes).any() or shapely.has_m(shapes).any():
        shapes = shapely.force_2d(shapes)
    shapes = shapely.transform(shapes, lambda points: np.round(points, _DECIMALS))
    if kind == "MULTIPOLYGON":
        shapes = _wrapped(shapes, shapely.GeometryType.POLYGON, shapely.multipolygons)
    if kind == "MULTILINESTRING":
        shapes = _wrapped(shapes, shapely.GeometryType.LINESTRING, shapely.multilinestrings)
    digits = map(bytes.hex, shapely.to_wkb(shapes, byte_order=1).tolist())
    return pa.array([_LITTLE + d[2:8] + _IN_STORED + d[10:] for d in digits], pa.string())


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


def _attributes(frame: pd.DataFrame, stored: Stored) -> pa.Array:
    """Write the columns that have no place of their own as JSON, without empty cells."""
    known = {*stored.read_columns, *stored.fixed}
    if isinstance(frame, gpd.GeoDataFrame):
        known.add(str(frame.geometry.name))
    extras = [name for name in frame.columns if name not in known]
    if not extras:
        return pa.repeat("{}", len(frame))
    names = [str(name) for name in extras]
    filled = (frame[name].astype(object).where(frame[name].notna(), None) for name in extras)
    rows = zip(*(cells.tolist() for cells in filled), strict=True)
    return pa.array([_json(names, row) for row in rows], pa.string())


def _json(names: Sequence[str], row: Sequence[Any]) -> str:
    cells = {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}
    return orjson.dumps(cells, option=orjson.OPT_SERIALIZE_NUMPY, default=_as_text).decode()


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
