"""Blind spots and their history."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
create table blind_spots (
    spot text not null constraint blind_spots_pkey primary key,
    series text not null,
    state text not null,
    first_run bigint not null constraint blind_spots_first_run_fkey references runs,
    last_run bigint not null constraint blind_spots_last_run_fkey references runs,
    households integer not null default 0,
    residents integer not null default 0,
    people jsonb not null default '{}',
    members text[] not null default '{}',
    nearest_s double precision,
    station text not null default '',
    reason text not null default '',
    area text not null default '',
    estimated boolean not null,
    evidence jsonb not null default '{}',
    geom geometry(MultiPolygon, 4490) not null,
    constraint blind_spots_state_check check (state in ('open', 'planned', 'closed'))
);
create index blind_spots_series_idx on blind_spots (series, state);
create index blind_spots_geom_idx on blind_spots using gist (geom);

create table blind_spot_events (
    fid bigint not null generated always as identity constraint blind_spot_events_pkey primary key,
    spot text not null constraint blind_spot_events_spot_fkey references blind_spots,
    at timestamptz not null default now(),
    who text not null,
    run bigint constraint blind_spot_events_run_fkey references runs,
    event text not null,
    state text not null,
    households integer not null default 0,
    detail jsonb not null default '{}',
    geom geometry(MultiPolygon, 4490)
);
create index blind_spot_events_spot_idx on blind_spot_events (spot, fid);
create trigger blind_spot_events_keep before update or delete or truncate on blind_spot_events
    for each statement execute function wangge_refuse();
"""


def upgrade() -> None:
    """Make the tables; the history only grows."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("drop table blind_spot_events, blind_spots")
