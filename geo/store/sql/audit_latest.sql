-- The state of the store in one text: moment (ISO) and subject of the last deed, and the sum of
-- the numbers of the last 64. No parameters; null without any deed.
select to_json((array_agg(at order by fid desc))[1]) #>> '{}'
    || ' ' || (array_agg(subject order by fid desc))[1]
    || ' ' || sum(fid)
from (select fid, at, subject from audit order by fid desc limit 64) as late
