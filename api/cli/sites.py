"""``wangge sites``: where the next stations should stand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.coverage import numbers, parts
from api.cli.door import Json, answer, ask, out, table

if TYPE_CHECKING:
    from api.tasks.place_sites import Placed

app = typer.Typer(help="选址 Where to build.", no_args_is_help=True)


@app.callback()
def sites() -> None:
    """选址 Where to build."""


def _tiers(text: str) -> dict[str, float]:
    """Read ``grid=10,community=15``."""
    pairs = [part.partition("=") for part in parts(text)]
    return {name.strip(): numbers(value or "?")[0] for name, _, value in pairs}


@app.command()
def place(
    count: Annotated[int | None, typer.Option(help="新增几个 How many new.", min=1)] = None,
    objective: Annotated[
        Literal["cover", "median", "center", "all"],
        typer.Option(help="覆盖最多、总步行最少、最远最短、全覆盖最少 What is best."),
    ] = "cover",
    candidates: Annotated[str, typer.Option(help="候选点图层 Layer of candidates.")] = "candidate",
    minutes: Annotated[float, typer.Option(help="步行分钟", min=0.1, max=60)] = 15,
    walker: Annotated[
        str, typer.Option(help="adult | elder | frail | wheelchair | courier")
    ] = "adult",
    service: Annotated[str | None, typer.Option(help="只算提供此服务的站点 e.g. rest")] = None,
    groups: Annotated[
        str, typer.Option(help="优先人群 Who comes first: elders,alone,children,disabled")
    ] = "",
    beyond: Annotated[
        float, typer.Option(help="median：超出步行范围另加的分钟 Minutes added beyond.", min=0)
    ] = 0,
    batches: Annotated[str, typer.Option(help="分批 e.g. 20,20")] = "",
    close: Annotated[
        str, typer.Option(help="可关闭的现有站点，all 为全部 Stations that may close.")
    ] = "",
    keep: Annotated[
        str, typer.Option(help="与 --close all 同用：必须保留 Stations that stay.")
    ] = "",
    require: Annotated[str, typer.Option(help="必选候选点 Candidates to take.")] = "",
    forbid: Annotated[str, typer.Option(help="禁用候选点 Candidates not to take.")] = "",
    budget: Annotated[float | None, typer.Option(help="预算，万元 Budget.", min=0)] = None,
    capacity: Annotated[
        bool, typer.Option("--capacity", help="按面积限服务户数 Floor limits households.")
    ] = False,
    tier_minutes: Annotated[
        str, typer.Option(help="各层级步行分钟 e.g. grid=10,community=15")
    ] = "",
    hours: Annotated[
        str | None, typer.Option(help="逐小时计算；新站点的开放时间 e.g. 'Mo-Su 08:00-20:00'")
    ] = None,
    time_limit_s: Annotated[float, typer.Option("--time-limit", help="秒 seconds", min=0.1)] = 60,
    seed: Annotated[int, typer.Option(help="随机种子 Seed.", min=0)] = 1,
    target: Annotated[Path | None, typer.Option("--out", help=".geojson | .csv")] = None,
    json: Json = False,
) -> None:
    """新站点放在哪里，附理由、界与差距 Where new stations should stand, with reasons, bound and gap."""
    from api.tasks.place_sites import PlaceSites

    asked = PlaceSites(
        count=count, objective=objective, candidates=candidates, minutes=minutes, walker=walker,
        service=service, groups=parts(groups), beyond_min=beyond,
        batches=tuple(int(n) for n in numbers(batches)), may_close=parts(close),
        require=(*parts(require), *parts(keep)), forbid=parts(forbid), budget=budget,
        capacity=capacity, tier_minutes=_tiers(tier_minutes), hours=hours,
        time_limit_s=time_limit_s, seed=seed, out=target,
    )  # fmt: skip
    done = ask(asked)
    answer(done.as_dict(), as_json=json, shown=lambda: _show(done))


def _show(done: "Placed") -> None:
    made = table(
        "新增站点 New stations", "批 batch", "编号 id", "名称 name", ">新增覆盖 gained",
        "理由 why",
    )  # fmt: skip
    for row in done.sites.to_dict("records"):
        made.add_row(
            str(row["batch"]), row["id"], row["name"], f"{row['households_gained']:,}",
            row["reason_zh"],
        )  # fmt: skip
    out.print(made)
    for group in done.people():
        share = group["after"] / max(group["total"], 1)
        out.print(
            f"{group['zh']} {group['group']}：{group['before']:,} → {group['after']:,}（{share:.1%}）"
        )
    body = done.as_dict()
    for batch in body["batches"]:
        bound = "—" if batch["bound"] is None else f"{batch['bound']:,.6g}（{batch['gap']:.2%}）"
        price = (
            f"，分批代价 price of nesting {batch['price']:.2%}" if len(body["batches"]) > 1 else ""
        )
        out.print(
            f"第 {batch['batch']} 批 batch：目标 objective {batch['objective']:,.6g}，界 bound {bound}{price}"
        )
    if body["closed"]:
        out.print(f"关闭 closed：{'、'.join(body['closed'])}")
    if body["beyond_all"]:
        out.print(f"{body['beyond_all']:,} 户任何地点都够不着 households that no place can reach")
    if body["estimated"]:
        out.print("未加载道路：按直线 × 1.3 估算 estimated, no streets loaded")
    out.print(f"{body['status']}，{body['seconds']} s，运行 run {body['run']}")
