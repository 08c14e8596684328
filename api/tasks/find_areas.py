"""Which areas hold a place, and how an area came to be."""

from datetime import date
from typing import Any, Literal

import numpy as np
import orjson
import pandas as pd
import shapely
from pydantic import Field

from api.tasks.shelf import Shelf, shelf
from api.tasks.work import Form, Work
from geo import coords, layers, store
from geo.asking import Pack
from geo.errors import BadInput, NotFound
from geo.layers import DEFAULT_SCHEME, View

LEVELS = tuple(level.name for level in DEFAULT_SCHEME)


class AreasAt(Form):
    """Ask for every level's area at lon/lat, living or as of a day, and who answers for it."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    as_of: date | None = None

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give the areas, widest level first.

        A point on a border lies in both. `posts` are counted by role; names and telephones
        are for staff. They have no history: as of a day they are None.
        """
        view, kept = work.asker.view, shelf(work)
        found = []
        for level in LEVELS:
            pack = _pack(kept, level, view, self.as_of)
            rows = pack.within((self.lon, self.lat, self.lon, self.lat))
            here = shapely.intersects_xy(pack.shapes(rows), self.lon, self.lat)
            found += [{"level": level, **_plain(pack, row)} for row in rows[here].tolist()]
        posts = _posts(work, [told["code"] for told in found]) if self.as_of is None else {}
        for told in found:
            told["posts"] = posts.get(told["code"], []) if self.as_of is None else None
        return found


class AreasOfPoints(Form):
    """Ask in which areas many points lie, living or as of a day."""

    points: list[tuple[float, float]] = Field(min_length=1, max_length=100_000)
    as_of: date | None = None
    levels: tuple[Literal["district", "subdistrict", "community", "grid", "microgrid"], ...] = (
        "community", "grid", "microgrid",
    )  # fmt: skip

    def run(self, work: Work) -> dict[str, Any]:
        """Give for each level the code at every point (None: in none), and the areas by code.

        Of areas that share a point the one with the lowest code counts. `posts` as of `AreasAt`.
        """
        xy = np.array(self.points)
        if not (np.isfinite(xy).all() and (np.abs(xy) <= (180, 90)).all()):
            raise BadInput(
                "a point is no lon, lat in degrees", zh="有坐标不是有效的经度、纬度",
                hint="longitude first", hint_zh="先经度，后纬度",
            )  # fmt: skip
        tree, kept = shapely.STRtree(np.asarray(shapely.points(xy), dtype=object)), shelf(work)
        levels: dict[str, list[str | None]] = {}
        areas: dict[str, dict[str, Any]] = {}
        for level in self.levels:
            pack = _pack(kept, level, work.asker.view, self.as_of)
            rows, hit = tree.query(pack.shapes(), predicate="intersects")
            first = np.full(len(xy), len(pack))
            np.minimum.at(first, hit, rows)
            codes = [*pack.keys, None]
            levels[level] = [codes[row] for row in first.tolist()]
            for row in np.unique(rows).tolist():
                areas[pack.keys[row]] = {"level": level, **_plain(pack, row)}
        posts = _posts(work, [told["code"] for told in areas.values()]) if not self.as_of else {}
        for told in areas.values():
            told["posts"] = None if self.as_of else posts.get(told["code"], [])
        return {"levels": levels, "areas": areas}


def _pack(kept: Shelf, level: str, view: View, as_of: date | None) -> Pack:
    return kept.pack(level, view) if as_of is None else kept.during(level, view, (as_of, as_of))


def _plain(pack: Pack, row: int) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(pack.texts[row])["properties"]
    return told


def _posts(work: Work, codes: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Give the posts of areas by code: how many of each role; who, for staff."""
    with work.db.read() as session:
        found = store.posts.of(session, codes)
    told: dict[str, list[dict[str, Any]]] = {}
    for key, who in found.groupby(["area", "role"], sort=False):
        area, role = map(str, key)
        post: dict[str, Any] = {"role": role, "people": len(who)}
        if work.asker.view == "staff":
            post |= {"names": who["name"].tolist(), "phones": who["phone"].tolist()}
        told.setdefault(area, []).append(post)
    return told


class AreaHistory(Form):
    """Ask for every version of a code and its lineage."""

    code: str

    def run(self, work: Work) -> dict[str, Any]:
        """Give versions oldest first, and the codes it came from and went into."""
        with work.db.read() as session:
            versions = store.areas.history(session, self.code)
            lineage = store.areas.lineage(session, self.code)
        if not len(versions):
            raise NotFound(
                f"no area ever had the code {self.code}",
                zh=f"从未有过编码为 {self.code} 的区域",
                where=[self.code],
            )
        return {"code": self.code, "versions": _rows(versions), "lineage": _rows(lineage)}


class RestateAreas(Form):
    """Tell numbers of one day's (or revision's) areas for another's, by households.

    `values` by code of the areas as of `start`; the answer by code as of `end` (None: the
    latest). Whole numbers stay whole and totals are kept.
    """

    level: str
    values: dict[str, int | float]
    start: int | date
    end: int | date | None = None

    def run(self, work: Work) -> dict[str, int | float]:
        """Follow every building from the one set to the other."""
        with work.db.read() as session:
            before = store.areas.read(session, self.level, as_of=self.start)
            after = store.areas.read(session, self.level, as_of=self.end)
            buildings = store.features.read(session, "building")
        if not (len(before) and len(after) and len(buildings)):
            raise NotFound(
                f"areas of level {self.level} on both days and buildings are needed",
                zh="需要两个日期的区域数据和楼栋数据",
            )
        crs = coords.to_metres(before).crs
        homes = coords.to_metres(buildings, crs)
        one, other = (layers.holding(coords.to_metres(f, crs), homes) for f in (before, after))
        walk = layers.crosswalk(homes, one, other)
        told = layers.restated(walk, pd.Series(self.values))
        return {str(code): value for code, value in told.items() if code or value}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as plain values, without their shapes; what is missing is None."""
    told = frame.drop(columns="geometry", errors="ignore").astype(object)
    return [
        {str(k): v for k, v in row.items()}
        for row in told.where(told.notna(), None).to_dict("records")
    ]
