"""``wangge coverage spots``: blind spots by name, from found to closed."""

from typing import Annotated, Any

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="盲区台账 Blind spots by name.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="盲区编号 id of the spot")]
STATES = {"open": "待解决 open", "planned": "已列计划 planned", "closed": "已销号 closed"}


@app.callback()
def spots() -> None:
    """盲区台账 Blind spots by name."""


@app.command()
def update(
    minutes: Annotated[float, typer.Option(help="步行分钟")] = 15,
    service: Annotated[str, typer.Option("--service", help="需要的服务 e.g. rest,toilet")] = "",
    tier: Annotated[str, typer.Option("--tier")] = "",
    walker: Annotated[str, typer.Option(help="adult | elder | …")] = "adult",
    weak: Annotated[
        bool, typer.Option("--weak", help="薄弱处：有站点但缺服务、不常开或面积不足 weak, not far")
    ] = False,
    json: Json = False,
) -> None:
    """重新查找盲区，与台账对照：新增、缩小、销号 Find the spots anew and tell what became of each."""
    from api.tasks.track_spots import TrackSpots

    split = [tuple(p.strip() for p in text.split(",") if p.strip()) for text in (service, tier)]
    asked = TrackSpots(
        minutes=(minutes,), services=split[0], tiers=split[1], walker=walker, weak=weak
    )
    done = ask(asked)

    def shown() -> None:
        out.print(f"{done.series}  " + "，".join(f"{k} {v}" for k, v in done.counts().items()))
        _show(done.as_dict()["spots"], "spot_id")
        if done.estimated:
            out.print("未加载道路：按直线 × 1.3 估算 estimated, no streets loaded")
        if done.basis == "area":
            out.print("没有户数：按面积（m²）计算 no households kept: reckoned by area (m²)")

    answer(done.as_dict(), as_json=json, shown=shown)


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="open,planned,closed")] = "open,planned",
    json: Json = False,
) -> None:
    """盲区台账 List the spots, most households first."""
    from api.tasks.measure_coverage import plain
    from api.tasks.track_spots import ListSpots

    wanted = tuple(part.strip() for part in state.split(",") if part.strip())
    found = ask(ListSpots(states=wanted))
    rows = plain(found.drop(columns="geometry").reset_index())
    answer(rows, as_json=json, shown=lambda: _show(rows, "spot"))


def _show(rows: list[dict[str, Any]], name: str) -> None:
    from maps.themes.terms import REASONS

    made = table(
        "盲区 Blind spots",
        "编号 id",
        "状态 state",
        ">户数 households",
        ">步行分钟 min",
        "成因 reason",
        "区域 area",
    )
    for row in rows:
        walk = "走不到" if row["nearest_s"] is None else f"{row['nearest_s'] / 60:.0f}"
        made.add_row(
            row[name], STATES.get(row.get("state", ""), ""), str(row["households"]), walk,
            f"{REASONS.get(row['reason'], '')} {row['reason']}", row["area"],
        )  # fmt: skip
    out.print(made)


@app.command()
def history(spot: Name, json: Json = False) -> None:
    """一个盲区的来龙去脉 Everything that happened to a spot."""
    from api.tasks.track_spots import SpotHistory

    _history(spot, ask(SpotHistory(spot=spot)), as_json=json)


@app.command()
def plan(
    spot: Name,
    station: Annotated[str, typer.Option(help="拟建站点或候选点位编号 station or candidate")] = "",
    note: Annotated[str, typer.Option(help="说明 remark")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="撤回计划 take it back")] = False,
    json: Json = False,
) -> None:
    """列入计划 Say that something will be done about a spot."""
    from api.tasks.track_spots import PlanSpot

    done = ask(PlanSpot(spot=spot, station=station, note=note, undo=undo))
    _history(spot, done, as_json=json)


def _history(spot: str, entries: list[Any], *, as_json: bool) -> None:
    rows = [
        {
            "at": e.at.isoformat(timespec="seconds"), "who": e.who, "run": e.run, "event": e.event,
            "state": e.state, "households": e.households, "detail": e.detail,
        }
        for e in entries
    ]  # fmt: skip

    def shown() -> None:
        made = table(
            f"盲区 {spot}",
            "时间 at",
            "事件 event",
            "状态 state",
            ">户数 households",
            "依据 evidence",
        )
        for row in rows:
            told = "，".join(f"{k} {v}" for k, v in row["detail"].items() if v)
            made.add_row(
                row["at"], row["event"], STATES[row["state"]], str(row["households"]), told
            )
        out.print(made)

    answer(rows, as_json=as_json, shown=shown)
