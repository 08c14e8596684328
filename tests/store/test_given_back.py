"""What was in use when all connections were given back is closed when it comes back."""

import gc

import pytest
from sqlalchemy import text

from geo import store

pytestmark = pytest.mark.store


def test_a_late_connection_is_closed(database_url: str) -> None:
    db = store.connect(database_url)
    with db.glance() as session:
        session.execute(text("select 1"))
        wire = session.connection().connection.dbapi_connection
        db.close()
    assert wire is not None
    assert wire.closed
    with db.glance() as session:
        assert session.execute(text("select 2")).scalar() == 2
    db.close()
    gc.collect()  # a connection that is still open would be told
