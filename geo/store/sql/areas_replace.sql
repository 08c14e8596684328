-- Replaces the living areas of one level by the table "incoming": equal rows stay, missing
-- ones die, other ones are born, all in one revision. Codes may come twice: rows are paired
-- by all they say, the first with the first.
-- :level · :revision number · gives unchanged, changed, born, died (changed: a code that both
-- died and was born)
with living as (
    select fid, code, digest, row_number() over (partition by digest order by fid) as nth
    from (
        select fid, code, md5(row(
            code, name, kind, parent, households, residents, attributes, geom
        )::text) as digest
        from areas
        where level = :level and died is null
    ) as area
),
fresh as (
    select entry, code, digest, row_number() over (partition by digest order by entry) as nth
    from (
        select ctid as entry, code, md5(row(
            code, name, kind, parent, households, residents, attributes, geom
        )::text) as digest
        from incoming
    ) as area
),
same as (
    select living.fid, fresh.entry from living join fresh using (digest, nth)
),
dead as (
    update areas set died = :revision
    where fid in (select fid from living except select fid from same)
    returning code
),
newborn as (
    insert into areas
        (level, code, name, kind, parent, households, residents, geom, attributes, born)
    select level, code, name, kind, parent, households, residents, geom, attributes, :revision
    from incoming
    where ctid in (select entry from fresh except select entry from same)
    order by ctid
    returning code
),
replaced as (
    select coalesce(sum(least(deaths, births)), 0) as changed
    from (select code, count(*) as deaths from dead group by code) as d
    join (select code, count(*) as births from newborn group by code) as b using (code)
)
select
    (select count(*) from same) as unchanged,
    changed,
    (select count(*) from newborn) - changed as born,
    (select count(*) from dead) - changed as died
from replaced
