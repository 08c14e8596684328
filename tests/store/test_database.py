"""Connecting: what is taken, what is refused and in which words, and how transactions end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from geo import store
from geo.errors import BadInput, Unavailable

pytestmark = pytest.mark.store


@pytest.mark.parametrize("url", ["mysql://me@host/db", "sqlite:///x", "no address", ""])
def test_only_addresses_of_postgresql_are_taken(url: str) -> None:
    with pytest.raises(BadInput, match="not one of PostgreSQL"):
        store.connect(url)


def test_nobody_there_is_said_without_the_password() -> None:
    with pytest.raises(Unavailable) as caught:
        store.connect("postgresql://me:secret@127.0.0.1:1/nothing")
    assert "127.0.0.1" in caught.value.message
    assert "secret" not in f"{caught.value} {caught.value.zh}"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_name_of_the_scheme_is_taken_and_postgis_is_enabled(
    bare_url: str, scheme: str
) -> None:
    db = store.connect(bare_url.replace("postgresql+psycopg", scheme, 1))
    with db.read() as session:
        assert str(session.scalar(text("select postgis_lib_version()"))) >= "3.3"
    db.close()


@pytest.fixture
def powerless_url(bare_url: str) -> Iterator[str]:
    """Give a database without PostGIS, as a user who may not add it."""
    url = make_url(bare_url)
    name = f"{url.database}_guest"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create role {name} login password 'guest'"))
    yield url.set(username=name, password="guest").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"drop role {name}"))
    engine.dispose()


def test_no_postgis_and_no_right_to_add_it_is_said(powerless_url: str) -> None:
    with pytest.raises(Unavailable, match="PostGIS is not enabled") as caught:
        store.connect(powerless_url)
    assert "CREATE EXTENSION" in caught.value.hint


def cut_off(db: store.Database) -> None:
    with db.session() as session:
        store.audit.write(session, "me", "half")
        raise KeyboardInterrupt


def test_a_session_is_one_transaction(db: store.Database) -> None:
    with pytest.raises(KeyboardInterrupt):
        cut_off(db)
    with db.session() as session:
        store.audit.write(session, "me", "whole")
    with db.read() as session:
        assert [entry.action for entry in store.audit.read(session)] == ["whole"]


def test_reading_is_reading_only(db: store.Database) -> None:
    with db.read() as session, pytest.raises(DBAPIError, match="read-only"):
        store.audit.write(session, "me", "write")


def test_reading_sees_one_moment(db: store.Database) -> None:
    with db.read() as reader:
        before = len(store.audit.read(reader))
        with db.session() as writer:
            store.audit.write(writer, "me", "meanwhile")
        assert len(store.audit.read(reader)) == before


def test_connections_lost_with_the_server_are_replaced(db: store.Database) -> None:
    with db.read() as session:
        pid = session.scalar(text("select pg_backend_pid()"))
    with db.session() as other, db.session() as session:
        own = other.scalar(text("select pg_backend_pid()"))
        session.execute(text("select pg_terminate_backend(:pid)"), {"pid": own})
        with pytest.raises(Unavailable):
            other.execute(text("select 1"))
        other.invalidate()
    with db.read() as session:
        assert session.scalar(text("select 1")) == 1
    assert pid
