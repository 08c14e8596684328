"""Level schemes as they are kept."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from geo.errors import NotFound
from geo.layers import Level
from geo.store.models import LevelRow


def read(session: Session, *, scheme: str = "default") -> tuple[Level, ...]:
    """Give a scheme, the widest level first, or raise `NotFound`."""
    row = LevelRow
    query = select(row.name, row.zh, row.en, row.code_length, row.parent)
    found = session.execute(query.where(row.scheme == scheme).order_by(row.ordinal)).all()
    if not found:
        raise NotFound(f"no level scheme {scheme!r}", zh=f"没有“{scheme}”层级方案")
    return tuple(Level(*values) for values in found)


def replace(session: Session, scheme: str, levels: Sequence[Level]) -> None:
    """Keep a scheme: the widest level first, every parent before its child."""
    session.execute(delete(LevelRow).where(LevelRow.scheme == scheme))
    rows = [
        {
            "scheme": scheme,
            "ordinal": ordinal,
            "name": level.name,
            "zh": level.zh,
            "en": level.en,
            "code_length": level.code_length,
            "parent": level.parent,
        }
        for ordinal, level in enumerate(levels)
    ]
    session.execute(insert(LevelRow), rows)
