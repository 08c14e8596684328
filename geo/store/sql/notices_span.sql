-- The first and the last number that notices are kept of; 0 without any.
-- No parameters · uses notices_epoch_idx
select coalesce(min(epoch), 0) as first, coalesce(max(epoch), 0) as last from notices
