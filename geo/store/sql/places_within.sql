-- Places of a layer within a straight line of a point, nearest first.
-- :lon :lat degrees (4490) · :within_m metres on the ellipsoid · :layer · uses places_geog_idx
select
    id, name, kind, tier, class, services, hours, capacity, area_m2, signboard, address, phone,
    host, cost, within, rating, status, st_asbinary(geom) as geometry,
    st_distance(cast(geom as geography), cast(here as geography)) as distance_m
from places, st_setsrid(st_point(:lon, :lat), 4490) as here
where layer = :layer
    and st_dwithin(cast(geom as geography), cast(here as geography), :within_m)
order by distance_m, id
