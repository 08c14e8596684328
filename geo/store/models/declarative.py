"""What all tables share: names of constraints, and columns that come again and again."""

from typing import Annotated, Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, BigInteger, Identity, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

SRID = 4490

Fid = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
"""A row's own number; what came in has its ids in columns of their own, unique or not."""
Words = Annotated[str, mapped_column(Text, server_default=text("''"))]
Count = Annotated[int, mapped_column(server_default=text("0"))]
Amount = Annotated[float, mapped_column(server_default=text("0"))]
Items = Annotated[list[str], mapped_column(ARRAY(Text), server_default=text("'{}'"))]
Attributes = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'"))]
"""Columns that came along and have no place of their own."""


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {str: Text()}  # noqa: RUF012 — SQLAlchemy reads it from the class


def geometry(kind: str) -> Geometry:
    """Give a column type in EPSG:4490; indexes are declared with the table, by name."""
    return Geometry(kind, srid=SRID, spatial_index=False)


__all__ = [
    "SRID", "Amount", "Attributes", "Base", "Count", "Fid", "Items", "WKBElement", "Words",
    "geometry",
]  # fmt: skip
