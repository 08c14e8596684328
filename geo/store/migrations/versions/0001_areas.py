"""Levels, revisions, areas with their history, lineage, aliases."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
create table levels (
    scheme text not null,
    name text not null,
    ordinal integer not null,
    zh text not null,
    en text not null,
    code_length integer not null,
    parent text,
    constraint levels_pkey primary key (scheme, name),
    constraint levels_scheme_key unique (scheme, ordinal),
    constraint levels_scheme_fkey foreign key (scheme, parent) references levels (scheme, name)
);
insert into levels (scheme, ordinal, name, zh, en, code_length, parent) values
    ('default', 0, 'district', '区', 'District', 6, null),
    ('default', 1, 'subdistrict', '街道', 'Subdistrict', 9, 'district'),
    ('default', 2, 'community', '社区', 'Community', 12, 'subdistrict'),
    ('default', 3, 'grid', '网格', 'Grid', 15, 'community'),
    ('default', 4, 'microgrid', '微网格', 'Micro-grid', 17, 'grid');

create table revisions (
    number integer not null constraint revisions_pkey primary key,
    kind text not null,
    who text not null,
    why text not null,
    at timestamptz not null default now(),
    effective date not null
);
create index revisions_effective_idx on revisions (effective);

create table areas (
    fid bigint not null generated always as identity constraint areas_pkey primary key,
    level text not null,
    code text not null,
    name text not null default '',
    kind text not null default '',
    parent text not null default '',
    households integer not null default 0,
    residents integer not null default 0,
    geom geometry(multipolygon, 4490) not null,
    attributes jsonb not null default '{}',
    born integer not null constraint areas_born_fkey references revisions,
    died integer constraint areas_died_fkey references revisions,
    constraint areas_lifetime_check check (died >= born)
);
create index areas_code_idx on areas (code);
create index areas_living_idx on areas (level, code) where died is null;
create index areas_geom_idx on areas using gist (geom);
create index areas_living_geom_idx on areas using gist (geom) where died is null;

create table lineage (
    fid bigint not null generated always as identity constraint lineage_pkey primary key,
    parent text not null,
    child text not null,
    kind text not null,
    revision integer not null constraint lineage_revision_fkey references revisions,
    effective date not null
);
create index lineage_parent_idx on lineage (parent);
create index lineage_child_idx on lineage (child);

create table aliases (
    scheme text not null,
    value text not null,
    code text not null,
    constraint aliases_pkey primary key (scheme, value)
);
create index aliases_code_idx on aliases (code);
"""

GUARDS = """
create function wangge_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'table % is history: % is refused', tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation';
end $$;

-- A version may die once, and nothing else about it ever changes.
create function wangge_only_die() returns trigger language plpgsql as $$
declare
    unborn record := new;
begin
    unborn.died := old.died;
    if old.died is not null or new.died is null or not unborn *= old then
        raise exception 'row % of % is published: it may only die, and only once',
            old.fid, tg_table_name using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger areas_only_die before update on areas
    for each row execute function wangge_only_die();
create trigger areas_keep before delete or truncate on areas
    for each statement execute function wangge_refuse();
create trigger revisions_keep before update or delete or truncate on revisions
    for each statement execute function wangge_refuse();
create trigger lineage_keep before update or delete or truncate on lineage
    for each statement execute function wangge_refuse();
"""


def upgrade() -> None:
    """Make the tables and the guards of published history."""
    op.execute(TABLES)
    op.execute(GUARDS)


def downgrade() -> None:
    """Drop them all."""
    op.execute("drop table aliases, lineage, areas, revisions, levels")
    op.execute("drop function wangge_only_die(), wangge_refuse()")
