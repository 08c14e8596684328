"""Where the heading of a table stands: found among titles and blank rows, told, and taken off.

People put a title above, group headings over headings, sums and signatures below. A table
is what stands between; whatever is not taken is told.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from geo.files.faults import finding
from geo.files.matching import WORDS
from geo.files.table import plain
from geo.layers import LAYERS, Finding

Row = Sequence[str]
_LOOKED_AT = 20
"""So many rows from the top the heading stands at most."""
_NEARLY_ALL = 0.8
_SUMS = frozenset({"合计", "总计", "小计", "共计", "汇总", "平均", "total", "subtotal", "sum"})
_NOTE = re.compile(r"注|备注|说明|.{0,20}[:：]")
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Headed:
    """Names of the columns, the rows under them, where each stood (from 0), what was left out."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    at: tuple[int, ...]
    findings: tuple[Finding, ...] = ()


def headed(rows: Sequence[Row], layer: str, *, places: Iterable[str] = ()) -> Headed | None:
    """Find the heading of a table and the rows that belong to it; None where there is none.

    Parameters
    ----------
    rows : sequence of rows of text
        As they stand in the file; an empty cell is an empty text.
    places : iterable of str
        Names of columns that hold places, known besides those of the layers.
    """
    known = _known() | {plain(word) for word in places}
    at = _heading(rows, known)
    if at is None:
        return None
    names = [cell.strip() for cell in rows[at]]
    last = at
    if at + 1 < len(rows) and _is_heading(rows[at + 1], known):
        last = at + 1
        names = _below(names, rows[last], known)
    kept, left = _body(rows, last + 1)
    said = _said(layer, rows, at, left)
    return Headed(tuple(names), tuple(rows[i] for i in kept), tuple(kept), tuple(said))


def knows(names: Iterable[str]) -> bool:
    """Say whether any of some names is one of a layer's columns."""
    return any(plain(name) in _known() for name in names)


@cache
def _known() -> frozenset[str]:
    columns = [c for description in LAYERS.values() for c in description.columns]
    words = [w for c in columns for w in (c.name, c.zh, *c.aliases)]
    return frozenset(map(plain, (*words, *(w for own in WORDS.values() for w in own))))


def _heading(rows: Sequence[Row], known: frozenset[str]) -> int | None:
    """Choose the first wide row of words with a known one, else the first that is wide."""
    top = [(i, _filled(row)) for i, row in enumerate(rows[:_LOOKED_AT])]
    widths = {i: len(set(cells)) for i, cells in top if cells}
    if not widths:
        return None
    widest = max(widths.values())
    words = {i: cells for i, cells in top if cells and not any(map(is_number, cells))}
    for i, cells in words.items():
        if 2 * widths[i] >= widest and any(plain(c) in known for c in cells):
            return i
    for i in words:
        if widths[i] >= _NEARLY_ALL * widest:
            return i
    return min(widths)


def _is_heading(row: Row, known: frozenset[str]) -> bool:
    """Say whether a row under a heading is a part of it: words that mostly are known."""
    cells = _filled(row)
    hits = sum(plain(c) in known for c in cells)
    return hits > 0 and 2 * hits >= len(cells) and not any(map(is_number, cells))


def _below(names: list[str], row: Row, known: frozenset[str]) -> list[str]:
    """Name columns by two rows: by the lower where that is enough, else by both."""
    lower = [cell.strip() for cell in row]
    lower += [""] * (len(names) - len(lower))
    names = names + [""] * (len(lower) - len(names))
    return [
        high if not low or low == high
        else low if plain(low) in known or not high
        else f"{high}{low}"
        for high, low in zip(names, lower, strict=True)
    ]  # fmt: skip


def _body(rows: Sequence[Row], first: int) -> tuple[list[int], list[int]]:
    """Give the rows of the table, and those that are sums of it or notes under it."""
    kept: list[int] = []
    left: list[int] = []
    for i in range(first, len(rows)):
        cells = _filled(rows[i])
        if not cells:
            continue
        sums = re.sub(r"[\s:：]+", "", cells[0]).lower() in _SUMS
        note = len(cells) == 1 and len(rows[i]) > 2 and _NOTE.match(cells[0]) is not None
        (left if sums or note else kept).append(i)
    return kept, left


def _filled(row: Row) -> list[str]:
    return [cell.strip() for cell in row if cell and not cell.isspace()]


def is_number(cell: str) -> bool:
    """Say whether a cell holds a number."""
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True


def _said(layer: str, rows: Sequence[Row], at: int, left: Sequence[int]) -> list[Finding]:
    said = []
    if any(map(_filled, rows[:at])):
        said.append(
            finding(
                "HEADING_FOUND",
                layer,
                f"第 {at + 1} 行作为列名，其上的标题行未读入",
                f"row {at + 1} was taken as the heading; the titles above it were left out",
                hint_zh="请核对列名；如不正确，请删去表头以上的行",
                hint_en="look at the names of the columns; delete the rows above if they are wrong",
            )
        )
    if left:
        shown = "；".join(f"第 {i + 1} 行“{_filled(rows[i])[0][:20]}”" for i in left[:_SHOWN])
        shown_en = "; ".join(f"row {i + 1} {_filled(rows[i])[0][:20]!r}" for i in left[:_SHOWN])
        said.append(
            finding(
                "ROWS_LEFT_OUT",
                layer,
                f"{len(left)} 行是合计或说明，未作为要素读入：{shown}",
                f"{len(left)} rows are sums or notes and were left out: {shown_en}",
                hint_zh="若其中有真实记录，请补全该行其他列",
                hint_en="fill in the other cells of a row that is a true record",
            )
        )
    return said
