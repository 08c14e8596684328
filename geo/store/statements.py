"""SQL that is SQL at heart, kept in ``sql/`` and loaded by name."""

from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text


@cache
def statement(name: str) -> TextClause:
    """Give the statement of ``sql/<name>.sql``; its head says what its parameters mean."""
    written = (files("geo.store") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    lines = (line for line in written.splitlines() if not line.startswith("--"))
    return text("\n".join(lines))
