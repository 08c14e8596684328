"""Draw the living data: maps, as pages or pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import maps
from api.tasks.alliance_presets import PRESETS, Preset
from api.tasks.alliance_told import Told, latest_draft, read_told
from api.tasks.bodies import read_shapes
from api.tasks.check_layers import Checked, CheckLayers
from api.tasks.coverage_clock import CoverageClock, Timed
from api.tasks.form_alliances import Alliances, FormAlliances
from api.tasks.measure_coverage import Covered, MeasureCoverage
from api.tasks.open_stations import wall_clock
from api.tasks.reach import Ground
from api.tasks.scene import read_scene
from api.tasks.walk import STREETS, network_of
from api.tasks.work import Form, Work
from geo import network
from geo.errors import BadInput, NotFound, Unidentified
from geo.layers import View, walker

LEVELS = ("subdistrict", "community", "grid", "microgrid")
PICTURES: dict[str, Literal["png", "pdf", "svg"]] = {".png": "png", ".pdf": "pdf", ".svg": "svg"}
PAPERS = ("a4", "a3")
REACH_S = (300.0, 600.0, 900.0)
TRIED_MIN = 15
"""The walk for which sites are tried first."""


class DrawMap(Form):
    """Draw one map of the living data into one file; its ending says what it becomes."""

    kind: str
    out: Path
    paper: str = "a4"

    def run(self, work: Work) -> Path:
        """Analyse as the map needs, draw, and put the whole file in place at once."""
        made = theme(self.kind, work, inner=True)
        with work.step(f"出图 {self.out.name}"):
            save(made, self.out, paper=self.paper)
        return self.out


def save(made: maps.Theme, out: Path, *, paper: str = "a4") -> None:
    """Draw a theme into one file, whole or not at all; its ending says what it becomes."""
    ending = out.suffix.lower()
    if ending not in (".html", *PICTURES):
        raise BadInput(
            f"{out.name}: a map becomes .html, .png, .pdf or .svg",
            zh=f"{out.name}：地图只能保存为 .html、.png、.pdf 或 .svg",
        )
    if paper not in PAPERS:
        names = ", ".join(PAPERS)
        raise BadInput(f"no paper {paper!r}", zh=f"没有纸张“{paper}”", hint=f"one of {names}")
    if ending == ".html":
        content = maps.draw(made).html(inline=True).encode()
    else:
        content = maps.picture(made, format=PICTURES[ending], size_in=maps.PAPERS_IN[paper])
    write(out, content)


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(content)
    half.replace(path)


def ground(work: Work) -> maps.Base:
    """Give the quiet map under every theme, from our own roads, water and buildings."""
    try:
        scene = read_scene(work, "street", "landuse", "building", "barrier", "district")
    except NotFound:  # a map can do without any ground
        return maps.Base(
            date=wall_clock().date().isoformat(), approval_no=work.settings.map_approval_no
        )
    district = scene.frame("district")
    return maps.Base(
        streets=scene.frame("street"),
        landuse=scene.frame("landuse"),
        buildings=scene.frame("building"),
        barriers=scene.frame("barrier"),
        outline=district if len(district) else None,
        title=str(district["name"].iloc[0]) if len(district) else "",
        date=wall_clock().date().isoformat(),
        approval_no=work.settings.map_approval_no,
    )


def grids(work: Work, base: maps.Base) -> maps.Theme:
    """Areas by level."""
    scene = read_scene(work, *LEVELS)
    return maps.Grids(scene.levels(), base)


def flaws(work: Work, base: maps.Base) -> maps.Theme:
    """What a check found."""
    return of_check(CheckLayers().run(work), base)


def of_check(done: Checked, base: maps.Base) -> maps.Theme:
    """The findings of a check over the grids they concern."""
    levels = done.scene.levels()
    areas = next((levels[name] for name in ("grid", "community") if name in levels), None)
    return maps.Flaws(done.report.findings, done.scene.crs, areas, base)


def blindspots(work: Work, base: maps.Base) -> maps.Theme:
    """Who is too far from every station."""
    return of_coverage(MeasureCoverage(by="grid").run(work), base)


def of_coverage(done: Covered, base: maps.Base) -> maps.Theme:
    """The blind spots of a coverage run's longest walk, over the share served area by area."""
    areas = done.scene.frame(done.by).merge(done.areas[["share"]], left_on="code", right_index=True)
    longest = max(done.spots)
    also = {reach / 60: spots for reach, spots in done.spots.items() if reach != longest}
    return maps.BlindSpots(
        done.spots[longest], areas, done.stations, longest / 60, base, also=also,
        note=caveat(done.ground, estimated=done.coverage.estimated),
    )  # fmt: skip


def caveat(ground: Ground, *, estimated: bool) -> maps.Words:
    """Say how far the figures of a map can be trusted; silent when all is known."""
    said = [note for note in (ground.note,) if note[0]]
    if estimated:
        said.append(
            ("未加载道路：按直线 × 1.3 估算", "estimated: straight lines × 1.3, no streets")
        )
    return maps.Words("；".join(zh for zh, _ in said), "; ".join(en for _, en in said))


def clock(work: Work, base: maps.Base) -> maps.Theme:
    """Who is served at every hour of the week, grid by grid."""
    return of_clock(CoverageClock(by="grid").run(work), base)


def of_clock(done: Timed, base: maps.Base) -> maps.Theme:
    """The shares of a clock's areas, hour by hour."""
    return maps.Clock(
        done.scene.frame(done.asked.by),
        done.areas,
        done.clock.hours["share"].to_numpy(dtype=np.float64),
        done.scene.stations,
        max(done.asked.minutes),
        base,
        walker=walker(done.asked.walker).zh,
        note=caveat(done.ground, estimated=done.clock.estimated),
    )


def stations(work: Work, base: maps.Base) -> maps.Theme:
    """Stations and the ground within their walk."""
    scene = read_scene(work, "station", *STREETS)
    net = network_of(scene)
    zones = None if net is None else network.isochrones(net, scene.stations, reach_s=REACH_S)
    return maps.Stations(scene.stations, zones, base)


def alliances(work: Work, base: maps.Base) -> maps.Theme:
    """Councils in their published alliances, for everybody: names, outlines and places."""
    preset = PRESETS["alliances"]
    _, shapes = read_shapes(work, preset)
    try:
        told = read_told(work, preset)
    except NotFound:
        nobody = pd.DataFrame({"id": shapes["id"], "lead": False, "alliance_name": None})
        status = maps.Words(f"尚未发布{preset.word[0]}", f"No {preset.word[1]} is published yet")
        return of_members(nobody, shapes, status, base, public=True)
    return of_members(told.members, shapes, told.status, base, public=True)


def planned_alliances(work: Work, base: maps.Base) -> maps.Theme:
    """Councils in their alliances for planners: as published; else the newest draft."""
    preset = PRESETS["alliances"]
    _, shapes = read_shapes(work, preset)
    try:
        told = read_told(work, preset)
    except NotFound:
        draft = latest_draft(work, preset, set(shapes["id"]))
        told = read_told(work, preset, run_id=draft or FormAlliances().run(work).run)
    return of_told(told, shapes, base)


def of_told(told: Told, shapes: gpd.GeoDataFrame, base: maps.Base) -> maps.Theme:
    """Groups with all that planners see of them: loads, scores and reasons."""
    return of_members(told.members, shapes, told.status, base, preset=told.preset)


def of_alliances(done: Alliances, base: maps.Base) -> maps.Theme:
    """A draft: the territories of councils with their alliance, lead and reason."""
    status = maps.Words("草案，尚未发布", "A draft, not published")
    return of_members(done.members, done.territories, status, base)


def of_members(
    members: pd.DataFrame,
    shapes: gpd.GeoDataFrame,
    status: maps.Words,
    base: maps.Base,
    *,
    public: bool = False,
    preset: Preset = PRESETS["alliances"],
) -> maps.Theme:
    """Areas of bodies with their group and lead, and what the groups are: draft or version."""
    told = members.drop(columns=["name", "community"], errors="ignore")
    told["alliance"] = told["alliance_name"]
    places = shapes.geometry.to_numpy().copy()
    places[shapely.get_dimensions(places) < 2] = shapely.MultiPolygon()
    shapes = shapes.set_geometry(places, crs=shapes.crs)
    return maps.Alliances(
        shapes.merge(told, on="id"), base, public=public, status=status,
        group=maps.Words(preset.word[0], preset.word[1].capitalize()),
        body=maps.Words(preset.body[0], preset.body[1].capitalize()),
        head=maps.Words(preset.head[0], preset.head[1].capitalize()),
    )  # fmt: skip


def plan_sites(work: Work, base: maps.Base) -> maps.Page:
    """The page on which sites are tried."""
    done = MeasureCoverage(by="grid", minutes=(TRIED_MIN,)).run(work)
    areas = done.scene.frame(done.by).merge(done.areas[["share"]], left_on="code", right_index=True)
    candidates = read_scene(work, "candidate").frame("candidate")
    return maps.desk_of_sites(
        maps.PlanSites(done.stations, candidates, areas, base), chosen_minutes=TRIED_MIN
    )


THEMES: dict[str, Callable[[Work, maps.Base], maps.Theme]] = {
    "grids": grids,
    "flaws": flaws,
    "blindspots": blindspots,
    "clock": clock,
    "stations": stations,
    "alliances": alliances,
}
"""What may be seen, by everybody without numbers of households; but for `OF_STAFF`."""
OF_STAFF = frozenset({"flaws"})
"""What tells of single areas how many live there is for those who work here."""
INNER: dict[str, Callable[[Work, maps.Base], maps.Theme]] = {"alliances-plan": planned_alliances}
"""What planners see besides."""


def theme(
    kind: str,
    work: Work,
    base: maps.Base | None = None,
    *,
    inner: bool = False,
    view: View = "staff",
) -> maps.Theme:
    """Make a theme of the living data by name, over `base` where it is at hand.

    `inner`: also those that are not for everybody. In the public `view` no households are told
    below the community.

    Raises
    ------
    Unidentified
        When the public asks for what is for those who work here.
    """
    known = THEMES | INNER if inner else THEMES
    if kind not in known:
        names = ", ".join(known)
        raise BadInput(
            f"no map {kind!r}",
            zh=f"没有“{kind}”这种地图",
            hint=f"one of {names}",
            hint_zh=f"可用：{names}",
        )
    if view == "public" and kind in OF_STAFF:
        raise Unidentified(f"the map {kind} needs a log-in", zh="这张地图请登录后查看")
    made = known[kind](work, base or ground(work))
    if view == "public":  # every theme can be told without what is not for everybody
        return cast(maps.Theme, replace(cast(Any, made), public=True))
    return made
