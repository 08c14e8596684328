"""Operations and changes as plain values, in degrees, to be kept and sent."""

import dataclasses
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.errors import BadInput
from geo.redraw import operations
from geo.redraw.area import Area
from geo.redraw.change import Change, Link
from geo.redraw.fabric import Fabric
from geo.redraw.operations import Operation
from geo.redraw.shapes import polygonal

KINDS: dict[str, type[Any]] = {
    name: getattr(operations, kind)
    for name, kind in {
        "assign": "Assign", "balanced_split": "BalancedSplit", "close": "Close",
        "create": "Create", "even_out": "EvenOut", "fill": "Fill", "merge": "Merge",
        "move_border": "MoveBorder", "recode": "Recode", "redivide": "Redivide",
        "rename": "Rename", "repair": "Repair", "reparent": "Reparent", "settle": "Settle",
        "snap": "Snap", "split": "Split", "split_along": "SplitAlong",
    }.items()
}  # fmt: skip
_PLAIN = ("level", "code", "name", "kind", "parent", "households", "residents", "twin")


def written(change: Change, crs: CRS) -> dict[str, Any]:
    """Write a change: areas before by name alone, areas after in full.

    What was before is there when the change is made again, to the last bit; `read_change`
    takes it from the fabric.
    """
    return {
        "label": change.label,
        "before": [list(a.key) for a in change.before],
        "after": [_written_area(a, crs) for a in change.after],
        "links": [dataclasses.astuple(link) for link in change.links],
        "offers": [written_operation(op, crs) for op in change.offers],
    }


def read_change(told: Mapping[str, Any], fabric: Fabric) -> Change:
    """Read a change that is to be made in a fabric as it is now."""
    return Change(
        told["label"],
        tuple(fabric.area(level, ref) for level, ref in told["before"]),
        tuple(_read_area(a, fabric.crs) for a in told["after"]),
        tuple(Link(*link) for link in told["links"]),
        tuple(read_operation(op, fabric.crs) for op in told["offers"]),
    )


def written_operation(op: Operation, crs: CRS) -> dict[str, Any]:
    """Write an operation: its kind, and its fields; geometries as GeoJSON in degrees."""
    kind = next(name for name, known in KINDS.items() if known is type(op))
    told: dict[str, Any] = {"op": kind}
    for field in dataclasses.fields(op):
        told[field.name] = _plain(getattr(op, field.name), crs)
    return told


def read_operation(told: Mapping[str, Any], crs: CRS) -> Operation:
    """Read an operation.

    Raises
    ------
    BadInput
        When the kind or a field is not known, a field is missing, or a geometry is none.
    """
    kind = KINDS.get(str(told.get("op", "")))
    if kind is None:
        raise BadInput(
            f"no operation {told.get('op')!r}",
            zh=f"没有“{told.get('op')}”这种操作",
            hint=f"one of {', '.join(KINDS)}",
            hint_zh=f"可用：{'、'.join(KINDS)}",
        )
    _require_fields(kind, set(told) - {"op"})
    try:
        fields = {name: _read(value, crs) for name, value in told.items() if name != "op"}
        operation: Operation = kind(**fields)
    except (TypeError, ValueError, AttributeError, KeyError, shapely.errors.ShapelyError) as fault:
        raise BadInput(f"this is no {told['op']}: {fault}", zh=f"操作内容有误：{fault}") from fault
    return operation


def _require_fields(kind: type[Any], told: Set[str]) -> None:
    """Name the fields that are missing, and those that this kind has not."""
    fields = {f.name: f for f in dataclasses.fields(kind)}
    optional = (dataclasses.MISSING, dataclasses.MISSING)
    must = {n for n, f in fields.items() if (f.default, f.default_factory) == optional}
    faults = [(f"缺少 {n}", f"{n} is missing") for n in sorted(must - told)]
    faults += [(f"没有 {n} 这一项", f"there is no field {n}") for n in sorted(told - set(fields))]
    if faults:
        raise BadInput(
            f"this is no {kind.__name__}: {'; '.join(en for _, en in faults)}",
            zh=f"操作内容有误：{'；'.join(zh for zh, _ in faults)}",
            where=[en for _, en in faults],
            hint=f"fields: {', '.join(fields)}",
            hint_zh=f"可用的项：{'、'.join(fields)}",
        )


def to_degrees(geometry: BaseGeometry, crs: CRS) -> BaseGeometry:
    """Bring a geometry to degrees, as the store keeps them."""

    def move(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lonlat = np.column_stack(coords.transformer(crs).transform(xy[:, 0], xy[:, 1]))
        return np.round(lonlat, coords.DECIMALS)

    return shapely.transform(geometry, move)


def to_metres(geometry: BaseGeometry, crs: CRS) -> BaseGeometry:
    """Bring a geometry in degrees to the metres of a system."""

    def move(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        way = coords.transformer(coords.STORED, crs)
        return np.column_stack(way.transform(lonlat[:, 0], lonlat[:, 1], errcheck=True))

    return shapely.transform(geometry, move)


def _plain(value: Any, crs: CRS) -> Any:
    if isinstance(value, BaseGeometry):
        return mapping(to_degrees(value, crs))
    if isinstance(value, tuple):
        return [_plain(item, crs) for item in value]
    return value


def _read(value: Any, crs: CRS) -> Any:
    if isinstance(value, Mapping):
        return to_metres(shapely.force_2d(shape(dict(value))), crs)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_read(item, crs) for item in value)
    return value


def _written_area(area: Area, crs: CRS) -> dict[str, Any]:
    told = {name: getattr(area, name) for name in _PLAIN}
    shaped = shapely.to_wkb(to_degrees(area.shape, crs), hex=True)
    return {**told, "attributes": dict(area.attributes), "wkb": shaped}


def _read_area(told: Mapping[str, Any], crs: CRS) -> Area:
    plain = {name: told[name] for name in _PLAIN}
    shaped = to_metres(shapely.from_wkb(told["wkb"]), crs)
    return Area(**plain, attributes=told["attributes"], shape=polygonal(shaped))
