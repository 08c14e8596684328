"""Trying sites: stations, candidates, and who is served today, to work on."""

from dataclasses import dataclass

import geopandas as gpd

from maps.scene import Base, Cell, Key, Scene, Sheet, Words
from maps.themes.blindspots import served
from maps.themes.shades import in_metres
from maps.themes.stations import station_sheet
from maps.themes.terms import HOSTS


@dataclass(frozen=True, slots=True)
class PlanSites:
    """Where stations stand and where they might, over the share of households served.

    Parameters
    ----------
    stations, candidates : GeoDataFrame
        The layers station and candidate; points in any CRS that is known. A sheet's last
        field is the id: what a script needs to name the place.
    areas : GeoDataFrame
        `code`, `name`, `households`, `share` (0–1, NaN where nobody lives), polygons.
    """

    stations: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    base: Base

    def scene(self) -> Scene:
        """Give what the map shows."""
        sheets = [self._candidates(), station_sheet(self.stations, label_from=16.0)]
        if len(self.areas):
            sheets.insert(0, served(self.areas))
        return Scene("plansites", Words("试设站点", "Try sites"), self.base, sheets)

    def _candidates(self) -> Sheet:
        frame = in_metres(self.candidates)
        rows: list[tuple[Cell, ...]] = [
            (
                c["name"] or c["id"],
                HOSTS.get(c["host"], c["host"]),
                c["cost"] or None,
                c["address"],
                c["id"],
            )
            for c in frame.to_dict("records")
        ]
        return Sheet(
            key="candidates",
            words=Words("候选点", "Candidates"),
            shapes=frame.geometry,
            styles=["candidate"] * len(frame),
            legend=[Key("candidate", Words("可设站的地点", "Possible sites"), len(frame))],
            fields=[
                Words("名称", "Name"),
                Words("载体", "Host"),
                Words("造价/万元", "Cost, 10k yuan"),
                Words("地址", "Address"),
                Words("编号", "Id"),
            ],
            rows=rows,
        )
