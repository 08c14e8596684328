"""Maps: values go in, a page or a picture comes out. Folium lives here and nowhere else."""

from maps.page import Page, draw
from maps.scene import Base
from maps.themes import Grids, Theme

__all__ = ["Base", "Grids", "Page", "Theme", "draw"]
