"""Maps: values go in, a page or a picture comes out. Folium lives here and nowhere else."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from maps import cards, embedding, finder, glyphs, packing, sprite
    from maps.booklet import Booklet, Group, Member
    from maps.brief import DAYS as WEEK
    from maps.brief import Brief, Table, brief
    from maps.desk import desk_of_plan, desk_of_sites
    from maps.index import index
    from maps.page import Page, draw
    from maps.papers import Paper, with_papers
    from maps.picture import PAPERS_IN, picture, thumbnail
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
    from maps.themes.terms import REASONS
    from maps.workbook import workbook

__all__ = [
    "PAPERS_IN",
    "REASONS",
    "WEEK",
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
    "cards",
    "desk_of_plan",
    "desk_of_sites",
    "draw",
    "embedding",
    "finder",
    "glyphs",
    "index",
    "packing",
    "picture",
    "sprite",
    "thumbnail",
    "with_papers",
    "workbook",
]
late(__name__)
