"""Ten thousand tiles beside ST_AsMVT: ``python tests/bench/oracle.py --tiles 10000``

All layers that are rows of the store, all zooms from the one that shows them to 18. Of each
tile: the same features as ST_AsMVT has; no vertex farther than a unit from what it draws in
units a sixteenth as long; every ring right by the rules of the format. ST_AsMVT takes boxes in
single precision, up to a metre wider, and so keeps now and then what is less than half a unit:
that is counted apart. Ours are read by our own reader, by Mapbox's (``mapbox-vector-tile``, of
the peers), and one in twenty by GDAL.
"""

import argparse
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path[:] = [str(TESTS.parent), *sys.path, str(TESTS), str(TESTS / "tiles")]

import pyogrio  # noqa: E402
import shapely  # noqa: E402
import vectortiles  # noqa: E402
from databases import private_home  # noqa: E402
from districts import kept  # noqa: E402
from test_against_postgis import FINER, drawn_by_postgis, strayed  # noqa: E402

from api.tasks import tile_layers  # noqa: E402
from api.tasks.tile_service import TileService  # noqa: E402
from geo import store, tiling  # noqa: E402
from geo.tiling.detail import LEAST  # noqa: E402

LAYERS = ("district", "subdistrict", "community", "grid", "microgrid", "station", "building",
          "street", "barrier", "landuse")  # fmt: skip
DEEPEST, GDAL_EVERY = 18, 20


def by_mapbox(body: bytes, layer: str) -> dict[int, shapely.Geometry] | None:
    """Read a tile with the reader of those who made the format; None where it is not here."""
    try:
        import mapbox_vector_tile
    except ImportError:
        return None
    told = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})[layer]
    return {f["id"]: shapely.geometry.shape(f["geometry"]) for f in told["features"]}


def by_gdal(body: bytes, layer: str, at: tiling.Address) -> set[int]:
    """Read a tile with GDAL; what is not valid is left out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{at.y}.mvt"
        path.write_bytes(body)
        frame = pyogrio.read_dataframe(
            path, layer=layer, X=str(at.x), Y=str(at.y), Z=str(at.z), CLIP="NO"
        )
    return set(frame.loc[frame.geometry.is_valid, "mvt_id"].tolist())


def main() -> None:
    """Look at tile after tile, print what was counted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tiles", type=int, default=10_000)
    many = parser.parse_args().tiles
    warnings.simplefilter("ignore")
    least = LEAST / tiling.EXTENT
    rng, counted, worst = np.random.default_rng(8), Counter[str](), 0.0
    with private_home() as home:
        db = store.connect(store.cluster.ensure(home))
        store.upgrade(db)
        work = kept(db)
        service = TileService(work)
        while counted["tiles"] < many:
            layer = LAYERS[counted["tiles"] % len(LAYERS)]
            pack = service.sheet(layer).pack
            z = int(rng.integers(tile_layers.layer(layer).shown_from, DEEPEST + 1))
            box = pack.boxes[rng.integers(len(pack))]
            west, north = rng.uniform(box[:2], box[2:])
            at = next(tiling.tiles((west, north, west, north), z))
            body = service.sheet(layer).tile(at)
            counted["tiles"] += 1
            ids = dict(zip(pack.fids.tolist(), pack.ids.tolist(), strict=True))
            theirs = {ids[fid] for fid in drawn_by_postgis(work, layer, at)}
            fine = drawn_by_postgis(work, layer, at, finer=FINER)
            near = {ids[fid]: shape for fid, shape in fine.items()}
            ours = vectortiles.read(body)[layer].features if body else []
            named = {f.id for f in ours}
            counted["features"] += len(ours)
            counted["only ours"] += len(named - theirs)
            sides = np.ptp(pack.boxes.reshape(-1, 2, 2), axis=1).sum(axis=1)
            tiny = set(pack.ids[sides < least / 2**z].tolist())
            counted["only theirs"] += len(theirs - named - tiny)
            counted["only theirs, less than half a unit"] += len((theirs - named) & tiny)
            for feature in ours:
                counted["ring faults"] += bool(vectortiles.faults(feature))
                if feature.id in near:
                    far = strayed(feature.shape, near[feature.id])
                    worst = max(worst, far)
                    counted["farther than a unit"] += far > 1
            if body and (other := by_mapbox(body, layer)) is not None:
                counted["read by Mapbox's reader"] += 1
                same = all(
                    strayed(f.shape, other[f.id]) == 0 for f in ours if f.id in other
                ) and named == set(other)
                counted["read otherwise by it"] += not same
            if body and counted["tiles"] % GDAL_EVERY == 0:
                counted["read by GDAL"] += 1
                counted["read otherwise by GDAL"] += by_gdal(body, layer, at) != named
        service.close()
        db.close()
    for what, count in counted.items():
        print(f"  {what}: {count}")
    print(f"  farthest vertex: {worst:.3f} units")


if __name__ == "__main__":
    main()
