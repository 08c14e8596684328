"""Make shapes clean: two dimensions, valid, of the layer's kind; say what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.files import limits
from geo.files.faults import finding
from geo.layers import Finding, Layer

Shapes = npt.NDArray[np.object_]
_AREA, _LINE, _POINT = 2, 1, 0
_SLIVER_M2, _COLLECTION = 1.0, 7
_KIND = {
    "Point": _POINT, "MultiPoint": _POINT, "LineString": _LINE, "MultiLineString": _LINE,
    "LinearRing": _LINE, "Polygon": _AREA, "MultiPolygon": _AREA,
}  # fmt: skip


_MANY: dict[int, Any] = {
    _POINT: shapely.MultiPoint, _LINE: shapely.MultiLineString, _AREA: shapely.MultiPolygon,
}  # fmt: skip
_KIND_ZH = {_POINT: "点", _LINE: "线", _AREA: "面"}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Shapes in row order, which rows have one, and what was found."""

    shapes: Shapes
    kept: npt.NDArray[np.bool_]
    findings: tuple[Finding, ...]


def decoded(wkb: Shapes, names: Sequence[str], layer: Layer) -> tuple[Shapes, list[Finding]]:
    """Decode WKB; open rings are closed and reported, what is no shape at all becomes None.

    Shapes with a coordinate that is no number, or infinite, become None and are reported.
    """
    shapes: Shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    findings: list[Finding] = []
    broken = np.flatnonzero(shapely.is_missing(shapes) & np.array([w is not None for w in wkb]))
    if len(broken):
        shapes[broken] = shapely.from_wkb(wkb[broken], on_invalid="fix")
        if closed := [names[i] for i in broken.tolist() if shapes[i] is not None]:
            findings.append(_closed(layer, closed))
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    endless = np.unique(owner[~np.isfinite(xy).all(axis=1)])
    if len(endless):
        shapes[endless] = None
        findings.append(_endless(layer, [names[i] for i in endless.tolist()]))
    return shapes, findings


def _endless(layer: Layer, names: list[str]) -> Finding:
    return finding(
        "GEOM_NOT_FINITE",
        layer.name,
        f"{len(names)} 个要素的坐标不是数字或无穷大",
        f"{len(names)} features have coordinates that are no numbers, or infinite",
        features=names,
        hint_zh="请在原软件中修正这些要素后重新导出；接受则不导入它们",
        hint_en="mend them where they came from; when accepted they are left out",
    )


def _closed(layer: Layer, names: list[str]) -> Finding:
    return finding(
        "GEOM_INVALID",
        layer.name,
        f"{len(names)} 个要素的边界没有闭合，已用直线闭合",
        f"the rings of {len(names)} features were open and were closed with a straight line",
        features=names,
        hint_zh="请检查首尾点之间是否缺了一段边界",
        hint_en="check that no piece of the border is missing between first and last point",
    )


def cleaned(shapes: Shapes, names: Sequence[str], layer: Layer, crs: CRS | None) -> Cleaned:
    """Clean the shapes of a layer.

    Z and M are dropped; invalid shapes are repaired (`shapely.make_valid`, as
    ST_MakeValid does); polygons become MultiPolygon. Rows without a shape, or with one of
    a kind that the layer does not hold, are marked as not kept.

    Parameters
    ----------
    names : sequence of str
        How each row is called in findings.
    crs : CRS, optional
        Of the coordinates, for areas in square metres.
    """
    findings: list[Finding] = []
    if deep := int(shapely.has_z(shapes).sum() + shapely.has_m(shapes).sum()):
        findings.append(
            finding(
                "GEOM_Z",
                layer.name,
                f"{deep} 个要素带高程或量测值，已舍去",
                f"{deep} features carry Z or M values, which were dropped",
                hint_zh="无需处理；如需保留高程，请另存为属性字段",
                hint_en="nothing to do; keep heights in a field of their own if they matter",
            )
        )
    flat = _single(shapely.force_2d(shapes) if deep else shapes.copy())
    findings += _taken_apart(flat, names, layer)
    findings += _mixed(flat, layer)
    flat, repairs = _repaired(flat, names, layer, crs)
    findings += repairs
    empty = shapely.is_missing(flat) | shapely.is_empty(flat)
    wrong = ~empty & ~np.isin(shapely.get_type_id(flat), _types(layer))
    findings += _left_out(empty, wrong, flat, names, layer)
    return Cleaned(_multi(flat), ~(empty | wrong), tuple(findings))


def _types(layer: Layer) -> list[int]:
    kinds = {_KIND[t] for t in layer.geometry}
    singles = {_POINT: (0,), _LINE: (1, 2, 5), _AREA: (3, 6)}
    return [i for kind in kinds for i in singles[kind]]


def _mixed(shapes: Shapes, layer: Layer) -> list[Finding]:
    ids = set(np.unique(shapely.get_type_id(shapes[~shapely.is_missing(shapes)])))
    if not {3, 6} <= ids:
        return []
    return [
        finding(
            "GEOM_MIXED",
            layer.name,
            "单部件和多部件多边形混在一起，已统一为 MultiPolygon",
            "Polygon and MultiPolygon are mixed; all were made MultiPolygon",
            hint_zh="无需处理",
            hint_en="nothing to do",
        )
    ]


def _repaired(
    shapes: Shapes, names: Sequence[str], layer: Layer, crs: CRS | None
) -> tuple[Shapes, list[Finding]]:
    bad = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if not len(bad):
        return shapes, []
    for row in bad.tolist():
        limits.require_untangled(shapes[row], names[row])
    mended = shapes.copy()
    kinds = {_KIND[t] for t in layer.geometry}
    mended[bad] = [_of_kind(shapely.make_valid(s), kinds) for s in shapes[bad]]
    before, after = _areas_m2(shapes[bad], crs), _areas_m2(mended[bad], crs)
    places = _in_degrees(mended[bad], crs)
    with np.errstate(invalid="ignore"):
        reasons = shapely.is_valid_reason(shapes[bad])
    findings: list[Finding] = []
    for row, b, a, place, reason in zip(bad.tolist(), before, after, places, reasons, strict=True):
        findings.append(_mended(names[row], layer, reason, (b, a), place))
        findings += _slivers(names[row], layer, mended[row], crs)
    return mended, findings


def _mended(
    name: str, layer: Layer, reason: str, areas_m2: tuple[float, float], place: BaseGeometry
) -> Finding:
    before, after = areas_m2
    fault = str(reason).split("[", 1)[0]
    areas_zh = f"，修复前 {before:.1f} m²，修复后 {after:.1f} m²" if np.isfinite(after) else ""
    areas_en = f" ({before:.1f} m² before, {after:.1f} m² after)" if np.isfinite(after) else ""
    return finding(
        "GEOM_INVALID",
        layer.name,
        f"{name} 图形无效（{fault}），已自动修复{areas_zh}",
        f"{name} is not valid ({fault}) and was repaired{areas_en}",
        features=[name],
        hint_zh="请对照原图核对修复结果",
        hint_en="compare the repaired shape with the original",
        area_m2=abs(after - before) if np.isfinite(after) else None,
        place=place,
    )


def _slivers(name: str, layer: Layer, shape: shapely.Geometry, crs: CRS | None) -> list[Finding]:
    parts = shapely.get_parts(shape)
    areas = _areas_m2(parts, crs)
    thin = int(np.sum(areas < _SLIVER_M2)) if len(parts) > 1 else 0
    if not thin:
        return []
    return [
        finding(
            "SLIVER",
            layer.name,
            f"{name} 修复后留有 {thin} 个不足 {_SLIVER_M2:.0f} m² 的碎片",
            f"{name} has {thin} pieces of less than {_SLIVER_M2:.0f} m² after its repair",
            features=[name],
            hint_zh="请删除碎片或并入相邻图形",
            hint_en="remove the pieces or give them to the neighbour",
            area_m2=float(areas[areas < _SLIVER_M2].sum()),
        )
    ]


def _of_kind(shape: shapely.Geometry, kinds: set[int]) -> shapely.Geometry:
    """Keep the parts of a repaired shape that the layer can hold; a lone kind stays as it is."""
    parts = shapely.get_parts(shape)
    if shapely.get_type_id(shape) != _COLLECTION:
        return shape
    top = max(kinds)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == top])


def _areas_m2(shapes: Shapes, crs: CRS | None) -> npt.NDArray[np.float64]:
    if crs is None or not len(shapes):
        return np.full(len(shapes), np.nan)
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=crs))
    return np.asarray(coords.to_metres(frame).area, dtype=np.float64)


def _in_degrees(shapes: Shapes, crs: CRS | None) -> Shapes:
    if crs is None:
        return np.full(len(shapes), None, dtype=object)
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=crs))
    return np.asarray(coords.to_degrees(frame).geometry.array, dtype=object)


def _left_out(
    empty: npt.NDArray[np.bool_],
    wrong: npt.NDArray[np.bool_],
    shapes: Shapes,
    names: Sequence[str],
    layer: Layer,
) -> list[Finding]:
    findings = []
    if empty.any():
        findings.append(
            finding(
                "GEOM_EMPTY",
                layer.name,
                f"{int(empty.sum())} 个要素没有图形",
                f"{int(empty.sum())} features have no shape",
                features=[names[i] for i in np.flatnonzero(empty).tolist()],
                hint_zh="请补画图形或删除这些记录；接受则不导入它们",
                hint_en="draw them or remove the rows; when accepted they are left out",
            )
        )
    if wrong.any():
        types = sorted({s.geom_type for s in shapes[wrong]})
        findings.append(
            finding(
                "GEOM_TYPE",
                layer.name,
                f"{int(wrong.sum())} 个要素的图形类型不对：{'、'.join(types)}，“{layer.zh}”应为 {'、'.join(layer.geometry)}",
                f"{int(wrong.sum())} features are {', '.join(types)}; {layer.name} holds {', '.join(layer.geometry)}",
                features=[names[i] for i in np.flatnonzero(wrong).tolist()],
                hint_zh="请检查是否选错了图层；接受则不导入它们",
                hint_en="check that this is the right layer; when accepted they are left out",
            )
        )
    return findings


def _taken_apart(shapes: Shapes, names: Sequence[str], layer: Layer) -> list[Finding]:
    """Keep of collections, as drawings pack areas with their labels, what the layer can hold."""
    top = max(_KIND[t] for t in layer.geometry)
    done = []
    for row in np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION).tolist():
        parts = shapely.get_parts(shapely.get_parts(shapes[row]))
        own = parts[shapely.get_dimensions(parts) == top]
        if len(own):
            shapes[row] = own[0] if len(own) == 1 else _MANY[top](list(own))
            done.append(names[row])
    if not done:
        return []
    return [
        finding(
            "GEOM_COLLECTION",
            layer.name,
            f"{len(done)} 个要素是混合图形（如面和标注点放在一起），只取了其中的{_KIND_ZH[top]}",
            f"{len(done)} features hold shapes of several kinds; those of the layer's kind were taken",
            features=done,
            hint_zh="请核对这些要素",
            hint_en="look at these features",
        )
    ]


def _single(shapes: Shapes) -> Shapes:
    """Make a MultiPoint of one point a Point."""
    alone = (shapely.get_type_id(shapes) == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    return shapes


def _multi(shapes: Shapes) -> Shapes:
    result = shapes.copy()
    single = np.flatnonzero(shapely.get_type_id(shapes) == 3)
    result[single] = shapely.multipolygons(shapes[single], indices=np.arange(len(single)))
    return result
