"""Read a file as a layer: open, decode, place, match, turn, clean; every doubt is a finding."""

import contextlib
import dataclasses
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coords import fitting
from geo.errors import BadInput, FileRefused
from geo.files import gdal, keys, limits, raw
from geo.files.control import Control
from geo.files.faults import finding
from geo.files.opening import Source, opened
from geo.files.osm import streets_from_osm
from geo.files.proposals import SWAPPED
from geo.files.table import Table
from geo.files.taking import Plan, planned, taken
from geo.layers import Finding, Report
from geo.layers import layer as description_of

PART_BYTES = 32 * 2**20
MOST_ROWS = 30_000
"""Of one part, however small its rows are."""
_SHOWN = 8
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
        ``features`` (rows read), ``in_file`` (rows in the file), ``rows`` (in the frame), ``crs_found``,
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
    whole = batches(
        path, part_bytes=None, layer=layer, crs=crs, encoding=encoding, columns=columns,
        district=district, control=control, fit=fit, trusting=trusting,
    )  # fmt: skip
    with contextlib.closing(whole):
        return next(whole)


def batches(
    path: str | Path,
    *,
    part_bytes: int | None = PART_BYTES,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    district: District | None = None,
    control: Control = (),
    fit: fitting.Kind = "similarity",
    trusting: bool = False,
) -> Generator[tuple[gpd.GeoDataFrame, Report]]:
    """Read a file as `read` does, a large GeoPackage or FlatGeobuf in parts.

    Layer, columns and coordinates are decided once, from the first part and the extent of
    the whole, so that all parts are read alike. Features that came twice are only seen
    within a part, and so are keys.

    Parameters
    ----------
    part_bytes : int, optional
        What is larger comes in parts of about this size; without it, all comes whole.
    """
    path = Path(path)
    with opened(path, layer) as source:
        shown = path / source.shown if path.is_dir() else path
        if source.kind == "osm":
            yield _osm(shown, source, layer)
            return
        plan: Plan | None = None
        told, tables = _tables(source, layer or source.name, encoding, part_bytes)
        for table in tables:
            limits.require_vertices(table.shapes, path.name)
            if plan is None:
                said = (*table.findings, *_beside(source))
                table = dataclasses.replace(table, findings=said)  # noqa: PLW2901 — the same, told
                table, plan = planned(  # noqa: PLW2901 — drawn lines are areas from here on
                    shown, table, layer=layer, columns=columns or {}, crs=crs, bounds=told.bounds if told else None,
                    district=_district(district), control=control, fit=fit, trusting=trusting,
                )  # fmt: skip
            frame, report = taken(shown, table, plan)
            report.facts["in_file"] = told.rows if told else table.rows
            yield frame, report
            plan = dataclasses.replace(plan, said=())


def _tables(
    source: Source, layer: str, encoding: str | None, part_bytes: int | None
) -> tuple[gdal.Told | None, Iterable[Table]]:
    """Give the table, in parts where it is large, and what it then says of the whole."""
    size = source.path.stat().st_size
    if part_bytes and size > part_bytes and source.kind in ("geopackage", "flatgeobuf"):
        name = raw.table_of(source, layer)
        told = gdal.told(source, name)
        if told.rows and not told.curved:
            rows = max(1, min(MOST_ROWS, told.rows * part_bytes // size))
            return told, _complete(source, raw.in_parts(source, name, rows), told.rows)
    return None, [raw.load(source, layer=layer, encoding=encoding)]


def _complete(source: Source, tables: Iterable[Table], promised: int) -> Iterator[Table]:
    """Give all parts of a table, and refuse it at its end when rows are missing."""
    rows = 0
    for table in tables:
        rows += table.rows
        yield table
    if rows < promised:
        raise FileRefused(
            f"{source.shown} says that it holds {promised:,} features; only {rows:,} can be read",
            zh=f"{source.shown} 自称有 {promised:,} 个要素，只能读出 {rows:,} 个，文件可能已损坏",
            hint="open it in the program it came from and export it again",
            hint_zh="请用原软件打开检查后重新导出",
        )


def _beside(source: Source) -> list[Finding]:
    if not source.beside:
        return []
    shown = source.beside[:_SHOWN]
    return [
        finding(
            "FILES_BESIDE",
            source.name,
            f"压缩包里另有 {len(source.beside)} 个文件未读取：{'、'.join(shown)}",
            f"{len(source.beside)} other files of the archive were not read: {', '.join(shown)}",
            hint_zh="如需要，请单独导入",
            hint_en="import them on their own if they are wanted",
        )
    ]


def repeated(layer: str, rows: Sequence[int]) -> Finding:
    """Give the finding for rows of a file read in parts whose key stands in another part too."""
    return keys.repeated(description_of(layer), rows)


def _osm(path: Path, source: Source, layer: str | None) -> tuple[gpd.GeoDataFrame, Report]:
    """Read one layer of an OpenStreetMap file; its tags need no guessing."""
    found = streets_from_osm(source.path)
    counts = ", ".join(f"{name} {len(frame)}" for name, frame in found.items())
    said = [_of_osm(counts)] if layer is None else []
    layer = layer or "street"
    if layer not in found:
        raise BadInput(
            f"OpenStreetMap gives no layer {layer!r}",
            zh=f"OpenStreetMap 数据不含“{layer}”图层",
            hint=f"one of {', '.join(found)}",
            hint_zh=f"可用：{'、'.join(found)}",
        )
    if not len(found[layer]):
        raise FileRefused(
            f"{path.name} holds no {layer}; it holds {counts}",
            zh=f"{path.name} 里没有“{description_of(layer).zh}”要素（{counts}）",
            hint="name another layer, or take a larger extract",
            hint_zh="请指定其他图层，或下载更大的范围",
        )
    frame = found[layer]
    facts = {
        "layer": layer, "features": len(frame), "in_file": len(frame), "rows": len(frame), "crs_found": "EPSG:4326",
        "crs_used": "EPSG:4326", "proposals": [], "encoding": "UTF-8", "renamed": {},
        "filled": [], "kept": [], "mapping": [],
        "bounds": [round(float(v), 7) for v in frame.total_bounds] if len(frame) else None,
    }  # fmt: skip
    return frame, Report(str(path), tuple(said), facts)


def _of_osm(counts: str) -> Finding:
    return finding(
        "LAYER_GUESSED",
        "street",
        f"未指定图层，按“道路”读取；文件中有：{counts}",
        f"no layer was named and the streets were taken; the file holds {counts}",
        hint_zh="要读其他图层，请用 --as 指定",
        hint_en="name another layer with --as",
    )


def _district(district: District | None) -> BaseGeometry | None:
    if district is None or isinstance(district, BaseGeometry):
        return district
    return shapely.box(*district)


__all__ = ["PART_BYTES", "SWAPPED", "District", "batches", "read", "repeated"]
