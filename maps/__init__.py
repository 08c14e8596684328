"""Maps: values go in, a page or a picture comes out. Folium lives here and nowhere else."""

from maps.booklet import Booklet, Group, Member
from maps.brief import Brief, Table, brief
from maps.desk import desk_of_sites
from maps.index import index
from maps.page import Page, draw
from maps.papers import Paper, with_papers
from maps.picture import A3_IN, A4_IN, picture, thumbnail
from maps.scene import Base, Words
from maps.themes import (
    Alliances,
    BlindSpots,
    Clock,
    Flaws,
    Grids,
    Parcels,
    Planned,
    PlanSites,
    Stations,
    Theme,
)
from maps.workbook import workbook

__all__ = [
    "A3_IN",
    "A4_IN",
    "Alliances",
    "Base",
    "BlindSpots",
    "Booklet",
    "Brief",
    "Clock",
    "Flaws",
    "Grids",
    "Group",
    "Member",
    "Page",
    "Paper",
    "Parcels",
    "PlanSites",
    "Planned",
    "Stations",
    "Table",
    "Theme",
    "Words",
    "brief",
    "desk_of_sites",
    "draw",
    "index",
    "picture",
    "thumbnail",
    "with_papers",
    "workbook",
]
