"""Runs and the audit trail."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
create table runs (
    fid bigint not null generated always as identity constraint runs_pkey primary key,
    kind text not null,
    inputs jsonb not null,
    seed bigint,
    version text not null,
    started timestamptz not null,
    finished timestamptz not null,
    status text not null,
    objective double precision,
    bound double precision,
    result jsonb not null,
    constraint runs_time_check check (finished >= started)
);
create index runs_kind_idx on runs (kind, fid);

create table audit (
    fid bigint not null generated always as identity constraint audit_pkey primary key,
    at timestamptz not null default now(),
    who text not null,
    action text not null,
    subject text not null default '',
    detail jsonb not null default '{}'
);
create index audit_at_idx on audit (at);
create trigger audit_keep before update or delete or truncate on audit
    for each statement execute function wangge_refuse();
"""


def upgrade() -> None:
    """Make the tables; the audit trail only grows."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("drop table audit, runs")
