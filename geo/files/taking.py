"""Take the rows of a table as a layer: decide first, then turn values, places and shapes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.coords import fitting
from geo.errors import FileRefused
from geo.files import columns as naming
from geo.files import keys, letters, placing, shapes, systems, values
from geo.files.cad import areas_of_lines
from geo.files.control import Control, fitted
from geo.files.faults import finding
from geo.files.proposals import Bounds
from geo.files.table import ROW, Field, Table
from geo.files.whereabouts import duplicates, marked, together
from geo.layers import Finding, Layer, Report
from geo.layers import layer as description_of

_STRAY = 1e-3
"""Of its size, as far as a file's own word on its extent may fall short."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided of a file before its rows are taken: layer, columns, coordinates."""

    layer: Layer
    matched: naming.Match
    crs: str | None
    district: BaseGeometry | None
    control: Control
    fit: fitting.Kind
    said: tuple[Finding, ...]
    bounds: Bounds | None = None


def planned(
    path: Path,
    table: Table,
    *,
    layer: str | None,
    columns: Mapping[str, str],
    crs: str | None,
    district: BaseGeometry | None,
    control: Control,
    fit: fitting.Kind,
    trusting: bool,
    bounds: Bounds | None = None,
) -> tuple[Table, Plan]:
    """Decide what a table is: its layer and which field is which column; all else is kept as told.

    `bounds` is the extent of the whole, where the table is the first of several parts.
    """
    if not table.rows:
        raise FileRefused(
            f"{path.name} holds no features",
            zh=f"{path.name} 里没有任何要素（0 条记录）",
            hint="check that the right layer was exported, without a filter",
            hint_zh="请检查导出时是否选对图层、是否带了筛选条件",
        )
    wanted, said = _wanted(layer, path.stem, table)
    _require_shapes(path, table, wanted)
    table = areas_of_lines(table, wanted)
    matched = naming.match(table.fields, wanted, columns, trusting=trusting)
    said = [*table.findings, *said, *matched.findings]
    return table, Plan(wanted, matched, crs, district, control, fit, tuple(said), bounds)


def taken(path: Path, table: Table, plan: Plan) -> tuple[gpd.GeoDataFrame, Report]:
    """Take all rows of a table by a plan: the layer, and what was found in it."""
    frame, names, found = _attributes(table, plan.layer, plan.matched)
    frame, kept, system, placing_found = _located(frame, table, names, plan)
    findings = [_named(f, plan.layer.name) for f in (*plan.said, *placing_found, *found)]
    if system.crs is not None and plan.layer.geometry and len(frame):
        findings += duplicates(frame, kept, plan.layer)
        findings = marked(findings, frame, kept)
    return frame, Report(str(path), tuple(findings), _facts(frame, table, plan, system))


def _wanted(layer: str | None, stem: str, table: Table) -> tuple[Layer, list[Finding]]:
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


def _require_shapes(path: Path, table: Table, wanted: Layer) -> None:
    if wanted.geometry and table.shapes is None:
        hint, hint_zh = _AS_SHAPEFILE if path.suffix.lower() == ".dbf" else _AS_TABLE
        names = [f.name for f in table.fields]
        hint, hint_zh = hint.format(", ".join(names)), hint_zh.format("、".join(names))
        raise FileRefused(
            f"{path.name} is a table without shapes; layer {wanted.name} needs them",
            zh=f"{path.name} 只有属性没有图形，“{wanted.zh}”图层需要图形",
            hint=hint,
            hint_zh=hint_zh,
        )


_AS_TABLE = (
    "give two columns lon and lat (or x and y), or one of WKT; its columns are {}",
    "请用“经度”“纬度”（或 X、Y）两列，或一列 WKT 给出位置；现有列：{}",
)
_AS_SHAPEFILE = ("bring the .shp beside it", "请提供同名的 .shp 文件")


def _attributes(
    table: Table, wanted: Layer, matched: naming.Match
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
    findings += keys.code_findings(series[wanted.key], wanted, names, first=table.first)
    for name, at in matched.rest.items():
        series[name] = values.plain(_field(table, at))
        findings += values.lost(_field(table, at), wanted, names)
    return pd.DataFrame(series), names, findings


def _field(table: Table, at: int) -> Field:
    if at < 0:
        return Field(ROW, np.arange(table.first + 1, table.first + table.rows + 1))
    return table.fields[at]


def _row_names(table: Table, wanted: Layer, matched: naming.Match) -> list[str]:
    """Call each row by its key, or by its number when it has none."""
    at = matched.of.get(wanted.key)
    names: npt.NDArray[np.object_] = np.full(table.rows, "", dtype=object)
    if at is not None:
        names = (
            values.plain(_field(table, at)).astype("str").str.strip().fillna("").to_numpy(object)
        )
    bare = np.flatnonzero(names == "")
    names[bare] = [f"#{row}" for row in (bare + table.first + 1).tolist()]
    words: list[str] = names.tolist()
    return words


def _located(
    attributes: pd.DataFrame, table: Table, names: Sequence[str], plan: Plan
) -> tuple[gpd.GeoDataFrame, list[str], systems.System, list[Finding]]:
    """Give the rows with a shape, in degrees; how they are called; the system; findings."""
    wanted = plan.layer
    if not wanted.geometry or table.shapes is None:
        empty = gpd.GeoSeries(np.full(len(attributes), None), crs=coords.STORED)
        frame = gpd.GeoDataFrame(attributes, geometry=empty)
        return frame, list(names), systems.System(coords.STORED), []
    forms, broken = shapes.decoded(table.shapes, names, wanted)
    forms, system, strays = _turned(forms, table, names, plan)
    cleaned = shapes.cleaned(forms, names, wanted, system.crs)
    findings = [*system.findings, *broken, *strays, *cleaned.findings]
    frame = gpd.GeoDataFrame(attributes, geometry=gpd.GeoSeries(cleaned.shapes, crs=system.crs))
    kept = list(names)
    if not cleaned.kept.all():
        frame = frame[cleaned.kept].reset_index(drop=True)
        kept = [names[i] for i in np.flatnonzero(cleaned.kept).tolist()]
    if system.crs is None:
        return frame, kept, system, findings
    frame = _true(coords.to_degrees(frame), system.shifted)
    if plan.district is not None and len(frame):
        findings += placing.placed(frame, kept, wanted.name, plan.district)
    return frame, kept, system, findings


def _turned(
    forms: npt.NDArray[np.object_], table: Table, names: Sequence[str], plan: Plan
) -> tuple[npt.NDArray[np.object_], systems.System, list[Finding]]:
    """Decide the system, and bring axes or a local plane into it."""
    if len(plan.control):
        way, system = fitted(plan.control, layer=plan.layer.name, kind=plan.fit)
        return shapely.transform(shapely.force_2d(forms), way.apply), system, []
    said: list[Finding] = []
    system = _decided(_extent(forms, plan.bounds), table, plan)
    if system.crs is None and not any(p.fits is not False for p in system.proposals):
        near = together(forms)
        if not near.all():
            again = _decided(_extent(forms[near], None), table, plan)
            if again.crs is not None or again.proposals:
                system, said = again, [_strays(plan.layer, names, near)]
                forms = forms.copy()
                forms[~near] = None
    if system.swapped:
        forms = shapely.transform(forms, lambda points: points[:, ::-1])
    return forms, system, said


def _decided(bounds: Bounds, table: Table, plan: Plan) -> systems.System:
    if not np.isfinite(bounds).all():  # no shape at all, which is said elsewhere
        return systems.System(coords.STORED)
    return systems.decide(
        table.crs, bounds, layer=plan.layer.name, option=plan.crs, district=plan.district
    )


def _strays(layer: Layer, names: Sequence[str], near: npt.NDArray[np.bool_]) -> Finding:
    away = [names[i] for i in np.flatnonzero(~near).tolist()]
    shown = "、".join(away[:5]) + ("…" if len(away) > 5 else "")
    return finding(
        "STRAY",
        layer.name,
        f"{len(away)} 个要素的坐标与其他要素不是一类（如 0,0，或经纬度写反）：{shown}",
        f"the numbers of {len(away)} features are unlike those of all others (0,0 or exchanged): "
        f"{shown.replace('、', ', ')}",
        features=away,
        hint_zh="请更正这些坐标；接受则不导入它们",
        hint_en="correct these coordinates; when accepted the features are left out",
    )


def _extent(forms: npt.NDArray[np.object_], whole: Bounds | None) -> Bounds:
    """Give the extent that decides on the system: of the whole, unless these lie beyond it."""
    west, south, east, north = (float(v) for v in shapely.total_bounds(forms))
    if whole is not None:
        apart = max(whole[0] - west, whole[1] - south, east - whole[2], north - whole[3])
        if apart <= _STRAY * max(whole[2] - whole[0], whole[3] - whole[1]):
            return whole
    return west, south, east, north


def _true(frame: gpd.GeoDataFrame, shifted: str | None) -> gpd.GeoDataFrame:
    """Bring coordinates of a map app back to true ones."""
    if shifted is None:
        return frame
    back = coords.gcj_to_wgs if shifted == "gcj02" else coords.bd_to_wgs

    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(back(points[:, 0], points[:, 1]))

    moved = shapely.transform(np.asarray(frame.geometry.array), move)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=frame.crs))


def _named(found: Finding, layer: str) -> Finding:
    """Give a finding that was made before the layer was known the layer's name."""
    if found.layer == layer:
        return found
    return finding(
        found.code, layer, found.zh, found.en, features=found.features, field=found.field,
        hint_zh=found.hint_zh, hint_en=found.hint_en, area_m2=found.area_m2, place=found.place,
    )  # fmt: skip


def _facts(
    frame: gpd.GeoDataFrame, table: Table, plan: Plan, system: systems.System
) -> dict[str, Any]:
    wanted, matched = plan.layer, plan.matched
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
        "mapping": [offer.as_dict() for offer in matched.offers],
        "bounds": [round(float(v), 7) for v in frame.total_bounds] if located else None,
    }
