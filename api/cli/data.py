"""``wangge import | check | demo``: data in, judged, and a district out of nothing."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, show_findings, table

app = typer.Typer()


def _pairs(pairs: list[str]) -> dict[str, str]:
    """Read ``field=column`` options."""
    for pair in pairs:
        if "=" not in pair:
            raise typer.BadParameter(f"{pair!r}: 写成 field=column，例如 code=网格编码")
    return dict(pair.split("=", 1) for pair in pairs)


@app.command("import")
def take_in(
    path: Annotated[
        Path,
        typer.Argument(
            help="shapefile、zip、文件夹、GeoPackage、GeoJSON、FlatGeobuf、KML、DXF、CSV、XLSX、OSM"
        ),
    ],
    as_layer: Annotated[
        str | None, typer.Option("--as", help="图层 Layer; guessed when absent.")
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(help="确认坐标系 Confirm: EPSG:4549, WKT, gcj02, 'EPSG:4490 swapped'."),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="确认编码 Confirm, e.g. gb18030.")] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="字段=列 field=column")] = None,
    control: Annotated[
        Path | None, typer.Option(help="控制点 CSV：x,y,lon,lat Control points of a local system.")
    ] = None,
    affine: Annotated[
        bool, typer.Option("--affine", help="控制点作仿射变换 Fit six parameters, not four.")
    ] = False,
    net: Annotated[str | None, typer.Option(help="部门网格的条线 Department of a net.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查 Judge only.")] = False,
    accept: Annotated[list[str] | None, typer.Option(help="接受的问题代码 Accept a code.")] = None,
    give_codes: Annotated[
        bool,
        typer.Option("--give-codes", help="没有编码的依次编码 Give codes where there are none."),
    ] = False,
    mend_datum: Annotated[
        bool,
        typer.Option(
            "--mend-datum", help="整层偏移时纠正 Move a layer that is shifted as a whole."
        ),
    ] = False,
    profile: Annotated[Path | None, typer.Option(help="沿用导入方案 Use a saved profile.")] = None,
    save_profile: Annotated[
        Path | None, typer.Option(help="保存导入方案 Save what was confirmed.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--report", help="报告页 .html A page with a map of the findings."),
    ] = None,
    json: Json = False,
) -> None:
    """导入一个图层；有阻断问题时什么也不改变 Import a layer, whole or not at all."""
    from api.cli.findings import findings_table
    from api.tasks.import_layer import ImportLayer, refusal
    from geo import files

    if files.is_osm(path) and as_layer is None and not (dry_run or page):
        from api.tasks.import_streets import ImportStreets

        counts = ask(ImportStreets(path=path, crs=crs))
        answer(counts, as_json=json, shown=lambda: out.print(f"已导入 imported：{counts}"))
        return
    form = ImportLayer(
        path=path, layer=as_layer, crs=crs, encoding=encoding, columns=_pairs(mapping or []), net=net,
        control=tuple(files.control_points(control)) if control else (), fit="affine" if affine else "similarity",
        accept=tuple(accept or ()), dry_run=dry_run or page is not None, give_codes=give_codes, mend_datum=mend_datum,
        profile=profile, save_profile=save_profile,
    )  # fmt: skip
    done = ask(form)
    if page is not None:
        from api.tasks.draw_findings import DrawFindings  # what was refused draws nothing

        ask(DrawFindings(report=done.report, frame=done.frame, out=page))
        if not dry_run and not done.blocking:
            done = ask(form.model_copy(update={"dry_run": False, "save_profile": None}))
        elif not dry_run:
            raise refusal(path.name, done.blocking, done.report)

    def shown() -> None:
        findings_table(done.report.findings, accept or ())
        deed = "可以导入（未写入） would be imported" if dry_run else "已导入 imported"
        deed = "不能导入 would be refused" if done.blocking else deed
        change = "，".join(f"{name} {n}" for name, n in done.counts.items())
        out.print(
            f"{deed}：{done.layer} {done.features} 个要素 features  {change}", highlight=False
        )

    values = {
        "layer": done.layer,
        "features": done.features,
        "revision": done.revision,
        **done.counts,
        "blocking": list(dict.fromkeys(f.code for f in done.blocking)),
    }
    answer(values | {"report": done.report.as_dict()}, as_json=json, shown=shown)
    if done.blocking:
        raise typer.Exit(5)


@app.command("export")
def give_out(
    layer: Annotated[str, typer.Argument(help="图层 Layer.")],
    path: Annotated[
        Path, typer.Argument(help=".gpkg | .geojson | .fgb | .parquet | .shp | .csv | .xlsx | .dbf")
    ],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="日期 day")
    ] = None,
    net: Annotated[str | None, typer.Option(help="部门网格的条线 Department of a net.")] = None,
    json: Json = False,
) -> None:
    """导出一个图层，可按日期回溯 Export a layer, as of any day."""
    from api.tasks.export_layer import ExportLayer

    day = as_of.date() if as_of else None
    done = ask(ExportLayer(layer=layer, path=path, as_of=day, net=net))
    values = {
        "layer": layer, "features": done.features, "path": str(path), "about": done.about,
        "renamed": dict(done.renamed), "losses": [f.as_dict() for f in done.losses],
    }  # fmt: skip

    def shown() -> None:
        out.print(f"已导出 exported {done.features} → {path}")
        show_findings(done.losses)

    answer(values, as_json=json, shown=shown)


@app.command()
def check(
    layer: Annotated[str | None, typer.Argument(help="层级 Level; all when absent.")] = None,
    tolerance_m: Annotated[float, typer.Option("--tolerance", help="容差（米） metres")] = 0.05,
    minutes: Annotated[float, typer.Option(help="可接受的最长步行（分钟）")] = 15,
    fix: Annotated[
        bool, typer.Option("--fix", help="修复细缝和细小重叠 Mend thin gaps and overlaps of LAYER.")
    ] = False,
    width_m: Annotated[
        float, typer.Option("--width", help="最宽修复到几米 Widest ground mended, metres")
    ] = 0.5,
    rule: Annotated[
        str, typer.Option(help="重叠归谁 Who keeps an overlap: larger | smaller | first")
    ] = "larger",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出 List only.")] = False,
    json: Json = False,
) -> None:
    """检查横到边、纵到底 Check boundaries, hierarchy, codes, and who is not served."""
    from api.tasks.check_layers import CheckLayers

    if fix:
        _mend(layer, width_m=width_m, rule=rule, dry_run=dry_run, json=json)
        return
    done = ask(CheckLayers(layer=layer, tolerance_m=tolerance_m, minutes=minutes))

    def shown() -> None:
        show_findings(done.report.findings)
        made = table("检查结果 Findings", "代码 code", ">数量 count")
        for code, count in done.report.counts().items():
            made.add_row(code, str(count))
        out.print(made if done.report.findings else "没有发现问题 Nothing found.")

    answer({"run": done.run, **done.report.as_dict()}, as_json=json, shown=shown)
    if done.blocked:
        raise typer.Exit(1)


def _mend(layer: str | None, *, width_m: float, rule: str, dry_run: bool, json: bool) -> None:
    """Mend a level and show the account."""
    from api.tasks.mend_layer import MendLayer

    if layer is None:
        raise typer.BadParameter("--fix 要指明层级，例如 grid: name the level")
    if rule not in ("larger", "smaller", "first"):
        raise typer.BadParameter(f"{rule!r}: larger, smaller 或 first")
    form = MendLayer(level=layer, width_m=width_m, rule=rule, dry_run=dry_run)
    done = ask(form)

    def shown() -> None:
        made = table(
            "修复台账 Account", "区域 area", ">修复前 m² before", ">修复后 m² after", ">户 before",
            ">户 after", "做了什么 deeds",
        )  # fmt: skip
        for row in done.account:
            made.add_row(
                row["feature"], f"{row['area_before_m2']:,.2f}", f"{row['area_after_m2']:,.2f}",
                str(row["households_before"]), str(row["households_after"]), row["deeds"],
            )  # fmt: skip
        out.print(made if done.account else "没有需要修复的地方 Nothing to mend.")
        for row in done.left:
            out.print(
                f"未动 left: {row['fault']} {row['width_m']:.2f} m × {row['area_m2']:,.1f} m²"
            )

    answer(asdict(done), as_json=json, shown=shown)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--out", help="结果目录 Folder of the results.")] = Path(
        "out"
    ),
    seed: Annotated[int, typer.Option(help="随机种子 Seed.")] = 1,
    size: Annotated[str, typer.Option(help="small | district | city")] = "district",
    json: Json = False,
) -> None:
    """从零生成示范区：建、导入、检查、分析、出图 Build a district, judge it, draw it."""
    from api.tasks.run_demo import RunDemo

    done = ask(RunDemo(out=folder, seed=seed, size=size))

    def shown() -> None:
        made = table("示范区 Demo district", "项目 what", "结果 result")
        for name, value in done.summary.items():
            made.add_row(name, str(value))
        out.print(made)
        judged = table(
            "植入的问题 Planted flaws", "代码 code", ">植入 planted", ">找到 found", ">误报 false"
        )
        for v in done.judged:
            judged.add_row(v.code, str(v.planted), str(v.found), str(v.false))
        out.print(judged)
        out.print(f"打开 Open {done.index}   在线浏览 live: make serve")

    values = {
        "summary": done.summary,
        "judged": [asdict(v) for v in done.judged],
        "index": str(done.index),
    }
    answer(values, as_json=json, shown=shown)
