"""Read OpenStreetMap (.osm, .osm.pbf) into the layers of the walking network and base map.

Ways that share an OSM node share a vertex bit for bit: both take the node's own
coordinates. Tags as documented in the OSM wiki.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pandas as pd
import shapely

from geo import coords
from geo.errors import FileRefused
from geo.files import osm_tags
from geo.layers import LAYERS

Row = dict[str, Any]
_AREA_KEYS = ("building", "landuse", "leisure", "natural", "amenity", "waterway", "highway")
_TYPES = {"int": "int64", "float": "float64", "text": "str"}
NAMES = ("street", "barrier", "gate", "building", "landuse")


def streets_from_osm(path: str | Path) -> dict[str, gpd.GeoDataFrame]:
    """Read the streets of an OpenStreetMap extract, and what stands and flows beside them.

    Parameters
    ----------
    path : path
        ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.osm.pbf``.

    Returns
    -------
    dict of GeoDataFrame
        ``street``, ``barrier``, ``gate``, ``building`` and ``landuse``, each with the
        columns of its layer, in EPSG:4490, sorted by OSM id; any may be empty. Ids are
        those of OSM as text (``r`` before the id of a relation). Buildings have no
        households. A way that leaves the extract keeps the pieces whose nodes are there;
        ``frame.attrs["incomplete"]`` of the streets and barriers counts such ways.

    Raises
    ------
    FileRefused
        When the file is missing, no OpenStreetMap file, or cut short.
    """
    path = Path(path)
    if not path.is_file() or path.stat().st_size == 0:
        raise _refused(path, "missing or empty", "文件不存在或为空")
    rows: dict[str, list[Row]] = {name: [] for name in NAMES}
    incomplete = dict.fromkeys(("street", "barrier"), 0)
    try:
        for name, row, whole in _rows(path):
            rows[name].append(row)
            if not whole:
                incomplete[name] += 1
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as fault:
        raise _refused(path, str(fault), "文件已损坏或不是 OpenStreetMap 数据") from None
    frames = {name: _frame(name, found) for name, found in rows.items()}
    for name, count in incomplete.items():
        frames[name].attrs["incomplete"] = count
    return frames


def _refused(path: Path, why: str, why_zh: str) -> FileRefused:
    return FileRefused(
        f"{path.name} cannot be read as OpenStreetMap: {why.rstrip('.')}",
        zh=f"{path.name} 无法读取：{why_zh}",
        hint="bring an .osm or .osm.pbf extract",
        hint_zh="请提供 .osm 或 .osm.pbf 文件",
    )


def _rows(path: Path) -> Iterator[tuple[str, Row, bool]]:
    """Give layer, row and whether the shape is whole, for everything of use in the file."""
    wkb = osmium.geom.WKBFactory()
    keys = osmium.filter.KeyFilter(*_AREA_KEYS)
    tagged = osmium.filter.EmptyTagFilter()
    things: Any = osmium.FileProcessor(str(path)).with_locations().with_areas(keys)
    for thing in things.with_filter(tagged):
        tags = dict(thing.tags)
        if thing.is_node():
            yield from _of_node(thing, tags)
        elif thing.is_way():
            yield from _of_way(thing, tags)
        elif thing.is_area():
            yield from _of_area(thing, tags, wkb)


def _of_node(node: Any, tags: dict[str, str]) -> Iterator[tuple[str, Row, bool]]:
    if (row := osm_tags.gate(tags)) is not None and node.location.valid():
        yield "gate", row | {"id": node.id, "geometry": shapely.Point(node.lon, node.lat)}, True


def _of_way(way: Any, tags: dict[str, str]) -> Iterator[tuple[str, Row, bool]]:
    for name, row in (("street", osm_tags.street(tags)), ("barrier", osm_tags.barrier(tags))):
        if row is None:
            continue
        shape, whole = _line(way)
        if shape is not None:
            yield name, row | {"id": way.id, "geometry": shape}, whole


def _of_area(area: Any, tags: dict[str, str], wkb: Any) -> Iterator[tuple[str, Row, bool]]:
    """Give a building, a piece of land, and the edges of a square that is a relation."""
    square = None if area.from_way() else osm_tags.street(tags)
    for name, row in (
        ("building", osm_tags.building(tags)),
        ("landuse", osm_tags.landuse(tags)),
        ("street", square),
    ):
        if row is None:
            continue
        shape = shapely.from_wkb(wkb.create_multipolygon(area))
        shape = shapely.boundary(shape) if name == "street" else shape
        key = area.orig_id()
        yield name, row | {"id": key if area.from_way() else f"r{key}", "geometry": shape}, True


def _line(way: Any) -> tuple[shapely.Geometry | None, bool]:
    """Give the line through the nodes that are there, in pieces where some are not."""
    runs: list[list[tuple[float, float]]] = [[]]
    whole = True
    for node in way.nodes:
        if not node.location.valid():
            whole = False
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != (node.lon, node.lat):
            runs[-1].append((node.lon, node.lat))
    lines = [run for run in runs if len(run) > 1]
    if not lines:
        return None, whole
    return shapely.LineString(lines[0]) if len(lines) == 1 else shapely.MultiLineString(
        lines
    ), whole


def _frame(name: str, rows: list[Row]) -> gpd.GeoDataFrame:
    """Put rows in the order and types of their layer, sorted by OSM id."""
    rows = sorted(
        rows, key=lambda row: (isinstance(row["id"], str), len(str(row["id"])), str(row["id"]))
    )
    columns = {
        c.name: pd.Series(
            [str(row["id"]) if c.name == "id" else row.get(c.name, c.default) for row in rows],
            dtype=_TYPES[c.type],
        )
        for c in LAYERS[name].columns
    }
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], crs=coords.STORED)
    return gpd.GeoDataFrame(columns, geometry=shapes)
