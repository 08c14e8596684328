-- The state of the store in one text: moment (ISO) and subject of the last deed, and the sum of
-- the numbers of the last 64. Steps of scenarios and approving one, users and their log-ins, and
-- asking for a job change nothing that others see.
-- No parameters; null without any deed.
select to_json((array_agg(at order by fid desc))[1]) #>> '{}'
    || ' ' || (array_agg(subject order by fid desc))[1]
    || ' ' || sum(fid)
from (
    select fid, at, subject from audit
    where action not like 'job %' and action not in (
        'scenario new', 'scenario do', 'scenario undo', 'scenario redo', 'scenario rebase',
        'scenario approve', 'log-in failed', 'log-out', 'token', 'token revoke',
        'user add', 'user disable', 'user enable', 'user password', 'key add', 'key revoke'
    )
    order by fid desc limit 64
) as late
