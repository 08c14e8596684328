"""What is grouped: bodies and areas with their weight, neighbours, walks, skills and needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from api.tasks.alliance_presets import Preset
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import ADULT, STREETS, network_of
from api.tasks.work import Work
from geo import grouping, layers, network, topology
from geo.errors import NotFound
from geo.layers import DETOUR, Adjacency, items
from geo.layers.codes import LENGTHS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BARRIERS = ("river", "rail")
"""What parts neighbours; walls of compounds have gates on every side of a council."""
FAR_S = 7200.0
"""Longer walks are not searched among more than `EVERY_WALK` bodies: none is worth it."""
EVERY_WALK = 300
KINDS = {
    "government": "机关", "school": "学校", "hospital": "医院", "enterprise": "企业",
    "bank": "银行", "university": "高校", "police": "公安", "culture": "文化",
}  # fmt: skip
"""What institutions are, in the words of the reader."""
SEATS = ("service_center", "convenience_center", "activity_room")
"""Where people of a community meet; its middle where there is none."""


@dataclass(frozen=True)
class Bodies:
    """What is grouped, everything in one order.

    Attributes
    ----------
    table : DataFrame
        `id`, `name`, `community`, `seniority`, `strength`, `rank` (0 weakest … 1), households
        and the like as the layer has them.
    shapes : GeoDataFrame
        `id`, `name`, `community`, and the area of each; empty where it has none.
    crossings : Crossings
        Neighbours on foot, and what barriers and bridges changed.
    walk_min : (n, n) float
        Minutes on foot from each to each.
    estimated : (n, n) bool
        Where that is the straight line × 1.3: no street joins the two.
    skills : grouping.complement.Exchange
        What they offer and want.
    """

    scene: Scene
    table: pd.DataFrame
    shapes: gpd.GeoDataFrame
    xy: Floats
    crossings: grouping.crossings.Crossings
    walk_min: Floats
    estimated: Bools
    skills: grouping.complement.Exchange

    @property
    def adjacency(self) -> Adjacency:
        """Give the neighbours on foot."""
        return self.crossings.adjacency

    @cached_property
    def subdistricts(self) -> npt.NDArray[np.object_]:
        """Give the code of the subdistrict of each; empty where none is known."""
        return self.table["community"].astype("str").str[: LENGTHS["subdistrict"]].to_numpy(object)

    @cached_property
    def ranked(self) -> bool:
        """Whether seniority or strength tells them apart."""
        return bool(self.table[["seniority", "strength"]].nunique().max() > 1)

    def load(self, name: str) -> Floats:
        """Give the weight of each: households, residents, members, needs, or 1 a body."""
        if name == "bodies":
            return np.ones(len(self.table))
        if name == "needs":
            wants: Floats = self.skills.wants.sum(axis=1).astype(np.float64)
            return wants
        if name not in self.table:
            raise NotFound(
                f"these bodies have no column {name!r} to balance",
                zh=f"这些单元没有可供均衡的“{name}”",
                hint="balance by bodies: every one counts alike",
                hint_zh="可改用 bodies：每个单元计一",
            )
        found: Floats = np.asarray(self.table[name], dtype=np.float64)
        if not found.sum() > 0:
            raise NotFound(
                f"none of these bodies has any {name}: there is nothing to balance",
                zh=f"这些单元的“{name}”全部为 0，无从均衡",
                hint="import them with their numbers, or balance by bodies: --load bodies",
                hint_zh="请补上数据后重新导入，或用 --load bodies：每个单元计一",
            )
        return found


def read_bodies(work: Work, preset: Preset) -> Bodies:
    """Read what a preset groups, with its neighbours and walks on foot.

    Raises
    ------
    NotFound
        When there is nothing to group.
    """
    wanted = dict.fromkeys((preset.layer, "grid", "community", "station", *STREETS))
    scene = read_scene(work, *wanted)
    table = _table(scene, preset)
    if not len(table):
        word = preset.body
        raise NotFound(
            f"there is no {word[1]} to group",
            zh=f"没有可编组的{word[0]}",
            hint=f"import the layer {preset.layer}",
            hint_zh=f"请先导入图层 {preset.layer}",
        )
    seats = table.geometry.to_numpy()
    xy = shapely.get_coordinates(seats)
    shapes = _shapes(scene, table, preset)
    with work.step("步行时间"):
        walk_min, estimated = walks(scene, xy)
    plain = pd.DataFrame(table.drop(columns=["geometry", "shape"]))
    return Bodies(
        scene, plain, shapes, xy, _neighbours(scene, shapes, xy, spaced=preset.spaced), walk_min, estimated,
        _skills(table, preset),
    )  # fmt: skip


def read_shapes(work: Work, preset: Preset) -> tuple[Scene, gpd.GeoDataFrame]:
    """Read the area of everything a preset groups, its meeting place where it has none."""
    scene = read_scene(work, *dict.fromkeys(
        (preset.layer, "grid", "community", "station", "district")
    ))  # fmt: skip
    table = _table(scene, preset)
    shapes = _shapes(scene, table, preset)
    bare = shapes.is_empty.to_numpy()
    places = shapes.geometry.to_numpy().copy()
    places[bare] = table.geometry.to_numpy()[bare]
    return scene, shapes.set_geometry(places, crs=scene.crs)


def walks(scene: Scene, xy: Floats) -> tuple[Floats, Bools]:
    """Measure minutes on foot between all of some places, and say which are estimated.

    Without streets, and where streets do not join two places, a walk is the straight line
    × 1.3. Beyond two hours nobody asks how long exactly.
    """
    straight = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    guess = straight * DETOUR / ADULT.speed_m_s
    if (net := network_of(scene)) is None:
        return guess / 60, np.ones(guess.shape, dtype=bool)
    limit_s = float("inf") if len(xy) <= EVERY_WALK else FAR_S
    times = network.within(net, xy, xy, limit_s=limit_s)
    seconds = np.full(guess.shape, np.inf)
    seconds[times.rows, times.cols] = times.seconds
    np.fill_diagonal(seconds, 0.0)
    missing = ~np.isfinite(seconds)
    seconds = np.where(missing, np.maximum(guess, limit_s if limit_s < np.inf else 0.0), seconds)
    return seconds / 60, missing


def _table(scene: Scene, preset: Preset) -> gpd.GeoDataFrame:
    """Give one row a body: at its meeting place, with its own area in `shape`."""
    frame = scene.frame(preset.layer)
    if preset.layer == "council":
        table: gpd.GeoDataFrame = layers.councils(frame).assign(shape=None)
    elif preset.layer == "community":
        table = _communities(scene, villages=preset.kind == "cluster")
    else:
        table = frame.assign(shape=None)
    table = table.reset_index(drop=True)
    for name in ("seniority", "strength"):
        table[name] = table.get(name, 0.0)
    score = table["seniority"].rank(pct=True) + table["strength"].rank(pct=True)
    table["rank"] = (score.rank(method="first") - 1) / max(len(table) - 1, 1)
    return table


def _communities(scene: Scene, *, villages: bool) -> gpd.GeoDataFrame:
    areas = scene.frame("community").drop_duplicates("code")
    if villages:
        areas = areas[areas["code"].str[9:10].isin(["2", "3"])]
    areas = areas.assign(id=areas["code"], community=areas["code"], shape=areas.geometry)
    return areas.set_geometry(_seats(scene, areas), crs=scene.crs)


def _seats(scene: Scene, areas: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Give the centre in which people of each area meet, the one nearest to its middle."""
    middle: npt.NDArray[np.object_] = areas.geometry.representative_point().to_numpy()
    places = scene.frame("station")
    if not len(places):
        return middle
    points = places[places["kind"].isin(SEATS)].geometry.to_numpy()
    area, point = shapely.STRtree(points).query(areas.geometry.to_numpy(), predicate="intersects")
    off = shapely.distance(shapely.centroid(areas.geometry.to_numpy())[area], points[point])
    best = pd.DataFrame({"area": area, "point": point, "off": off}).sort_values("off")
    chosen = best.drop_duplicates("area")
    middle = middle.copy()
    middle[chosen["area"]] = points[chosen["point"]]
    return middle


def _shapes(scene: Scene, table: gpd.GeoDataFrame, preset: Preset) -> gpd.GeoDataFrame:
    if preset.layer == "council":
        return territory_shapes(scene, table)
    empty = shapely.MultiPolygon()
    areas = [empty if shape is None else shape for shape in table["shape"]]
    columns = {name: table[name].to_numpy() for name in ("id", "name", "community")}
    return gpd.GeoDataFrame(columns, geometry=areas, crs=scene.crs)


def territory_shapes(scene: Scene, councils: pd.DataFrame) -> gpd.GeoDataFrame:
    """Join the grids of each council's territory, in the order of the councils.

    A grid named by two councils goes to the first; a council without a known grid has an
    empty shape.
    """
    owner: dict[str, int] = {}
    for row, cell in enumerate(councils["territory"]):
        for code in items(cell):
            owner.setdefault(code, row)
    grids = scene.frame("grid").drop_duplicates("code")
    owned = grids.assign(council=grids["code"].map(owner)).dropna(subset="council")
    shapes = np.full(len(councils), shapely.MultiPolygon(), dtype=object)
    if len(owned):
        joined = owned.dissolve("council").geometry
        shapes[joined.index.to_numpy(int)] = joined.to_numpy()
    columns = {name: councils[name].to_numpy() for name in ("id", "name", "community")}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=scene.crs)


def _neighbours(
    scene: Scene, shapes: gpd.GeoDataFrame, xy: Floats, *, spaced: bool
) -> grouping.crossings.Crossings:
    """Shared borders, cut by rivers and railways, joined by bridges; points by nobody between."""
    bare = shapes.is_empty.to_numpy()
    ids = shapes["id"].to_numpy(object)
    if bare.all():
        near = Adjacency(ids, np.zeros((0, 2), dtype=np.int32), np.zeros(0))
    else:
        near = topology.adjacency(shapes.rename(columns={"id": "code"}))
    barriers = scene.frame("barrier")
    lines = np.zeros(0, dtype=object)
    net = network_of(scene)
    if len(barriers) and net is not None:
        lines = barriers[barriers["kind"].isin(BARRIERS)].geometry.to_numpy()
    ways = lines[:0] if net is None else net.lines()
    found = grouping.crossings.on_foot(near, shapes.geometry.to_numpy(), barriers=lines, ways=ways)
    if not (spaced or bare.any()):
        return found
    near = grouping.crossings.beside(found.adjacency, xy, bare=bare | spaced)
    return grouping.crossings.Crossings(near, found.cut, found.joined)


def _skills(table: pd.DataFrame, preset: Preset) -> grouping.complement.Exchange:
    """Skills and needs of councils; what an institution is counts as its skill, wanted by the others."""
    if preset.layer == "institution":
        kinds = [[KINDS.get(k, k) for k in items(cell)] for cell in table["kind"].fillna("")]
        every = {kind for cell in kinds for kind in cell}
        return grouping.complement.exchange(kinds, [every - set(cell) for cell in kinds])
    cells = [
        [items(cell) for cell in table[name].fillna("")] if name in table else [()] * len(table)
        for name in ("skills", "needs")
    ]
    return grouping.complement.exchange(*cells)
