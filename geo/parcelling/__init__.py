"""Areas drawn around groups of buildings: on foot, in range, along streets, tiling their parent."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.parcelling.cells import Cells, Lines
    from geo.parcelling.coding import coded
    from geo.parcelling.design import Area, Design, People, Rung, design
    from geo.parcelling.features import lines
    from geo.parcelling.foot import REACH_M, on_foot
    from geo.parcelling.gather import Range
    from geo.parcelling.ground import Ground, ground
    from geo.parcelling.homecoming import in_degrees
    from geo.parcelling.reasons import Reason
    from geo.parcelling.seams import Seams, with_vertices
    from geo.parcelling.today import Today, today

__all__ = [
    "REACH_M",
    "Area",
    "Cells",
    "Design",
    "Ground",
    "Lines",
    "People",
    "Range",
    "Reason",
    "Rung",
    "Seams",
    "Today",
    "coded",
    "design",
    "ground",
    "in_degrees",
    "lines",
    "on_foot",
    "today",
    "with_vertices",
]
late(__name__)
