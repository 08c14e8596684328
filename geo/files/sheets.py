"""Sheets of a workbook: which one is the layer, its merged cells spread, its numbers numbers."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from geo.files import book, gdal, heads, spots
from geo.files.cells import damaged, headed, placed, unguarded
from geo.files.faults import finding
from geo.files.opening import Source
from geo.files.table import Field, Table
from geo.layers import LAYERS, Finding

ABOUT = "说明 about"
"""The sheet of a workbook that says what it is."""
_MOST_CELLS, _EXACT = 30_000_000, 2**53
_TOP, _SHOWN = 30, 6


def load(source: Source, layer: str) -> Table:
    """Read one sheet of a workbook: the one named for the layer, else the first with a heading.

    Raises
    ------
    FileRefused
        When it is damaged, or holds no table.
    """
    sheets = [name for name in gdal.layers_of(source) if name != ABOUT]
    chosen, said = _sheet(sheets, book.hidden(source), source, layer)
    facts = book.facts(source, chosen)
    _, _, values, warned = gdal.read(source, layer=chosen)
    grid = np.array(
        [["" if c is None else str(c) for c in column] for column in values], dtype=object
    ).T
    if grid.size > _MOST_CELLS or not grid.size:
        raise damaged(source, "no sheet, or one beyond all measure")
    said += _spread(grid, facts, layer)
    under = headed(grid.tolist(), source, layer)
    at = np.array(under.at, dtype=np.int64)
    fields = [
        _field(name, grid[at, j], np.isin(at, facts.numbers.get(j, ())))
        for j, name in enumerate(under.names)
    ]
    fields = [f for f in fields if f.name or any(v is not None for v in f.values)]
    crs = CRS.from_epsg(4490) if ABOUT in gdal.layers_of(source) else None
    findings = [
        *gdal.warned(warned, layer),
        *said,
        *under.findings,
        *_formula_findings(facts.formulas, layer),
    ]
    return placed(fields, crs, "utf-8", findings, layer)


def _sheet(
    sheets: Sequence[str], hidden: Collection[str], source: Source, layer: str
) -> tuple[str, list[Finding]]:
    """Choose a sheet: the one named for the layer, else the first that is seen and has a heading."""
    zh = LAYERS[layer].zh if layer in LAYERS else layer
    seen = [name for name in sheets if name not in hidden] or list(sheets)
    if not seen:
        raise damaged(source, "no sheet")
    named = [name for name in seen if name.strip().lower() in (layer.lower(), zh)]
    tables = [name for name in seen if _is_table(source, name)] if len(seen) > 1 else []
    chosen = (named or tables or seen)[0]
    if len(sheets) == 1:
        return chosen, []
    left = [name for name in tables if name != chosen and not named]
    return chosen, [
        _said_of_sheets(
            chosen, left or [n for n in sheets if n != chosen], layer, zh, lost=bool(left)
        )
    ]


def _said_of_sheets(
    chosen: str, left: Sequence[str], layer: str, zh: str, *, lost: bool
) -> Finding:
    """Say which sheet was read; tables that were not are an error, for a layer is replaced whole."""
    names, more = "、".join(left[:_SHOWN]), "…" if len(left) > _SHOWN else ""
    return finding(
        "SHEETS_LEFT" if lost else "SHEET_CHOSEN",
        layer,
        f"只读取了工作表“{chosen}”；未读取 {len(left)} 个：{names}{more}",
        f"the sheet {chosen!r} was read; {len(left)} were not: {names.replace('、', ', ')}{more}",
        hint_zh=f"若数据分在几个表里，请合并为一个表；只要其中一个时，把它改名为“{zh}”，或接受此项",
        hint_en=f"join tables that belong together; if one is enough, call it {zh!r}, or accept this",
    )


def _is_table(source: Source, sheet: str) -> bool:
    """Say whether a sheet has a heading with places and rows under it, by its first rows."""
    _, _, values, _ = gdal.read(source, layer=sheet, max_features=_TOP)
    rows = [["" if c is None else str(c) for c in row] for row in zip(*values, strict=True)]
    under = heads.headed(rows, sheet, places=(*spots.X, *spots.Y, *spots.SHAPE))
    return under is not None and len(under.rows) > 0 and heads.knows(under.names)


def _spread(grid: npt.NDArray[np.object_], facts: book.Facts, layer: str) -> list[Finding]:
    """Give the words of merged cells to all cells that were merged; numbers stay where they are."""
    count, left = 0, _MOST_CELLS
    for (top, west), (bottom, east) in facts.merged:
        area = grid[top : bottom + 1, west : east + 1]
        left -= area.size
        if (
            not area.size
            or left < 0
            or not area[0, 0].strip()
            or top in facts.numbers.get(west, ())
        ):
            continue
        empty = area == ""
        count += int(bottom > top and bool(empty.any()))
        area[empty] = area[0, 0]
    if not count:
        return []
    return [
        finding(
            "CELLS_MERGED",
            layer,
            f"有 {count} 处上下合并的单元格，其文字已填到每一行（数字只留在首行）",
            f"{count} cells are merged over several rows; their words were given to each row, numbers to the first",
            hint_zh="请核对；最好先取消合并单元格并逐行填写",
            hint_en="look at them; unmerging the cells and filling each row is best",
        )
    ]


def _field(name: str, cells: npt.NDArray[np.object_], numeric: npt.NDArray[np.bool_]) -> Field:
    """Make a field of words, or of numbers where every cell is kept as one."""
    filled = np.array([cell != "" for cell in cells], dtype=bool)
    if filled.any() and numeric[filled].all() and all(map(heads.is_number, cells[filled])):
        numbers = np.full(len(cells), np.nan)
        numbers[filled] = cells[filled].astype(np.float64)
        whole = filled.all() and (np.abs(numbers) < _EXACT).all() and (numbers % 1 == 0).all()
        return Field(name, numbers.astype(np.int64) if whole else numbers)
    words = [unguarded(cell) if cell != "" else None for cell in cells]
    return Field(name, np.array(words, dtype=object))


def _formula_findings(count: int, layer: str) -> list[Finding]:
    if not count:
        return []
    return [
        finding(
            "FORMULA",
            layer,
            f"表格中有 {count} 个公式，没有运行公式，只取上次保存的结果",
            f"the sheet holds {count} formulas; none was run, their last results were taken",
            hint_zh="请在表格软件中“选择性粘贴为数值”后重新保存",
            hint_en="paste them as values and save again",
        )
    ]
