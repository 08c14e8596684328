"""The queue: procrastinate's tables in our own database, reached the way the store is."""

from typing import Any

import procrastinate
from procrastinate.connector import BaseConnector

from api.tasks.work import Work

NAME = "wangge"
TASK = "perform"
TRIES = 3


def address(work: Work) -> dict[str, Any]:
    """Give what psycopg needs to reach the database of a piece of work."""
    engine = work.db.engine
    named: dict[str, Any] = dict(engine.dialect.create_connect_args(engine.url)[1])
    return named


def app_on(connector: BaseConnector) -> procrastinate.App:
    """Give the queue behind a connector; who works on it adds what performs."""
    return procrastinate.App(connector=connector)
