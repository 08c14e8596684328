"""Files as districts send them: a shapefile built byte by byte where it matters."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely

UTF8, GBK = "utf-8", "gb18030"


@dataclass(frozen=True)
class Field:
    """One DBF field: the name as people know it (cut at ten bytes on writing) and its width."""

    name: str
    kind: str = "C"
    width: int = 40
    decimals: int = 0


def squares(count: int, *, lon: float = 119.45, lat: float = 32.2, side: float = 0.01) -> list:
    """Give neighbouring squares in degrees, from west to east."""
    return [
        shapely.box(lon + i * side, lat, lon + (i + 1) * side, lat + side) for i in range(count)
    ]


def shapefile(
    path: Path,
    shapes: Sequence,
    fields: Sequence[Field],
    rows: Sequence[Sequence[str]],
    *,
    encoding: str = UTF8,
    language: int = 0,
    cpg: str | None = None,
    crs: object = "EPSG:4490",
) -> Path:
    """Write a shapefile whose .dbf has exactly these bytes, cut as a careless program cuts."""
    gpd.GeoDataFrame(
        {"n": range(len(shapes))}, geometry=list(shapes), crs=crs or "EPSG:4490"
    ).to_file(path)
    if crs is None:
        path.with_suffix(".prj").unlink()
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    table(path.with_suffix(".dbf"), fields, rows, encoding=encoding, language=language)
    return path


def table(
    path: Path,
    fields: Sequence[Field],
    rows: Sequence[Sequence[str]],
    *,
    encoding: str = UTF8,
    language: int = 0,
) -> Path:
    """Write a DBF (dBASE III) from text."""
    length = 1 + sum(f.width for f in fields)
    head = struct.pack(
        "<BBBBIHH17xBxx", 3, 126, 11, 22, len(rows), 33 + 32 * len(fields), length, language
    )
    names = b"".join(
        struct.pack(
            "<11sc4xBB14x", f.name.encode(encoding)[:10], f.kind.encode(), f.width, f.decimals
        )
        for f in fields
    )
    records = b"".join(
        b" " + b"".join(_cell(v, f, encoding) for v, f in zip(row, fields, strict=True))
        for row in rows
    )
    path.write_bytes(head + names + b"\r" + records + b"\x1a")
    return path


def _cell(value: str, field: Field, encoding: str) -> bytes:
    word = value.encode(encoding)[: field.width]
    return word.ljust(field.width) if field.kind == "C" else word.rjust(field.width)
