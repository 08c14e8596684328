"""Draw what an import found: one page with a map of the places and a list of all findings."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

import maps
from api.tasks import draw_maps
from api.tasks.work import Work
from geo import coords
from geo.layers import Report


class DrawFindings:
    """Draw the findings of a file into one self-contained page."""

    def __init__(self, *, report: Report, frame: gpd.GeoDataFrame, out: Path) -> None:
        self.report, self.frame, self.out = report, frame, out

    def run(self, work: Work) -> Path:
        """Draw and put the whole page in place at once."""
        draw_maps.write(self.out, page(self.report, self.frame, work).html(inline=True).encode())
        return self.out


def page(report: Report, frame: gpd.GeoDataFrame, work: Work) -> maps.Page:
    """Give the page of a file's findings over the layer itself and the quiet map."""
    drawn = None
    if frame.crs is not None and len(frame) and frame.geometry.notna().any():
        drawn = frame
    return maps.draw(maps.Flaws(report.findings, coords.STORED, drawn, draw_maps.ground(work)))
