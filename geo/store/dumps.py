"""The whole store in one file, and back: what ``pg_dump`` writes, put back in one transaction."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import text

from geo.errors import FileRefused, Unavailable
from geo.store import schema
from geo.store.cluster.binaries import find_binaries
from geo.store.database import Database
from geo.store.models import Base

_CLEAR = """
do $$
declare
    one record;
begin
    for one in
        select format('drop %s if exists %s cascade', kind, name) as deed from (
            select case relkind when 'S' then 'sequence' else 'table' end as kind,
                oid::regclass::text as name, 1 as turn
            from pg_class
            where relkind in ('r', 'p') and (relname = any('{{{tables}}}') or relname like 'procrastinate\\_%')
                or relkind = 'S' and relname = 'notices_epoch'
            union all
            select 'routine', oid::regprocedure::text, 2 from pg_proc
            where proname like 'wangge\\_%' or proname like 'procrastinate\\_%'
            union all
            select 'type', oid::regtype::text, 3 from pg_type
            where typname like 'procrastinate\\_%' and (typtype = 'e' or typtype = 'c'
                and exists (select from pg_class where oid = typrelid and relkind = 'c'))
        ) as ours
        order by turn
    loop
        execute one.deed;
    end loop;
end $$;
"""
"""Drops what is ours, and nothing else that may stand on the same server."""
_TELL = """
set search_path = public;
do $$ begin
    if to_regclass('notices_epoch') is not null then
        delete from notices;
        perform setval('notices_epoch', greatest((select last_value from notices_epoch), {epoch}) + 9);
        insert into notices (layer) values ('district');
    end if;
end $$;
"""
"""Leaves a gap in the numbers of changes: whoever listens then forgets everything."""


def backup(db: Database, path: Path) -> int:
    """Write all that a store holds, as of one moment, into a file that only its owner may read.

    Returns
    -------
    int
        Bytes written. The file is there whole or not at all.

    Raises
    ------
    Unavailable
        When ``pg_dump`` is missing or fails, or the file cannot be written.
    """
    half = path.with_name(f".{path.name}.part")
    try:
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        others = [f"--exclude-table={name}" for name in _foreign(db)]
        _run(db, "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={half}", *others)
        half.replace(path)
    except OSError as fault:
        raise Unavailable(
            f"{path} cannot be written: {fault.strerror}", zh=f"无法写入 {path}：{fault.strerror}"
        ) from fault
    finally:
        half.unlink(missing_ok=True)
    return path.stat().st_size


def restore(db: Database, path: Path) -> str:
    """Put the store of a backup in the place of all that is here, in one transaction.

    Programs that serve this store see it at once. A backup of an older version is brought up
    to this program's.

    Returns
    -------
    str
        The version of the tables in the backup.

    Raises
    ------
    FileRefused
        As `version` does; nothing is changed.
    """
    found = version(db, path)
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "store.sql", Path(folder) / "list"
        listed.write_text(_ours(_run(db, "pg_restore", "--list", str(path))))
        _run(db, "pg_restore", "--no-owner", "--no-acl", f"--use-list={listed}", f"--file={script}",
             str(path))  # fmt: skip
        tables = ",".join([*Base.metadata.tables, "alembic_version"])
        clear, tell = _CLEAR.format(tables=tables), _TELL.format(epoch=_epoch(db))
        steps = {"clear.sql": clear, "tell.sql": tell}
        for name, sql in steps.items():
            (Path(folder) / name).write_text(sql)
        files = [f"--file={folder}/{name}" for name in ("clear.sql", "store.sql", "tell.sql")]
        options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _run(db, "psql", *options, f"--output={os.devnull}", *files)
    db.close()  # types got new numbers: old connections would not know them
    schema.upgrade(db)
    return found


def version(db: Database, path: Path) -> str:
    """Give the version of a backup's tables.

    Raises
    ------
    FileRefused
        When the file is no backup of a store, or one of a newer program.
    """
    if not path.is_file():
        raise FileRefused(f"there is no file {path}", zh=f"没有文件 {path}")
    try:
        told = _run(
            db, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(path)
        )
    except Unavailable as fault:
        raise _refused(path, fault.message) from fault
    found = re.search(r"^COPY \S*alembic_version .*\n(\S+)$", told, re.MULTILINE)
    if found is None:
        raise _refused(path, "it has no version of tables")
    if found[1] not in schema.versions():
        raise FileRefused(
            f"{path.name} was made by a newer Wangge (tables {found[1]}, known up to {schema.head()})",
            zh=f"{path.name} 由更新版本的网格生成（表结构 {found[1]}，本程序到 {schema.head()}）",
            hint="install that version first", hint_zh="请先安装该版本",
        )  # fmt: skip
    return found[1]


def _refused(path: Path, why: str) -> FileRefused:
    return FileRefused(
        f"{path.name} is no backup of Wangge: {why}", zh=f"{path.name} 不是网格的备份文件",
        hint="a backup is written by: wangge db backup FILE",
        hint_zh="备份文件由 wangge db backup 文件 生成",
    )  # fmt: skip


def _ours(listed: str) -> str:
    """Leave out what belongs to PostGIS, or to others on the same server."""
    foreign = re.compile(
        r" EXTENSION | TABLE DATA \S+ spatial_ref_sys | FUNCTION \S+ (?!wangge_|procrastinate_)"
    )
    return "\n".join(line for line in listed.splitlines() if not foreign.search(line)) + "\n"


def _foreign(db: Database) -> list[str]:
    """Name the tables and sequences of others, quoted, that stand beside ours."""
    query = text("""
        select format('%I.%I', n.nspname, c.relname) from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        left join pg_depend d on d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S'
        left join pg_class o on o.oid = d.refobjid
        where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
            and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            and coalesce(o.relname, c.relname) <> all(:ours)
            and coalesce(o.relname, c.relname) not like 'procrastinate\\_%'
            and not exists (select from pg_depend e where e.objid = c.oid and e.deptype = 'e')
    """)
    ours = [*Base.metadata.tables, "alembic_version", "notices_epoch"]
    with db.read() as session:
        return list(session.scalars(query, {"ours": ours}))


def _epoch(db: Database) -> int:
    with db.read() as session:
        if session.scalar(text("select to_regclass('notices_epoch')")) is None:
            return 0
        return int(session.scalar(text("select last_value from notices_epoch")) or 0)


def _run(db: Database, name: str, *options: str) -> str:
    url = db.engine.url
    plain: Any = url.set(drivername="postgresql", password=None)
    env = {**os.environ, "LC_ALL": "C.UTF-8", "PGCLIENTENCODING": "UTF8"}
    if url.password:
        env["PGPASSWORD"] = str(url.password)  # never on the command line, where others see it
    where = [] if name == "pg_restore" else [f"--dbname={plain.render_as_string()}"]
    ran = subprocess.run(
        [_program(name), *where, *options], env=env, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode != 0:
        said = ran.stderr.strip()[-600:]
        raise Unavailable(f"{name} failed: {said}", zh=f"{name} 执行失败：{said}")
    return ran.stdout


def _program(name: str) -> str:
    try:
        near = Path(find_binaries().program(name))
    except Unavailable:
        near = Path()
    found = str(near) if near.is_file() else shutil.which(name)
    if found is None:
        raise Unavailable(
            f"{name} is missing", zh=f"缺少程序 {name}",
            hint="Debian: apt-get install postgresql-client", hint_zh="Debian：apt-get install postgresql-client",
        )  # fmt: skip
    return found
