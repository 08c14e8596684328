"""A workbook (.xlsx): tables as sheets that a spreadsheet opens, heads fixed, columns wide enough."""

import datetime as dt
import io
from collections.abc import Mapping

import numpy as np
import pandas as pd
import xlsxwriter

_BORN = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
"""A fixed day, so that the same tables give the same bytes."""
_WIDEST = 60.0
_SAMPLED = 200


def workbook(tables: Mapping[str, pd.DataFrame], *, title: str = "", notes: str = "") -> bytes:
    """Write tables as a workbook.

    Parameters
    ----------
    tables : mapping of sheet name to DataFrame
        Sheets in this order; names of at most 31 characters without ``[]:*?/\\``. The index is
        not written. Numbers stay numbers, ``share`` columns show per cent, texts stay texts
        (codes keep their zeros, nothing is read as a formula), inf and NaN are empty cells.
    title, notes : str
        Properties of the file; `notes` also stand under every table.

    Returns
    -------
    bytes
        Of an .xlsx file.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title, "comments": notes, "created": _BORN})
        head = book.add_format({"bold": True, "bg_color": "#e7eef2", "bottom": 1, "text_wrap": True,
                                "valign": "vcenter"})  # fmt: skip
        share, plain = book.add_format({"num_format": "0.0%"}), book.add_format()
        soft = book.add_format({"font_color": "#5a6168"})
        for name, table in tables.items():
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 1)
            for c, column in enumerate(table.columns):
                is_share = "share" in str(column) or "占比" in str(column)
                looks = share if is_share else plain
                sheet.write_string(0, c, str(column), head)
                for r, value in enumerate(table[column].tolist(), 1):
                    _write(sheet, (r, c), value, looks)
                sheet.set_column(c, c, _wide(str(column), table[column]))
            if notes:
                sheet.write_string(len(table) + 2, 0, notes, soft)
            if len(table):
                sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
    return out.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet,
    cell: tuple[int, int],
    value: object,
    looks: xlsxwriter.format.Format,
) -> None:
    if isinstance(value, bool):
        sheet.write_string(*cell, "是" if value else "否", looks)
    elif isinstance(value, int | float):
        if np.isfinite(value):
            sheet.write_number(*cell, value, looks)
    elif value is not None and value is not pd.NaT:
        sheet.write_string(*cell, str(value), looks)


def _wide(name: str, column: pd.Series) -> float:
    """Give the width of a column in characters; Chinese ones are two wide."""
    texts = [name, *(str(v) for v in column.head(_SAMPLED).tolist())]
    return min(_WIDEST, 2.0 + max(sum(2 if ord(c) > 0x2E80 else 1 for c in t) for t in texts))
