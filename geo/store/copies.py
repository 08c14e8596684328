"""A layer without a history, put aside as it is and brought back to the last bit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Text, cast, delete, func, select
from sqlalchemy.orm import Session

from geo import layers
from geo.store.lifespan import alive
from geo.store.stored import Stored, area, feature

_PIECE = 2**20


def saved(session: Session, layer_name: str, path: Path, *, net: str | None = None) -> None:
    """Write all rows of a layer into a file as they stand in the table; memory holds a piece.

    Parameters
    ----------
    net : str, optional
        Of layer net: the net that is meant.
    """
    stored = _stored(layer_name, net)
    command = sql.SQL("copy (select {} from {}{}) to stdout (format csv, header)").format(
        _columns(stored.write_columns), sql.Identifier(stored.table.name), _scope(stored)
    )
    with _wire(session).cursor() as cursor, cursor.copy(command) as copy, path.open("wb") as file:
        for piece in copy:
            file.write(piece)


def restored(session: Session, layer_name: str, path: Path, *, net: str | None = None) -> None:
    """Put the rows that `saved` wrote in the place of all that the layer holds now."""
    stored = _stored(layer_name, net)
    with path.open("rb") as file:
        names = file.readline().decode().strip().split(",")
        session.execute(delete(stored.table).where(*stored.scope()))
        command = sql.SQL("copy {} ({}) from stdin (format csv)").format(
            sql.Identifier(stored.table.name), _columns(names)
        )
        with _wire(session).cursor() as cursor, cursor.copy(command) as copy:
            for piece in _pieces(file):
                copy.write(piece)


def digest(session: Session, layer_name: str, *, net: str | None = None) -> str:
    """Sum up all that a layer holds, in whatever order; of areas, those that live."""
    described = layers.layer(layer_name)
    stored = area(layer_name) if described.level is not None else _stored(layer_name, net)
    columns = [stored.table.c[name] for name in stored.write_columns]
    living = [alive(stored.table, None)] if described.level is not None else []
    row = cast(func.row(*columns), Text)
    sums = (func.sum(func.hashtextextended(row, seed)) for seed in (0, 1))
    query = select(func.count(), *sums).where(*stored.scope(), *living)
    return ":".join(str(n) for n in session.execute(query).one())


def _stored(layer_name: str, net: str | None) -> Stored:
    stored = feature(layer_name)
    return stored if net is None else stored.fixing(net=net)


def _columns(names: Any) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _scope(stored: Stored) -> sql.Composable:
    if not stored.fixed:
        return sql.SQL("")
    kept = (
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in stored.fixed.items()
    )
    return sql.SQL(" where ") + sql.SQL(" and ").join(kept)


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _wire(session: Session) -> "psycopg.Connection[Any]":
    wire: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return wire
