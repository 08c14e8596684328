"""Damaged files: small layers of every format, with bytes flipped, cut, doubled or made huge."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import sent

from geo import files

ENDINGS = ("gpkg", "geojson", "fgb", "parquet", "shp", "csv", "xlsx", "kml", "dxf", "zip", "osm")
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    "<name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>119.4,32.2 119.5,32.2 "
    "119.5,32.3 119.4,32.2</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    "</Document></kml>"
)
DXF = "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n90\n3\n70\n1\n10\n119.4\n20\n32.2\n10\n119.5\n20\n32.2\n10\n119.5\n20\n32.3\n0\nENDSEC\n0\nEOF\n"
OSM = (
    '<osm version="0.6"><node id="1" lat="32.2" lon="119.4" version="1"/><node id="2" lat="32.3" '
    'lon="119.4" version="1"/><way id="3" version="1"><nd ref="1"/><nd ref="2"/>'
    '<tag k="highway" v="residential"/></way></osm>'
)


def seeds(folder: Path) -> list[Path]:
    """Write one good file of every format."""
    import zipfile

    frame = gpd.GeoDataFrame(
        {"code": [f"32119800100100{i}" for i in range(1, 4)], "name": ["甲网格", "乙", "丙"], "households": [300, 400, 5]},
        geometry=sent.squares(3), crs=4490,
    )  # fmt: skip
    made = []
    for ending in ENDINGS:
        path = folder / f"grid.{ending}"
        if ending in ("kml", "dxf", "osm"):
            path.write_text({"kml": KML, "dxf": DXF, "osm": OSM}[ending], "utf-8")
        elif ending == "zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for suffix in PARTS:
                    archive.write(folder / f"grid{suffix}", f"grid{suffix}")
        else:
            files.write(frame, path, layer="grid")
        made.append(path)
    return made


def mutated(seed: Path, folder: Path, rng: np.random.Generator) -> Path:
    """Write a damaged copy of a file, in one of its parts."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [seed]
    if seed.suffix == ".shp":
        parts = [p for s in PARTS if (p := seed.with_suffix(s)).exists()]
    hurt = int(rng.integers(len(parts)))
    for i, part in enumerate(parts):
        content = bytearray(part.read_bytes())
        (folder / part.name).write_bytes(_hurt(content, rng) if i == hurt else content)
    return folder / seed.name


def _hurt(content: bytearray, rng: np.random.Generator) -> bytes:
    kind = rng.integers(6)
    size = max(len(content), 1)
    at = int(rng.integers(size))
    if kind == 0:
        return bytes(content[:at])
    if kind == 1:
        return bytes(content[:at] + content[at : at + 200] * 3 + content[at:])
    if kind == 2:
        where = min(at, 200) // 4 * 4
        content[where : where + 4] = rng.choice(
            [b"\xff\xff\xff\x7f", b"\x7f\xff\xff\xff", b"\0\0\0\0"]
        )
        return bytes(content)
    if kind == 3:
        words = [b"nan", b"inf", b"1e308", b"-1", b"\0", b"<!ENTITY", b"9" * 40, "网".encode()[:2]]
        word = words[int(rng.integers(len(words)))]
        return bytes(content[:at] + word + content[at + len(word) :])
    for _ in range(int(rng.integers(1, 12))):
        content[int(rng.integers(size)) % size] = int(rng.integers(256))
    return bytes(content)
