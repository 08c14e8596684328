"""Read a file as a layer: open, decode, place, match, turn, clean; every doubt is a finding."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coords import fitting
from geo.errors import BadInput
from geo.files import gdal, limits, raw, values
from geo.files.control import Control
from geo.files.opening import Source, opened
from geo.files.osm import streets_from_osm
from geo.files.proposals import SWAPPED
from geo.files.taking import Plan, planned, taken
from geo.layers import Finding, Report
from geo.layers import layer as description_of

BATCH_ROWS = 50_000
District = BaseGeometry | tuple[float, float, float, float]


def read(
    path: str | Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    district: District | None = None,
    control: Control = (),
    fit: fitting.Kind = "similarity",
    trusting: bool = False,
) -> tuple[gpd.GeoDataFrame, Report]:
    """Read a file as a layer, whatever program wrote it.

    Nothing is guessed silently about coordinates or letters: what is not certain is a
    finding, and the caller decides with `Report.blocking`.

    Parameters
    ----------
    path : path
        Shapefile (``.shp``, ``.zip``, a folder with one layer, a bare ``.dbf``), GeoPackage,
        GeoJSON, FlatGeobuf, KML, KMZ, DXF, CSV or XLSX (places in columns of WKT or of two
        numbers), GeoParquet, OpenStreetMap.
    layer : str, optional
        Name of the layer (`geo.layers.LAYERS`); without it, it is told by the file's name,
        else by its fields, and said in a finding.
    crs : str, optional
        The operator's word on the coordinates: anything that names a system, ``gcj02`` or
        ``bd09``; ``" swapped"`` behind it exchanges the axes.
    encoding : str, optional
        The operator's word on the letters of a DBF, CSV or GeoJSON.
    columns : mapping, optional
        Field (name, position from 1, or ``@row``) → column.
    district : polygon or (west, south, east, north), optional
        Where the layer should lie, degrees.
    control : sequence of (x, y, lon, lat), optional
        Control points of a local system: at least three; they replace whatever the file
        says of its coordinates. `fit` says how the way is fitted through them.
    trusting : bool
        Take the columns that are only proposed (FIELD_PROPOSED).

    Returns
    -------
    frame : GeoDataFrame
        The layer's columns first, in order, filled with their defaults where the file has
        none, then the file's others. In EPSG:4490; polygons as MultiPolygon, two
        dimensions. Its CRS is None, with coordinates as in the file, when the system is
        not known (PRJ_MISSING, PRJ_CONTRADICTED, AXES_SWAPPED, DATUM_UNSUPPORTED): no
        accepting helps there, only `crs` or `control`. Rows without a usable shape are
        left out.
    report : Report
        Findings in the order of the reading; places in degrees. Facts: ``layer``,
        ``features`` (rows in the file), ``rows`` (in the frame), ``crs_found``,
        ``crs_used``, ``proposals``, ``encoding``, ``renamed``, ``filled``, ``kept``,
        ``mapping`` (fields proposed for columns), ``bounds`` (degrees).

    Raises
    ------
    FileRefused
        When there is nothing to read: missing, empty, damaged, not what its name says, or
        claiming more than any layer holds.
    BadInput
        When an option makes no sense, or the layer cannot be told.
    """
    path = Path(path)
    with opened(path) as source:
        if source.kind == "osm":
            return _osm(path, source, layer or "street")
        table = raw.load(source, layer=layer or source.name, encoding=encoding)
        path = path / source.shown if path.is_dir() else path
    table, plan = planned(
        path, table, layer=layer, columns=columns or {}, crs=crs, district=_district(district),
        control=control, fit=fit, trusting=trusting,
    )  # fmt: skip
    return taken(path, table, plan)


def batches(
    path: str | Path,
    *,
    rows: int = BATCH_ROWS,
    layer: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    district: District | None = None,
    trusting: bool = False,
) -> Iterator[tuple[gpd.GeoDataFrame, Report]]:
    """Read a GeoPackage or FlatGeobuf in parts of so many rows, each as `read` gives it.

    Layer, columns and coordinates are decided once, from the first part and the extent of
    the whole, so that all parts are read alike. Features that came twice are only seen
    within a part.
    """
    path = Path(path)
    with opened(path) as source:
        name = layer or source.name
        bounds, count = gdal.extent(source, raw.table_of(source, name))
        plan: Plan | None = None
        for first in range(0, max(count, 1), rows):
            table = raw.modern(source, name, skip_features=first, max_features=rows)
            if plan is None:
                table, plan = planned(
                    path, table, layer=layer, columns=columns or {}, crs=crs,
                    district=_district(district), control=(), fit="similarity", trusting=trusting,
                )  # fmt: skip
                plan = dataclasses.replace(plan, bounds=bounds)
            else:
                plan = dataclasses.replace(plan, said=())
                limits.require_vertices(table.shapes if table.shapes is not None else (), path.name)
            yield taken(path, dataclasses.replace(table, first=first), plan)


def repeated(layer: str, rows: Sequence[int]) -> Finding:
    """Give the finding for rows of a file read in parts whose key stands in another part too."""
    return values.repeated(description_of(layer), rows)


def _osm(path: Path, source: Source, layer: str) -> tuple[gpd.GeoDataFrame, Report]:
    """Read one layer of an OpenStreetMap file; its tags need no guessing."""
    found = streets_from_osm(source.path)
    if layer not in found:
        raise BadInput(
            f"OpenStreetMap gives no layer {layer!r}",
            zh=f"OpenStreetMap 数据不含“{layer}”图层",
            hint=f"one of {', '.join(found)}",
            hint_zh=f"可用：{'、'.join(found)}",
        )
    frame = found[layer]
    facts = {
        "layer": layer, "features": len(frame), "rows": len(frame), "crs_found": "EPSG:4326",
        "crs_used": "EPSG:4326", "proposals": [], "encoding": "UTF-8", "renamed": {},
        "filled": [], "kept": [], "mapping": [],
        "bounds": [round(float(v), 7) for v in frame.total_bounds] if len(frame) else None,
    }  # fmt: skip
    return frame, Report(str(path), (), facts)


def _district(district: District | None) -> BaseGeometry | None:
    if district is None or isinstance(district, BaseGeometry):
        return district
    return shapely.box(*district)


__all__ = ["BATCH_ROWS", "SWAPPED", "District", "batches", "read", "repeated"]
