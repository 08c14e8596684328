"""Bodies, groupings, staff, and the nets of other departments."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
create table bodies (
    fid bigint not null generated always as identity constraint bodies_pkey primary key,
    layer text not null,
    id text not null,
    name text not null default '',
    kind text not null default '',
    community text not null default '',
    seniority double precision not null default 0,
    strength double precision not null default 0,
    members integer not null default 0,
    households integer not null default 0,
    skills text[] not null default '{}',
    needs text[] not null default '{}',
    territory text[] not null default '{}',
    geom geometry(point, 4490) not null,
    attributes jsonb not null default '{}'
);
create index bodies_id_idx on bodies (id);
create index bodies_geom_idx on bodies using gist (geom);

create table groupings (
    fid bigint not null generated always as identity constraint groupings_pkey primary key,
    kind text not null,
    name text not null,
    attributes jsonb not null default '{}',
    born integer not null constraint groupings_born_fkey references revisions,
    died integer constraint groupings_died_fkey references revisions,
    constraint groupings_lifetime_check check (died >= born)
);
create index groupings_living_idx on groupings (kind) where died is null;

create table grouping_members (
    fid bigint not null generated always as identity
        constraint grouping_members_pkey primary key,
    "grouping" bigint not null constraint grouping_members_grouping_fkey references groupings,
    body text not null,
    lead boolean not null default false,
    born integer not null constraint grouping_members_born_fkey references revisions,
    died integer constraint grouping_members_died_fkey references revisions,
    constraint grouping_members_lifetime_check check (died >= born)
);
create index grouping_members_grouping_idx on grouping_members ("grouping");
create index grouping_members_body_idx on grouping_members (body);

create table staff (
    fid bigint not null generated always as identity constraint staff_pkey primary key,
    id text not null,
    name text not null default '',
    role text not null,
    area text not null,
    phone text not null default '',
    attributes jsonb not null default '{}'
);
create index staff_area_idx on staff (area);

create table nets (
    name text not null constraint nets_pkey primary key,
    at timestamptz not null default now()
);
create table net_areas (
    fid bigint not null generated always as identity constraint net_areas_pkey primary key,
    net text not null constraint net_areas_net_fkey references nets,
    code text not null,
    name text not null default '',
    households integer not null default 0,
    geom geometry(multipolygon, 4490) not null,
    attributes jsonb not null default '{}'
);
create index net_areas_code_idx on net_areas (net, code);
create index net_areas_geom_idx on net_areas using gist (geom);
"""

GUARDS = """
create trigger groupings_only_die before update on groupings
    for each row execute function wangge_only_die();
create trigger groupings_keep before delete or truncate on groupings
    for each statement execute function wangge_refuse();
create trigger grouping_members_only_die before update on grouping_members
    for each row execute function wangge_only_die();
create trigger grouping_members_keep before delete or truncate on grouping_members
    for each statement execute function wangge_refuse();
"""


def upgrade() -> None:
    """Make the tables and the guards of published history."""
    op.execute(TABLES)
    op.execute(GUARDS)


def downgrade() -> None:
    """Drop them."""
    op.execute("drop table net_areas, nets, staff, grouping_members, groupings, bodies")
