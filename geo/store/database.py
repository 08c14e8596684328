"""A database that Wangge can work with, and its transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, Dialect, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as Crowded
from sqlalchemy.orm import Session, sessionmaker

from geo.errors import BadInput, Unavailable

_OLDEST_SERVER = 15
_OLDEST_POSTGIS = (3, 3)
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and its sessions. Cheap to keep, safe to share between threads."""

    engine: Engine
    sessions: sessionmaker[Session]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open one transaction: committed at the end of the block, undone by any exception."""
        with _patience(), self.sessions.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a short read-only transaction that sees one moment throughout."""
        with _patience(), self.sessions() as session:
            session.execute(text("set transaction isolation level repeatable read, read only"))
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """Open a session in which every question stands alone: for one small look."""
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with _patience(), Session(alone) as session:
            yield session

    def close(self) -> None:
        """Give every connection back; the next use opens new ones."""
        self.engine.dispose()


@contextmanager
def _patience() -> Iterator[None]:
    """Tell who waited too long for a connection that too many have one."""
    try:
        yield
    except Crowded as fault:
        raise Unavailable(
            "too many ask the database at once", zh="数据库忙，请稍后重试",
            hint="try again in a moment", hint_zh="请稍后重试",
        ) from fault  # fmt: skip


def connect(url: str, *, revive: Callable[[], str] | None = None) -> Database:
    """Connect to a PostgreSQL server and see that it will do.

    Afterwards a server that does not answer, or breaks off, is `Unavailable` to whoever asked.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host/database``, or what `cluster.ensure` gave.
    revive : callable, optional
        Starts the server again when it died, and gives its address; then connecting is
        tried once more.

    Returns
    -------
    Database
        With PostGIS enabled. Tables are another matter: `upgrade`.

    Raises
    ------
    BadInput
        When the address is not one of PostgreSQL.
    Unavailable
        When nobody answers, the server is older than PostgreSQL 15, or PostGIS 3.3 is
        missing and may not be added. No message repeats the password.
    """
    address = _address(url)
    engine = create_engine(
        address,
        pool_pre_ping=True,
        json_serializer=_json,
        json_deserializer=orjson.loads,
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC"},
    )
    event.listen(engine, "connect", lambda _, record: record.info.update(pool=engine.pool))
    event.listen(engine, "checkin", partial(_back, engine))
    try:
        _require_server(engine)
        _require_postgis(engine)
    except BaseException:
        engine.dispose()
        raise
    event.listen(engine, "handle_error", _told)
    if revive is not None:
        event.listen(engine, "do_connect", partial(_connected, revive))
    return Database(engine, sessionmaker(engine))


def _back(engine: Engine, wire: Any, record: Any) -> None:
    """Close a connection that comes back after all were given back: nobody will ask it again."""
    if wire is not None and record.info.get("pool") not in (None, engine.pool):
        wire.close()


def _told(fault: ExceptionContext) -> Exception | None:
    """Tell of a server that is away as `Unavailable`, of a value that no text or number can hold
    as `BadInput`; connections that died idle are replaced.
    """
    if isinstance(fault.original_exception, psycopg.DataError):
        return BadInput(
            f"a value cannot be kept: {str(fault.original_exception).splitlines()[0]}",
            zh="有内容无法保存：含有不允许的字符，或数值超出范围",
        )
    away = fault.is_disconnect or fault.connection is None
    if fault.is_pre_ping or not (away and isinstance(fault.original_exception, psycopg.Error)):
        return None
    return Unavailable(
        f"the database does not answer: {str(fault.original_exception).strip()}",
        zh="数据库没有应答",
        hint="try again in a moment; the operator finds more with wangge db status",
        hint_zh="请稍后重试；管理员可用 wangge db status 查看",
    )


def _connected(
    revive: Callable[[], str], dialect: Dialect, _: Any, args: Any, options: dict[str, Any]
) -> Any:
    """Connect; when nobody answers, start the server again and connect to it."""
    try:
        return dialect.connect(*args, **options)
    except psycopg.OperationalError:
        _, found = dialect.create_connect_args(make_url(revive()))
        return dialect.connect(*args, **options | dict(found))


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.drivername not in _SCHEMES:
        given = address.drivername if address else "no scheme"
        raise BadInput(
            f"the database address is not one of PostgreSQL ({given})",
            zh=f"数据库地址不是 PostgreSQL 地址（{given}）",
            hint="postgresql://user:password@host:5432/database",
            hint_zh="格式：postgresql://用户:密码@主机:5432/数据库",
        )
    return address.set(drivername="postgresql+psycopg")


def _require_server(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            number = int(connection.scalar(text("show server_version_num")))
    except DBAPIError as fault:
        where = engine.url.render_as_string(hide_password=True)
        said = str(fault.orig).strip()
        raise Unavailable(
            f"no database answers at {where}: {said}",
            zh=f"数据库 {where} 无法连接：{said}",
            hint="is the server running, and are user, password and database right",
            hint_zh="请检查服务器是否运行，以及用户、密码和数据库名是否正确",
        ) from fault
    if number // 10_000 < _OLDEST_SERVER:
        raise Unavailable(
            f"PostgreSQL {number // 10_000} is too old: {_OLDEST_SERVER} or newer is needed",
            zh=f"PostgreSQL {number // 10_000} 版本过旧，需要 {_OLDEST_SERVER} 及以上",
        )


def _require_postgis(engine: Engine) -> None:
    installed = text("select extversion from pg_extension where extname = 'postgis'")
    with engine.connect() as connection:
        version = connection.scalar(installed)
    if version is None:
        version = _add_postgis(engine, installed)
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_POSTGIS:
        raise Unavailable(
            f"PostGIS {version} is too old: 3.3 or newer is needed",
            zh=f"PostGIS {version} 版本过旧，需要 3.3 及以上",
            hint="ALTER EXTENSION postgis UPDATE",
            hint_zh="请执行 ALTER EXTENSION postgis UPDATE",
        )


def _add_postgis(engine: Engine, installed: Any) -> str:
    try:
        with engine.begin() as connection:  # one at a time: two programs may start together
            connection.execute(text("select pg_advisory_xact_lock(hashtext('wangge postgis'))"))
            connection.execute(text("create extension if not exists postgis"))
            return str(connection.scalar(installed))
    except DBAPIError as fault:
        said = str(fault.orig).strip()
        raise Unavailable(
            f"PostGIS is not enabled in {engine.url.database} and cannot be: {said}",
            zh=f"数据库 {engine.url.database} 未启用 PostGIS，且无法启用：{said}",
            hint="ask its administrator for CREATE EXTENSION postgis",
            hint_zh="请管理员执行 CREATE EXTENSION postgis",
        ) from fault


def _json(value: Any) -> str:
    """Write JSON as it is meant: numpy arrays as lists, and no NaN, which JSON has not."""
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(value, option=options, default=str).decode()
