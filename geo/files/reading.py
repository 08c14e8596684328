"""Read a file as a layer: open, decode, place, match, turn, clean; every doubt is a finding."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.errors import FileRefused
from geo.files import columns as naming
from geo.files import letters, placing, raw, shapes, systems, values
from geo.files.faults import finding
from geo.files.opening import opened
from geo.files.proposals import SWAPPED
from geo.layers import Finding, Layer, Report
from geo.layers import layer as description_of

District = BaseGeometry | tuple[float, float, float, float]


def read(
    path: str | Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    district: District | None = None,
) -> tuple[gpd.GeoDataFrame, Report]:
    """Read a shapefile (also zipped, or a bare .dbf), GeoPackage or GeoJSON as a layer.

    Nothing is guessed silently about coordinates or letters: what is not certain is a
    finding, and the caller decides with `Report.blocking`.

    Parameters
    ----------
    path : path
        ``.shp``, ``.zip`` of one shapefile, ``.dbf``, ``.gpkg``, ``.geojson`` or ``.json``.
    layer : str, optional
        Name of the layer (`geo.layers.LAYERS`); without it, it is told by the file's name,
        else by its fields, and said in a finding.
    crs : str, optional
        The operator's word on the coordinates: anything that names a system, ``gcj02`` or
        ``bd09``; ``" swapped"`` behind it exchanges the axes.
    encoding : str, optional
        The operator's word on the letters of a DBF or GeoJSON.
    columns : mapping, optional
        Field (name, position from 1, or ``@row``) → column.
    district : polygon or (west, south, east, north), optional
        Where the layer should lie, degrees.

    Returns
    -------
    frame : GeoDataFrame
        The layer's columns first, in order, filled with their defaults where the file has
        none, then the file's others. In EPSG:4490; polygons as MultiPolygon, two
        dimensions. Its CRS is None, with coordinates as in the file, when the system is
        not known (PRJ_MISSING, PRJ_CONTRADICTED, AXES_SWAPPED, DATUM_UNSUPPORTED): no
        accepting helps there, only `crs`. Rows without a usable shape are left out.
    report : Report
        Findings in the order of the reading. Facts: ``layer``, ``features`` (rows in the
        file), ``rows`` (in the frame), ``crs_found``, ``crs_used``, ``proposals``,
        ``encoding``, ``renamed``, ``filled``, ``kept``, ``bounds`` (degrees).

    Raises
    ------
    FileRefused
        When there is nothing to read: missing, empty, damaged, not what its name says.
    BadInput
        When an option makes no sense, or the layer cannot be told.
    """
    path = Path(path)
    with opened(path) as source:
        table = raw.load(source, layer=layer or source.name, encoding=encoding)
    if not table.rows:
        raise FileRefused(
            f"{path.name} holds no features",
            zh=f"{path.name} 里没有任何要素（0 条记录）",
            hint="check that the right layer was exported, without a filter",
            hint_zh="请检查导出时是否选对图层、是否带了筛选条件",
        )
    wanted, said = _wanted(layer, path.stem, table)
    _require_shapes(path, table, wanted)
    matched = naming.match(table.fields, wanted, columns or {})
    frame, names, found = _attributes(table, wanted, matched)
    area = _district(district)
    frame, system, placing_found = _located(frame, table, names, wanted, crs=crs, district=area)
    findings = (*table.findings, *said, *matched.findings, *placing_found, *found)
    findings = tuple(_named(f, wanted.name) for f in findings)
    facts = _facts(frame, table, wanted, matched, system)
    return frame, Report(str(path), findings, facts)


def _wanted(layer: str | None, stem: str, table: raw.Table) -> tuple[Layer, list[Finding]]:
    if layer is not None:
        return description_of(layer), []
    name, zh, en = naming.guess_layer(stem, table.fields, spatial=table.shapes is not None)
    wanted = description_of(name)
    note = finding(
        "LAYER_GUESSED",
        name,
        f"根据{zh}判断为“{wanted.zh}”图层",
        f"taken as layer {name!r}, by {en}",
        hint_zh="如不正确，请用 --as 指定图层",
        hint_en="if this is wrong, name the layer with --as",
    )
    return wanted, [note]


def _require_shapes(path: Path, table: raw.Table, wanted: Layer) -> None:
    if wanted.geometry and table.shapes is None:
        raise FileRefused(
            f"{path.name} is a table without shapes; layer {wanted.name} needs them",
            zh=f"{path.name} 只有属性没有图形，“{wanted.zh}”图层需要图形",
            hint="bring the .shp beside it",
            hint_zh="请提供同名的 .shp 文件",
        )


def _attributes(
    table: raw.Table, wanted: Layer, matched: naming.Match
) -> tuple[pd.DataFrame, list[str], list[Finding]]:
    """Give the columns of the layer, then the others; how rows are called; what was found."""
    names = _row_names(table, wanted, matched)
    series: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for column in wanted.columns:
        at = matched.of.get(column.name)
        if at is None:
            series[column.name] = values.filled(column, table.rows)
            continue
        series[column.name], said = values.converted(_field(table, at), column, wanted, names)
        findings += said
    findings += values.code_findings(series[wanted.key], wanted, names)
    for name, at in matched.rest.items():
        series[name] = values.plain(_field(table, at))
        findings += values.lost(_field(table, at), wanted, names)
    return pd.DataFrame(series), names, findings


def _field(table: raw.Table, at: int) -> raw.Field:
    if at < 0:
        return raw.Field(raw.ROW, np.arange(1, table.rows + 1))
    return table.fields[at]


def _row_names(table: raw.Table, wanted: Layer, matched: naming.Match) -> list[str]:
    """Call each row by its key, or by its number when it has none."""
    at = matched.of.get(wanted.key)
    keys = values.plain(_field(table, at)) if at is not None else pd.Series([None] * table.rows)
    words = keys.astype(object).where(keys.notna(), "").astype(str).str.strip()
    return [word or f"#{row}" for row, word in enumerate(words, 1)]


def _located(
    attributes: pd.DataFrame,
    table: raw.Table,
    names: Sequence[str],
    wanted: Layer,
    *,
    crs: str | None,
    district: BaseGeometry | None,
) -> tuple[gpd.GeoDataFrame, systems.System, list[Finding]]:
    if not wanted.geometry or table.shapes is None:
        empty = gpd.GeoSeries(np.full(len(attributes), None), crs=coords.STORED)
        return gpd.GeoDataFrame(attributes, geometry=empty), systems.System(coords.STORED), []
    forms, closed = shapes.decoded(table.shapes, names, wanted)
    west, south, east, north = (float(v) for v in shapely.total_bounds(forms))
    system = systems.decide(
        table.crs, (west, south, east, north), layer=wanted.name, option=crs, district=district
    )
    if system.swapped:
        forms = shapely.transform(forms, lambda points: points[:, ::-1])
    cleaned = shapes.cleaned(forms, names, wanted, system.crs)
    findings = [*system.findings, *closed, *cleaned.findings]
    frame = gpd.GeoDataFrame(attributes, geometry=gpd.GeoSeries(cleaned.shapes, crs=system.crs))[
        cleaned.kept
    ].reset_index(drop=True)
    if system.crs is None:
        return frame, system, findings
    frame = _true(coords.to_degrees(frame), system.shifted)
    kept_names = [names[i] for i in np.flatnonzero(cleaned.kept).tolist()]
    if district is not None and len(frame):
        findings += placing.placed(frame, kept_names, wanted.name, district)
    return frame, system, findings


def _true(frame: gpd.GeoDataFrame, shifted: str | None) -> gpd.GeoDataFrame:
    """Bring coordinates of a map app back to true ones."""
    if shifted is None:
        return frame
    back = coords.gcj_to_wgs if shifted == "gcj02" else coords.bd_to_wgs

    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(back(points[:, 0], points[:, 1]))

    moved = shapely.transform(np.asarray(frame.geometry.array), move)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=frame.crs))


def _district(district: District | None) -> BaseGeometry | None:
    if district is None or isinstance(district, BaseGeometry):
        return district
    return shapely.box(*district)


def _named(found: Finding, layer: str) -> Finding:
    """Give a finding that was made before the layer was known the layer's name."""
    if found.layer == layer:
        return found
    return finding(
        found.code, layer, found.zh, found.en, features=found.features, field=found.field,
        hint_zh=found.hint_zh, hint_en=found.hint_en, area_m2=found.area_m2, place=found.place,
    )  # fmt: skip


def _facts(
    frame: gpd.GeoDataFrame,
    table: raw.Table,
    wanted: Layer,
    matched: naming.Match,
    system: systems.System,
) -> dict[str, Any]:
    located = system.crs is not None and wanted.geometry and len(frame)
    return {
        "layer": wanted.name,
        "features": table.rows,
        "rows": len(frame),
        "crs_found": system.found or None,
        "crs_used": system.used if wanted.geometry else None,
        "proposals": [p.as_dict() for p in system.proposals],
        "encoding": letters.known_as(table.encoding),
        "renamed": matched.renamed(table.fields),
        "filled": [c.name for c in wanted.columns if c.name not in matched.of],
        "kept": list(matched.rest),
        "bounds": [round(float(v), 7) for v in frame.total_bounds] if located else None,
    }


__all__ = ["SWAPPED", "District", "read"]
