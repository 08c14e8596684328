-- Makes the table "incoming", in which areas wait for areas_replace; gone with the transaction.
create temporary table incoming on commit drop as
select level, code, name, kind, parent, households, residents, geom, attributes
from areas
with no data
