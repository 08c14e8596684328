"""``wangge cards``: door cards for print."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out

app = typer.Typer(help="指路卡 Door cards.", no_args_is_help=True)


@app.callback()
def cards() -> None:
    """指路卡 Door cards."""


@app.command(name="print")
def print_cards(
    target: Annotated[
        Path, typer.Option("--out", help="FILE.pdf: 合为一册 one file; 否则为目录 a folder")
    ],
    building: Annotated[
        list[str] | None, typer.Option(help="楼栋编号，可多次 id, repeatable")
    ] = None,
    compound: Annotated[
        list[str] | None, typer.Option(help="小区名称，可多次 name, repeatable")
    ] = None,
    compounds: Annotated[
        bool, typer.Option("--compounds", help="全部小区，而不是全部楼栋 every compound")
    ] = False,
    base_url: Annotated[
        str | None, typer.Option(help="本服务的公开网址，印成二维码 public address, as a QR code")
    ] = None,
    walker: Annotated[str, typer.Option(help="adult | elder | frail | wheelchair")] = "adult",
    json: Json = False,
) -> None:
    """打印指路卡：最近三个站点、步行图、二维码；默认全部楼栋 Print door cards; every building by default."""
    from api.tasks.print_cards import PrintCards

    form = PrintCards(
        out=target, buildings=building or (), compounds=compound or (),
        every="compound" if compounds else "building", base_url=base_url, walker=walker,
    )  # fmt: skip
    done = ask(form)

    def shown() -> None:
        out.print(
            f"已打印 printed {done.cards:,} 张 cards, {done.files:,} 个文件 files: {done.path}"
        )
        if done.kept:
            out.print(f"另有 {done.kept:,} 张先前已印好 already there: {done.kept:,}")
        if done.nowhere:
            out.print(f"其中 {done.nowhere:,} 张没有走得到的站点 without a station on foot")
        if done.estimated:
            out.print(f"其中 {done.estimated:,} 张为直线估算 estimated by straight line")
        if not done.finder_codes:
            out.print(
                "未设网址，没有印查找页二维码 no finder code: give --base-url or WANGGE_BASE_URL"
            )
        if not done.approved:
            out.print("未设审图号，公开张贴前请设置 no map approval number: WANGGE_MAP_APPROVAL_NO")

    answer(asdict(done), as_json=json, shown=shown)
