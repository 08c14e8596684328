"""The whole store put into a file, and a file put in its place."""

from pathlib import Path
from typing import Any

from api.tasks.work import Form, Work, now
from geo import store


class BackUp(Form):
    """Write all that the store holds into one file; uploads that wait are not in it."""

    path: Path

    def run(self, work: Work) -> dict[str, Any]:
        """Write it, and note in the audit who did."""
        with work.step("备份"):
            size = store.dumps.backup(work.db, self.path.absolute())
        with work.db.session() as session:
            store.audit.write(session, work.who, "backup", detail={"file": self.path.name})
        return {"path": str(self.path), "bytes": size, "tables": store.current(work.db)}


class Restore(Form):
    """Put a backup in the place of the store; what stood there is first written beside."""

    path: Path

    def run(self, work: Work) -> dict[str, Any]:
        """Restore in one transaction; programs that serve the store see it at once."""
        path = self.path.absolute()
        store.dumps.version(work.db, path)
        before = work.settings.home / "backups" / f"before-{now():%Y%m%d-%H%M%S}.wangge"
        before.parent.mkdir(parents=True, exist_ok=True)
        with work.step("原有内容另存"):
            store.dumps.backup(work.db, before)
        with work.step("恢复"):
            tables = store.dumps.restore(work.db, path)
        with work.db.session() as session:
            detail = {"file": self.path.name, "before": str(before)}
            store.audit.write(session, work.who, "restore", detail=detail)
        told = {"path": str(self.path), "tables": tables, "now": store.current(work.db)}
        return told | {"before": str(before)}
