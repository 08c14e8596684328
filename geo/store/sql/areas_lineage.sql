-- Every link that leads to or from a code, however long ago: its ancestors and its descendants.
-- :code · oldest first · uses lineage_parent_idx, lineage_child_idx
with recursive up as (
    select * from lineage where child = :code
    union
    select older.* from lineage as older join up on older.child = up.parent
),
down as (
    select * from lineage where parent = :code
    union
    select younger.* from lineage as younger join down on younger.parent = down.child
)
select parent, child, kind, revision, effective
from (select * from up union select * from down) as link
order by revision, fid
