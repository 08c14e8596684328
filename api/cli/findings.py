"""Findings as a table on the terminal."""

from collections.abc import Sequence

from rich.markup import escape

from api.cli.door import out, table
from geo.layers import Finding


def findings_table(findings: Sequence[Finding], accepted: Sequence[str] = ()) -> None:
    """Print findings as a table, worst first: code, where, why, and the way out."""
    if not findings:
        out.print("没有发现问题 Nothing found.")
        return
    rank = {"error": 0, "warn": 1, "info": 2}
    signs = {"error": "✗ 阻断", "warn": "! 警告", "info": "· 提示"}
    made = table(
        "检查结果 Findings", "级别", "代码 code", "在哪里 where", "原因 why", "怎么办 way out"
    )
    for f in sorted(findings, key=lambda f: rank[f.severity]):
        where = "、".join(f.features[:3]) + (
            f" 等 {len(f.features)} 个" if len(f.features) > 3 else ""
        )
        sign = "✓ 已接受" if f.code in accepted and f.severity == "error" else signs[f.severity]
        made.add_row(
            sign, f.code, escape(where or f.field or "整个文件 whole file"), escape(f"{f.zh}\n{f.en}"),
            escape(f"{f.hint_zh}\n{f.hint_en}"),
        )  # fmt: skip
    for column in made.columns:
        column.overflow = "fold"  # Chinese has no blanks to break at
    out.print(made)
