"""Vector tiles drawn in process: packed layers, fresh at once, in three datums, and archives.

Method: a layer is packed once into arrays (`pack`), every vertex weighed once for all zooms
(`simplify`); a tile is cut, snapped and written by compiled loops (`drawing`, `mvt`), and the
few rings that whole numbers broke are mended (`repair`). Format: Mapbox Vector Tile 2.1.
"""

from geo.tiling import archive, mvt, names
from geo.tiling.address import DEEPEST, Address, address, tiles, under
from geo.tiling.cache import Cache, Finished
from geo.tiling.detail import EXTENT, MARGIN
from geo.tiling.pack import DATUMS, EVEN, Pack, boxes_in_datum, degrees, pack, world
from geo.tiling.sheets import Sheet, sheet

__all__ = [
    "DATUMS",
    "DEEPEST",
    "EVEN",
    "EXTENT",
    "MARGIN",
    "Address",
    "Cache",
    "Finished",
    "Pack",
    "Sheet",
    "address",
    "archive",
    "boxes_in_datum",
    "degrees",
    "mvt",
    "names",
    "pack",
    "sheet",
    "tiles",
    "under",
    "world",
]
