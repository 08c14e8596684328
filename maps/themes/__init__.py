"""Themes: frames go in, a scene comes out."""

from typing import Protocol

from maps.scene import Scene
from maps.themes.areas import Grids

__all__ = ["Grids", "Theme"]


class Theme(Protocol):
    """What `maps.draw` draws."""

    def scene(self) -> Scene:
        """Give what the map shows."""
