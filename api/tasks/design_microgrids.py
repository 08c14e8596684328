"""Draw micro-grids inside grids, or grids inside communities: a proposal, never a publication."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

import maps
from api.tasks.draw_maps import ground, save
from api.tasks.open_scenario import open_scenario
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import ADULT, network_of
from api.tasks.work import Form, Work, now, record
from geo import coords, files, network, parcelling, store
from geo.errors import BadInput, NotFound
from geo.layers import DEFAULT_SCHEME, TravelTimes, codes, layer
from geo.layers import level as level_named

GROUND = ("building", "street", "barrier", "gate", "landuse")
HOUSEHOLDS = {"microgrid": (30, 100), "grid": (300, 500)}
"""Least and most households of an area (local implementing rules)."""
REACH_M = {"microgrid": parcelling.REACH_M, "grid": 600.0}
"""Neighbouring buildings farther apart on foot than this are not joined."""


class DesignMicrogrids(Form):
    """Divide the areas `within` a code into areas of `lower` to `upper` households.

    `level` is what is drawn: micro-grids inside grids, or grids inside communities. `upset`
    is the slider between the best shape (0) and the fewest households that change their
    leader (1); `afresh` forgets the areas of today. The answer is a proposal: it is kept as a
    run and written to `out`, the map stays as it is.
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
    out: Path | None = None
    page: Path | None = None
    scenario: str = ""

    def run(self, work: Work) -> "Proposal":
        """Read, draw outside any transaction, keep the run, write the file."""
        started, begun = now(), time.perf_counter()
        allowed = self._range()
        taken = _read(self, work)
        drawn = _drawn(self, taken, allowed, work)
        areas, touched = _located(self, taken, drawn, _table(self, taken, drawn))
        summary = _summary(areas, drawn, touched, time.perf_counter() - begun)
        curve = [_rung(rung) for rung in drawn.design.curve]
        result = {
            "summary": summary,
            "curve": curve,
            "areas": pd.DataFrame(areas.drop(columns="geometry")).to_dict("records"),
            "buildings": dict(zip(drawn.homes["id"], drawn.homes["code"], strict=True)),
        }
        run = record(work, f"{self.level}s", self, result, started=started, seed=self.seed)
        made = Proposal(run, self.level, areas, drawn.homes, touched, summary, curve, taken.scene)
        if self.out is not None:
            with work.step(f"写出 {self.out.name}"):
                made.write(self.out)
        if self.page is not None:
            with work.step(f"出图 {self.page.name}"):
                save(self._theme(taken, made, work), self.page)
        if self.scenario:
            with work.step(f"打开方案 {self.scenario}"):
                opened = open_scenario(
                    work, self.level, _widest(taken, self), _moved(areas), name=self.scenario
                )
            made = replace(made, link=opened.link)
        return made

    def _theme(self, taken: "_Taken", made: "Proposal", work: Work) -> maps.Parcels:
        under = _children(self, taken)
        today = under[under["parent"].isin(taken.parents(self.level)["code"])]
        changed = int(made.summary["changed_households"])
        return maps.Parcels(made.areas, today, self.level, changed, ground(work))

    def _range(self) -> parcelling.Range:
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
class _Taken:
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
class _Drawn:
    """A design, the codes of its areas, and the area of every building."""

    design: parcelling.Design
    now: parcelling.Today
    codes: list[str]
    homes: pd.DataFrame


def _read(form: DesignMicrogrids, work: Work) -> _Taken:
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
    return _Taken(scene, levels, stored, rows, used)


def _drawn(form: DesignMicrogrids, taken: _Taken, allowed: parcelling.Range, work: Work) -> _Drawn:
    scene, parents = taken.scene, taken.parents(form.level)
    homes = _inside(scene.frame("building"), parents)
    lines = parcelling.lines(scene.frame("street"), scene.frame("barrier"), scene.frame("landuse"))
    ground = parcelling.ground(
        parents.geometry.to_numpy(), homes.geometry.to_numpy(), lines,
        workers=form.workers, progress=work.progress,
    )  # fmt: skip
    with work.step("步行连通"):
        gates = scene.frame("gate").geometry.to_numpy()
        reach_m = REACH_M[form.level]
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
    under = _children(form, taken)
    named = parcelling.coded(
        made, parents["code"].tolist(), form.level, now=today,
        today_codes=[] if form.afresh else under["code"].tolist(),
        households=people.households, used=taken.used,
    )  # fmt: skip
    code = np.array([*named, ""], dtype=object)[made.home]
    table = pd.DataFrame(
        {"id": homes["id"].to_numpy(), "code": code, "residents": homes["residents"].to_numpy()}
    )
    return _Drawn(made, today, named, table)


def _inside(buildings: gpd.GeoDataFrame, parents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    west, south, east, north = parents.total_bounds
    return buildings.cx[west:east, south:north].reset_index(drop=True)


def _walks(scene: Scene, ground: parcelling.Ground, reach_m: float) -> TravelTimes | None:
    if (net := network_of(scene)) is None:
        return None
    xy = shapely.get_coordinates(ground.points)
    return network.within(net, xy, xy, limit_s=reach_m / ADULT.speed_m_s)


def _children(form: DesignMicrogrids, taken: _Taken) -> gpd.GeoDataFrame:
    if form.level in taken.levels:
        return taken.levels[form.level]
    return taken.levels[level_named(form.level).parent or ""].iloc[:0]


def _today(
    form: DesignMicrogrids, taken: _Taken, parents: gpd.GeoDataFrame, ground: parcelling.Ground
) -> parcelling.Today:
    under = _children(form, taken)
    if form.afresh:
        under = under.iloc[:0]
    place = {code: row for row, code in enumerate(parents["code"])}
    named = [place.get(code, -1) for code in under["parent"]]
    return parcelling.today(under.geometry.to_numpy(), np.array(named, dtype=np.int64), ground)


def _table(form: DesignMicrogrids, taken: _Taken, drawn: _Drawn) -> pd.DataFrame:
    """Give one row an area: the layer's columns, then what the design says of it."""
    parents, under = taken.parents(form.level), _children(form, taken)
    areas = drawn.design.areas
    own = parents.iloc[[area.parent for area in areas]]
    today = [*under["code"].tolist(), ""]
    old_names = dict(zip(under["code"], under["name"], strict=True))
    residents = drawn.homes.groupby("code")["residents"].sum()
    names = [
        old_names.get(code) or _name(parent, code, form.level)
        for parent, code in zip(own["name"], drawn.codes, strict=True)
    ]
    return pd.DataFrame(
        {
            "code": drawn.codes,
            "name": names,
            "kind": own["kind"].tolist(),
            "parent": own["code"].tolist(),
            "households": [area.households for area in areas],
            "residents": [int(residents.get(code, 0)) for code in drawn.codes],
            "buildings": [len(area.houses) for area in areas],
            "in_range": [area.reason is None for area in areas],
            "connected": [area.connected for area in areas],
            "reason_zh": [area.reason.zh if area.reason else "" for area in areas],
            "reason_en": [area.reason.en if area.reason else "" for area in areas],
            "leader_of": [today[area.carries] for area in areas],
            "kept": [area.kept for area in areas],
            "newcomers": [int((drawn.now.home[a.houses] != a.carries).sum()) for a in areas],
        }
    )


def _name(parent: str, code: str, level: str) -> str:
    digits = codes.LENGTHS[level] - codes.LENGTHS[level_named(level).parent or ""]
    number = int(code[-digits:])
    return f"{parent}{number:02d}微网格" if level == "microgrid" else f"{parent}第{number}网格"


def _located(
    form: DesignMicrogrids, taken: _Taken, drawn: _Drawn, table: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, dict[str, gpd.GeoDataFrame]]:
    """Bring the areas home to degrees, and those whose borders get vertices beside them.

    Without these vertices a sliver could open where a new border ends.
    """
    divided = set(taken.parents(form.level)["code"])
    rows: dict[str, list[int]] = {}
    parts = [np.array([area.shape for area in drawn.design.areas], dtype=object)]
    for name, frame in taken.levels.items():
        shapes = frame.geometry.to_numpy()
        given = parcelling.with_vertices(shapes, drawn.design.seams)
        outside = ~frame["parent"].isin(divided) if name == form.level else np.ones(len(frame))
        hit = [row for row in np.flatnonzero(outside).tolist() if given[row] is not shapes[row]]
        if hit:
            rows[name] = hit
            parts.append(given[hit])
    home = parcelling.in_degrees(np.concatenate(parts), taken.scene.crs, taken.known())
    split = np.split(home, np.cumsum([len(part) for part in parts])[:-1])
    areas = gpd.GeoDataFrame(table, geometry=split[0], crs=coords.STORED)
    touched = {
        name: taken.stored[name].iloc[hit].set_geometry(shapes, crs=coords.STORED)
        for (name, hit), shapes in zip(rows.items(), split[1:], strict=True)
    }
    return areas.sort_values("code", ignore_index=True), touched


def _summary(
    areas: gpd.GeoDataFrame,
    drawn: _Drawn,
    touched: Mapping[str, gpd.GeoDataFrame],
    seconds: float,
) -> dict[str, Any]:
    normed = areas[areas["kind"] != "dedicated"]
    return {
        "count": len(areas),
        "households": int(areas["households"].sum()),
        "in_range": int(normed["in_range"].sum()),
        "subject_to_range": len(normed),
        "share_in_range": round(float(normed["in_range"].mean()), 4) if len(normed) else 1.0,
        "connected": int(areas["connected"].sum()),
        "not_connected": areas.loc[~areas["connected"], "code"].tolist(),
        "kept": int(areas["kept"].sum()),
        "changed_households": drawn.design.changed,
        "buildings_outside": int((drawn.design.home < 0).sum()),
        "vertices_added": sum(map(len, drawn.design.seams.added.values())),
        "touched": {name: len(frame) for name, frame in touched.items()},
        "seconds": round(seconds, 1),
    }


def _rung(rung: parcelling.Rung) -> dict[str, float]:
    return {"upset": rung.upset, "changed_households": rung.changed, "shape_m": round(rung.shape_m)}


def _widest(taken: _Taken, form: DesignMicrogrids) -> str:
    """Give the code that a scenario is opened for."""
    if form.within in set(pd.concat([frame["code"] for frame in taken.levels.values()])):
        return form.within
    tops = taken.levels.get("district")
    if not form.within and tops is not None and len(tops) == 1:
        return str(tops["code"].iloc[0])
    raise BadInput(
        "a scenario is opened for one area at a time",
        zh="一次只能为一个区域打开方案",
        hint="name the area with --within",
        hint_zh="请用 --within 指定区域",
    )


def _moved(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out the areas of parents in which nothing moves."""
    still = areas.groupby("parent")["kept"].transform("all")
    return areas[~still]


@dataclass(frozen=True)
class Proposal:
    """Areas that are proposed; nothing of it is published.

    `areas` is in EPSG:4490: the layer's columns, then `buildings`, `in_range`, `connected`,
    `reason_zh`, `reason_en`, `leader_of` (code of the area of today whose leader goes on
    here), `kept` (not even the border moved) and `newcomers` (buildings from elsewhere).
    `homes` has the code of every building. `touched` are areas of all levels that get
    vertices on their borders, nothing else. `link` opens the scenario, where one was asked for.
    """

    run: int
    level: str
    areas: gpd.GeoDataFrame
    homes: pd.DataFrame
    touched: dict[str, gpd.GeoDataFrame]
    summary: dict[str, Any]
    curve: list[dict[str, float]]
    scene: Scene
    link: str = ""

    def write(self, path: Path) -> None:
        """Write the areas (GeoPackage, GeoJSON, shapefile) or their table (CSV).

        Areas that get vertices on their borders stand beside, a file a level.
        """
        if path.suffix.lower() == ".csv":
            table = pd.DataFrame(self.areas.drop(columns="geometry"))
            table.to_csv(path, index=False, encoding="utf-8-sig")
            return
        files.write(self.areas, path, layer=self.level)
        for name, frame in self.touched.items():
            beside = path.with_name(f"{path.stem}-borders-{name}{path.suffix}")
            files.write(frame, beside, layer=name)

    def misfits(self) -> pd.DataFrame:
        """Give the areas out of range, and why."""
        return self.areas[~self.areas["in_range"]]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        table = pd.DataFrame(self.areas.drop(columns="geometry"))
        return {
            "run": self.run,
            "level": self.level,
            "link": self.link,
            **self.summary,
            "curve": self.curve,
            "areas": table.to_dict("records"),
        }
