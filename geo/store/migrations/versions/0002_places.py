"""Places and the ground: buildings, streets, barriers, land use."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLACES = """
create table places (
    fid bigint not null generated always as identity constraint places_pkey primary key,
    layer text not null,
    id text not null,
    name text not null default '',
    kind text not null default '',
    tier text not null default '',
    class text not null default '',
    services text[] not null default '{}',
    hours text not null default '',
    capacity integer not null default 0,
    area_m2 double precision not null default 0,
    signboard text not null default '',
    address text not null default '',
    phone text not null default '',
    host text not null default '',
    cost double precision not null default 0,
    within text not null default '',
    rating double precision not null default 0,
    status text not null default '',
    geom geometry(point, 4490) not null,
    attributes jsonb not null default '{}'
);
create index places_id_idx on places (id);
create index places_geom_idx on places using gist (geom);
create index places_geog_idx on places using gist ((geom::geography));
"""

GROUND = """
create table buildings (
    fid bigint not null generated always as identity constraint buildings_pkey primary key,
    id text not null,
    name text not null default '',
    use text not null default '',
    compound text not null default '',
    floors integer not null default 0,
    households integer not null default 0,
    residents integer not null default 0,
    elders integer not null default 0,
    alone integer not null default 0,
    children integer not null default 0,
    disabled integer not null default 0,
    geom geometry(geometry, 4490) not null,
    attributes jsonb not null default '{}'
);
create index buildings_id_idx on buildings (id);
create index buildings_geom_idx on buildings using gist (geom);
create index buildings_geog_idx on buildings using gist ((geom::geography));

create table streets (
    fid bigint not null generated always as identity constraint streets_pkey primary key,
    id text not null default '',
    name text not null default '',
    highway text not null default '',
    access text not null default '',
    foot text not null default '',
    surface text not null default '',
    bridge integer not null default 0,
    tunnel integer not null default 0,
    layer integer not null default 0,
    geom geometry(multilinestring, 4490) not null,
    attributes jsonb not null default '{}'
);
create index streets_id_idx on streets (id);
create index streets_geom_idx on streets using gist (geom);

create table barriers (
    fid bigint not null generated always as identity constraint barriers_pkey primary key,
    layer text not null,
    id text not null default '',
    name text not null default '',
    kind text not null default '',
    compound text not null default '',
    foot text not null default '',
    geom geometry(geometry, 4490) not null,
    attributes jsonb not null default '{}'
);
create index barriers_id_idx on barriers (id);
create index barriers_geom_idx on barriers using gist (geom);

create table landuse (
    fid bigint not null generated always as identity constraint landuse_pkey primary key,
    id text not null default '',
    name text not null default '',
    kind text not null default '',
    geom geometry(multipolygon, 4490) not null,
    attributes jsonb not null default '{}'
);
create index landuse_id_idx on landuse (id);
create index landuse_geom_idx on landuse using gist (geom);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(PLACES)
    op.execute(GROUND)


def downgrade() -> None:
    """Drop them."""
    op.execute("drop table landuse, barriers, streets, buildings, places")
