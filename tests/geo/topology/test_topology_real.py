"""Real areas: what is found agrees with brute force."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import mapping, shape
from tessellations import CELLS

from geo import coords, topology


def areas(path: Path) -> gpd.GeoDataFrame:
    """Read polygons; some real rings are not closed and are closed here."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = [shape(_closed(f["geometry"])) for f in features]
    codes = [str(k) for k in range(len(shapes))]
    frame = gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4326)
    return coords.to_metres(frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])])


def _closed(geometry: dict) -> dict:
    if geometry["type"] != "Polygon":
        return geometry
    rings = [[*ring, ring[0]] if ring[0] != ring[-1] else ring for ring in geometry["coordinates"]]
    return {"type": "Polygon", "coordinates": rings}


@pytest.mark.real
@pytest.mark.parametrize("name", ["cn_shenzhen_491_zones", "cn_macau_grid200"])
def test_sound_outlines_agree_with_brute_force(shared_data: Path, name: str) -> None:
    frame = areas(shared_data / "areas" / f"{name}.geojson")
    shapes = frame.geometry.to_numpy()
    found = topology.check({"cell": frame}, scheme=CELLS)
    assert not {f.code for f in found} & {"GEOM_INVALID", "OVERLAP", "DOUBLY_OWNED"}
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.intersection(shapes[one], shapes[other])
    assert shapely.area(shared).sum() == pytest.approx(0.0, abs=1e-3)
    whole = shapely.union_all(shapes)
    faces = shapely.polygonize(shapely.get_parts(shapely.union_all(whole.boundary)))
    enclosed = shapely.union_all(shapely.get_parts(faces)).area - whole.area
    empty = sum(f.area_m2 or 0 for f in found if f.code in {"GAP", "HOLE", "SLIVER"})
    assert empty == pytest.approx(enclosed, abs=0.01)
    rook = topology.adjacency(frame)
    lengths = shapely.length(shared)
    assert rook.length_m.sum() == pytest.approx(lengths.sum(), rel=1e-6)
    assert len(rook.pairs) == np.count_nonzero(lengths > 0.01)


@pytest.mark.real
def test_broken_parishes_are_named_and_the_rest_waits(shared_data: Path) -> None:
    frame = areas(shared_data / "areas" / "cn_macau_freguesias.geojson")
    found = topology.check({"cell": frame}, scheme=CELLS)
    broken = {f.features[0] for f in found if f.code == "GEOM_INVALID"}
    assert broken == set(frame["code"][~frame.is_valid])
    assert mapping(found[0].place)["type"] in {"Polygon", "MultiPolygon"}
