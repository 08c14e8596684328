-- Jobs with the state of their queue entry, the newest first.
-- number: one job, or null for the latest of all; most: how many.
select
    j.fid, j.kind, j.inputs, j.who, j.queued, j.at, j.changed, j.step, j.done, j.total, j.run,
    j.problem, coalesce(q.status::text, 'todo') as status, coalesce(q.attempts, 0) as attempts
from jobs as j
left join procrastinate_jobs as q on q.id = j.queued
where cast(:number as bigint) is null or j.fid = :number
order by j.fid desc
limit :most
