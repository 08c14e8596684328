"""The whole store in a file and back: what was there is there again, and nothing else was touched."""

from pathlib import Path

import pytest
from sqlalchemy import text

from geo import store
from geo.errors import FileRefused

pytestmark = pytest.mark.store


def deeds(db: store.Database) -> list[str]:
    with db.read() as session:
        return [entry.action for entry in store.audit.read(session)]


def note(db: store.Database, deed: str) -> None:
    with db.session() as session:
        store.audit.write(session, "tester", deed)


def test_a_backup_put_back_is_what_stood_and_leaves_other_tables_alone(
    db: store.Database, tmp_path: Path
) -> None:
    with db.session() as session:
        session.execute(text("create table neighbours_own as select 7 as n"))
    note(db, "before")
    file = tmp_path / "一.wangge"
    size = store.dumps.backup(db, file)
    assert size == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0
    note(db, "after")
    epoch = store.dumps._epoch(db)
    assert store.dumps.restore(db, file) == store.head()
    assert deeds(db) == ["before"]
    assert store.dumps._epoch(db) > epoch  # whoever listens sees a gap
    with db.session() as session:
        assert session.scalar(text("select n from neighbours_own")) == 7
        session.execute(text("drop table neighbours_own"))
    assert store.drift(db) == []


@pytest.mark.parametrize("content", [b"", b"not a dump", b"PGDMP\x01\x0e\x00broken"])
def test_what_is_no_backup_is_refused_and_changes_nothing(
    db: store.Database, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "x.wangge"
    file.write_bytes(content)
    before = deeds(db)
    with pytest.raises(FileRefused, match="no backup"):
        store.dumps.restore(db, file)
    assert deeds(db) == before
