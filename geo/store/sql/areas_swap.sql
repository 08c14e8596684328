-- Closes the living areas of some codes of one level and puts the table "incoming" in their
-- place, in one revision. All other areas are left as they are.
-- :level · :codes array of text · :revision number · gives died, born
with dead as (
    update areas set died = :revision
    where level = :level and died is null and code = any(:codes)
    returning fid
),
newborn as (
    insert into areas
        (level, code, name, kind, parent, households, residents, geom, attributes, born)
    select level, code, name, kind, parent, households, residents, geom, attributes, :revision
    from incoming
    order by ctid
    returning fid
)
select (select count(*) from dead) as died, (select count(*) from newborn) as born
