"""What is wrong is mended by what is proposed, and nothing else gets worse."""

from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely
from shapely.geometry.base import BaseGeometry
from squareton import squareton

from geo import redraw, topology
from geo.layers import Finding

LEVELS, HOMES = squareton()
NORMS = {"grid": (300, 500), "microgrid": (30, 100)}
GRID, EAST = "321198001001001", "321198001001002"
Flaw = Callable[[dict[str, gpd.GeoDataFrame]], None]


def town(flaw: Flaw) -> redraw.Fabric:
    """Give Squareton with a flaw."""
    levels = {name: frame.copy() for name, frame in LEVELS.items()}
    flaw(levels)
    return redraw.fabric(levels, HOMES)


def found(fabric: redraw.Fabric) -> list[Finding]:
    """Give what a whole check finds but for sizes."""
    levels = {lv.name: fabric.frame(lv.name) for lv in fabric.levels}
    return topology.check(levels, HOMES)  # type: ignore[arg-type]


def shape(levels: dict[str, gpd.GeoDataFrame], level: str, code: str) -> BaseGeometry:
    """Give the outline of an area."""
    return levels[level].set_index("code").geometry[code]


def put(levels: dict[str, gpd.GeoDataFrame], level: str, code: str, made: BaseGeometry) -> None:
    """Give an area another outline."""
    frame = levels[level]
    frame.loc[frame["code"] == code, frame.geometry.name] = gpd.GeoSeries(
        [made], index=frame.index[frame["code"] == code], crs=frame.crs
    )


def bitten(level: str, code: str, *, inside: bool = False) -> Flaw:
    """Bite a square of 20 m out of the east side of an area, or out of its middle."""

    def flaw(levels: dict[str, gpd.GeoDataFrame]) -> None:
        whole = shape(levels, level, code)
        west, south, east, north = whole.bounds
        x = (west + east) / 2 if inside else east
        y = (south + north) / 2 + 3
        put(levels, level, code, whole - shapely.box(x - 20, y - 10, x + (20 * inside), y + 10))

    return flaw


def swollen(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Let a grid take 15 m of its neighbour's ground, which the neighbour keeps."""
    west, south, east, north = shape(levels, "grid", GRID).bounds
    put(levels, "grid", GRID, shapely.box(west, south, east + 15, north))


def doubled(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Record a grid twice."""
    frame = levels["grid"]
    again = frame[frame["code"] == GRID].assign(code="321198001001099")
    levels["grid"] = gpd.GeoDataFrame(
        gpd.pd.concat([frame, again], ignore_index=True), crs=frame.crs
    )


def twice(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Give a code to two micro-grids."""
    frame = levels["microgrid"]
    frame.loc[frame.index[1], "code"] = frame["code"].iloc[0]


def malformed(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Give a micro-grid a code that is none."""
    levels["microgrid"].loc[levels["microgrid"].index[0], "code"] = "X1"


def orphaned(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Name a parent that does not exist."""
    levels["microgrid"].loc[levels["microgrid"].index[2], "parent"] = "321198001001077"


def misplaced(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Name the wrong parent."""
    frame = levels["microgrid"]
    frame.loc[frame.index[2], "parent"] = levels["grid"]["code"].iloc[-1]


def torn(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Let a grid own a piece in the middle of its neighbour, on both levels."""
    from geo import coords

    for level, one, other in (
        ("grid", GRID, EAST),
        ("microgrid", f"{GRID}01", f"{EAST}01"),
    ):
        west, south, _, _ = shape(levels, "microgrid", f"{EAST}01").bounds
        piece = shapely.transform(
            shapely.box(west + 30, south + 30, west + 60, south + 60),
            lambda xy: coords.settled(xy, levels["grid"].crs),
        )
        put(levels, level, other, shape(levels, level, other) - piece)
        put(levels, level, one, shapely.MultiPolygon([shape(levels, level, one), piece]))


def nudged(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Move a corner of a grid by 3 cm."""
    whole = shape(levels, "grid", GRID)
    xy = shapely.get_coordinates(whole)
    east, north = whole.bounds[2:]
    corner = (abs(xy[:, 0] - east) < 1) & (abs(xy[:, 1] - north) < 1)
    xy[corner] += 0.02
    put(levels, "grid", GRID, shapely.Polygon(xy))


def crossed(levels: dict[str, gpd.GeoDataFrame]) -> None:
    """Let an outline cross itself."""
    whole = shape(levels, "microgrid", f"{GRID}01")
    west, south, east, north = whole.bounds
    put(levels, "microgrid", f"{GRID}01",
        shapely.Polygon([(west, south), (east, north), (east, south), (west, north)]))  # fmt: skip


FLAWS: dict[str, tuple[str, Flaw]] = {
    "gap": ("GAP", bitten("microgrid", f"{GRID}01")),
    "gap on two levels": ("GAP", bitten("grid", GRID)),
    "hole": ("HOLE", bitten("microgrid", f"{GRID}01", inside=True)),
    "overlap": ("OVERLAP", swollen),
    "recorded twice": ("DOUBLY_OWNED", doubled),
    "code given twice": ("CODE_DUPLICATE", twice),
    "malformed code": ("CODE_INVALID", malformed),
    "orphan": ("ORPHAN", orphaned),
    "wrong parent": ("PARENT_MISMATCH", misplaced),
    "several pieces": ("MULTIPART", torn),
    "corner nudged": ("NEAR_MISS", nudged),
    "broken outline": ("GEOM_INVALID", crossed),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_is_mended_by_what_is_proposed(name: str) -> None:
    code, flaw = FLAWS[name]
    fabric = town(flaw)
    first = found(fabric)
    assert code in {f.code for f in first}, [f.en for f in first]
    done = []
    for _ in range(12):
        cures = (redraw.cure(fabric, f, norms=NORMS) for f in found(fabric))
        cured = next((c for c in cures if c), None)
        if cured is None:
            break
        cured[1].on(fabric)
        done.append(cured[1])
    assert [f.en for f in found(fabric)] == []
    for change in reversed(done):
        change.inverse().on(fabric)
    assert [f.en for f in found(fabric)] == [f.en for f in first]


@pytest.mark.parametrize(("first", "second"), [(0.25, 320), (0.85, 320)])
def test_two_neighbours_are_evened_out(first: float, second: int) -> None:
    fabric = redraw.fabric(LEVELS, HOMES)
    west, south, _, north = fabric.area("grid", GRID).shape.bounds
    far = shapely.box(*fabric.area("grid", EAST).shape.bounds).bounds[2]
    x = west + first * (far - west)
    course = shapely.LineString([(x, south - 1), (x, north + 1)])
    redraw.change(fabric, redraw.MoveBorder("grid", (GRID, EAST), course)).on(fabric)
    before = [fabric.area("grid", code).households for code in (GRID, EAST)]
    assert abs(before[0] - before[1]) > 100
    redraw.change(fabric, redraw.EvenOut("grid", (GRID, EAST))).on(fabric)
    assert [fabric.area("grid", code).households for code in (GRID, EAST)] == [second, second]
    assert [f for f in found(fabric) if f.code not in ("SIZE_OUT_OF_NORM", "BUILDING_CUT")] == []


@pytest.mark.parametrize(
    ("norm", "kind"), [((100, 200), redraw.BalancedSplit), ((330, 700), redraw.Merge)]
)
def test_sizes_are_put_right_by_halving_or_merging(norm: tuple[int, int], kind: type) -> None:
    fabric = redraw.fabric(LEVELS, HOMES)
    sized = topology.check({"grid": fabric.frame("grid")}, norms=topology.Norms(grid=norm))  # type: ignore[dict-item]
    asked = next(f for f in sized if f.features == (GRID,))
    cured = redraw.cure(fabric, asked, norms={"grid": norm})
    assert cured is not None
    assert isinstance(cured[0], kind)
    cured[1].on(fabric)
    assert GRID not in {a.code for a in fabric.of("grid")}
