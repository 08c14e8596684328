"""Users, bearer tokens, keys for embedders, and the log-ins that failed.

Secrets never come here: passwords as Argon2 hashes, tokens and keys as their digests.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.errors import Conflict, NotFound
from geo.store.models import EmbedKey, FailedLogin, PendingLogin, Token
from geo.store.models import User as Account
from geo.store.statements import statement

PENDING_S = 600
"""A log-in under way elsewhere is good for so long."""


@dataclass(frozen=True, slots=True)
class User:
    """Who may do what; `areas` bound a planner's work, empty: everywhere. No password here."""

    id: int
    name: str
    display: str
    role: str
    areas: tuple[str, ...]
    subject: str | None
    disabled: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Key:
    """A key for another site: where it may be used (empty: anywhere) and how often."""

    id: int
    label: str
    origins: tuple[str, ...]
    per_second: float
    at: dt.datetime
    revoked: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """What a log-in under way elsewhere must come back with."""

    nonce: str
    verifier: str
    target: str


_USER = (
    Account.fid,
    Account.name,
    Account.display,
    Account.role,
    Account.areas,
    Account.subject,
    Account.disabled,
    Account.at,
)
_KEY = (
    EmbedKey.fid, EmbedKey.label, EmbedKey.origins, EmbedKey.per_second, EmbedKey.at,
    EmbedKey.revoked,
)  # fmt: skip


def add(
    session: Session, name: str, role: str, *, display: str = "", areas: Sequence[str] = (),
    password: str | None = None, subject: str | None = None,
) -> User:  # fmt: skip
    """Keep a new user.

    Parameters
    ----------
    role : str
        ``staff``, ``planner`` or ``admin``; the public is nobody.
    areas : sequence of str
        Codes (or their beginnings) within which a planner may work; none: everywhere.
    password : str, optional
        Its hash.
    subject : str, optional
        Who they are at the OpenID provider.

    Raises
    ------
    Conflict
        When the name or the subject is taken.
    """
    row = {
        "name": name, "role": role, "display": display, "areas": list(areas),
        "password": password, "subject": subject,
    }  # fmt: skip
    try:
        with session.begin_nested():
            session.execute(insert(Account).values(row))
    except IntegrityError as fault:
        raise Conflict(
            f"there is already a user {name}, or one with that subject",
            zh=f"用户 {name}（或其统一认证账号）已存在",
            where=[name],
        ) from fault
    return named(session, name)


def named(session: Session, name: str) -> User:
    """Give a user by name, or raise `NotFound`."""
    found = _users(session, Account.name == name)
    if not found:
        raise NotFound(f"no user {name}", zh=f"没有用户 {name}", where=[name])
    return found[0]


def listed(session: Session) -> list[User]:
    """List users by name."""
    return _users(session)


def exist(session: Session) -> bool:
    """Tell whether anybody was ever made a user; a disabled one counts."""
    return session.scalar(select(Account.fid).limit(1)) is not None


def password_of(session: Session, name: str) -> str | None:
    """Give the hash of an enabled user's password; None when there is none to check."""
    return session.scalar(select(Account.password).where(Account.name == name, ~Account.disabled))


def of_subject(session: Session, subject: str) -> User | None:
    """Give the enabled user whom the OpenID provider calls so."""
    return next(iter(_users(session, (Account.subject == subject) & ~Account.disabled)), None)


def set_password(session: Session, name: str, password: str) -> None:
    """Keep another hash, and revoke every token of the user."""
    user = named(session, name)
    session.execute(update(Account).where(Account.fid == user.id).values(password=password))
    revoke_all(session, user.id)


def enable(session: Session, name: str, *, disabled: bool) -> None:
    """Let a user in or shut them out; whoever is shut out loses every token at once."""
    user = named(session, name)
    session.execute(update(Account).where(Account.fid == user.id).values(disabled=disabled))
    if disabled:
        revoke_all(session, user.id)


def add_token(
    session: Session, user: int, digest: str, *, expires: dt.datetime, label: str = ""
) -> None:
    """Keep the digest of a new token."""
    row = {"digest": digest, "user": user, "expires": expires, "label": label}
    session.execute(insert(Token).values(row))


def bearer(session: Session, digest: str) -> User | None:
    """Give who a token stands for; None when it is unknown, over, revoked or its user shut out."""
    query = select(*_USER).join(Token, Token.user == Account.fid)
    good = (Token.digest == digest, Token.revoked.is_(None), Token.expires > func.now())
    row = session.execute(query.where(*good, ~Account.disabled)).first()
    return _user(row) if row else None


def revoke(session: Session, digest: str) -> None:
    """End a token; ending it twice is ending it once."""
    live = (Token.digest == digest, Token.revoked.is_(None))
    session.execute(update(Token).where(*live).values(revoked=func.now()))


def revoke_all(session: Session, user: int) -> None:
    """End every token of a user."""
    live = (Token.user == user, Token.revoked.is_(None))
    session.execute(update(Token).where(*live).values(revoked=func.now()))


def add_key(
    session: Session, digest: str, label: str, *, origins: Sequence[str], per_second: float
) -> Key:
    """Keep the digest of a new key for an embedder."""
    row = {"digest": digest, "label": label, "origins": list(origins), "per_second": per_second}
    session.execute(insert(EmbedKey).values(row))
    return _keys(session, EmbedKey.digest == digest)[0]


def draw(
    session: Session, digest: str, *, burst_s: float, drawn_s: float
) -> tuple[Key, int, float] | None:
    """Draw requests from the bucket of a key, which fills at its rate.

    Gives the key, how many requests were drawn, at least one where there is one, and what the
    bucket still holds; None when the key is unknown or revoked.
    """
    told = {"digest": digest, "burst_s": burst_s, "drawn_s": drawn_s}
    row = session.execute(statement("keys_draw"), told).first()
    return None if row is None else (_key(row), int(row.drawn), float(row.kept))


def keys(session: Session) -> list[Key]:
    """List keys, the oldest first."""
    return _keys(session)


def revoke_key(session: Session, number: int) -> None:
    """End a key, or raise `NotFound`."""
    ended = update(EmbedKey).where(EmbedKey.fid == number, EmbedKey.revoked.is_(None))
    if session.scalar(ended.values(revoked=func.now()).returning(EmbedKey.fid)) is None:
        raise NotFound(f"no key {number} in force", zh=f"没有生效的密钥 {number}")


def failed(session: Session, name: str, address: str) -> None:
    """Note a log-in that failed."""
    session.execute(insert(FailedLogin).values(name=name, address=address))


def failures(session: Session, name: str, address: str, *, within_s: float) -> tuple[int, int, int]:
    """Count failures of late: of the name from the address, of the name, from the address."""
    f = FailedLogin
    of_name, from_here = f.name == name, f.address == address
    counts = [func.count().filter(of_name, from_here), func.count().filter(of_name)]
    query = select(*counts, func.count().filter(from_here)).where(
        f.at > func.now() - dt.timedelta(seconds=within_s)
    )
    found = session.execute(query).one()
    return found[0], found[1], found[2]


def forgive(session: Session, name: str, address: str, *, older_s: float) -> None:
    """Forget the failures of who got in, and those of everybody that are long past."""
    f = FailedLogin
    past = f.at < func.now() - dt.timedelta(seconds=older_s)
    session.execute(delete(f).where(((f.name == name) & (f.address == address)) | past))


def begin(session: Session, state: str, pending: Pending) -> None:
    """Note a log-in that goes to the OpenID provider; drop those never come back."""
    late = PendingLogin.at < func.now() - dt.timedelta(seconds=PENDING_S)
    session.execute(delete(PendingLogin).where(late))
    row = {"state": state, "nonce": pending.nonce, "verifier": pending.verifier}
    session.execute(insert(PendingLogin).values(**row, target=pending.target))


def finish(session: Session, state: str) -> Pending | None:
    """Take a log-in that came back; None when there is none, it was too long, or taken before."""
    p = PendingLogin
    fresh = p.at > func.now() - dt.timedelta(seconds=PENDING_S)
    taken = delete(p).where(p.state == state, fresh).returning(p.nonce, p.verifier, p.target)
    row = session.execute(taken).first()
    return Pending(*row) if row else None


def _users(session: Session, where: ColumnElement[bool] | None = None) -> list[User]:
    query = select(*_USER).order_by(Account.name)
    rows = session.execute(query if where is None else query.where(where))
    return [_user(row) for row in rows]


def _user(row: Sequence[Any]) -> User:
    fid, name, display, role, areas, *rest = row
    return User(fid, name, display, role, tuple(areas), *rest)


def _keys(session: Session, where: ColumnElement[bool] | None = None) -> list[Key]:
    query = select(*_KEY).order_by(EmbedKey.fid)
    rows = session.execute(query if where is None else query.where(where))
    return [_key(row) for row in rows]


def _key(row: Sequence[Any]) -> Key:
    fid, label, origins, per_second, at, revoked, *_ = row
    return Key(fid, label, tuple(origins), per_second, at, revoked)
