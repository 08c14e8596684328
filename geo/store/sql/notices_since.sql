-- What changed after a number, in the order of commits.
-- :epoch · uses notices_epoch_idx
select epoch, layer, ids, boxes
from notices
where epoch > :epoch
order by epoch
