"""Which areas hold a place, and how an area came to be."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import numpy as np
import orjson
import pandas as pd
import shapely
from pydantic import Field

from api.tasks.known import NotAtHand
from api.tasks.shelf import Posts, Shelf, shelf
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
        packs = {level: _pack(kept, level, view, self.as_of) for level in LEVELS}
        return self._told(packs, kept.posts() if self.as_of is None else None, view)

    def at_once(self, work: Work) -> list[dict[str, Any]]:
        """Give the same to the public, from what this process has at hand.

        Raises
        ------
        NotAtHand
            When something has to be read first: `run` does.
        """
        kept = shelf(work)
        posts, packs = kept.posts_at_hand(), {}
        for level in LEVELS:
            if self.as_of or posts is None or (pack := kept.at_hand(level, "public")) is None:
                raise NotAtHand
            packs[level] = pack
        return self._told(packs, posts, "public")

    def _told(
        self, packs: Mapping[str, Pack], posts: Posts | None, view: View
    ) -> list[dict[str, Any]]:
        found = []
        for level, pack in packs.items():
            rows = pack.within((self.lon, self.lat, self.lon, self.lat))
            if len(rows):
                here = shapely.intersects_xy(pack.shapes(rows), self.lon, self.lat)
                found += [{"level": level, **_plain(pack, row)} for row in rows[here].tolist()]
        for told in found:
            told["posts"] = None if posts is None else _posts(posts, told["code"], view)
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
        view, kept = work.asker.view, shelf(work)
        tree = shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))
        levels: dict[str, list[str | None]] = {}
        areas: dict[str, dict[str, Any]] = {}
        for level in self.levels:
            pack = _pack(kept, level, view, self.as_of)
            rows, hit = tree.query(pack.shapes(), predicate="intersects")
            first = np.full(len(xy), len(pack))
            np.minimum.at(first, hit, rows)
            codes = [*pack.keys, None]
            levels[level] = [codes[row] for row in first.tolist()]
            for row in np.unique(rows).tolist():
                areas[pack.keys[row]] = {"level": level, **_plain(pack, row)}
        posts = kept.posts() if self.as_of is None else None
        for told in areas.values():
            told["posts"] = None if posts is None else _posts(posts, told["code"], view)
        return {"levels": levels, "areas": areas}


def _pack(kept: Shelf, level: str, view: View, as_of: date | None) -> Pack:
    return kept.pack(level, view) if as_of is None else kept.during(level, view, (as_of, as_of))


def _plain(pack: Pack, row: int) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(pack.texts[row])["properties"]
    return told


def _posts(posts: Posts, code: str, view: View) -> list[dict[str, Any]]:
    """Give the posts of an area: how many of each role; who, for staff."""
    told: dict[str, dict[str, Any]] = {}
    for role, name, phone in posts.get(code, ()):
        post = told.setdefault(role, {"role": role, "people": 0})
        post["people"] += 1
        if view == "staff":
            post.setdefault("names", []).append(name)
            post.setdefault("phones", []).append(phone)
    return list(told.values())


class AreaHistory(Form):
    """Ask for every version of a code and its lineage."""

    code: str

    def run(self, work: Work) -> dict[str, Any]:
        """Give versions oldest first, and the codes it came from and went into.

        Who changed it and why, and how many live there, is for those who work here.
        """
        with work.db.read() as session:
            versions = store.areas.history(session, self.code)
            lineage = store.areas.lineage(session, self.code)
        if not len(versions):
            raise NotFound(
                f"no area ever had the code {self.code}",
                zh=f"从未有过编码为 {self.code} 的区域",
                where=[self.code],
            )
        if work.asker.view == "public":
            open_to_all = {column.name for column in layers.shown("grid", "public")}
            inner = {column.name for column in layers.layer("grid").columns} - open_to_all
            versions = versions.drop(columns=[*inner, "who", "why"], errors="ignore")
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
