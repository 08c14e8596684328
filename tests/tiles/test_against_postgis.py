"""Tiles: the same features and shapes as ST_AsMVT draws, sound, fresh, and only what is public."""

import numpy as np
import pytest
import shapely
import vectortiles
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text

from api.tasks import tile_layers
from api.tasks.tile_service import TileService
from api.tasks.work import Work
from geo import store, tiling

pytestmark = pytest.mark.store
ZOOMS = (9, 11, 13, 14, 16)
EACH = 1
FRAME = shapely.box(*[-tiling.MARGIN] * 2, *[tiling.EXTENT + tiling.MARGIN] * 2)
ORACLE = """
select st_asmvt(t, :layer, :extent, 'geom', 'fid') from (
    select fid, st_asmvtgeom(
        st_transform(geom, 3857), st_tileenvelope(:z, :x, :y), :extent, :margin, true
    ) as geom
    from {rows} where st_transform(geom, 3857) && st_tileenvelope(
        :z, :x, :y, margin => cast(:margin as float8) / :extent)
) as t where geom is not null
"""


def rows_of(layer: str) -> str:
    """Give the rows of a layer of one source as SQL."""
    if layer in ("district", "subdistrict", "community", "grid", "microgrid"):
        return f"(select fid, geom from areas where level = '{layer}' and died is null) as a"
    if layer == "station":
        return "(select fid, geom from places where layer = 'station' and status = 'open') as a"
    if layer == "barrier":
        return "(select fid, geom from barriers where layer = 'barrier' and kind <> 'river') as a"
    return {"building": "buildings", "street": "streets", "landuse": "landuse"}[layer]


def somewhere(service: TileService, layer: str, z: int) -> list[tiling.Address]:
    """Give a few tiles of a layer, of those that show something."""
    boxes = service.sheet(layer).pack.boxes
    rng = np.random.default_rng(z)
    chosen = boxes[rng.integers(len(boxes), size=EACH)]
    return [next(tiling.tiles(tuple(box[[0, 1, 0, 1]]), z)) for box in chosen]


def drawn_by_postgis(work: Work, layer: str, at: tiling.Address) -> list[vectortiles.Feature]:
    """Ask ST_AsMVT for a tile."""
    told = {"z": at.z, "x": at.x, "y": at.y, "layer": layer}
    told |= {"extent": tiling.EXTENT, "margin": tiling.MARGIN}
    with work.db.read() as session:
        body = session.execute(text(ORACLE.format(rows=rows_of(layer))), told).scalar_one()
    return vectortiles.read(bytes(body))[layer].features


def in_tile(shape: BaseGeometry, at: tiling.Address) -> BaseGeometry:
    """Give a shape exactly as a tile cuts it, in its units."""
    scale = tiling.EXTENT << at.z

    def units(lonlat: np.ndarray) -> np.ndarray:
        x, y = tiling.world(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack([x * scale, y * scale]) - [at.x * 4096, at.y * 4096]

    return shapely.intersection(shapely.transform(shape, units), FRAME)


def farthest(one: BaseGeometry, other: BaseGeometry) -> float:
    """Give how far the vertices of one shape are from the other at most, in units."""
    return float(shapely.distance(shapely.points(shapely.get_coordinates(one)), other).max())


def apart(one: BaseGeometry, other: BaseGeometry) -> float:
    """Give how far two shapes are apart at most, in units."""
    return float(shapely.hausdorff_distance(one, other))


@pytest.mark.parametrize(
    "layer",
    ["district", "subdistrict", "community", "grid", "microgrid", "station", "building", "street",
     "barrier", "landuse"],
)  # fmt: skip
def test_tiles_show_what_postgis_draws(service: TileService, work: Work, layer: str) -> None:
    pack = service.sheet(layer).pack
    ids = dict(zip(pack.fids.tolist(), pack.ids.tolist(), strict=True))
    with work.db.read() as session:
        frame = store.rows.read(session, layer)
    true = dict(zip(frame["fid"].map(ids).tolist(), frame.geometry.to_numpy(), strict=True))
    seen = strayed = 0
    for at in [
        at
        for z in ZOOMS
        if z >= tile_layers.layer(layer).shown_from
        for at in somewhere(service, layer, z)
    ]:
        ours = vectortiles.read(service.tile((layer,), at).body)[layer].features
        theirs = {ids[f.id]: f for f in drawn_by_postgis(work, layer, at)}
        assert {f.id for f in ours} == set(theirs)
        for feature in ours:
            assert vectortiles.faults(feature) == []
            exact = in_tile(true[feature.id], at)
            whole = shapely.within(exact, FRAME.buffer(-1))
            assert farthest(feature.shape, exact) <= (1 if whole else 2)
            if whole:
                assert farthest(exact, feature.shape) <= 1
                strayed += apart(feature.shape, theirs[feature.id].shape) > 1
        seen += len(ours)
    assert seen >= len(ZOOMS)
    assert strayed <= 0.08 * seen + 1  # on either side of the truth: ST_AsMVT leaves out more
