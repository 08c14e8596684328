"""Tiles of areas that share borders: no gap, no overlap, every ring sound, at any zoom and after any edit."""

from pathlib import Path

import geopandas as gpd
import hypothesis
import numpy as np
import pytest
import shapely
import vectortiles
from hypothesis import strategies as st
from tessellations import areas, bent, voronoi

from geo import coords, tiling
from geo.tiling import Address, Sheet
from geo.tiling.pyramid import pyramid

COLUMNS = ("kind", "name", "code")


def sheet(shapes: list[shapely.Geometry], *, name: str = "") -> Sheet:
    """Pack areas in metres."""
    frame = coords.to_degrees(areas(shapes))
    frame = frame.assign(fid=np.arange(1, len(frame) + 1), name=name)
    return tiling.sheet("grid", frame, key="code", columns=COLUMNS)


def seen(layer: Sheet, z: int) -> dict[Address, vectortiles.TileLayer]:
    """Draw all tiles of a zoom."""
    drawn = pyramid([layer], z, bytes, workers=1)
    return {at: vectortiles.read(body)["grid"] for at, body in drawn}


@hypothesis.settings(max_examples=12)
@hypothesis.given(seed=st.integers(0, 2**20), z=st.integers(8, 18))
def test_nothing_opens_between_neighbours(seed: int, z: int) -> None:
    layer = sheet(voronoi(seed, 25))
    for tile in seen(layer, z).values():
        assert all(vectortiles.faults(f) == [] for f in tile.features)
        shapes = np.array([f.shape for f in tile.features], dtype=object)
        whole = shapely.union_all(shapes)
        over = shapely.area(shapes).sum() - whole.area
        assert over <= len(shapes)  # a node on whole numbers may lie beyond a neighbour's edge,
        rings = [ring for part in shapely.get_parts(whole) for ring in part.interiors]
        assert all(shapely.Polygon(r).buffer(-0.75).is_empty for r in rings)  # by less than a unit


def test_dense_borders_lose_the_same_vertices_on_both_sides() -> None:
    cells = [shapely.segmentize(cell, 3.0) for cell in bent(4, 4, seed=3)]
    layer = sheet(cells)
    for z in (11, 13, 15):
        for tile in seen(layer, z).values():
            shapes = [f.shape for f in tile.features]
            whole = shapely.union_all(shapes)
            assert whole.area == pytest.approx(sum(shape.area for shape in shapes))
            assert all(len(ring) < 60 for f in tile.features for ring in f.rings)


@hypothesis.settings(max_examples=8)
@hypothesis.given(seed=st.integers(0, 2**20))
def test_a_changed_layer_is_drawn_as_one_that_was_packed_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = voronoi(seed, 25)
    frame = coords.to_degrees(areas(cells)).assign(fid=np.arange(1, len(cells) + 1))
    layer = tiling.sheet("grid", frame, key="code", columns=COLUMNS)
    one = int(rng.integers(len(cells)))
    other = next(
        i for i in range(len(cells)) if i != one and cells[i].intersection(cells[one]).length > 1
    )
    merged = frame.loc[[one]].set_geometry(
        [shapely.union_all(frame.geometry[[one, other]].to_numpy())], crs=frame.crs
    )
    merged = merged.assign(fid=1000)
    changed, touched = layer.changed([one + 1, other + 1], merged)
    anew = frame.drop([one, other])
    anew = gpd.GeoDataFrame(
        {c: [*anew[c], *merged[c]] for c in ("fid", "code", "name", "kind")},
        geometry=[*anew.geometry, *merged.geometry], crs=frame.crs,
    )  # fmt: skip
    fresh = tiling.sheet("grid", anew, key="code", columns=COLUMNS)
    for z in (12, 15):
        for at, tile in seen(fresh, z).items():
            mine = vectortiles.read(changed.tile(at))["grid"]
            assert changed.tag(*changed.shown(at)) == fresh.tag(*fresh.shown(at))
            assert {f.id: f.rings for f in mine.features} == {f.id: f.rings for f in tile.features}
    boxes = shapely.box(*touched.T)
    for z in (15, 17):
        before, after = seen(layer, z), seen(changed, z)
        for at in before.keys() | after.keys():
            near = shapely.box(*at.box(1 / 32))
            if not shapely.intersects(boxes, near).any():
                assert changed.tile(at) == layer.tile(at)


def test_names_that_occur_twice_are_told_apart_and_long_codes_are_hashed() -> None:
    numbers = tiling.names.numbers(["7", "7", "", "32119800100100501"], [1, 2, 3, 4])
    assert len(set(numbers.tolist())) == 4
    assert numbers[0] == 7
    assert all(2**52 <= n < 2**53 for n in numbers[1:].tolist())


def test_an_archive_gives_back_every_tile(tmp_path: Path) -> None:
    layer = sheet(bent(6, 6, seed=1), name="网格")
    drawn = [pair for z in range(8, 17) for pair in pyramid([layer], z, lambda b: b, workers=2)]
    path = tmp_path / "a.pmtiles"
    bounds = layer.bounds
    assert bounds is not None
    count = tiling.archive.write(path, drawn, bounds=bounds, metadata={"vector_layers": []})
    read = tiling.archive.Archive(path)
    assert (count, read.addressed, read.zooms) == (len(drawn), len(drawn), (8, 16))
    assert read.bounds == pytest.approx(bounds, abs=1e-6)
    assert read.metadata == {"vector_layers": []}
    assert all(read.tile(at) == body for at, body in drawn)
    assert read.tile(Address(16, 0, 0)) is None
    read.close()


def test_a_great_archive_has_leaves(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    places = {(int(x), int(y)) for x, y in rng.integers(0, 2**14, (30_000, 2))}
    drawn = [(Address(14, x, y), rng.bytes(8 + (x + y) % 3)) for x, y in sorted(places)]
    path = tmp_path / "b.pmtiles"
    tiling.archive.write(path, drawn, bounds=(0, 0, 1, 1), metadata={})
    assert path.read_bytes()[8:16] == (127).to_bytes(8, "little")
    read = tiling.archive.Archive(path)
    assert all(read.tile(at) == body for at, body in drawn[::97])
    read.close()
