"""Long work that goes on by itself: procrastinate's queue, and what people see of it."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
create table jobs (
    fid bigint not null generated always as identity constraint jobs_pkey primary key,
    kind text not null,
    inputs jsonb not null,
    who text not null,
    queued bigint,
    at timestamptz not null default now(),
    changed timestamptz not null default now(),
    step text not null default '',
    done double precision not null default 0,
    total double precision not null default 0,
    run bigint constraint jobs_run_fkey references runs,
    problem jsonb
);
create unique index jobs_queued_key on jobs (queued);
"""
DROPPED = """
drop table jobs;
drop table procrastinate_periodic_defers, procrastinate_events, procrastinate_jobs,
    procrastinate_workers cascade;
do $$ declare it record; begin
    for it in select oid::regprocedure as name from pg_proc where proname like 'procrastinate%%'
    loop execute 'drop function if exists ' || it.name || ' cascade'; end loop;
    for it in select typname as name from pg_type
        where typname like 'procrastinate%%' and typtype in ('e', 'c')
    loop execute 'drop type if exists ' || it.name || ' cascade'; end loop;
end $$;
"""


def upgrade() -> None:
    """Make the queue as procrastinate wants it, and our table beside it."""
    connection = op.get_bind()
    connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    connection.exec_driver_sql(TABLES)


def downgrade() -> None:
    """Drop both."""
    op.get_bind().exec_driver_sql(DROPPED)
