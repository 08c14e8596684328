"""A file for every finding that the reading can report, each told with where, why and what to do."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import sent
import shapely
from pyproj import CRS
from sent import GBK, UTF8, Field

from geo import coords, files
from geo.files.faults import SEVERITY

DISTRICT = (119.40, 32.15, 119.52, 32.26)
CODES = [f"32119800100100{i}" for i in range(1, 7)]
SQUARES = sent.squares(2)
BOW = shapely.Polygon([(119.45, 32.2), (119.46, 32.21), (119.46, 32.2), (119.45, 32.21)])
SPIKE = shapely.Polygon(
    [(119.47, 32.2), (119.48, 32.2), (119.48, 32.21), (119.470003, 32.2), (119.47, 32.200003)]
)


def grid(folder: Path, shapes=SQUARES, *, codes=CODES, names=("编码", "名称"), **options) -> Path:
    """Write grids as an office would."""
    rows = [(codes[i], "网格") for i in range(len(shapes))]
    options = {"cpg": "UTF-8"} | options
    return sent.shapefile(
        folder / "grid.shp", list(shapes), [Field(n) for n in names], rows, **options
    )


def in_system(shapes, code: int) -> list:
    moved = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=4490))
    return list(coords.to_metres(moved, CRS.from_epsg(code)).geometry)


def drawn(shapes, there) -> list:
    return [shapely.transform(s, lambda p: np.column_stack(there(*p.T))) for s in shapes]


def quarters() -> list:
    west, south, east, north = DISTRICT
    cuts = np.linspace(west, east, 5)
    return [shapely.box(a, south, b, north) for a, b in pairwise(cuts)]


def collision(folder: Path) -> Path:
    names = ("编码", "区域名称甲乙丙", "区域名称甲乙丁")
    fields = [Field(n) for n in names]
    return sent.shapefile(
        folder / "grid.shp", SQUARES, fields, [(c, "a", "b") for c in CODES[:2]], encoding=GBK, cpg="GBK"
    )  # fmt: skip


def contradicted(folder: Path) -> Path:
    return grid(folder, in_system(SQUARES, 4549), crs=4490)


def crossed(folder: Path) -> Path:
    return grid(folder, [shapely.transform(s, lambda p: p[:, ::-1]) for s in SQUARES])


def geojson(folder: Path, shapes) -> Path:
    path = folder / "grid.geojson"
    frame = gpd.GeoDataFrame({"code": CODES[: len(shapes)]}, geometry=list(shapes), crs=4326)
    frame.to_file(path)
    return path


def numbered(folder: Path) -> Path:
    path = folder / "grid.geojson"
    gpd.GeoDataFrame({"code": [3.21102001e11]}, geometry=SQUARES[:1], crs=4326).to_file(path)
    return path


def endless(folder: Path) -> Path:
    path = folder / "grid.gpkg"
    bad = shapely.Polygon([(119.4, 32.2), (np.inf, 32.2), (119.41, 32.3)])
    gpd.GeoDataFrame({"code": CODES[:2]}, geometry=[SQUARES[0], bad], crs=4490).to_file(path)
    return path


MADE: dict[str, Callable[[Path], Path]] = {
    "ENC_GUESSED": lambda d: grid(d, encoding=GBK, cpg=None),
    "ENC_CONFLICT": lambda d: grid(d, encoding=GBK, cpg="UTF-8"),
    "NAME_CUT": lambda d: grid(d, names=("编码", "网格名称"), encoding=UTF8),
    "NAME_COLLISION": collision,
    "VALUE_CUT": lambda d: sent.shapefile(
        d / "grid.shp", SQUARES, [Field("编码"), Field("名称", width=7)],
        [(c, "幸福里网格") for c in CODES[:2]], cpg="UTF-8",
    ),
    "PRJ_MISSING": lambda d: grid(d, crs=None),
    "PRJ_CONTRADICTED": contradicted,
    "ZONE_PREFIX": lambda d: grid(d, in_system(SQUARES, 4528), crs=4528),
    "CM_AMBIGUOUS": lambda d: grid(d, in_system(SQUARES, 4549), crs=None),
    "DATUM_UNSUPPORTED": lambda d: grid(d, in_system(SQUARES, 4549), crs=2437),
    "DATUM_SUSPECT_GCJ02": lambda d: grid(d, drawn(quarters(), coords.wgs_to_gcj)),
    "DATUM_SUSPECT_BD09": lambda d: grid(d, drawn(quarters(), coords.wgs_to_bd)),
    "AXES_SWAPPED": crossed,
    "OUTSIDE_DISTRICT": lambda d: grid(d, [*SQUARES, *sent.squares(1, lon=121.0)]),
    "GEOM_INVALID": lambda d: geojson(d, [BOW]),
    "GEOM_EMPTY": lambda d: geojson(d, [SQUARES[0], None]),
    "GEOM_MIXED": lambda d: geojson(
        d, [SQUARES[0], shapely.MultiPolygon([SQUARES[1], *sent.squares(1, lat=32.22)])]
    ),
    "GEOM_Z": lambda d: geojson(d, [shapely.force_3d(SQUARES[0], 5)]),
    "GEOM_TYPE": lambda d: geojson(d, [SQUARES[0], shapely.Point(119.45, 32.2)]),
    "GEOM_NOT_FINITE": endless,
    "SLIVER": lambda d: geojson(d, [SPIKE]),
    "DUPLICATE": lambda d: geojson(d, [SQUARES[0], SQUARES[0], SQUARES[1]]),
    "CODE_INVALID": lambda d: grid(d, codes=["32119800100", CODES[1]]),
    "CODE_DUPLICATE": lambda d: grid(d, codes=[CODES[0], CODES[0]]),
    "CODE_AS_NUMBER": numbered,
}  # fmt: skip
WITHOUT_DISTRICT = {"CM_AMBIGUOUS"}
NO_PLACE = {
    "ENC_GUESSED", "ENC_CONFLICT", "NAME_CUT", "NAME_COLLISION", "PRJ_MISSING", "PRJ_CONTRADICTED",
    "ZONE_PREFIX", "CM_AMBIGUOUS", "DATUM_UNSUPPORTED", "DATUM_SUSPECT_GCJ02", "DATUM_SUSPECT_BD09",
    "AXES_SWAPPED", "GEOM_EMPTY", "GEOM_MIXED", "GEOM_Z", "GEOM_TYPE", "GEOM_NOT_FINITE",
}  # fmt: skip
"""What concerns the whole file, or features that have no place."""


@pytest.mark.parametrize("code", MADE)
def test_every_finding_has_its_file(tmp_path, code):
    district = None if code in WITHOUT_DISTRICT else DISTRICT
    _, report = files.read(MADE[code](tmp_path), layer="grid", district=district)
    told = [f for f in report.findings if f.code == code]
    assert told, f"only {sorted(report.counts())}"
    for f in told:
        assert f.severity is SEVERITY[code]
        assert f.zh != f.en, "why"
        assert all((f.zh, f.en, f.hint_zh, f.hint_en)), "why, and the way out"
        assert f.features or f.field or code in NO_PLACE, "where"
        assert (f.place is not None) or code in NO_PLACE, "where on the map"


def test_the_shift_of_a_map_app_is_told_in_metres(tmp_path):
    _, report = files.read(MADE["DATUM_SUSPECT_GCJ02"](tmp_path), layer="grid", district=DISTRICT)
    told = next(f.en for f in report.findings if f.code == "DATUM_SUSPECT_GCJ02")
    assert re.search(r"\+5[01]\d m, -2[01]\d m", told)
