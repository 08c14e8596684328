"""A believable district from nothing but a seed, with known flaws, as shapefiles."""

from geo.demo.district import District, build
from geo.demo.judging import Verdict, judge
from geo.demo.shapefiles import write

__all__ = ["District", "Verdict", "build", "judge", "write"]
