"""Groups on paper and in a spreadsheet: a booklet of reasons, a workbook, a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
from pydantic import Field

import maps
from api.tasks.alliance_names import letters
from api.tasks.alliance_presets import PRESETS, PresetName
from api.tasks.alliance_told import Told, read_told
from api.tasks.bodies import read_shapes
from api.tasks.draw_maps import write
from api.tasks.work import Form, Work
from geo.errors import BadInput

KINDS = (".html", ".xlsx", ".csv")


class PrintAlliances(Form):
    """Lay out the published groups, or a draft `run_id`: a booklet (html), a workbook, a table."""

    ending: Literal["html", "xlsx", "csv"] = "html"
    run_id: int | None = Field(None, ge=1)
    preset: PresetName = "alliances"
    as_of: date | int | None = None

    def run(self, work: Work) -> bytes:
        """Read and lay out."""
        told = read_told(work, PRESETS[self.preset], run_id=self.run_id, as_of=self.as_of)
        if self.ending == "html":
            return _booklet(told, work).html().encode()
        if self.ending == "xlsx":
            return maps.workbook(sheets(told), title=told.words.zh, notes=told.status.zh)
        return bytes(sheets(told)["成员与理由"].to_csv(index=False).encode("utf-8-sig"))


class ExportAlliances(Form):
    """Write the published groups, or a draft `run_id`, as a booklet (.html), .xlsx or .csv."""

    out: Path
    run_id: int | None = Field(None, ge=1)
    preset: PresetName = "alliances"
    as_of: date | int | None = None

    def run(self, work: Work) -> Path:
        """Lay out, and put the whole file in place at once."""
        ending = self.out.suffix.lower()
        if ending not in KINDS:
            raise BadInput(
                f"{self.out.name}: groups become .html, .xlsx or .csv",
                zh=f"{self.out.name}：编组只能导出为 .html、.xlsx 或 .csv",
            )
        asked = self.model_dump(exclude={"out"}) | {"ending": ending[1:]}
        write(self.out, PrintAlliances.model_validate(asked).run(work))
        return self.out


def sheets(told: Told) -> dict[str, pd.DataFrame]:
    """Give the tables of a workbook: groups, members with reasons, how they were formed."""
    word, body, head = told.preset.word[0], told.preset.body[0], told.preset.head[0]
    mean = told.members["load"].sum() / max(len(told.groups()), 1)
    groups = [
        {
            "名称": name, "英文名": letters(name), head: _head(part), f"{body}数": len(part),
            f"负荷（{told.unit}）": part["load"].sum(),
            "与平均负荷之差占比": part["load"].sum() / mean - 1 if mean else 0.0,
            "平均步行（分钟）": _walk(part), "带头单位数": int(part["strong"].sum()),
        }
        for name, part in told.groups()
    ]  # fmt: skip
    members = [
        {
            word: name, "序号": n, "编号": row.id, body: row.title, "社区编码": row.community,
            "作用": role(row, head), f"负荷（{told.unit}）": row.load, "步行（分钟）": row.minutes,
            "成立年数": row.seniority, "能力评分": row.strength, "结对单位": row.mentor,
            "组内可满足的需求": row.needs_met, "组内尚缺": row.needs_unmet, "理由": row.zh,
            "Reason": row.en,
        }
        for name, part in told.groups()
        for n, row in enumerate(part.rename(columns={"name": "title"}).itertuples(index=False), 1)
    ]  # fmt: skip
    facts = {"状态": told.status.zh, **dict(_worth(told))}
    asked = {f"参数 {name}": str(value) for name, value in told.inputs.items()}
    how = pd.DataFrame({"项目": [*facts, *asked], "内容": [*facts.values(), *asked.values()]})
    return {"一览": pd.DataFrame(groups), "成员与理由": pd.DataFrame(members), "方案说明": how}


def role(row: Any, head: str) -> str:
    """Say what a member is in its group."""
    return head if row.lead else "带头单位" if row.strong else "成员"


def _head(part: pd.DataFrame) -> str:
    return "、".join(part.loc[part["lead"], "name"])


def _walk(part: pd.DataFrame) -> float:
    weight = part["load"].sum()
    return round(float((part["minutes"] * part["load"]).sum() / weight), 1) if weight else 0.0


def _worth(told: Told) -> list[tuple[str, str]]:
    result = told.result
    if not result:
        return []
    proof = (
        "已证明最优"
        if result["status"] == "optimal"
        else "尚未证明最优"
        if result["gap"] is None
        else f"距最优不超过 {result['gap']:.1%}"
    )
    return [
        ("证明", proof),
        ("平均步行（分钟）", f"{result['minutes_mean']:.1f}"),
        ("最大负荷偏差", f"{result['load_deviation']:.1%}"),
        ("组内能满足的需求", f"{result['needs_met']:.0%}"),
        ("因河流、铁路无桥而不算相邻的边界", str(result["borders_cut"])),
    ]


def _booklet(told: Told, work: Work) -> maps.Booklet:
    scene, shapes = read_shapes(work, told.preset)
    groups = told.groups()
    unit, head, body = told.unit, told.preset.head, told.preset.body
    mean = told.members["load"].sum() / max(len(groups), 1)
    overview: list[list[str | int | float | None]] = [
        [
            name, _head(part), len(part), f"{part['load'].sum():,.0f} {unit}",
            f"{part['load'].sum() / mean - 1 if mean else 0:+.1%}", f"{_walk(part):.0f} 分钟",
        ]
        for name, part in groups
    ]  # fmt: skip
    district = scene.frame("district")
    base = maps.Base(
        outline=district if len(district) else None,
        title=str(district["name"].iloc[0]) if len(district) else "",
        date=date.today().isoformat(),
        approval_no=work.settings.map_approval_no,
    )
    words = maps.Words
    return maps.Booklet(
        words=told.words, status=told.status, base=base, notes=_notes(told),
        columns=[
            words("名称", "Name"), words(head[0], head[1].capitalize()), words("成员", "Members"),
            words("负荷", "Load"), words("与平均之差", "From mean"), words("平均步行", "Mean walk"),
        ],
        overview=overview,
        head=[words(body[0], body[1]), words("作用", "Role"), words("负荷", "Load"),
              words("步行", "Walk"), words("结对单位", "Supported by")],
        groups=[_group(told, name, part) for name, part in groups],
        shapes=_numbered(shapes, groups),
    )  # fmt: skip


def _group(told: Told, name: str, part: pd.DataFrame) -> maps.Group:
    words, head = maps.Words, told.preset.head[0]
    wanted = (part["needs_met"] != "") | (part["needs_unmet"] != "")
    facts = [
        (words("成员", "Members"), f"{len(part)} 个"),
        (words("负荷", "Load"), f"{part['load'].sum():,.0f} {told.unit}"),
        (words("平均步行", "Mean walk"), f"{_walk(part):.0f} 分钟"),
    ]
    if part["strong"].any():
        facts.append((words("带头单位", "Leads"), f"{int(part['strong'].sum())} 个"))
    if wanted.any():
        met = int(((part["needs_unmet"] == "") & wanted).sum())
        facts.append((words("需求全部满足", "All needs met"), f"{met}/{int(wanted.sum())} 个成员"))
    rows: Any = part.rename(columns={"name": "title"}).itertuples(index=False)
    members = [_member(row, head, told.unit) for row in rows]
    return maps.Group(words(name, letters(name)), facts, members)


def _member(row: Any, head: str, unit: str) -> maps.Member:
    walk = "—" if row.lead else f"{row.minutes:.0f} 分钟"
    mentor = row.mentor if row.mentor not in ("", row.title) else "—"
    cells = [row.title, role(row, head), f"{row.load:,.0f} {unit}", walk, mentor]
    return maps.Member(cells, maps.Words(row.zh, row.en), bool(row.lead))


def _notes(told: Told) -> list[maps.Words]:
    """Say in plain words how the groups came about, and what they are worth."""
    result, inputs, word = told.result, told.inputs, told.preset.word
    if not result:
        return []
    tolerance = float(inputs.get("tolerance", 0.0))
    proof = dict(_worth(told))["证明"]
    en = {"optimal": "proven optimal"}.get(
        str(result["status"]),
        "not proven best"
        if result["gap"] is None
        else f"within {result['gap']:.1%} of the best possible",
    )
    zh = (
        f"编组原则：就近就便（按街道步行时间，河流、铁路无桥处不算相邻）、相对均衡（负荷偏差不超过 "
        f"±{tolerance:.0%}）、以老带新、以强带弱、优势互补。"
        f"本方案{proof}；平均步行 {result['minutes_mean']:.0f} 分钟，最大负荷偏差 "
        f"{result['load_deviation']:.0%}。"
    )
    told_en = (
        f"Principles: near on foot over the streets (no neighbours across a river or railway "
        f"without a bridge), balanced within ±{tolerance:.0%}, the experienced lead the new, "
        f"complementary. This plan is {en}; mean walk {result['minutes_mean']:.0f} min, largest "
        f"deviation {result['load_deviation']:.0%}."
    )
    if result.get("walks_estimated"):
        zh += f"{result['walks_estimated']:.0%} 的步行时间因街道不通按直线 ×1.3 估计。"
        told_en += f" {result['walks_estimated']:.0%} of the walks are estimated."
    if told.status.zh.startswith("草案"):
        zh += f"本{word[0]}方案由计算得出，经讨论并由有权人员发布后方才生效。"
        told_en += " It is a proposal; it holds only once somebody publishes it."
    return [maps.Words(zh, told_en)]


def _numbered(shapes: gpd.GeoDataFrame, groups: list[tuple[str, pd.DataFrame]]) -> gpd.GeoDataFrame:
    """Give each member's area the group and the number it has on paper."""
    rows = [
        (str(body), g, n)
        for g, (_, part) in enumerate(groups)
        for n, body in enumerate(part["id"], 1)
    ]
    table = pd.DataFrame(rows, columns=["id", "group", "number"])
    found = shapes[["id", "geometry"]].merge(table, on="id")
    return gpd.GeoDataFrame(found, geometry="geometry", crs=shapes.crs)
