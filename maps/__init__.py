"""Maps: values go in, a page or a picture comes out. Folium lives here and nowhere else."""

from maps.brief import Brief, Table, brief
from maps.desk import desk_of_sites
from maps.index import index
from maps.page import Page, draw
from maps.picture import A3_IN, A4_IN, picture, thumbnail
from maps.scene import Base
from maps.workbook import workbook
from maps.themes import Alliances, BlindSpots, Flaws, Grids, Planned, PlanSites, Stations, Theme

__all__ = [
    "A3_IN",
    "A4_IN",
    "Alliances",
    "Base",
    "BlindSpots",
    "Brief",
    "Flaws",
    "Grids",
    "Page",
    "PlanSites",
    "Planned",
    "Stations",
    "Table",
    "Theme",
    "brief",
    "desk_of_sites",
    "draw",
    "index",
    "picture",
    "thumbnail",
    "workbook",
]
