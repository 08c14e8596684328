"""Databases for tests: their own server, or the one that WANGGE_DATABASE_URL names.

Every module gets a fresh database, cloned from a template that has the tables. Whatever
was made is dropped in the end, and a server that was started is stopped.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

_numbers = count(1)


@contextmanager
def scratch(server: Any, template: str = "template0") -> Iterator[str]:
    """Make a database on a server, give its address, drop it in the end."""
    from sqlalchemy import create_engine, make_url, text

    url = make_url(server)
    name = f"wangge_test_{os.getpid()}_{next(_numbers)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"create database {name} template {template}"))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"drop database {name} with (force)"))
    finally:
        engine.dispose()


@contextmanager
def private_home() -> Iterator[Path]:
    """Make a home that the server's user can reach also when we are root; leave nothing."""
    from geo.store import cluster

    top = Path(tempfile.mkdtemp(prefix="wangge-test-"))
    top.chmod(0o711)
    try:
        yield top / "home"
    finally:
        cluster.release(top / "home")
        cluster.stop(top / "home")
        shutil.rmtree(top)


def _careless(url: str) -> None:
    """Let a server of throwaway databases wait for no disk."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give a server on which databases may be made."""
    given = os.environ.get("WANGGE_DATABASE_URL")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    from geo.store import cluster

    with private_home() as home:
        url = cluster.ensure(home)
        _careless(url)
        yield url


@pytest.fixture(scope="session")
def _template(postgres_url: str) -> Iterator[str]:
    from sqlalchemy import make_url

    from geo import store

    with scratch(postgres_url) as url:
        db = store.connect(url)
        store.upgrade(db)
        db.close()
        yield str(make_url(url).database)


@pytest.fixture(scope="module")
def database_url(postgres_url: str, _template: str) -> Iterator[str]:
    """Give the address of a fresh database that has the tables."""
    with scratch(postgres_url, _template) as url:
        yield url


@pytest.fixture(scope="module")
def db(database_url: str) -> Iterator[Any]:
    """Give a fresh Database that has the tables; one for each module."""
    from geo import store

    database = store.connect(database_url)
    yield database
    database.close()


@pytest.fixture
def bare_url(postgres_url: str) -> Iterator[str]:
    """Give the address of a database without anything in it."""
    with scratch(postgres_url) as url:
        yield url
