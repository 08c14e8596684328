"""``wangge scenarios split | merge | move | assign | even | apply | undo | redo``: one step each."""

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from api.cli.door import Json, answer, ask, out, table
from geo.errors import BadInput

if TYPE_CHECKING:
    from api.tasks.redraw_areas import Redrawn

app = typer.Typer()

Scenario = Annotated[str, typer.Argument(help="方案编号或链接 Number or link.")]
Level = Annotated[str, typer.Option(help="层级 Level: community, grid, microgrid")]
Who = Annotated[str, typer.Option("--who", help="操作人 Who does it.")]
Expected = Annotated[int | None, typer.Option(help="已知的最后一步 Last step that was seen.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="只看结果 Only tell.")]
Tolerance = Annotated[float, typer.Option(help="允许偏差 Largest |h₁−h₂| ÷ (h₁+h₂).")]


@app.command()
def split(
    scenario: Scenario,
    code: Annotated[str, typer.Argument(help="区域编码 Code; 空 = 线下的区域")] = "",
    line: Annotated[str, typer.Option(help='"lon,lat lon,lat …"')] = "",
    along: Annotated[str, typer.Option(help="沿道路 Street: name or id.")] = "",
    level: Level = "grid",
    tolerance: Tolerance = 0.01,
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """切分：沿线、沿道路，或（都不给时）按户数均衡 Split by a line, along a street, or evenly."""
    op: dict[str, Any] = {"level": level, "code": code}
    if line:
        op |= {"op": "split", "line": _line(line)}
    elif along:
        op |= {"op": "split_along", "street": along}
    else:
        op |= {"op": "balanced_split", "tolerance": tolerance}
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def merge(
    scenario: Scenario,
    codes: Annotated[list[str], typer.Argument(help="区域编码 Codes.")],
    name: Annotated[str, typer.Option(help="新名称 Name.")] = "",
    level: Level = "grid",
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """合并相邻区域 Merge neighbours."""
    op = {"op": "merge", "level": level, "codes": codes, "name": name}
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def move(
    scenario: Scenario,
    one: Annotated[str, typer.Argument(help="区域编码 Code.")],
    other: Annotated[str, typer.Argument(help="相邻区域编码 Neighbour's code.")],
    course: Annotated[str, typer.Option(help='新走向 New course: "lon,lat lon,lat …"')],
    level: Level = "grid",
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """移动公共边界 Give a shared border a new course."""
    op = {"op": "move_border", "level": level, "codes": [one, other], "course": _line(course)}
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def even(
    scenario: Scenario,
    one: Annotated[str, typer.Argument(help="区域编码 Code.")],
    other: Annotated[str, typer.Argument(help="相邻区域编码 Neighbour's code.")],
    level: Level = "grid",
    tolerance: Tolerance = 0.05,
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """重画两区之间的边界，使户数相当 Draw the border anew so that both have as many households."""
    op = {"op": "even_out", "level": level, "codes": [one, other], "tolerance": tolerance}
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def assign(
    scenario: Scenario,
    to: Annotated[str, typer.Argument(help="划入的区域 Code of the area that takes.")],
    buildings: Annotated[list[str] | None, typer.Option("--building", help="楼栋编号 Id.")] = None,
    lasso: Annotated[str, typer.Option(help='套索 "lon,lat lon,lat …"')] = "",
    fill: Annotated[bool, typer.Option("--fill", help="连同夹缝 Fill enclaves.")] = False,
    level: Level = "grid",
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """把楼栋划给相邻区域 Assign buildings, or those in a lasso."""
    op = {"op": "assign", "level": level, "to": to, "buildings": buildings or [], "fill": fill}
    if lasso:
        op["lasso"] = _ring(lasso)
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def apply(
    scenario: Scenario,
    operation: Annotated[str, typer.Argument(help='任一操作 {"op": "rename", …}')],
    expected: Expected = None,
    dry_run: Dry = False,
    who: Who = "local",
    json: Json = False,
) -> None:
    """执行任一操作（JSON） Any operation as JSON: create, close, reparent, rename, recode…"""
    try:
        op = orjson.loads(operation)
    except orjson.JSONDecodeError as fault:
        raise BadInput(f"this is no JSON: {fault}", zh="操作不是有效的 JSON") from fault
    if not isinstance(op, dict):
        raise BadInput("an operation is an object", zh="操作应为 JSON 对象", hint='{"op": …}')
    _apply(scenario, op, expected, dry_run=dry_run, who=who, json=json)


@app.command()
def undo(
    scenario: Scenario, expected: Expected = None, who: Who = "local", json: Json = False
) -> None:
    """撤销 Undo the last operation."""
    from api.tasks.redraw_areas import UndoOperation

    tell(ask(UndoOperation(scenario=scenario, expected=expected), who=who), json=json)


@app.command()
def redo(
    scenario: Scenario, expected: Expected = None, who: Who = "local", json: Json = False
) -> None:
    """重做 Redo what was undone."""
    from api.tasks.redraw_areas import RedoOperation

    tell(ask(RedoOperation(scenario=scenario, expected=expected), who=who), json=json)


def tell(done: "Redrawn", *, json: bool) -> None:
    """Say what a step changed, who else works there, and what it offers."""
    told = done.as_dict()

    def shown() -> None:
        made = table(f"第 {done.step} 步 step：{done.change.label}", "层级", "编码", "名称", ">户")
        for area in told["areas"]:
            made.add_row(area["level"], area["code"], area["name"], str(area["households"]))
        out.print(made)
        if told["drop"]:
            out.print("停用 closed: " + "、".join(code for _, code in told["drop"]))
        for h in done.held:
            out.print(f"[yellow]{h.who} 正在编辑 {h.community} is at work there[/]")
        for offer in told["offers"]:
            out.print(f"可继续 offered: {orjson.dumps(offer).decode()}")

    answer(told, as_json=json, shown=shown)


def _apply(
    scenario: str, op: dict[str, Any], expected: int | None, *, dry_run: bool, who: str, json: bool
) -> None:
    from api.tasks.redraw_areas import ApplyOperation

    asked = ApplyOperation(scenario=scenario, operation=op, expected=expected, dry_run=dry_run)
    tell(ask(asked, who=who), json=json)


def _ring(text: str) -> dict[str, Any]:
    ring = _line(text)["coordinates"]
    if len(ring) < 3:
        raise BadInput(f"{text!r} encloses nothing", zh="套索至少要三个点")
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _line(text: str) -> dict[str, Any]:
    try:
        points = [[float(v) for v in pair.split(",")] for pair in text.split()]
    except ValueError:
        points = []
    if len(points) < 2 or any(len(p) != 2 for p in points):
        raise BadInput(
            f"{text!r} is no line", zh="线的写法不对", hint='"lon,lat lon,lat …", in degrees',
            hint_zh="格式：“经度,纬度 经度,纬度 …”",
        )  # fmt: skip
    return {"type": "LineString", "coordinates": points}
