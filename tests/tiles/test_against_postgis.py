"""Tiles: the same features and shapes as ST_AsMVT draws, and every ring sound.

ST_AsMVT leaves out vertices that move a line by half a unit, on whichever side, and so do we by
a fifth of one: two right answers may be more than a unit apart. Asked for units a sixteenth as
long it leaves out nothing that counts; from that no vertex of ours may be farther than a unit.
`tests/bench/oracle.py` asks the same of 10,000 tiles, of other decoders too.
"""

import numpy as np
import pytest
import shapely
import vectortiles
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text

from api.tasks import tile_layers
from api.tasks.tile_service import TileService
from api.tasks.work import Work
from geo import tiling

pytestmark = pytest.mark.store
ZOOMS = (9, 11, 13, 14, 16)
EACH = 1
FINER = 16
UNCUT = shapely.box(*[2 - tiling.MARGIN] * 2, *[tiling.EXTENT + tiling.MARGIN - 2] * 2)
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


def drawn_by_postgis(
    work: Work, layer: str, at: tiling.Address, *, finer: int = 1
) -> dict[int, BaseGeometry]:
    """Ask ST_AsMVT for a tile of units that are `finer`; give shapes in units of ours, by row."""
    told = {"z": at.z, "x": at.x, "y": at.y, "layer": layer}
    told |= {"extent": tiling.EXTENT * finer, "margin": tiling.MARGIN * finer}
    with work.db.read() as session:
        body = session.execute(text(ORACLE.format(rows=rows_of(layer))), told).scalar_one()
    drawn = vectortiles.read(bytes(body)).get(layer)
    found = {f.id: f.shape for f in drawn.features} if drawn else {}
    return {fid: shapely.transform(shape, lambda xy: xy / finer) for fid, shape in found.items()}


def edge(shape: BaseGeometry) -> BaseGeometry:
    """Give the lines of a shape; points are what they are."""
    return shape.boundary if shape.geom_type.endswith("Polygon") else shape


def strayed(ours: BaseGeometry, theirs: BaseGeometry) -> float:
    """Give how far two drawings are apart at most where neither was cut, in units."""
    far = 0.0
    for one, other in ((ours, theirs), (theirs, ours)):
        points = shapely.points(shapely.get_coordinates(one))
        points = points[shapely.within(points, UNCUT)]
        if len(points):
            far = max(far, float(shapely.distance(points, edge(other)).max()))
    return far


@pytest.mark.parametrize(
    "layer",
    ["district", "subdistrict", "community", "grid", "microgrid", "station", "building", "street",
     "barrier", "landuse"],
)  # fmt: skip
def test_tiles_show_what_postgis_draws(service: TileService, work: Work, layer: str) -> None:
    pack = service.sheet(layer).pack
    ids = dict(zip(pack.fids.tolist(), pack.ids.tolist(), strict=True))
    seen, wrong = 0, []
    for at in [
        at
        for z in ZOOMS
        if z >= tile_layers.layer(layer).shown_from
        for at in somewhere(service, layer, z)
    ]:
        ours = vectortiles.read(service.tile((layer,), at).body)[layer].features
        assert {f.id for f in ours} == {ids[fid] for fid in drawn_by_postgis(work, layer, at)}
        fine = drawn_by_postgis(work, layer, at, finer=FINER)
        theirs = {ids[fid]: shape for fid, shape in fine.items()}
        for feature in ours:
            assert vectortiles.faults(feature) == []
            far = strayed(feature.shape, theirs[feature.id])
            wrong += [(at, feature.id, far)] if far > 1 else []
        seen += len(ours)
    assert seen >= len(ZOOMS)
    assert wrong == []
