"""Which areas hold a place, and how an area came to be."""

from datetime import date
from typing import Any

import pandas as pd
from pydantic import Field

from api.tasks.work import Form, Work
from geo import coords, layers, store
from geo.errors import NotFound


class AreasAt(Form):
    """Ask for every level's area at lon/lat, living or as of a day."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    as_of: date | None = None

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give the areas, widest level first."""
        with work.db.read() as session:
            found = store.areas.at(session, self.lon, self.lat, as_of=self.as_of)
        return _rows(found)


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
