"""What is born in one revision and gone in another."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, or_


@dataclass(frozen=True, slots=True)
class Changes:
    """What a replacement did: rows that stayed, got a new version, came, went."""

    unchanged: int
    changed: int
    born: int
    died: int


def alive(table: Table, revision: int | None) -> ColumnElement[bool]:
    """Give the condition that a row lives: now (None), or in a revision."""
    if revision is None:
        return table.c.died.is_(None)
    return and_(table.c.born <= revision, or_(table.c.died.is_(None), table.c.died > revision))
