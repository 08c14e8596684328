"""A believable district from nothing but a seed, with known flaws, as shapefiles."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.demo.district import District, build
    from geo.demo.judging import Verdict, judge
    from geo.demo.shapefiles import write

__all__ = ["District", "Verdict", "build", "judge", "write"]
late(__name__)
