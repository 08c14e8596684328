"""Who may do what: users, tokens, keys for embedders, log-ins failed and under way."""

import datetime as dt

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import Base, Fid, Items, Words


class User(Base):
    """A person or a program: `areas` are codes that bound a planner's work, empty: everywhere.

    `password` is an Argon2 hash, null for who logs in elsewhere; `subject` is their name there.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role in ('staff', 'planner', 'admin')", name="role"),)

    fid: Mapped[Fid]
    name: Mapped[str] = mapped_column(unique=True)
    display: Mapped[Words]
    role: Mapped[str]
    areas: Mapped[Items]
    password: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(unique=True)
    disabled: Mapped[bool] = mapped_column(server_default=text("false"))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Token(Base):
    """A bearer token: only its digest is kept."""

    __tablename__ = "tokens"
    __table_args__ = (Index("tokens_user_idx", "user"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[int] = mapped_column(ForeignKey("users.fid"))
    label: Mapped[Words]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    revoked: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class EmbedKey(Base):
    """A key for another site that shows our maps: where it may be used, and how often."""

    __tablename__ = "embed_keys"
    __table_args__ = (CheckConstraint("per_second > 0", name="per_second"),)

    fid: Mapped[Fid]
    digest: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    origins: Mapped[Items]
    per_second: Mapped[float]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    kept: Mapped[float | None]
    filled: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class FailedLogin(Base):
    """A log-in that failed: names and addresses that fail often must wait."""

    __tablename__ = "failed_logins"
    __table_args__ = (Index("failed_logins_at_idx", "at"),)

    fid: Mapped[Fid]
    name: Mapped[str]
    address: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PendingLogin(Base):
    """A log-in that is under way at an OpenID provider: good once, for ten minutes."""

    __tablename__ = "pending_logins"

    state: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str]
    verifier: Mapped[str]
    target: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
