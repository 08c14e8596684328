"""``wangge keys``: keys of sites that embed our maps."""

from typing import Annotated

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="嵌入密钥 Keys of sites that embed our maps.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """嵌入密钥 Keys of sites that embed our maps."""


@app.command()
def add(
    label: Annotated[str, typer.Argument(help="给谁 for whom")],
    origins: Annotated[
        list[str] | None, typer.Option("--origin", help="https://site.example，缺省不限")
    ] = None,
    per_second: Annotated[float, typer.Option(help="每秒次数 requests a second", min=0.01)] = 50,
    json: Json = False,
) -> None:
    """新建密钥，只显示这一次 Make a key; it is shown this once."""
    from api.tasks.accounts import AddKey

    made = ask(AddKey(label=label, origins=tuple(origins or ()), per_second=per_second))
    answer(made, as_json=json, shown=lambda: out.print(made["key"]))


@app.command("list")
def listed(json: Json = False) -> None:
    """密钥列表 List keys."""
    from api.tasks.accounts import ListKeys

    found = ask(ListKeys())

    def shown() -> None:
        made = table("密钥", ">编号 no", "给谁 for", "网站 origins", ">每秒 /s", "状态 state")
        for key in found:
            state = "停用 revoked" if key["revoked"] else "启用 in force"
            made.add_row(
                str(key["number"]), key["label"], " ".join(key["origins"]) or "不限 any",
                f"{key['per_second']:g}", state,
            )  # fmt: skip
        out.print(made)

    answer(found, as_json=json, shown=shown)


@app.command()
def revoke(number: Annotated[int, typer.Argument(help="编号 number")], json: Json = False) -> None:
    """停用密钥 End a key; every process refuses it within a second."""
    from api.tasks.accounts import RevokeKey

    ask(RevokeKey(number=number))
    answer({"number": number}, as_json=json, shown=lambda: out.print(f"已停用 {number} revoked"))
