"""Options that all commands about groups share, and how their texts are read."""

from collections.abc import Callable
from functools import wraps
from inspect import Signature, signature
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from geo.errors import BadInput

Groups = Annotated[int | None, typer.Option(help="组数 How many; usual for the preset.", min=1)]
Tolerance = Annotated[
    float | None, typer.Option(help="负荷允许偏差 e.g. 0.15 is ±15 %", min=0.001, max=0.999)
]
Load = Literal["households", "residents", "members", "needs", "bodies"]
LoadBy = Annotated[
    Load | None,
    typer.Option(help="均衡什么 What is balanced."),
]
Also = Annotated[
    list[str] | None,
    typer.Option(help="同时均衡的其他负荷，如 members=0.3，可多次 Also balanced; may repeat."),
]
Lines = Annotated[
    Literal["ignored", "soft", "hard"],
    typer.Option(help="街道界：不计、尽量不分割、不得分割 Subdistrict lines."),
]
LineWeight = Annotated[
    float,
    typer.Option(help="--lines soft 时分割街道的代价 What parting a subdistrict costs.", min=0.001),
]
Nearness = Annotated[Literal["walk", "straight"], typer.Option(help="步行或直线 On foot.")]
From = Annotated[str | None, typer.Option("--from", help="published 或草案编号 or a draft's run")]
Seed = Annotated[int, typer.Option(help="随机种子 Seed.")]
Limit = Annotated[float, typer.Option("--time-limit", help="秒 seconds", min=0.1)]
Target = Annotated[Path | None, typer.Option("--out", help="成员与理由 members and reasons, .csv")]


def question(
    groups: Groups = None,
    tolerance: Tolerance = None,
    load: LoadBy = None,
    also: Also = None,
    lines: Lines = "ignored",
    line_weight: LineWeight = 1.0,
    nearness: Nearness = "walk",
    seed: Seed = 1,
    time_limit_s: Limit = 60,
) -> dict[str, Any]:
    """Give what every question about groups says, as its form takes it."""
    return locals() | {"also": further(also)}


def asks(**usual: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of `question` beside its own; they come to it as `told`.

    `usual` are defaults that differ for this command.
    """
    shared = signature(question).parameters
    common = [p.replace(default=usual.get(p.name, p.default)) for p in shared.values()]

    def made(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in signature(command).parameters.values() if p.name != "told"]

        @wraps(command)
        def run(**given: Any) -> None:
            told = question(**{name: given.pop(name) for name in shared})
            command(told=told, **given)

        every = [*common, *own]
        run.__signature__ = Signature(every)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in every}
        return run

    return made


def further(texts: list[str] | None) -> dict[str, float]:
    """Read ``members=0.3`` as a further load and its tolerance."""
    found = {}
    for text in texts or []:
        name, equals, share = text.partition("=")
        try:
            found[name.strip()] = float(share)
        except ValueError:
            equals = ""
        if not equals or name.strip() not in get_args(Load):
            raise BadInput(
                f"--also {text!r} is no load with a tolerance",
                zh=f"--also 应写作 负荷=偏差，不能是“{text}”",
                hint=f"such as members=0.3; loads are {', '.join(get_args(Load))}",
                hint_zh=f"例如 members=0.3；可用负荷：{'、'.join(get_args(Load))}",
            )
    return found


def frame(rows: list[dict[str, Any]]) -> Any:
    """Give rows as a table that can be written."""
    from pandas import DataFrame

    return DataFrame(rows)


def gap(objective: float | None, bound: float | None) -> str:
    """Say how far from the best possible a plan may be."""
    if objective is None or bound is None or not objective:
        return "" if objective is None else "—"
    return f"≤ {max(0.0, 1 - bound / objective):.1%}"


def base(text: str) -> str | int:
    """Read what is grown or weighed from: what is published, or a run."""
    if text != "published" and not text.isdigit():
        raise BadInput(
            f"--from {text!r} is neither `published` nor a run's number",
            zh=f"--from 应为 published 或草案编号，不能是“{text}”",
        )
    return int(text) if text.isdigit() else text
