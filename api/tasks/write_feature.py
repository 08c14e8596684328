"""Write an area as the standards do, into a scenario: what is published stays as it is.

A new shape is worked out as operations of the desk: ground that it gains is taken from who
has it, ground that it gives up goes to the neighbour with the longest common border.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
import shapely.geometry
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from api.tasks.desk import Desk, desk
from api.tasks.redraw_areas import ApplyOperation, NewScenario, UndoOperation
from api.tasks.shelf import columns
from api.tasks.work import Form, Work
from geo import asking, coords, layers, redraw, store
from geo.asking import Pack
from geo.errors import BadInput, GeoError

MOST_VERTICES = 100_000
LEAST_M2 = 1.0
"""Less ground than this is no change of shape."""
OWN = "OGC API"
"""Who names no scenario writes into their own of this name."""


class Written(NamedTuple):
    """Where it was written: the scenario's link and step, and the area's code now."""

    scenario: str
    step: int
    code: str


class WriteFeature(Form):
    """Create, replace, update or delete an area in a scenario.

    `feature` is GeoJSON with the axes of `crs`; of an update it may lack what stays.
    """

    collection: str
    deed: Literal["create", "replace", "update", "delete"]
    code: str = ""
    feature: dict[str, Any] = Field(default_factory=dict)
    crs: str = asking.CRS84.uri
    scenario: str = ""

    def run(self, work: Work) -> Written:
        """Do it whole or not at all."""
        if not (self.collection in layers.LAYERS and layers.layer(self.collection).level):
            raise BadInput(
                f"{self.collection} is not written here", zh="只有各级区域可以经方案修改",
                hint="stations and the like come by import",
            )  # fmt: skip
        scenario = self.scenario or own(work)
        with desk(work, scenario) as mine:
            operations = list(self._operations(mine))
        step, code, done = 0, self.code, 0
        try:
            for operation in operations:
                made = ApplyOperation(scenario=scenario, operation=operation).run(work)
                step, done = made.step, done + 1
                code = self._code(made.change, code)
        except GeoError:
            for _ in range(done):
                UndoOperation(scenario=scenario).run(work)
            raise
        with desk(work, scenario) as mine:
            return Written(mine.scenario.link, step or mine.step, code)

    def _code(self, change: redraw.Change, code: str) -> str:
        """Tell by which code the area is known after a change: a new one, or as before."""
        before = {area.key for area in change.before}
        new = [a.ref for a in change.after if a.level == self.collection and a.key not in before]
        gone = (self.collection, code) not in {area.key for area in change.after}
        return new[0] if new and (gone or not code) else code

    def _operations(self, mine: Desk) -> Iterator[dict[str, Any]]:
        level, told = self.collection, self.feature.get("properties") or {}
        if not isinstance(told, dict):
            raise BadInput("properties are no object", zh="properties 应为对象")
        known = {name: str(told.get(name) or "") for name in ("name", "kind", "parent", "code")}
        if self.deed == "create":
            area = {k: v for k, v in known.items() if v} | {"ground": self._ground()}
            yield {"op": "create", "level": level, **area}
            return
        now = mine.fabric.area(level, self.code)
        if self.deed == "delete":
            yield {"op": "close", "level": level, "code": self.code}
            return
        if self.feature.get("geometry") or self.deed == "replace":
            yield from _reshaped(mine, now, redraw.to_metres(self._shape(), mine.fabric.crs))
        renamed = {
            n: known[n] for n in ("name", "kind") if known[n] and known[n] != getattr(now, n)
        }
        if renamed:
            yield {"op": "rename", "level": level, "code": self.code, **renamed}
        if known["parent"] and known["parent"] != now.above:
            yield {"op": "reparent", "level": level, "code": self.code, "parent": known["parent"]}

    def _shape(self) -> BaseGeometry:
        try:
            shape = shapely.geometry.shape(self.feature["geometry"])
        except (TypeError, ValueError, LookupError, AttributeError, shapely.errors.ShapelyError):
            raise BadInput(
                "the feature has no geometry that can be read", zh="要素缺少有效的几何"
            ) from None
        if shapely.get_num_coordinates(shape) > MOST_VERTICES:
            raise BadInput(
                f"an area has at most {MOST_VERTICES} vertices",
                zh=f"区域最多 {MOST_VERTICES} 个顶点",
            )
        if shape.geom_type not in ("Polygon", "MultiPolygon") or not shape.is_valid:
            raise BadInput("an area is a valid polygon", zh="区域应为有效的多边形")
        return asking.system(self.crs).inward(shapely.force_2d(shape))

    def _ground(self) -> dict[str, Any]:
        return dict(shapely.geometry.mapping(self._shape()))


def _reshaped(mine: Desk, now: redraw.Area, wanted: BaseGeometry) -> Iterator[dict[str, Any]]:
    """Give the operations that bring an area from one shape to another."""
    crs = mine.fabric.crs

    def block(to: str, ground: BaseGeometry) -> dict[str, Any]:
        shape = shapely.geometry.mapping(redraw.to_degrees(ground, crs))
        return {"op": "assign", "level": now.level, "to": to, "block": dict(shape)}

    if wanted.difference(now.shape).area > LEAST_M2:
        yield block(now.code, wanted)
    for lost in shapely.get_parts(now.shape.difference(wanted)):
        if lost.area > LEAST_M2:
            yield block(_neighbour(mine, now, lost), lost)


def _neighbour(mine: Desk, now: redraw.Area, ground: BaseGeometry) -> str:
    around = ground.buffer(1.0)
    shared = {
        area.ref: around.intersection(area.shape).area
        for area in mine.fabric.near(around.bounds)
        if area.level == now.level and area.key != now.key
    }
    if not shared or max(shared.values()) == 0:
        raise BadInput(
            "ground that is given up has no neighbour", zh="让出的范围没有相邻区域可以接收"
        )
    return max(shared, key=shared.__getitem__)


def own(work: Work) -> str:
    """Give the link of one's own open scenario for such writes; opened when there is none."""
    with work.db.read() as session:
        for found in store.scenarios.listed(session, state="open"):
            if found.who == work.who and found.name == OWN:
                return found.link
    return NewScenario(name=OWN).run(work).link


def of_scenario(work: Work, collection: str, scenario: str) -> Pack:
    """Pack a level as a scenario leaves it; the days are missing."""
    with desk(work, scenario) as mine:
        frame = coords.to_degrees(redraw.frame_of(mine.fabric.of(collection), mine.fabric.crs))
    days = np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[s]")
    told: gpd.GeoDataFrame = frame.assign(born=days, died=days)
    return asking.pack(told, "code", columns(collection, "staff"))
