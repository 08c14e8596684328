"""``wangge alliances weigh``: different plans side by side, and what balance costs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.door import Json, answer, ask, out, table
from api.cli.group_options import From, Target, asks, base, frame, gap
from api.cli.published import Preset

if TYPE_CHECKING:
    from api.tasks.weigh_alliances import Weighed

app = typer.Typer()


@app.command()
@asks(time_limit_s=90)
def weigh(
    told: dict[str, Any],
    preset: Preset = "alliances",
    plans: Annotated[int, typer.Option(help="比选方案数 Plans side by side.", min=1, max=12)] = 4,
    differ: Annotated[float, typer.Option(help="方案间至少几成成员不同", min=0.01, max=0.9)] = 0.15,
    curve: Annotated[bool, typer.Option(help="均衡、就近、换组的取舍前沿 Pareto front.")] = True,
    from_: From = "published",
    target: Target = None,
    json: Json = False,
) -> None:
    """比选：几个真正不同的方案（草案）与取舍前沿 Different plans side by side, and all that nothing beats."""
    from api.tasks.weigh_alliances import WeighAlliances

    own = {
        "preset": preset, "plans": plans, "differ": differ, "curve": curve,
        "base": base(from_ or "published"),
    }  # fmt: skip
    found = ask(WeighAlliances.model_validate(told | own))
    if target:
        rows = [*found.table(), *found.front_table()]
        frame(rows).drop_duplicates("run").to_csv(target, index=False, encoding="utf-8-sig")
    answer(found.as_dict(), as_json=json, shown=lambda: _weighed(found))


def _weighed(found: "Weighed") -> None:
    made = table(
        "方案比选 plans（步行 min，边界 km）", "方案 plan", ">草案", ">步行", ">代价", ">偏差", ">换组",
        ">边界", ">需求", ">带头", ">不同", ">同对", ">距最优",
    )  # fmt: skip
    for row in found.table():
        made.add_row(
            row["plan"], *_qualities(row), f"{row['border_km']:.1f}", f"{row['needs_met']:.0%}",
            f"≥{row['leads_least']}", str(row["differs"]), f"{row['pairs_in_common']:.0%}",
            gap(row["objective"], row["bound"]),
        )  # fmt: skip
    out.print(made)
    for row in found.likenesses():
        out.print(
            f"{row['one']} / {row['other']}：{row['members']} 个成员不同（{row['share']:.0%}），"
            f"同组成员对 {row['pairs_in_common']:.0%} 相同",
            style="dim",
        )
    if found.lacking:
        out.print(
            f"少 {found.lacking} 个方案：在所要的均衡、带头与优势互补之内，没有再找到与其余方案都相差 "
            f"{found.differ:.0%} 成员的方案（不等于证明不存在）；可放宽 --tolerance、减小 --differ 或增加 "
            f"--time-limit  {found.lacking} fewer: no other plan within the rules was met that "
            f"differs by {found.differ:.0%} from all of these (none is proven impossible)",
            style="yellow",
        )
    if not found.rows:
        return
    made = table("取舍前沿：没有方案在各方面都更好 front", "方案 plan", ">草案", ">步行", ">代价", ">偏差",
                  ">换组", ">距最优")  # fmt: skip
    for row in found.front_table():
        made.add_row(row["plan"], *_qualities(row), gap(row["objective"], row["bound"]))
    out.print(made)
    none = [t for t in found.rows if t.answer is None]
    if none:
        least = min(t.tolerance for t in found.rows if t.answer is not None)
        proven = sum(t.status == "infeasible" for t in none)
        out.print(
            f"{len(none)} 组更严的限制下没有方案（其中 {proven} 组已证明不存在）；"
            f"做到的最小偏差限 ±{least:.0%} no plan under {len(none)} tighter limits",
            style="dim",
        )
    if found.judge.standing is None:
        out.print(
            "目前没有已发布的编组，换组人数从缺；可用 --from 草案编号 nothing stands yet",
            style="dim",
        )
    out.print(
        "每个方案都是草案：wangge alliances export --run 草案编号 --out 理由书.html", style="dim"
    )


def _qualities(row: dict[str, Any]) -> tuple[str, ...]:
    moved = "—" if row["moved"] is None else str(row["moved"])
    rise = f"{row['cost_rise']:+.1%}"
    return str(row["run"]), f"{row['minutes']:.1f}", rise, f"{row['deviation']:.1%}", moved
