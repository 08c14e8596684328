"""Thin gaps and overlaps are mended with an account; wide ones, and all else, stay as they are."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import BadInput
from geo.files.mending import mend

CRS = 4549
X, Y = 448_000.0, 3_564_000.0


def areas(*boxes) -> gpd.GeoDataFrame:
    shapes = [shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in boxes]
    frame = {"code": [str(i) for i in range(1, len(boxes) + 1)], "households": 10}
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=CRS), index=range(len(boxes)))


def torn(rng: np.random.Generator, count: int = 6, by_m: float = 0.2) -> gpd.GeoDataFrame:
    """Give squares of 100 m whose corners were moved a little, each on its own."""
    frame = areas(
        *[
            (100 * i, 100 * j, 100 * i + 100, 100 * j + 100)
            for i in range(count)
            for j in range(count)
        ]
    )
    shapes = [shapely.transform(s, lambda p: p + _jolt(rng, p, by_m)) for s in frame.geometry]
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=CRS))


def _jolt(rng, points, by_m):
    moved = rng.uniform(-by_m, by_m, points.shape)
    moved[-1] = moved[0]
    return moved


def test_a_thin_gap_goes_to_the_longest_neighbour_and_a_wide_one_stays() -> None:
    frame = areas((0, 0, 100, 100), (100.3, 0, 200, 100), (0, 100, 200, 200), (0, -50, 200, 0),
                  (202, 0, 300, 100), (200, 100, 300, 200), (200, -50, 300, 0))  # fmt: skip
    done = mend(frame, width_m=0.5)
    gained = done.account.set_index("feature")
    assert gained["area_after_m2"].sum() - gained["area_before_m2"].sum() == pytest.approx(
        30, abs=1e-6
    )
    assert done.left["fault"].tolist() == ["gap"]
    assert done.left["width_m"][0] == pytest.approx(2, abs=0.01)
    assert (gained["households_before"] == 10).all()


@pytest.mark.parametrize(
    ("rule", "area"), [("larger", 20_000), ("smaller", 19_970), ("first", 19_970)]
)
def test_an_overlap_follows_the_rule(rule: str, area: float) -> None:
    frame = areas((199.7, 0, 300, 100), (0, 0, 200, 100))
    done = mend(frame, width_m=0.5, rule=rule)
    assert done.frame.geometry[1].area == pytest.approx(area)
    assert shapely.intersection(*done.frame.geometry).area == pytest.approx(0, abs=1e-9)
    assert done.frame.area.sum() == pytest.approx(30_000)


def test_a_wide_overlap_is_left() -> None:
    frame = areas((0, 0, 100, 100), (95, 0, 200, 100))
    done = mend(frame)
    assert done.left["fault"].tolist() == ["overlap"]
    assert not len(done.account)
    assert all(a is b for a, b in zip(done.frame.geometry, frame.geometry, strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_mending_twice_is_mending_once_and_the_rest_is_untouched(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = torn(rng)
    far = areas((2000, 0, 2100, 100), (2100, 0, 2200, 100)).geometry.tolist()
    frame = gpd.GeoDataFrame(
        {"code": [str(i) for i in range(len(frame) + 2)], "households": 1},
        geometry=gpd.GeoSeries([*frame.geometry, *far], crs=CRS),
    )
    once = mend(frame, width_m=1.0)
    assert once.frame.geometry.iloc[-1] is frame.geometry.iloc[-1]
    assert not len(once.left)
    assert shapely.is_valid(once.frame.geometry.to_numpy()).all()
    overlaps = frame.area.sum() - shapely.union_all(frame.geometry.to_numpy()).area
    assert overlaps > 1
    left = once.frame.area.sum() - shapely.union_all(once.frame.geometry.to_numpy()).area
    assert left == pytest.approx(0, abs=1e-4)
    twice = mend(once.frame, width_m=1.0)
    assert shapely.equals(twice.frame.geometry.to_numpy(), once.frame.geometry.to_numpy()).all()
    assert not len(twice.account)


def test_households_follow_the_ground() -> None:
    frame = areas((0, 0, 100, 100), (99.6, 0, 200, 100))
    homes = gpd.GeoDataFrame(
        {"households": [3, 5]},
        geometry=gpd.GeoSeries(shapely.points([(X + 99.8, Y + 50), (X + 150, Y + 50)]), crs=CRS),
    )
    told = mend(frame, homes=homes).account.set_index("feature")
    assert told.loc["1", ["households_before", "households_after"]].tolist() == [3, 0]
    assert told.loc["2", ["households_before", "households_after"]].tolist() == [8, 8]


def test_wishes_that_make_no_sense() -> None:
    with pytest.raises(BadInput):
        mend(areas((0, 0, 1, 1)), width_m=0)
