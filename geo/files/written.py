"""What a format cannot hold, and what is written of the file itself: revision, date, system."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.files.faults import finding
from geo.layers import Finding

_LOSSES = {
    ".geojson": (
        "GeoJSON 不能注明坐标系，按标准视为 WGS 84（与 CGCS2000 相差在厘米级）",
        "GeoJSON cannot name a system; by its standard it is WGS 84, centimetres from CGCS2000",
    ),
    ".shp": (
        "Shapefile 的字段名限 10 个字符，空文字与缺值不分，小数限 15 位有效数字",
        "a shapefile holds names of 10 characters, knows no difference between empty and missing, "
        "and 15 digits of a number",
    ),
    ".dbf": (
        "DBF 的字段名限 10 个字符，空文字与缺值不分",
        "a DBF holds names of 10 characters and knows no difference between empty and missing",
    ),
    ".fgb": (
        "FlatGeobuf 按空间位置排列，要素次序会变",
        "FlatGeobuf keeps features in the order of its spatial index, not in ours",
    ),
    ".csv": (
        "CSV 只有文字：数据类型要靠列名恢复，坐标系写在旁边的 .prj；以 = + - @ 开头的文字前加了单引号",
        "CSV holds words only: types come back by the names of columns, the system stands in the "
        ".prj beside it; words that begin with = + - @ have a quote before them",
    ),
    ".xlsx": (
        "XLSX 没有图形：点写成经纬度两列，其他写成 WKT；坐标系见“说明”表；小数限 16 位有效数字；以 = + - @ 开头的文字前加了单引号",
        "XLSX holds no shapes: points are two columns, others WKT; the system stands in the sheet "
        "about; numbers have 16 digits; words that begin with = + - @ have a quote before them",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: columns that have another name in the file, and what it cannot hold."""

    renamed: Mapping[str, str]
    losses: Sequence[Finding]


def losses(
    table: pd.DataFrame, ending: str, layer: str, renamed: Mapping[str, str]
) -> list[Finding]:
    """Say what a format cannot hold of a table."""
    ending = ".geojson" if ending == ".json" else ending
    found = []
    if ending in _LOSSES:
        zh, en = _LOSSES[ending]
        found.append(_loss(layer, zh, en))
    if renamed:
        pairs = "、".join(f"{column}→{field}" for column, field in renamed.items())
        found.append(
            _loss(layer, f"字段改名：{pairs}（见 .fields.csv）", f"fields were renamed: {pairs.replace('、', ', ')}")
        )  # fmt: skip
    missing = [n for n in table.columns if table[n].dtype == "str" and table[n].isna().any()]
    if missing and ending in (".shp", ".dbf", ".csv", ".xlsx"):
        names = "、".join(missing)
        found.append(
            _loss(
                layer, f"{names} 的缺值会读成空文字", f"missing words of {names} come back as empty"
            )
        )
    return found


def _loss(layer: str, zh: str, en: str) -> Finding:
    return finding(
        "CANNOT_HOLD", layer, zh, en,
        hint_zh="需要完整保留时请用 GeoPackage", hint_en="use GeoPackage where all must be kept",
    )  # fmt: skip


def tell_beside(made: Path, about: Mapping[str, str]) -> None:
    """Write what the file is into a small file beside it, for formats that have no room."""
    text = json.dumps(dict(about), ensure_ascii=False, indent=2)
    made.with_suffix(".about.json").write_text(text + "\n", "utf-8")


def tell_in_geojson(made: Path, about: Mapping[str, str]) -> None:
    """Put what the file is into it, as a member of the collection (RFC 7946, 6.1)."""
    text = made.read_text("utf-8")
    head, found, rest = text.partition('"FeatureCollection",')
    member = f'\n"about": {json.dumps(dict(about), ensure_ascii=False)},'
    made.write_text(head + found + member + rest if found else text, "utf-8")
