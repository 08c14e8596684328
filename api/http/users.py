"""Tokens and users over HTTP."""

from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import Response

from api.http import access
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.tasks.accounts import (
    AddKey,
    AddUser,
    EnableUser,
    ListKeys,
    ListUsers,
    LogIn,
    LogOut,
    MakeToken,
    ReadUser,
    RevokeKey,
    RevokeTokens,
    SetPassword,
)
from api.tasks.work import perform

router = Part(tags=["users"])
Number = Annotated[int, Path(ge=1, lt=2**63)]


class Credentials(BaseModel):
    """What a person logs in with."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[SecretStr, Field(max_length=1024)]


class Change(BaseModel):
    """What an administrator changes of a user; what is left out stays."""

    disabled: bool | None = None
    password: Annotated[SecretStr, Field(max_length=1024)] | None = None


class Minted(BaseModel):
    """How long a new token is good, and what it is for."""

    hours: Annotated[float, Field(gt=0, le=24 * 366)] = 12
    label: Annotated[str, Field(max_length=64)] = ""


@router.get("/me", summary="我是谁 Who the token stands for")
def me(work: WorkDep) -> dict[str, Any]:
    """Give name, role and the areas that a planner may plan."""
    asker = work.asker
    return {"name": asker.name, "role": asker.role.word, "areas": list(asker.areas)}


@router.post("/tokens", status_code=201, summary="登录 A token for a name and a password")
def log_in(told: Credentials, request: Request, work: WorkDep) -> dict[str, Any]:
    """Give a bearer token; who fails five times in a quarter of an hour must wait (429)."""
    client = request.client.host if request.client else ""
    return perform(LogIn(name=told.name, password=told.password, address=client), work)


@router.delete("/tokens", status_code=204, summary="退出 End the token that is sent")
def log_out(request: Request, work: WorkDep) -> Response:
    """End the token of the Authorization header."""
    if token := access.bearer(request.headers):
        perform(LogOut(token=token), work)
    return Response(status_code=204)


@router.get("/users", summary="用户列表 Users")
def users(work: WorkDep) -> list[dict[str, Any]]:
    """List users; no passwords."""
    return perform(ListUsers(), work)


@router.post("/users", status_code=201, summary="新建用户 Make a user")
def add(form: AddUser, work: WorkDep) -> dict[str, Any]:
    """Make a user; a planner may be bound to areas."""
    return perform(form, work)


@router.patch("/users/{name}", summary="停用、启用、改密码 Shut out, let in, another password")
def change(name: str, told: Change, work: WorkDep) -> dict[str, Any]:
    """Change a user; shutting out and another password end every token of theirs at once."""
    if told.password is not None:
        perform(SetPassword(name=name, password=told.password), work)
    if told.disabled is not None:
        perform(EnableUser(name=name, disabled=told.disabled), work)
    return perform(ReadUser(name=name), work)


@router.post("/users/{name}/tokens", status_code=201, summary="签发令牌 A token for programs")
def mint(name: str, told: Minted, work: WorkDep) -> dict[str, Any]:
    """Give a token for a user's programs."""
    return perform(MakeToken(name=name, hours=told.hours, label=told.label), work)


@router.delete("/users/{name}/tokens", status_code=204, summary="收回令牌 End every token")
def revoke(name: str, work: WorkDep) -> Response:
    """End every token of a user."""
    perform(RevokeTokens(name=name), work)
    return Response(status_code=204)


@router.get("/keys", summary="嵌入密钥 Keys of sites that embed our maps")
def keys(work: WorkDep) -> list[dict[str, Any]]:
    """List keys; a key itself is shown only when it is made."""
    return perform(ListKeys(), work)


@router.post("/keys", status_code=201, summary="新建密钥 Make a key for a site")
def add_key(form: AddKey, work: WorkDep) -> dict[str, Any]:
    """Make a key: the origins it is for (none: any) and requests a second."""
    return perform(form, work)


@router.delete("/keys/{number}", status_code=204, summary="停用密钥 End a key")
def revoke_key(number: Number, work: WorkDep) -> Response:
    """End a key; every process refuses it within a second."""
    perform(RevokeKey(number=number), work)
    return Response(status_code=204)
