"""Parents by place where a file has none, and codes for those that have none."""

import re
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo import coords
from geo.files.faults import finding
from geo.layers import DEFAULT_SCHEME, LAYERS, Finding, codes

_KIND_OF_PLACE = re.compile(r"(居民委员会|村民委员会|居委会|村委会|办事处)?$")
_COLUMN = {"council": "community", "institution": "community"}


def upper_level(layer: str) -> str | None:
    """Name the level in which the features of a layer lie; None where none is asked."""
    if layer in _COLUMN:
        return _COLUMN[layer]
    return next((lv.parent for lv in DEFAULT_SCHEME if lv.name == layer), None)


def with_parents(
    frame: gpd.GeoDataFrame, above: gpd.GeoDataFrame, layer: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give parents that are named their codes, and empty ones those of the area they lie in.

    Parameters
    ----------
    above : GeoDataFrame
        Areas one level up, with `code` and `name`, in degrees like `frame`; may be empty.

    Returns
    -------
    frame : GeoDataFrame
        The same rows; a code that is given is never changed.
    findings : list of Finding
        PARENT_BY_NAME and PARENT_INFERRED, one each for all. A feature that lies in no area
        keeps an empty parent, and a name that no area or several have stays as it is.
    """
    column = _COLUMN.get(layer, "parent")
    frame, named = _by_name(frame, above, layer, column)
    empty = np.flatnonzero(frame[column].to_numpy() == "")
    if not len(above) or not len(empty):
        return frame, named
    shapes = np.asarray(frame.geometry.array, dtype=object)[empty]
    home = _homes(shapes, np.asarray(above.geometry.array, dtype=object))
    known = home >= 0
    if not known.any():
        return frame, named
    parents = frame[column].astype(object).to_numpy().copy()
    parents[empty[known]] = above["code"].to_numpy()[home[known]]
    frame = frame.assign(**{column: parents.astype(str)}).astype({column: "str"})
    key = LAYERS[layer].key
    names = [
        v or f"#{i + 1}"
        for i, v in zip(empty[known], frame[key].to_numpy()[empty[known]], strict=True)
    ]
    left = int((~known).sum())
    tail_zh = f"；另有 {left} 个不在任何上级区域内" if left else ""
    tail_en = f"; {left} more lie in none" if left else ""
    return frame, [
        *named,
        finding(
            "PARENT_INFERRED",
            layer,
            f"{int(known.sum())} 个要素没有上级编码，已按所在位置补上{tail_zh}",
            f"{int(known.sum())} features named no parent; it was taken from where they lie{tail_en}",
            features=names[:500],
            field=column,
            hint_zh="请抽查补上的上级编码",
            hint_en="look at some of them",
        ),
    ]


def _by_name(
    frame: gpd.GeoDataFrame, above: gpd.GeoDataFrame, layer: str, column: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give a parent that is written as the name of an area above, the only one, its code."""
    known: dict[str, set[str]] = {}
    for name, code in zip(above["name"].tolist(), above["code"].tolist(), strict=True):
        known.setdefault(_short(name), set()).add(code)
    given = frame[column].tolist()
    codes_of = {
        word: next(iter(known[_short(word)]))
        for word in set(given)
        if word and not codes.is_legal(word) and len(known.get(_short(word), ())) == 1
    }
    if not codes_of:
        return frame, []
    names = frame[LAYERS[layer].key].tolist()
    told = [n for n, word in zip(names, given, strict=True) if word in codes_of]
    frame = frame.assign(**{column: [codes_of.get(w, w) for w in given]}).astype({column: "str"})
    shown = "、".join(f"{word}→{code}" for word, code in list(codes_of.items())[:5])
    return frame, [
        finding(
            "PARENT_BY_NAME",
            layer,
            f"{len(told)} 个要素的上级写的是名称，已换成编码：{shown}",
            f"{len(told)} features name their parent by its name; it became its code: {shown.replace('、', ', ')}",
            features=told[:500],
            field=column,
            hint_zh="请核对",
            hint_en="look at them",
        )
    ]


def _short(name: str) -> str:
    """Give a name without the word for what it is, by which people may leave it out."""
    bare = "".join(name.split())
    return _KIND_OF_PLACE.sub("", bare) or bare


def _homes(
    shapes: npt.NDArray[np.object_], areas: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    """Give for each shape the area that holds its inner point; −1 where none does."""
    home = np.full(len(shapes), -1, dtype=np.int64)
    shape, area = shapely.STRtree(areas).query(
        shapely.point_on_surface(shapes), predicate="intersects"
    )
    home[shape[::-1]] = area[::-1]
    return home


def with_codes(
    frame: gpd.GeoDataFrame, level: str, ever: Iterable[str]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give rows without a code the next free ones under their parents, in reading order.

    Parameters
    ----------
    ever : iterable of str
        Every code that was ever given on this level.

    Raises
    ------
    RuleBroken
        When a parent has no room left.
    """
    if level not in codes.LENGTHS:
        return frame, []
    given = frame["code"].astype(object).to_numpy().copy()
    parents = frame["parent"].to_numpy()
    used = [*ever, *(c for c in given if c)]
    bare = np.array([not c and codes.is_legal(p) for c, p in zip(given, parents, strict=True)])
    if not bare.any():
        return frame, []
    inner = shapely.point_on_surface(
        np.asarray(coords.to_metres(frame).geometry.array, dtype=object)
    )
    for parent in sorted(set(parents[bare])):
        rows = np.flatnonzero(bare & (parents == parent))
        xs, ys = shapely.get_x(inner[rows]).tolist(), shapely.get_y(inner[rows]).tolist()
        order = rows[codes.reading_order(xs, ys, band=200.0)]
        given[order] = codes.numbered(parent, len(rows), level, used=used)
    frame = frame.assign(code=given.astype(str)).astype({"code": "str"})
    names = given[bare].tolist()
    return frame, [
        finding(
            "CODE_GIVEN",
            level,
            f"{len(names)} 个要素没有编码，已在上级编码下顺序编码：{names[0]}–{names[-1]}",
            f"{len(names)} features had no code and got the next free ones: {names[0]}–{names[-1]}",
            features=names[:500],
            field="code",
            hint_zh="请在发布前核对新编码",
            hint_en="look at the new codes before they are published",
        )
    ]
