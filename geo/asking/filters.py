"""CQL2 filters over a table in memory: who fits, row by row (OGC 21-065r2).

Three answers are possible: yes, no and unknown (where a value is missing); a row fits when
the whole filter says yes. Only what stands in the tables below can be asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf
from time import monotonic
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from geo.asking import shapes, texts, times
from geo.asking.shapes import Move, Shapes, stay
from geo.asking.times import Times
from geo.errors import BadInput

Bits = npt.NDArray[np.bool_]
Kind = Literal["text", "number", "truth", "date", "geometry"]
DEEPEST = 80
_LITERALS: tuple[tuple[Kind, Any], ...] = (
    ("truth", bool), ("number", int | float), ("text", str),
)  # fmt: skip
_SIGNS: Mapping[str, np.ufunc] = {
    "=": np.equal, "<>": np.not_equal, "<": np.less, ">": np.greater,
    "<=": np.less_equal, ">=": np.greater_equal,
}  # fmt: skip
_RECKONED: Mapping[str, np.ufunc] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "%": np.mod,
    "div": np.floor_divide, "^": np.power,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """What can be asked: columns by name (None in them: missing), and the geometry.

    `shapes` gives the geometries, only when they are asked for; `boxes` are west, south, east, north of every shape; `move` brings a geometry of the
    filter to the system of the shapes; `until` (of the clock that only goes forward) is when
    the answer has to stand.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    shapes: Callable[[], Shapes]
    boxes: npt.NDArray[np.float64]
    move: Move = stay
    until: float = inf

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.boxes)


@dataclass(frozen=True, slots=True)
class Cells:
    """Values of one kind: one for each row, or one for all; `missing` where there is none."""

    kind: Kind
    values: Any
    missing: Bits | np.bool_ = np.False_


@dataclass(frozen=True, slots=True)
class Truth:
    """Which rows are surely so, and of which it is not known."""

    yes: Bits
    unknown: Bits


def fits(told: Any, table: Table) -> Bits:
    """Say of every row whether it fits a filter.

    Parameters
    ----------
    told : JSON value
        The filter, CQL2 in its JSON form.

    Raises
    ------
    BadInput
        When it asks for what is not there or compares what cannot be compared.
    """
    return _truth(told, table, 0).yes


def _truth(told: Any, table: Table, depth: int) -> Truth:
    if depth > DEEPEST:
        raise BadInput("the filter is nested too deeply", zh="过滤条件嵌套过深")
    if monotonic() > table.until:
        raise BadInput("the filter takes too long", zh="过滤条件过于复杂，计算超时")
    op = told.get("op") if isinstance(told, dict) else None
    if isinstance(op, str):
        args = told.get("args")
        if not isinstance(args, list):
            raise BadInput(f"{op} without args", zh=f"“{op}”缺少参数")
        if op in ("and", "or"):
            parts = [_truth(part, table, depth + 1) for part in args]
            if not parts:
                raise BadInput(f"{op} of nothing", zh=f"“{op}”缺少条件")
            return reduce(_and if op == "and" else _or, parts)
        if op == "not":
            inner = _truth(_one(op, args), table, depth + 1)
            return Truth(~inner.yes & ~inner.unknown, inner.unknown)
        if (asked := _PREDICATES.get(op.lower())) is not None:
            return asked(op.lower(), args, table)
    return _of_cells(_cells(told, table, depth + 1), table)


def _of_cells(cells: Cells, table: Table) -> Truth:
    if cells.kind != "truth":
        raise BadInput("the filter is no condition", zh="过滤条件不是一个判断式")
    yes = np.broadcast_to(np.asarray(cells.values, dtype=bool), len(table))
    return _known(yes, cells.missing, table)


def _and(a: Truth, b: Truth) -> Truth:
    yes = a.yes & b.yes
    return Truth(yes, (a.yes | a.unknown) & (b.yes | b.unknown) & ~yes)


def _or(a: Truth, b: Truth) -> Truth:
    yes = a.yes | b.yes
    return Truth(yes, (a.unknown | b.unknown) & ~yes)


def _known(yes: Any, missing: Any, table: Table) -> Truth:
    unknown = np.broadcast_to(missing, len(table))
    return Truth(np.broadcast_to(yes, len(table)) & ~unknown, unknown)


def _cells(told: Any, table: Table, depth: int = 0) -> Cells:
    """Give the values of an operand."""
    for kind, plain in _LITERALS:
        if isinstance(told, plain):
            return Cells(kind, told)
    if not isinstance(told, dict) or depth > DEEPEST:
        raise BadInput(f"{str(told)[:40]!r} is no value", zh=f"“{str(told)[:40]}”不是有效的值")
    if "property" in told:
        return _column(told["property"], table)
    if "date" in told or "timestamp" in told:
        return Cells("date", times.moment(told))
    if "op" not in told:
        return Cells("geometry", shapes.read(told, table.move))
    return _worked_out(told["op"], told.get("args"), table, depth)


def _worked_out(op: Any, args: Any, table: Table, depth: int) -> Cells:
    """Give the values of a sum, or of a text without case or accents."""
    if isinstance(op, str) and op in _RECKONED and isinstance(args, list):
        return _reckoned(op, args, table, depth)
    fold = texts.FOLDS.get(str(op).lower())
    if fold is not None and isinstance(args, list):
        inner = _of_kind("text", _one(op, args), table, depth)
        return Cells("text", _each(fold, inner.values), inner.missing)
    known = ", ".join(sorted(_PREDICATES))
    raise BadInput(
        f"{str(op)[:40]} cannot be asked here",
        zh=f"此处不支持“{str(op)[:40]}”",
        hint=f"one of and, or, not, {known}, casei, accenti, + - * / % ^ div",
    )


def _column(name: Any, table: Table) -> Cells:
    if name == "geometry":
        return Cells("geometry", table.shapes())
    if not isinstance(name, str) or name not in table.columns:
        names = ", ".join([*table.columns, "geometry"])
        raise BadInput(
            f"no property {name!r}", zh=f"没有“{name}”这个属性",
            hint=f"one of {names}", hint_zh=f"可用：{names}",
        )  # fmt: skip
    values = table.columns[name]
    if values.dtype.kind == "M":
        return Cells("date", times.days(values), np.isnat(values))
    kind: Kind = {"b": "truth", "i": "number", "f": "number"}.get(values.dtype.kind, "text")  # type: ignore[assignment]
    return Cells(kind, values)


def _of_kind(kind: Kind, told: Any, table: Table, depth: int = 0) -> Cells:
    cells = _cells(told, table, depth + 1)
    if cells.kind != kind:
        raise BadInput(
            f"a {kind} is needed, not the {cells.kind} {str(told)[:40]!r}",
            zh=f"此处应为{times.KINDS_ZH[kind]}，而不是{times.KINDS_ZH[cells.kind]}",
        )
    return cells


def _one(op: str, args: Sequence[Any]) -> Any:
    return _some(op, args, 1)[0]


def _some(op: str, args: Sequence[Any], count: int) -> Sequence[Any]:
    if len(args) != count:
        raise BadInput(f"{op} takes {count} args, not {len(args)}", zh=f"“{op}”应有 {count} 个参数")
    return args


def _reckoned(op: str, args: Sequence[Any], table: Table, depth: int) -> Cells:
    a, b = (_of_kind("number", told, table, depth) for told in _some(op, args, 2))
    with np.errstate(all="ignore"):
        values = _RECKONED[op](np.asarray(a.values, float), np.asarray(b.values, float))
    return Cells("number", values, a.missing | b.missing | ~np.isfinite(values))


def _each(change: Callable[[str], str], values: Any) -> Any:
    if isinstance(values, str):
        return change(values)
    return np.array([change(value) for value in values.tolist()], dtype=values.dtype)


def _compared(op: str, args: Sequence[Any], table: Table) -> Truth:
    first, second = _some(op, args, 2)
    a = _cells(first, table)
    if a.kind == "geometry":
        raise BadInput("geometries are compared by S_EQUALS", zh="几何请用 S_EQUALS 比较")
    if a.kind == "date" and isinstance(second, str):  # as GDAL writes days
        second = {"date" if len(second) <= 11 else "timestamp": second.removesuffix("T")}
    b = _of_kind(a.kind, second, table)
    left, right = (c.values.start if c.kind == "date" else c.values for c in (a, b))
    return _known(_SIGNS[op](left, right), a.missing | b.missing, table)


def _between(op: str, args: Sequence[Any], table: Table) -> Truth:
    value, low, high = _some(op, args, 3)
    return _and(_compared(">=", [value, low], table), _compared("<=", [value, high], table))


def _within_list(op: str, args: Sequence[Any], table: Table) -> Truth:
    value, listed = _some(op, args, 2)
    if not isinstance(listed, list) or not listed:
        raise BadInput("IN needs a list", zh="IN 后应为列表")
    return reduce(_or, (_compared("=", [value, item], table) for item in listed))


def _like(op: str, args: Sequence[Any], table: Table) -> Truth:
    """Match ``%`` (any letters) and ``_`` (one); a backslash takes either as it is."""
    cells, pattern = (_of_kind("text", told, table) for told in _some(op, args, 2))
    if not isinstance(pattern.values, str):
        raise BadInput("LIKE needs one pattern", zh="LIKE 后应为一个模式")
    match = texts.matching(pattern.values).fullmatch
    values = np.atleast_1d(cells.values).tolist()
    yes = np.fromiter((match(value) is not None for value in values), bool, len(values))
    return _known(yes, cells.missing, table)


def _missing(op: str, args: Sequence[Any], table: Table) -> Truth:
    cells = _cells(_one(op, args), table)
    return _known(cells.missing, np.False_, table)


def _of_shapes(op: str, args: Sequence[Any], table: Table) -> Truth:
    a, b = (_of_kind("geometry", told, table).values for told in _some(op, args, 2))
    return _known(shapes.related(op, a, b, table.boxes), np.False_, table)


def _of_times(op: str, args: Sequence[Any], table: Table) -> Truth:
    (a, no_a), (b, no_b) = (_interval(told, table) for told in _some(op, args, 2))
    return _known(times.related(op, a, b), no_a | no_b, table)


def _interval(told: Any, table: Table) -> tuple[Times, Any]:
    """Give a moment or an interval; an end that is missing is open, as of what still lives."""
    if not (isinstance(told, dict) and "interval" in told):
        cells = _of_kind("date", told, table)
        return cast(Times, cells.values), cells.missing
    ends = told["interval"]
    if not isinstance(ends, list) or len(ends) != 2:
        raise BadInput("an interval has two ends", zh="时间段应有起止两端")
    start, stop = (_end(end, table) for end in ends)
    first = times.EARLIEST if start is None else start.values.start
    last = times.LATEST if stop is None else np.where(
        stop.missing, times.LATEST, stop.values.stop
    )  # fmt: skip
    return Times(np.asarray(first), np.asarray(last)), np.False_ if start is None else start.missing


def _end(told: Any, table: Table) -> Cells | None:
    if told == "..":
        return None
    if isinstance(told, str):
        return Cells("date", times.moment({"date" if len(told) == 10 else "timestamp": told}))
    return _of_kind("date", told, table)


_PREDICATES: Mapping[str, Callable[[str, Sequence[Any], Table], Truth]] = {
    **dict.fromkeys(_SIGNS, _compared),
    "between": _between,
    "in": _within_list,
    "like": _like,
    "isnull": _missing,
    **dict.fromkeys(shapes.RELATIONS, _of_shapes),
    **dict.fromkeys(times.RELATIONS, _of_times),
}
