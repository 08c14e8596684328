-- The state of the store in one text: moment (ISO) and subject of the last deed, and the sum of
-- the numbers of the last 64. Opening and approving a scenario change nothing that others see.
-- No parameters; null without any deed.
select to_json((array_agg(at order by fid desc))[1]) #>> '{}'
    || ' ' || (array_agg(subject order by fid desc))[1]
    || ' ' || sum(fid)
from (
    select fid, at, subject from audit
    where action not in ('scenario new', 'scenario approve')
    order by fid desc limit 64
) as late
