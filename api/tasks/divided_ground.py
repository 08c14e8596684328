"""The ground that is divided into micro-grids or grids: what is asked of it, read and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from api.tasks.scene import Scene, read_scene
from api.tasks.walk import ADULT, network_of
from api.tasks.work import Form, Work
from geo import coords, network, parcelling, store
from geo.errors import BadInput, NotFound
from geo.layers import DEFAULT_SCHEME, TravelTimes, layer
from geo.layers import level as level_named

GROUND = ("building", "street", "barrier", "gate", "landuse")
HOUSEHOLDS = {"microgrid": (30, 100), "grid": (300, 500)}
"""Least and most households of an area (local implementing rules)."""


class Division(Form):
    """Divide the areas `within` a code into areas of `lower` to `upper` households.

    `level` is what is drawn: micro-grids inside grids, or grids inside communities. `upset`
    is the slider between the best shape (0) and the fewest households that change their
    leader (1); `afresh` forgets the areas of today.
    """

    within: str = ""
    level: Literal["microgrid", "grid"] = "microgrid"
    lower: int | None = Field(None, ge=1)
    upper: int | None = Field(None, ge=1)
    target: int | None = Field(None, ge=1)
    upset: float = Field(1.0, ge=0, le=1)
    afresh: bool = False
    seed: int = Field(1, ge=0)
    workers: int = Field(0, ge=0)

    def allowed(self) -> parcelling.Range:
        """Give the range of households; what is usual for the level where nothing is said."""
        low, high = HOUSEHOLDS[self.level]
        lower = low if self.lower is None else self.lower
        upper = high if self.upper is None else self.upper
        if lower > upper:
            raise BadInput(
                f"{lower} households at least and {upper} at most leave nothing between",
                zh=f"户数下限 {lower} 大于上限 {upper}",
                hint="write for example --households 30:100",
                hint_zh="写法示例：--households 30:100",
            )
        target = (lower + upper) / 2 if self.target is None else self.target
        return parcelling.Range(lower, upper, float(min(max(target, lower), upper)))


@dataclass(frozen=True)
class Taken:
    """What the work begins with: the scene in metres, the levels also as they are stored.

    `rows` are the parents that are divided.
    """

    scene: Scene
    levels: Mapping[str, gpd.GeoDataFrame]
    stored: Mapping[str, gpd.GeoDataFrame]
    rows: np.ndarray
    used: list[str]

    def parents(self, level: str) -> gpd.GeoDataFrame:
        """Give the parents that are divided."""
        above = level_named(level).parent or ""
        return self.levels[above].iloc[self.rows]

    def known(self) -> list[tuple[Any, Any]]:
        """Give every stored shape in metres and in degrees."""
        return [
            (self.levels[name].geometry.to_numpy(), self.stored[name].geometry.to_numpy())
            for name in self.levels
        ]


@dataclass(frozen=True)
class Drawn:
    """A design, the codes of its areas, and the area of every building."""

    design: parcelling.Design
    now: parcelling.Today
    codes: list[str]
    homes: pd.DataFrame


def read(form: Division, work: Work) -> Taken:
    """Read the ground, the areas of today, and every code that was ever given."""
    names = [lv.name for lv in DEFAULT_SCHEME]
    with work.step("读取数据"):
        scene = read_scene(work, *GROUND)
        with work.db.read() as session:
            stored = {name: store.areas.read(session, name) for name in names}
            used = store.areas.codes_ever(session, form.level)
    stored = {name: frame for name, frame in stored.items() if len(frame)}
    levels = {name: coords.to_metres(frame, scene.crs) for name, frame in stored.items()}
    above = level_named(form.level).parent or ""
    frame = levels.get(above)
    rows = (
        np.zeros(0, dtype=np.int64)
        if frame is None
        else np.flatnonzero(frame["code"].str.startswith(form.within).to_numpy(dtype=bool))
    )
    if not len(rows):
        raise NotFound(
            f"there is no {above} whose code begins with {form.within!r}",
            zh=f"没有编码以“{form.within}”开头的{layer(above).zh}",
            where=[form.within],
            hint=f"give the code of a {above}, or of a wider area, with --within",
            hint_zh=f"请用 --within 给出{layer(above).zh}或其上级的编码",
        )
    if not len(scene.frame("building")):
        raise NotFound(
            "there are no buildings to be divided",
            zh="没有楼栋数据，无法划分",
            hint="import the layer building first",
            hint_zh="请先导入楼栋图层",
        )
    return Taken(scene, levels, stored, rows, used)


def drawn(form: Division, taken: Taken, allowed: parcelling.Range, work: Work) -> Drawn:
    """Divide the ground, and give the new areas their codes."""
    scene, parents = taken.scene, taken.parents(form.level)
    homes = _inside(scene.frame("building"), parents)
    lines = parcelling.lines(scene.frame("street"), scene.frame("barrier"), scene.frame("landuse"))
    ground = parcelling.ground(
        parents.geometry.to_numpy(), homes.geometry.to_numpy(), lines,
        workers=form.workers, progress=work.progress,
    )  # fmt: skip
    with work.step("步行连通"):
        gates = scene.frame("gate").geometry.to_numpy()
        reach_m = _reach_m(form.level)
        times = _walks(scene, ground, reach_m)
        walk = parcelling.on_foot(ground, lines, times=times, gates=gates, reach_m=reach_m)
    today = _today(form, taken, parents, ground)
    people = parcelling.People(
        homes["households"].to_numpy(dtype=np.int64),
        pd.factorize(homes["compound"].where(homes["compound"] != ""))[0].astype(np.int32),
    )
    made = parcelling.design(
        ground, people, walk, allowed,
        now=today, special=(parents["kind"] == "dedicated").to_numpy(dtype=bool),
        upset=form.upset, seed=form.seed, workers=form.workers, progress=work.progress,
    )  # fmt: skip
    under = children(form, taken)
    named = parcelling.coded(
        made, parents["code"].tolist(), form.level, now=today,
        today_codes=[] if form.afresh else under["code"].tolist(),
        households=people.households, used=taken.used,
    )  # fmt: skip
    code = np.array([*named, ""], dtype=object)[made.home]
    table = pd.DataFrame(
        {"id": homes["id"].to_numpy(), "code": code, "residents": homes["residents"].to_numpy()}
    )
    return Drawn(made, today, named, table)


def _inside(buildings: gpd.GeoDataFrame, parents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    west, south, east, north = parents.total_bounds
    return buildings.cx[west:east, south:north].reset_index(drop=True)


def _walks(scene: Scene, ground: parcelling.Ground, reach_m: float) -> TravelTimes | None:
    if (net := network_of(scene)) is None:
        return None
    xy = shapely.get_coordinates(ground.points)
    return network.within(net, xy, xy, limit_s=reach_m / ADULT.speed_m_s)


def children(form: Division, taken: Taken) -> gpd.GeoDataFrame:
    """Give the areas of today at the level that is drawn; an empty table where there are none."""
    if form.level in taken.levels:
        return taken.levels[form.level]
    return taken.levels[level_named(form.level).parent or ""].iloc[:0]


def _reach_m(level: str) -> float:
    """Give how far apart on foot neighbouring buildings are joined at most."""
    return parcelling.REACH_M if level == "microgrid" else 600.0


def _today(
    form: Division, taken: Taken, parents: gpd.GeoDataFrame, ground: parcelling.Ground
) -> parcelling.Today:
    under = children(form, taken)
    if form.afresh:
        under = under.iloc[:0]
    place = {code: row for row, code in enumerate(parents["code"])}
    named = [place.get(code, -1) for code in under["parent"]]
    return parcelling.today(under.geometry.to_numpy(), np.array(named, dtype=np.int64), ground)
