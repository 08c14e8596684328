"""Coverage to be handed out: tables as a workbook, and a brief of two pages for a committee."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import maps
from api.tasks import draw_maps
from api.tasks.audit_coverage import AuditNorms
from api.tasks.coverage_clock import CoverageClock, Timed
from api.tasks.measure_coverage import Covered, MeasureCoverage
from api.tasks.reach import PEOPLE, Question
from api.tasks.track_spots import Tracked, TrackSpots
from api.tasks.work import Work
from geo.errors import BadInput, NotFound
from geo.layers import walker
from geo.layers.hours import DAYS

STATES = {"open": "待解决", "planned": "已列计划", "closed": "已销号"}
_AREA = {"served": "服务到位户", "weak": "薄弱户", "uncovered": "太远户"}
CURES = {
    "wall": "在围墙上开设步行出入口", "river": "增设步行桥", "rail": "增设过铁路的步行通道",
    "hours": "延长附近站点的开放时间", "service": "在附近站点增设所缺服务", "capacity": "扩建附近站点",
    "cut_off": "打通步行通道", "detour": "缩短绕行或就地设站", "no_station": "就近增设站点",
}  # fmt: skip


def save_tables(done: Sequence[Covered], path: Path) -> None:
    """Save coverage runs (the same question for several walkers) as a workbook.

    Sheets: totals, spread, areas, and the blind spots of each walk of the first.

    Raises
    ------
    BadInput
        When the name of the file does not end in .xlsx.
    """
    if path.suffix.lower() != ".xlsx":
        raise BadInput(
            f"{path.name}: a table becomes .xlsx", zh=f"{path.name}：表格只能保存为 .xlsx"
        )
    first = done[0]
    asked = [d.walker for d in done]
    tables = {
        "覆盖 totals": pd.concat(
            [_totals(d) for d in done], keys=asked, names=["步行者 walker"]
        ).reset_index(level=0),
        "分布 spread": pd.concat(
            [_spread(d) for d in done], keys=asked, names=["步行者 walker"]
        ).reset_index(level=0),
        "区域 areas": _areas(first),
        **{
            f"{reach / 60:g} 分钟盲区 spots": _spots(first, spots)
            for reach, spots in first.spots.items()
        },
    }
    note = _caveat(estimated=first.coverage.estimated, basis=first.ground.basis)
    draw_maps.write(path, maps.workbook(tables, title="步行覆盖", notes=note))


def _caveat(*, estimated: bool, basis: str) -> str:
    parts = ["未加载道路：步行距离按直线 × 1.3 估算（estimated）"] if estimated else []
    parts += ["没有户数：“户数”各列为面积，平方米（area, m²）"] if basis == "area" else []
    return "；".join(parts)


def _totals(done: Covered) -> pd.DataFrame:
    table = done.coverage.totals.astype("int64").to_dict("index")
    shares = done.coverage.shares.astype("float64").to_dict("index")
    rows = []
    for people, zh in PEOPLE.items():
        total = table[people]["total"]
        for name in (*done.coverage.flags, "beyond"):
            rows.append({
                "人群 people": zh, "范围 within": _words(name), "总数 total": total,
                "人数 count": table[people][name], "占比 share": shares[people][name],
            })  # fmt: skip
    return pd.DataFrame(rows)


def _words(flag: str) -> str:
    if flag == "beyond":
        return "以外 beyond"
    reach = flag.removeprefix("within_")
    return f"{reach[:-1]} 米" if reach.endswith("m") else f"{float(reach) / 60:g} 分钟"


def _spread(done: Covered) -> pd.DataFrame:
    table = done.spread().reset_index()
    minutes = {n: table[f"{n}_s"] / 60 for n in ("p50", "p90", "mean", "worst")}
    return pd.DataFrame({
        "人群 people": table["people"].map(PEOPLE), "总数 total": table["total"],
        **{f"{n} 分钟 min": values.round(1) for n, values in minutes.items()},
        "基尼系数 gini": table["gini"].round(4), "走不到 cut off": table["cut_off"],
        "最远范围以外占比 share beyond": table["beyond"],
    })  # fmt: skip


def _areas(done: Covered) -> pd.DataFrame:
    names = done.scene.areas(done.by).set_index("code")["name"]
    table = done.areas
    shown = {"编码 code": table.index, "名称 name": names.reindex(table.index).to_numpy()}
    shown |= {f"{zh} {key}": table[key].to_numpy() for key, zh in PEOPLE.items()}
    for flag in done.coverage.flags:
        shown[f"{_words(flag)}内户数"] = table[f"households_{flag}"].to_numpy()
    shown["最远范围内占比 share"] = table["share"].to_numpy()
    shown |= {zh: table[key].to_numpy() for key, zh in _AREA.items()}
    shown |= {f"{n} 分钟 min": (table[f"{n}_s"] / 60).round(1).to_numpy() for n in ("p50", "p90")}
    return pd.DataFrame(shown)


def _spots(done: Covered, spots: Any) -> pd.DataFrame:
    names = done.scene.areas(done.by).set_index("code")["name"]
    return pd.DataFrame({
        "编号 id": spots.index, **{f"{zh} {key}": spots[key].to_numpy() for key, zh in PEOPLE.items()},
        "楼栋 buildings": spots["buildings"].to_numpy(),
        "步行分钟 min": (spots["nearest_s"] / 60).round(1).to_numpy(),
        "成因 reason": spots["reason"].map(maps.REASONS).to_numpy(),
        "最近站点 station": spots["station"].to_numpy(), "区域编码 area": spots["area"].to_numpy(),
        "区域 name": names.reindex(spots["area"]).to_numpy(),
    })  # fmt: skip


class WriteBrief(Question):
    """Write the brief of two pages about the longest of `minutes`."""

    out: Path
    minutes: tuple[float, ...] = (15,)

    def run(self, work: Work) -> Path:
        """Measure, recognise the spots, reckon the clock, audit, and print."""
        if self.out.suffix.lower() != ".pdf":
            raise BadInput(
                f"{self.out.name}: a brief becomes .pdf", zh=f"{self.out.name}：简报只能保存为 .pdf"
            )
        asked = self.model_dump(exclude={"out", "minutes"})
        longest = max(self.minutes)
        covered = MeasureCoverage(**asked, minutes=(5, 10, longest)).run(work)
        tracked = TrackSpots(**asked, minutes=(longest,)).run(work)
        timed = CoverageClock(**asked, minutes=(longest,), by="community").run(work)
        told = _told(work, self, covered, tracked, timed)
        with work.step("简报"):
            draw_maps.write(self.out, maps.brief(told))
        return self.out


def _told(
    work: Work, asked: WriteBrief, covered: Covered, tracked: Tracked, timed: Timed
) -> maps.Brief:
    base = draw_maps.ground(work)
    minutes = max(asked.minutes)
    areas = covered.scene.frame(covered.by).merge(
        covered.areas[["share"]], left_on="code", right_index=True
    )
    theme = maps.BlindSpots(tracked.spots, areas, covered.stations, minutes, base)
    totals = covered.coverage.totals
    unit = "户" if covered.ground.basis == "households" else "平方米"
    weak = covered.weak()
    share = covered.totals()[-1]["share"]
    facts = [
        (f"步行 {minutes:g} 分钟覆盖的住户", f"{share:.1%}"),
        (f"盲区内（{unit}）", f"{int(tracked.spots['households'].sum()):,}"),
        ("盲区（处）", f"{len(tracked.spots):,}"),
        (f"有站点但薄弱（{unit}）", f"{weak['weak']:,}"),
    ]
    beyond = totals["beyond"]
    who = walker(asked.walker).zh
    lead = (
        f"按{who}步行速度，{len(covered.stations)} 个站点在 {minutes:g} 分钟内覆盖 {share:.1%} 的住户；"
        f"仍有 {len(tracked.spots)} 处盲区，涉及 {int(beyond['households']):,} {unit}，"
        f"其中老年人 {int(beyond['elders']):,} 人、独居老人 {int(beyond['alone']):,} 人、"
        f"儿童 {int(beyond['children']):,} 人、残疾人 {int(beyond['disabled']):,} 人。"
        f"另有 {weak['weak']:,} {unit}附近虽有站点，但面积不足、缺所需服务或不常开放。"
    )
    hours = timed.clock.hours
    grid = hours["share"].to_numpy(dtype=np.float64).reshape(7, 24).T
    worst = timed.worst()
    day = maps.WEEK[DAYS.index(worst["day"])]
    hours_lead = (
        f"最差的时刻是{day} {worst['time']}：{worst['open']} 个站点开放，{worst['households_beyond']:,} {unit}"
        f"在 {minutes:g} 分钟内没有开放的站点，其中独居老人 {worst['alone_beyond']:,} 人。"
    )
    title = f"{base.title or '本区'}便民服务覆盖简报"
    notes = _notes(covered, who)
    norms = _norms(work, asked)
    return maps.Brief(
        title, lead, facts, theme, _where(covered, tracked), _whom(covered), _worst(covered), norms, grid, hours_lead,
        _steps(tracked, unit, norms), notes,
    )  # fmt: skip


def _where(covered: Covered, tracked: Tracked) -> maps.Table:
    names = covered.scene.areas(covered.by).set_index("code")["name"]
    events = {h.spot: h.state for h in tracked.happened}
    rows = []
    for n, (spot, row) in enumerate(tracked.spots.iterrows(), 1):
        walk = f"{row['nearest_s'] / 60:.0f} 分钟" if np.isfinite(row["nearest_s"]) else "走不到"
        rows.append([
            f"{n}", str(spot), str(names.get(row["area"], "")), f"{row['households']:,}", f"{row['elders']:,}",
            f"{row['alone']:,}", walk, maps.REASONS.get(row["reason"], ""), STATES[events[str(spot)]],
        ])  # fmt: skip
    heads = ["图号", "编号", "所在社区", ">户数", ">老年人", ">独居", ">最近站点", "成因", "状态"]
    return maps.Table(heads, rows, [0.5, 1.4, 1.7, 0.7, 0.8, 0.6, 1.0, 1.3, 0.9])


def _whom(covered: Covered) -> maps.Table:
    spread = covered.spread()
    rows = [
        [zh, f"{row['total']:,.0f}", f"{row['p50_s'] / 60:.1f}",
         f"{row['p90_s'] / 60:.1f}" if np.isfinite(row["p90_s"]) else "走不到",
         f"{row['gini']:.3f}", f"{row['beyond'] * row['total']:,.0f}", f"{row['beyond']:.1%}"]
        for (_, row), zh in zip(spread.iterrows(), PEOPLE.values(), strict=True)
        if row["total"] > 0
    ]  # fmt: skip
    heads = [
        "人群",
        ">总数",
        ">半数人步行不超过（分）",
        ">九成不超过（分）",
        ">基尼系数",
        ">范围以外",
        ">占比",
    ]
    return maps.Table(heads, rows, [1.0, 1.0, 1.7, 1.4, 1.0, 1.0, 0.8])


def _worst(covered: Covered) -> maps.Table:
    names = covered.scene.areas(covered.by).set_index("code")["name"]
    table = covered.areas[covered.areas["households"] > 0].sort_values(
        ["share", "households"], ascending=[True, False], kind="stable"
    )
    rows = [
        [str(names.get(code, "")), str(code), f"{row['households']:,.0f}", f"{row['share']:.1%}",
         f"{row['weak']:,.0f}", f"{row['uncovered']:,.0f}",
         f"{row['p90_s'] / 60:.1f}" if np.isfinite(row["p90_s"]) else "走不到"]
        for code, row in table.iterrows()
    ]  # fmt: skip
    heads = ["社区", "编码", ">户数", ">覆盖率", ">薄弱户", ">太远户", ">九成不超过（分）"]
    return maps.Table(heads, rows, [1.6, 1.3, 0.8, 0.8, 0.8, 0.8, 1.4])


def _norms(work: Work, asked: WriteBrief) -> maps.Table:
    heads = ["标准", ">要求", ">达标社区", ">缺口", "依据"]
    try:
        summary = AuditNorms(walker=asked.walker).run(work).summary()
    except NotFound:
        summary = []
    rows = []
    for row in summary:
        radius = row["unit"] == "m"
        missing = f"{row['short']:,.0f} {'户' if radius else row['unit'].split('/')[0]}"
        goal = "全部住户" if radius else f"{row['target']:g} {row['unit']}"
        rows.append([row["zh"], goal, f"{row['met']} / {row['areas']}", missing, row["source"]])
    return maps.Table(heads, rows, [1.7, 1.0, 0.8, 0.9, 2.8])


def _steps(tracked: Tracked, unit: str, norms: maps.Table) -> list[str]:
    """Say what next: for each reason what cures it, where, and how many it would serve."""
    steps = []
    spots = tracked.spots.assign(number=range(1, len(tracked.spots) + 1))
    order = spots.groupby("reason")["households"].sum().sort_values(ascending=False)
    for reason in order.index:
        part = spots[spots["reason"] == reason]
        served = part[f"if_{reason}"].sum() if f"if_{reason}" in part else part["households"].sum()
        effect = "可使" if f"if_{reason}" in part else "涉及"
        numbers = "、".join(str(n) for n in part["number"].head(12)) + (
            "等" if len(part) > 12 else ""
        )
        steps.append(
            f"{CURES.get(str(reason), '核实成因')}（图号 {numbers}，共 {len(part)} 处），{effect} {served:,} {unit}"
            + ("得到服务。" if effect == "可使" else "。")
        )
    planned = sum(h.state == "planned" for h in tracked.happened)
    steps.append(f"盲区台账逐处编号，已列计划 {planned} 处；建成后重新测算，凭新的测算结果销号。")
    if short := [row for row in norms.rows if row[0] == "每百户综合服务设施面积"]:
        steps.append(f"服务设施面积尚缺 {short[0][3]}，新建和改造时优先安排缺口大的社区。")
    return steps


def _notes(covered: Covered, who: str) -> str:
    parts = [
        f"口径：步行时间沿道路计算，{who}步行速度，只计当前开放运营的站点；盲区为 200 米内相连的楼栋；"
        "薄弱包括两步移动搜寻法（2SFCA）所得户均面积低于 0.3 平方米。"
    ]
    if caveat := _caveat(estimated=covered.coverage.estimated, basis=covered.ground.basis):
        parts.append(caveat + "。")
    parts.append("标准数值为默认值，各地另有规定的按规定修改。")
    return "".join(parts)
