"""Notices of what changed, numbered in the order of commits, and told to whoever listens."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
create table notices (
    entry bigint not null generated always as identity constraint notices_pkey primary key,
    epoch bigint,
    at timestamptz not null default clock_timestamp(),
    layer text not null,
    ids bigint[],
    boxes double precision[]
);
create index notices_epoch_idx on notices (epoch);
create sequence notices_epoch;
"""

FUNCTIONS = """
-- Note which rows a statement touched: by number and box, or, beyond 512, only that there were.
-- Arguments of the trigger: how a row t tells its layer, its number, its shape.
create function wangge_notice() returns trigger language plpgsql as $$
declare
    source text := case tg_op
        when 'UPDATE' then '(select * from before union all select * from touched)'
        else 'touched'
    end;
    many bigint;
begin
    execute format('select count(*) from %s as t', source) into many;
    if many = 0 then
        return null;
    end if;
    if many > 512 or tg_argv[1] = 'null' then
        execute format(
            'insert into notices (layer) select distinct %s from %s as t', tg_argv[0], source
        );
    else
        execute format($insert$
            insert into notices (layer, ids, boxes)
            select %s, array_agg(distinct %s), array_agg(distinct array[
                st_xmin(shape), st_ymin(shape), st_xmax(shape), st_ymax(shape)
            ]) filter (where shape is not null)
            from %s as t cross join lateral (select %s::geometry as shape) as s
            group by 1
        $insert$, tg_argv[0], tg_argv[1], source, tg_argv[2]);
    end if;
    return null;
end $$;

-- Number a notice as its transaction commits: one commits at a time from here on, so that who
-- has seen a number has seen all below it. What nobody can need any more goes.
create function wangge_number() returns trigger language plpgsql as $$
declare
    number bigint;
begin
    perform pg_advisory_xact_lock(hashtext('wangge notices'));
    number := nextval('notices_epoch');
    update notices set epoch = number, at = clock_timestamp() where entry = new.entry;
    if number % 256 = 0 then
        delete from notices where epoch <= number - 2048;
    end if;
    perform pg_notify('wangge_notices', '');
    return null;
end $$;
create constraint trigger notices_number after insert on notices
    deferrable initially deferred for each row execute function wangge_number();
"""

WATCHED = {
    "areas": ("t.level", "t.fid", "t.geom"),
    "places": ("t.layer", "t.fid", "t.geom"),
    "buildings": ("'building'", "t.fid", "t.geom"),
    "streets": ("'street'", "t.fid", "t.geom"),
    "barriers": ("t.layer", "t.fid", "t.geom"),
    "landuse": ("'landuse'", "t.fid", "t.geom"),
    "bodies": ("t.layer", "t.fid", "t.geom"),
    "net_areas": ("'net'", "t.fid", "t.geom"),
    "staff": ("'staff'", "t.fid", "null"),
    "groupings": ("'grouping'", "t.fid", "null"),
    "grouping_members": ("'grouping'", "null", "null"),
    "blind_spots": ("'blind_spot'", "null", "t.geom"),
}
TRIGGER = """
create trigger {table}_notice_{deed} after {deed} on {table} referencing {rows}
    for each statement execute function wangge_notice({arguments})
"""
ROWS = {
    "insert": "new table as touched",
    "update": "old table as before new table as touched",
    "delete": "old table as touched",
}


def upgrade() -> None:
    """Make the table, its functions, and a trigger for every deed on every watched table."""
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    for table, told in WATCHED.items():
        arguments = ", ".join("'{}'".format(part.replace("'", "''")) for part in told)
        for deed, rows in ROWS.items():
            op.execute(TRIGGER.format(table=table, deed=deed, rows=rows, arguments=arguments))


def downgrade() -> None:
    """Drop them."""
    for table in WATCHED:
        for deed in ROWS:
            op.execute(f"drop trigger {table}_notice_{deed} on {table}")
    op.execute("drop table notices")
    op.execute("drop sequence notices_epoch")
    op.execute("drop function wangge_notice(), wangge_number()")
