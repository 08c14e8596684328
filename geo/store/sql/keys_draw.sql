-- Requests drawn from the bucket of a key that holds, which fills at its rate as time passes.
-- :digest of the key · :burst_s what a full bucket holds and :drawn_s what is drawn at once, in
-- seconds of the rate, at least one request each · no row without such a key
with bucket as (
    select fid, greatest(1, per_second * :burst_s) as brim, per_second,
        kept + per_second * extract(epoch from greatest(interval '0', clock_timestamp() - filled))
            as filled_to
    from embed_keys where digest = :digest and revoked is null for update
), drawing as (
    select fid, least(brim, coalesce(filled_to, brim)) as held,
        greatest(1, floor(per_second * :drawn_s)) as wanted
    from bucket
)
update embed_keys
set kept = held - least(wanted, floor(held)), filled = clock_timestamp()
from drawing where embed_keys.fid = drawing.fid
returning embed_keys.fid, label, origins, per_second, at, revoked,
    least(wanted, floor(held)) as drawn, kept
