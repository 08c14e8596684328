"""Users and their tokens: made, listed, let in, shut out; every one of these deeds is audited."""

import datetime as dt
import hashlib
import secrets
from functools import cache
from typing import Annotated, Any, Literal

from pwdlib import PasswordHash
from pydantic import Field, SecretStr
from sqlalchemy.orm import Session

from api.tasks.asker import LOCAL, Asker, Role
from api.tasks.work import Form, Work, now
from geo import store
from geo.errors import BadInput, Forbidden, NotFound, TooMany, Unidentified

NAME = r"^[\w.@-]{1,64}$"
SHORTEST = 10
"""Characters of a password; length serves better than rules about signs (NIST SP 800-63B, 3.1.1.2)."""
SESSION_H = 12
WINDOW_S = 900
FROM_HERE, BY_NAME, BY_ADDRESS = 5, 50, 30
"""Failures within the window after which a name from an address, a name, an address must wait."""

Name = Annotated[str, Field(pattern=NAME, description="登录名 letters, digits, . @ - _")]


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    """Give a hash to check against when there is no user: an answer takes as long either way."""
    return _hasher().hash(secrets.token_hex(8))


def digest(secret: str) -> str:
    """Give what is kept of a token or key (SHA-256: they are long and random, not guessed)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def told(user: store.users.User) -> dict[str, Any]:
    """Give a user as plain values."""
    return {
        "name": user.name, "display": user.display, "role": user.role, "areas": list(user.areas),
        "subject": user.subject, "disabled": user.disabled, "since": user.at.isoformat(),
    }  # fmt: skip


class AddUser(Form):
    """Make a user; without a password they log in at the OpenID provider as `subject`."""

    name: Name
    role: Literal["staff", "planner", "admin"] = "staff"
    display: Annotated[str, Field(max_length=64)] = ""
    areas: tuple[Annotated[str, Field(pattern=r"^\d{2,17}$")], ...] = ()
    password: SecretStr | None = None
    subject: Annotated[str, Field(max_length=255)] | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Keep them; give them without the password."""
        if self.areas and self.role != "planner":
            raise BadInput(
                f"areas bound planners; {self.name} is {self.role}",
                zh=f"只有规划员才限定区域，{self.name}的角色是 {self.role}",
            )
        hashed = hash_of(self.password) if self.password else None
        with work.db.session() as session:
            user = store.users.add(
                session, self.name, self.role, display=self.display, areas=self.areas,
                password=hashed, subject=self.subject,
            )  # fmt: skip
            detail = {"role": user.role, "areas": list(user.areas)}
            store.audit.write(session, work.who, "user add", subject=user.name, detail=detail)
        return told(user)


class ListUsers(Form):
    """List users."""

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give them by name."""
        with work.db.read() as session:
            return [told(user) for user in store.users.listed(session)]


class ReadUser(Form):
    """Give a user."""

    name: Name

    def run(self, work: Work) -> dict[str, Any]:
        """Give them, or raise `NotFound`."""
        with work.db.read() as session:
            return told(store.users.named(session, self.name))


class EnableUser(Form):
    """Shut a user out, or let them in again; who is shut out loses every token at once."""

    name: Name
    disabled: bool

    def run(self, work: Work) -> dict[str, Any]:
        """Do it; give the user."""
        deed = "user disable" if self.disabled else "user enable"
        with work.db.session() as session:
            store.users.enable(session, self.name, disabled=self.disabled)
            store.audit.write(session, work.who, deed, subject=self.name)
            return told(store.users.named(session, self.name))


class SetPassword(Form):
    """Give a user another password; every token of theirs ends."""

    name: Name
    password: SecretStr

    def run(self, work: Work) -> dict[str, Any]:
        """Keep its hash."""
        hashed = hash_of(self.password)
        with work.db.session() as session:
            store.users.set_password(session, self.name, hashed)
            store.audit.write(session, work.who, "user password", subject=self.name)
            return told(store.users.named(session, self.name))


class MakeToken(Form):
    """Make a bearer token for a user's programs, without a password."""

    name: Name
    hours: Annotated[float, Field(gt=0, le=24 * 366)] = SESSION_H
    label: Annotated[str, Field(max_length=64)] = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Give the token, this once: only its digest is kept."""
        with work.db.session() as session:
            user = store.users.named(session, self.name)
            if user.disabled:
                raise BadInput(f"{self.name} is disabled", zh=f"用户 {self.name} 已停用")
            return issue(session, user, hours=self.hours, label=self.label, who=work.who)


class RevokeTokens(Form):
    """End every token of a user."""

    name: Name

    def run(self, work: Work) -> dict[str, Any]:
        """Do it; give the user."""
        with work.db.session() as session:
            user = store.users.named(session, self.name)
            store.users.revoke_all(session, user.id)
            store.audit.write(session, work.who, "token revoke", subject=self.name)
        return told(user)


class LogIn(Form):
    """Change a name and a password for a bearer token; who fails often must wait."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: SecretStr
    address: str = ""

    def run(self, work: Work) -> dict[str, Any]:
        """Check, note, and give the token.

        Raises
        ------
        Unidentified
            When name and password do not belong together; which of them is wrong is not said.
        TooMany
            After five failures of a name from an address within a quarter of an hour.
        """
        with work.db.session() as session:
            counts = store.users.failures(session, self.name, self.address, within_s=WINDOW_S)
            hashed = store.users.password_of(session, self.name)
        if any(n >= most for n, most in zip(counts, (FROM_HERE, BY_NAME, BY_ADDRESS), strict=True)):
            raise TooMany(
                "too many log-ins failed", zh="登录失败次数过多", retry_s=WINDOW_S
            )  # fmt: skip
        right = _hasher().verify(self.password.get_secret_value(), hashed or _nobodys())
        with work.db.session() as session:
            if right and hashed:
                store.users.forgive(session, self.name, self.address, older_s=WINDOW_S)
                user = store.users.named(session, self.name)
                return issue(session, user, hours=SESSION_H, label="log-in", who=user.name)
            store.users.failed(session, self.name, self.address)
            store.audit.write(session, "public", "log-in failed", subject=self.name)
        raise Unidentified("name or password is wrong", zh="用户名或密码不正确")


class LogOut(Form):
    """End a token."""

    token: SecretStr

    def run(self, work: Work) -> None:
        """Do it."""
        with work.db.session() as session:
            store.users.revoke(session, digest(self.token.get_secret_value()))
            store.audit.write(session, work.who, "log-out", subject=work.who)


def hash_of(password: SecretStr) -> str:
    """Hash a password with Argon2, or refuse a short one."""
    given = password.get_secret_value()
    if len(given) < SHORTEST:
        raise BadInput(
            f"a password has at least {SHORTEST} characters",
            zh=f"密码至少 {SHORTEST} 位",
            hint="four words are easy to keep in mind",
            hint_zh="可用几个词语连成一句",
        )
    return _hasher().hash(given)


def issue(
    session: Session, user: store.users.User, *, hours: float, label: str, who: str
) -> dict[str, Any]:
    """Make a token, keep its digest, note the deed; give the token."""
    token, expires = secrets.token_urlsafe(32), now() + dt.timedelta(hours=hours)
    store.users.add_token(session, user.id, digest(token), expires=expires, label=label)
    store.audit.write(session, who, "token", subject=user.name, detail={"label": label})
    return {"token": token, "expires": expires.isoformat(), "user": told(user)}


def bearer(work: Work, token: str) -> Asker:
    """Give who a token stands for, as of this moment.

    Raises
    ------
    Unidentified
        When it is unknown, over or revoked, or its user was shut out.
    """
    with work.db.read() as session:
        user = store.users.bearer(session, digest(token))
    if user is None:
        raise Unidentified(
            "the token is unknown, over or revoked", zh="令牌无效或已过期",
            hint="log in again", hint_zh="请重新登录",
        )  # fmt: skip
    return Asker(user.name, Role[user.role.upper()], user.areas)


def standing(work: Work, name: str) -> Asker:
    """Give what a user may by now; who is no user asked by the command line of this machine.

    Raises
    ------
    Forbidden
        When the user was shut out meanwhile.
    """
    try:
        with work.db.read() as session:
            user = store.users.named(session, name)
    except NotFound:
        return LOCAL
    if user.disabled:
        raise Forbidden(f"{name} was shut out", zh=f"用户 {name} 已停用", where=[name])
    return Asker(user.name, Role[user.role.upper()], user.areas)


class AddKey(Form):
    """Make a key for a site that embeds our maps: its origins, and how often it may ask."""

    label: Annotated[str, Field(min_length=1, max_length=64)]
    origins: tuple[Annotated[str, Field(pattern=r"^https?://[^/\s]+$")], ...] = ()
    per_second: Annotated[float, Field(gt=0, le=100_000)] = 50.0

    def run(self, work: Work) -> dict[str, Any]:
        """Give the key, this once: only its digest is kept."""
        secret = secrets.token_urlsafe(24)
        with work.db.session() as session:
            key = store.users.add_key(
                session, digest(secret), self.label, origins=self.origins,
                per_second=self.per_second,
            )  # fmt: skip
            store.audit.write(session, work.who, "key add", subject=self.label)
        return {"key": secret, **_shown(key)}


class ListKeys(Form):
    """List keys."""

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give them, the oldest first; not the keys themselves."""
        with work.db.read() as session:
            return [_shown(key) for key in store.users.keys(session)]


class RevokeKey(Form):
    """End a key."""

    number: int

    def run(self, work: Work) -> None:
        """Do it; every process knows within a second."""
        with work.db.session() as session:
            store.users.revoke_key(session, self.number)
            store.audit.write(session, work.who, "key revoke", subject=str(self.number))


def _shown(key: store.users.Key) -> dict[str, Any]:
    return {
        "number": key.id, "label": key.label, "origins": list(key.origins),
        "per_second": key.per_second, "since": key.at.isoformat(), "revoked": key.revoked,
    }  # fmt: skip
