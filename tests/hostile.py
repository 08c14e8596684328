"""Files that mean harm, or claim what they do not hold, made to be refused."""

import contextlib
import sqlite3
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyogrio
import sent
import shapely
import xlsxwriter
from pyarrow import parquet
from sent import Field

MILLIONS = 5_000_000


def _full_of_nothing(path: Path, member: str) -> Path:
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed as archive, archive.open(member, "w") as out:
        for _ in range(101):
            out.write(bytes(2**20))
    return path


def bomb(folder: Path) -> Path:
    return _full_of_nothing(folder / "a.zip", "grid.geojson")


def bomb_in_a_book(folder: Path) -> Path:
    return _full_of_nothing(folder / "a.xlsx", "xl/worksheets/sheet1.xml")


def many_members(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("grid.geojson", "{}")
        for i in range(10_001):
            archive.writestr(f"{i}.txt", "")
    return folder / "a.zip"


def package(folder: Path) -> Path:
    frame = gpd.GeoDataFrame({"code": ["321198001001001"]}, geometry=sent.squares(1), crs=4490)
    frame.to_file(folder / "grid.gpkg")
    return folder / "grid.gpkg"


def huge_shape_in_a_package(folder: Path) -> Path:
    with contextlib.closing(sqlite3.connect(package(folder))) as base:
        for (name,) in base.execute(
            "select name from sqlite_master where type='trigger'"
        ).fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute("update grid set geom = zeroblob(?)", (16 * MILLIONS,))
        base.commit()
    return folder / "grid.gpkg"


def many_tables(folder: Path) -> Path:
    with contextlib.closing(sqlite3.connect(package(folder))) as base:
        base.executemany(
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values (?, 'features', ?, 4490)",
            [(f"t{i}", f"t{i}") for i in range(10_000)],
        )
        base.commit()
    return folder / "grid.gpkg"


def huge_shape_in_json(folder: Path) -> Path:
    path = folder / "grid.geojson"
    with path.open("w") as out:
        out.write(
            '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[['
        )
        part = ",".join(["[119.4000001,32.2000001]"] * 50_000)
        for _ in range(25):
            out.write(part + ",")
        out.write("[119.4,32.2]]]}}]}")
    return path


def shapefile(folder: Path) -> Path:
    return sent.shapefile(
        folder / "grid.shp", sent.squares(1), [Field("编码")], [("321198001001001",)]
    )


def claim(path: Path, at: int, form: str, value: int) -> Path:
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, at, value)
    path.write_bytes(content)
    return path


def two_gigabytes(folder: Path) -> Path:
    return claim(shapefile(folder), 24, ">i", 2**30 - 1)


def long_record(folder: Path) -> Path:
    path = shapefile(folder)
    claim(path.with_suffix(".shx"), 104, ">i", 2**30 - 1)
    return path


def many_records(folder: Path) -> Path:
    path = shapefile(folder)
    claim(path.with_suffix(".dbf"), 4, "<I", 2**31)
    return path


def endless_view(folder: Path) -> Path:
    """Write a package whose layer is a question that never ends."""
    with contextlib.closing(sqlite3.connect(package(folder))) as base:
        base.execute(
            "create view more as with recursive n(i) as (select 1 union all select i + 1 from n) "
            "select i as fid, '321198001001001' as code, (select geom from grid) as geom from n"
        )
        base.execute("update gpkg_contents set table_name = 'more', identifier = 'more'")
        base.execute("update gpkg_geometry_columns set table_name = 'more'")
        base.commit()
    return folder / "grid.gpkg"


def tangle(folder: Path) -> Path:
    """Write an area whose border crosses itself some hundred million times."""
    rng = np.random.default_rng(1)
    xy = rng.uniform([119.4, 32.2], [119.5, 32.3], (40_000, 2))
    frame = gpd.GeoDataFrame(
        {"code": ["321198001001001"]}, geometry=[shapely.Polygon(xy)], crs=4490
    )
    frame.to_file(folder / "grid.gpkg")
    return folder / "grid.gpkg"


def laughs(folder: Path) -> Path:
    """Write a KML whose words grow a billionfold when they are read."""
    entities = "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "x" * 10}">' for i in range(10)
    )
    (folder / "grid.kml").write_text(
        f'<?xml version="1.0"?><!DOCTYPE kml [{entities}]><kml xmlns="http://www.opengis.net/kml/2.2">'
        "<Document><Placemark><name>&a9;</name><Point><coordinates>119.4,32.2</coordinates></Point>"
        "</Placemark></Document></kml>"
    )
    return folder / "grid.kml"


def laughs_in_osm(folder: Path) -> Path:
    path = laughs(folder).rename(folder / "street.osm")
    words = path.read_text().replace("kml [", "osm [")
    head = words[: words.index("]>") + 2]
    path.write_text(
        f'{head}<osm version="0.6"><node id="1" version="1" lat="32.2" lon="119.4"><tag k="name" '
        'v="&a9;"/></node></osm>'
    )
    return path


def deep(folder: Path) -> Path:
    (folder / "grid.geojson").write_text("[" * 2_000_000)
    return folder / "grid.geojson"


def swollen_parquet(folder: Path) -> Path:
    """Write a table of a few kilobytes that holds forty million equal rows."""
    path = folder / "grid.parquet"
    part = pa.table({"code": pa.repeat("321198001001001", 20_000_000)})
    with parquet.ParquetWriter(path, part.schema, compression="zstd") as out:
        for _ in range(2):
            out.write_table(part)
    return path


def wide_book(folder: Path) -> Path:
    """Write a book of one row whose sheet claims all cells that a sheet can have."""
    with xlsxwriter.Workbook(folder / "station.xlsx") as book:
        sheet = book.add_worksheet("station")
        sheet.write_row(0, 0, ["id", "lon", "lat"])
        sheet.write(1_048_575, 16_383, "x")
    return folder / "station.xlsx"


def one_line(folder: Path) -> Path:
    (folder / "station.csv").write_bytes(b"id,lon,lat\n" + b"9" * 26 * 2**20)
    return folder / "station.csv"


def true_millions(folder: Path, ending: str) -> Path:
    """Write a true ring of five million vertices."""
    turn = np.linspace(0, 2 * np.pi, MILLIONS, endpoint=False)
    ring = np.column_stack([119.45 + 0.01 * np.cos(turn), 32.2 + 0.01 * np.sin(turn)])
    frame = gpd.GeoDataFrame(
        {"code": ["321198001001001"]}, geometry=[shapely.Polygon(ring)], crs=4490
    )
    path = folder / f"grid.{ending}"
    pyogrio.write_dataframe(frame, path, driver="KML" if ending == "kml" else None)
    return path


HOSTILE = {
    "bomb": (bomb, "zip bomb"),
    "bomb in a book": (bomb_in_a_book, "zip bomb"),
    "many members": (many_members, "members"),
    "huge shape in a package": (huge_shape_in_a_package, "vertices"),
    "10,000 tables": (many_tables, "tables"),
    "huge shape in JSON": (huge_shape_in_json, "vertices"),
    "2 GB in a header": (two_gigabytes, "cut short"),
    "2 GB in a record": (long_record, "vertices"),
    "2 billion records": (many_records, "cut short"),
    "a view without end": (endless_view, "view"),
    "a tangle": (tangle, "crosses itself"),
    "words that grow": (laughs, "entities"),
    "words that grow in OSM": (laughs_in_osm, "entities"),
    "brackets": (deep, "nested"),
    "one row in a wide book": (wide_book, "no heading"),
    "a swollen table": (swollen_parquet, "cells"),
    "one line": (one_line, "line"),
}
"""Cheap to make: how each is made, and a word of its refusal."""
HEAVY = {
    **{f"true ring, {e}": lambda d, e=e: true_millions(d, e) for e in ("gpkg", "shp", "fgb", "geojson", "kml")},
}  # fmt: skip
"""Slow to make: for the bench."""
