"""``wangge users``: who may do what."""

from typing import Annotated, Any

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="用户与令牌 Users and their tokens.", no_args_is_help=True)
NameArg = Annotated[str, typer.Argument(help="登录名 name")]


@app.callback()
def users() -> None:
    """用户与令牌 Users and their tokens."""


@app.command()
def add(
    name: NameArg,
    role: Annotated[str, typer.Option(help="staff | planner | admin")] = "staff",
    areas: Annotated[
        list[str] | None, typer.Option("--area", help="规划员负责的区域代码 codes a planner plans")
    ] = None,
    display: Annotated[str, typer.Option(help="姓名 name to show")] = "",
    subject: Annotated[str | None, typer.Option(help="统一认证账号 OpenID sub")] = None,
    password: Annotated[
        str | None,
        typer.Option(envvar="WANGGE_NEW_PASSWORD", help="密码，缺省则询问 asked for when left out"),
    ] = None,
    json: Json = False,
) -> None:
    """新建用户 Make a user; from then on the planner's pages need a log-in."""
    from pydantic import SecretStr

    from api.tasks.accounts import AddUser

    if password is None and subject is None:
        password = typer.prompt("密码 Password", hide_input=True, confirmation_prompt=True)
    secret = SecretStr(password) if password is not None else None
    form = AddUser.model_validate(
        {
            "name": name, "role": role, "display": display, "areas": tuple(areas or ()),
            "password": secret, "subject": subject,
        }
    )  # fmt: skip
    _show(ask(form), as_json=json)


@app.command("list")
def listed(json: Json = False) -> None:
    """用户列表 List users."""
    from api.tasks.accounts import ListUsers

    found = ask(ListUsers())

    def shown() -> None:
        made = table("用户", "用户名 name", "角色 role", "区域 areas", "姓名 display", "状态 state")
        for user in found:
            state = "停用 disabled" if user["disabled"] else "启用 enabled"
            made.add_row(
                user["name"], user["role"], " ".join(user["areas"]), user["display"], state
            )
        out.print(made)

    answer(found, as_json=json, shown=shown)


@app.command()
def disable(name: NameArg, json: Json = False) -> None:
    """停用用户，令牌立即失效 Shut a user out; every token of theirs ends at once."""
    from api.tasks.accounts import EnableUser

    _show(ask(EnableUser(name=name, disabled=True)), as_json=json)


@app.command()
def enable(name: NameArg, json: Json = False) -> None:
    """启用用户 Let a user in again."""
    from api.tasks.accounts import EnableUser

    _show(ask(EnableUser(name=name, disabled=False)), as_json=json)


@app.command()
def token(
    name: NameArg,
    hours: Annotated[float, typer.Option(help="有效小时 hours", min=0.01, max=8784)] = 12,
    label: Annotated[str, typer.Option(help="用途 what for")] = "",
    json: Json = False,
) -> None:
    """签发令牌 Make a bearer token for programs; it is shown this once."""
    from api.tasks.accounts import MakeToken

    made = ask(MakeToken(name=name, hours=hours, label=label))
    answer(made, as_json=json, shown=lambda: out.print(made["token"]))


@app.command()
def revoke(name: NameArg, json: Json = False) -> None:
    """收回全部令牌 End every token of a user."""
    from api.tasks.accounts import RevokeTokens

    _show(ask(RevokeTokens(name=name)), as_json=json)


def _show(user: dict[str, Any], *, as_json: bool) -> None:
    state = "停用 disabled" if user["disabled"] else "启用 enabled"
    where = f" {' '.join(user['areas'])}" if user["areas"] else ""
    line = f"{user['name']}  {user['role']}{where}  {state}"
    answer(user, as_json=as_json, shown=lambda: out.print(line))
