"""Themes: frames go in, a scene comes out."""

from typing import Protocol

from maps.scene import Scene
from maps.themes.alliances import Alliances
from maps.themes.areas import Grids
from maps.themes.blindspots import BlindSpots
from maps.themes.clock import Clock
from maps.themes.flaws import Flaws
from maps.themes.parcels import Parcels
from maps.themes.planned import Planned
from maps.themes.plansites import PlanSites
from maps.themes.stations import Stations

__all__ = [
    "Alliances",
    "BlindSpots",
    "Clock",
    "Flaws",
    "Grids",
    "Parcels",
    "PlanSites",
    "Planned",
    "Stations",
    "Theme",
]


class Theme(Protocol):
    """What `maps.draw` draws."""

    def scene(self) -> Scene:
        """Give what the map shows."""
