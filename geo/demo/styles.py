"""How each kind of block is built: depth and spacing of its rows, walls, land and use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Rows of buildings facing south, each row with a footway along its north side.

    Lengths in plan metres. `rows` and `across` cap the rows in a cell and the buildings in a
    row; `per_floor` is the number of homes on a floor, 0 where nobody lives.
    """

    use: str
    land: str
    depth: float
    gap: float
    long: tuple[float, float]
    rows: int
    across: int
    per_floor: int
    walled: bool
    lane: str
    footway: str = "footway"
    dedicated: bool = False


STYLES = {
    "slab": Style("residential", "residential", 12, 15, (34, 62), 3, 2, 6, True, "service"),
    "mid": Style("residential", "residential", 14, 20, (30, 44), 2, 2, 4, True, "service"),
    "tower": Style("residential", "residential", 18, 22, (24, 34), 2, 1, 4, True, "service"),
    "far_gate": Style("residential", "residential", 13, 16, (20, 30), 2, 2, 2, True, "service"),
    "court": Style("residential", "residential", 14, 8, (13, 19), 4, 4, 3, False, "residential"),
    "village": Style("residential", "village", 11, 10, (14, 24), 4, 3, 3, False, "residential"),
    "commercial": Style("commercial", "commercial", 34, 16, (40, 70), 2, 1, 0, False, "pedestrian",
                        dedicated=True),
    "industrial": Style("industrial", "industrial", 36, 14, (50, 84), 2, 1, 0, True, "service",
                        dedicated=True),
    "university": Style("university", "university", 18, 22, (46, 70), 2, 1, 0, True, "service",
                        dedicated=True),
    "hospital": Style("hospital", "hospital", 22, 20, (44, 66), 2, 1, 0, True, "service",
                      dedicated=True),
    "school": Style("school", "school", 16, 24, (40, 60), 2, 1, 0, True, "service"),
    "park": Style("pavilion", "park", 8, 60, (8, 10), 1, 1, 0, False, "path", "steps", dedicated=True),
    "farmland": Style("farmland", "farmland", 8, 60, (8, 10), 0, 0, 0, False, "path", dedicated=True),
}  # fmt: skip
