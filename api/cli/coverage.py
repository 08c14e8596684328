"""``wangge coverage``: who is near enough to a station, and who is not."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import spots
from api.cli.door import Json, answer, ask, out, show_findings, table
from api.cli.stations import TIMES, today

app = typer.Typer(help="覆盖与盲区 Coverage and blind spots.", no_args_is_help=True)
app.add_typer(spots.app, name="spots")

Minutes = Annotated[str, typer.Option(help="步行分钟，逗号分隔 e.g. 5,10,15")]
Metres = Annotated[str, typer.Option(help="步行米数，逗号分隔；一里 500 e.g. 300,500,1000")]
Services = Annotated[
    str, typer.Option("--service", help="需要的服务，逗号分隔，每项都要 e.g. rest,toilet")
]
Tiers = Annotated[str, typer.Option("--tier", help="subdistrict,community,grid")]
Classes = Annotated[str, typer.Option("--class", help="星级 A,B,C")]
At = Annotated[
    datetime | None,
    typer.Option("--at", formats=TIMES, callback=today, help="当地时间，如 22:30 local time"),
]
Walkers = Annotated[str, typer.Option(help="adult | elder | frail | wheelchair | courier")]
By = Annotated[str, typer.Option(help="按层级汇总 level")]


@app.callback()
def coverage() -> None:
    """覆盖与盲区 Coverage and blind spots."""


def parts(text: str) -> tuple[str, ...]:
    """Split ``a,b`` into its parts."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def numbers(text: str) -> tuple[float, ...]:
    """Split ``5,10`` into numbers."""
    try:
        return tuple(float(part) for part in parts(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r}: 写成 5,10,15") from None


def counted(basis: str) -> str:
    """Name what is counted: households, or ground where nobody's households are known."""
    return "户数 households" if basis == "households" else "面积 m²"


def caveat(*, estimated: bool, basis: str = "households") -> None:
    """Say how far the figures can be trusted."""
    if estimated:
        out.print("未加载道路：按直线 × 1.3 估算 estimated, no streets loaded")
    if basis == "area":
        out.print("没有户数：按面积（m²）计算 no households kept: reckoned by area (m²)")


@app.command()
def measure(
    minutes: Minutes = "5,10,15",
    metres: Metres = "",
    service: Services = "",
    tier: Tiers = "",
    class_: Classes = "",
    at: At = None,
    walker: Annotated[
        str, typer.Option(help="步行者，可多个 adult,elder,frail,wheelchair,courier")
    ] = "adult",
    by: By = "community",
    target: Annotated[Path | None, typer.Option("--out", help="另存表格 .xlsx")] = None,
    json: Json = False,
) -> None:
    """多少户在步行可达范围内，盲区在哪里 Who is served within minutes, and where the blind spots are."""
    from api.tasks.measure_coverage import MeasureCoverage

    asked: dict[str, Any] = {
        "minutes": numbers(minutes), "metres": numbers(metres), "services": parts(service),
        "tiers": parts(tier), "classes": parts(class_), "at": at, "by": by,
    }  # fmt: skip
    done = [ask(MeasureCoverage(walker=who, **asked)) for who in parts(walker) or ("adult",)]
    if target is not None:
        from api.tasks.coverage_report import save_tables

        save_tables(done, target)
    body = done[0].as_dict()
    if len(done) > 1:
        names = parts(walker)
        body["walkers"] = {
            n: {"totals": d.totals(), "metres": d.metres(), "states": d.weak()}
            for n, d in zip(names, done, strict=True)
        }

    def shown() -> None:
        for name, one in zip(parts(walker) or ("adult",), done, strict=True):
            _show_totals(name, one)
        caveat(estimated=done[0].coverage.estimated, basis=done[0].ground.basis)
        if target is not None:
            out.print(f"表格已存 saved {target}")

    answer(body, as_json=json, shown=shown)


def _show_totals(name: str, done: Any) -> None:
    made = table(
        f"步行覆盖 Coverage · {name}",
        ">范围 within",
        f">{counted(done.ground.basis)}",
        ">占比 share",
        ">盲区 spots",
    )
    for row in done.totals():
        made.add_row(
            f"{row['minutes']:g} min",
            str(row["households"]),
            f"{row['share']:.1%}",
            str(row["spots"]),
        )
    for row in done.metres():
        made.add_row(f"{row['metres']:g} m", str(row["households"]), f"{row['share']:.1%}", "")
    out.print(made)
    weak = done.weak()
    because = weak["because"]
    out.print(
        f"其中服务到位 served {weak['served']}，薄弱 weak {weak['weak']}（缺服务 lacks service "
        f"{because['lacks_service']}，不常开 seldom open {because['seldom_open']}，面积不足 crowded "
        f"{because['crowded']}），太远 uncovered {weak['uncovered']}"
    )
    people = table(
        "步行分布 Spread",
        "人群 people",
        ">总数 total",
        ">P50 min",
        ">P90 min",
        ">Gini",
        ">以外 beyond",
    )
    for who, row in done.spread().iterrows():
        if row["total"] > 0:
            people.add_row(
                str(who), f"{row['total']:.0f}", f"{row['p50_s'] / 60:.1f}", f"{row['p90_s'] / 60:.1f}",
                f"{row['gini']:.3f}", f"{row['beyond']:.1%}",
            )  # fmt: skip
    out.print(people)


@app.command()
def clock(
    walker: Walkers = "adult",
    minutes: Annotated[float, typer.Option(help="步行分钟")] = 15,
    at: Annotated[str | None, typer.Option("--at", help="每天的时刻 e.g. 22:30")] = None,
    service: Services = "",
    tier: Tiers = "",
    class_: Classes = "",
    by: By = "grid",
    json: Json = False,
) -> None:
    """盲区时钟：一周 168 小时，何时无人服务 The blind-spot clock: whom nobody serves, hour by hour."""
    from api.tasks.coverage_clock import CoverageClock

    done = ask(
        CoverageClock(
            walker=walker, minutes=(minutes,), time=at, services=parts(service), tiers=parts(tier),
            classes=parts(class_), by=by,
        )
    )  # fmt: skip

    def shown() -> None:
        hours = done.clock.hours
        days = list(dict.fromkeys(hours["day"]))
        made = table(
            f"{minutes:g} 分钟内有站点开放的占比（{counted(done.ground.basis)}）%  Share served, %",
            "时刻 time",
            *(f">{d}" for d in days),
        )
        for time, rows in hours.groupby("time"):
            made.add_row(str(time), *(f"{100 * s:.0f}" for s in rows["share"]))
        out.print(made)
        worst = done.worst()
        out.print(
            f"最差 worst: {worst['day']} {worst['time']}，{worst['open']} 个站点开放 open，"
            f"{worst['households_beyond']} {counted(done.ground.basis)} 无人服务 served by nobody"
        )
        caveat(estimated=done.clock.estimated, basis=done.ground.basis)

    answer(done.as_dict(), as_json=json, shown=shown)


@app.command()
def norms(by: By = "community", walker: Walkers = "adult", json: Json = False) -> None:
    """按国家和规划标准核查面积、人员与半径 Audit floor, workers and radius by their norms."""
    from api.tasks.audit_coverage import AuditNorms

    done = ask(AuditNorms(by=by, walker=walker))

    def shown() -> None:
        made = table(
            "标准核查 Norm audit",
            "标准 norm",
            ">要求 target",
            ">达标 met",
            ">缺口 short",
            "依据 source",
        )
        for row in done.summary():
            made.add_row(
                f"{row['zh']} {row['en']}（{row['unit']}）", f"{row['target']:g}", f"{row['met']}/{row['areas']}",
                f"{row['short']:g}", f"{row['source']}（{row['confidence']}）",
            )  # fmt: skip
        out.print(made)
        caveat(estimated=done.estimated)

    answer(done.as_dict(), as_json=json, shown=shown)


@app.command()
def administration(json: Json = False) -> None:
    """纵到底核查：哪些区域没有网格员、党支部、站点或议事会 Areas without worker, branch, station or council."""
    from api.tasks.audit_coverage import CheckAdministration

    done = ask(CheckAdministration())

    def shown() -> None:
        made = table(
            "纵到底 Down to the bottom", "层级 level", ">区域 areas", ">无网格力量 no worker",
            ">无党支部 no branch", ">无站点 no station", ">无议事会 no council",
        )  # fmt: skip
        for row in done.summary():
            cells = (
                "—" if row[k] is None else str(row[k])
                for k in ("worker", "branch", "station", "council")
            )
            made.add_row(str(row["level"]), str(row["areas"]), *cells)
        out.print(made)
        out.print("—：数据库里没有这类数据，无从判断 nothing of this kind is kept")
        show_findings(done.findings)

    answer(done.as_dict(), as_json=json, shown=shown)


@app.command("one-place")
def one_place(
    services: Annotated[
        str, typer.Option("--service", help="需一地办齐的服务 e.g. rest,legal_aid")
    ],
    minutes: Minutes = "5,10,15",
    metres: Metres = "500",
    at: At = None,
    walker: Walkers = "adult",
    by: By = "community",
    target: Annotated[Path | None, typer.Option("--out", help="每栋楼一行 .csv")] = None,
    json: Json = False,
) -> None:
    """最多跑一地：走到能一次办齐的地方要多远 The smallest walk to one place that offers all."""
    from api.tasks.audit_coverage import OnePlace

    done = ask(
        OnePlace(
            services=parts(services), minutes=numbers(minutes), metres=numbers(metres), at=at,
            walker=walker, by=by,
        )
    )  # fmt: skip
    if target is not None:
        from api.tasks.draw_maps import write

        write(target, done.buildings().to_csv(index=False).encode("utf-8-sig"))
    told = done.as_dict()

    def shown() -> None:
        made = table("最多跑一地 One place for all", "范围 within", ">户数占比 share")
        for name, share in told["share"].items():
            reach = name.removeprefix("within_")
            metres_ = reach.removesuffix("m")
            shown_as = f"{float(reach) / 60:g} min" if metres_ == reach else f"{metres_} m"
            made.add_row(shown_as, f"{share:.1%}")
        out.print(made)
        out.print(
            f"{len(told['places'])} 处可一地办齐 places offer all: {', '.join(told['places'][:12])}"
        )
        caveat(estimated=told["estimated"], basis=told["basis"])

    answer(told, as_json=json, shown=shown)


@app.command()
def zones(
    target: Annotated[Path, typer.Option("--out", help=".geojson | .gpkg")],
    minutes: Minutes = "5,10,15",
    walker: Walkers = "adult",
    json: Json = False,
) -> None:
    """步行服务分区：每块地由哪个站点服务，互不重叠 Who serves me: zones that do not overlap."""
    from api.tasks.serving_zones import ServingZones

    found = ask(ServingZones(out=target, minutes=numbers(minutes), walker=walker))
    told = {"path": str(target), "zones": len(found), "stations": int(found["station"].nunique())}
    answer(told, as_json=json, shown=lambda: out.print(f"{len(found)} 个分区 zones → {target}"))


@app.command()
def brief(
    target: Annotated[Path, typer.Option("--out", help=".pdf")],
    walker: Walkers = "adult",
    minutes: Annotated[float, typer.Option(help="步行分钟")] = 15,
    json: Json = False,
) -> None:
    """两页简报（PDF，A4）：何处、何人、何时、下一步 A brief of two pages for a committee."""
    from api.tasks.coverage_report import WriteBrief

    path = ask(WriteBrief(out=target, walker=walker, minutes=(minutes,)))
    answer({"path": str(path)}, as_json=json, shown=lambda: out.print(f"已写好 written {path}"))
