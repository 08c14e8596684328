"""The operations, as data: what a planner wants, not how it is done.

Lines and grounds are in the metres of the fabric. An area is named by its level and its
code (``code#2`` for the second area of a code that was given twice).
"""

from dataclasses import dataclass

from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

Line = LineString | MultiLineString


@dataclass(frozen=True, slots=True)
class Split:
    """Cut an area along a drawn line; ends that stop short are led on to the border.

    Without `code` it is the area under the middle of the line. `names` go to the pieces,
    largest first.
    """

    level: str
    line: Line
    code: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitAlong:
    """Cut an area in two along a street, which may be longer or shorter than the area."""

    level: str
    street: Line
    code: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BalancedSplit:
    """Cut an area in two connected halves of even households by the shortest straight cut.

    `tolerance` is the largest |h₁ − h₂| / (h₁ + h₂); `spare_buildings` prefers cuts that
    cross no building, as long as there is one.
    """

    level: str
    code: str
    tolerance: float = 0.01
    spare_buildings: bool = True
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """Make one area of several neighbours with one parent; it gets a new number."""

    level: str
    codes: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class MoveBorder:
    """Give the border between two areas a new course.

    The course may replace the whole border (its ends are led on to the outer border of the
    two) or a part of it (its ends near the old border).
    """

    level: str
    codes: tuple[str, str]
    course: LineString


@dataclass(frozen=True, slots=True)
class Assign:
    """Give ground to an area: that of buildings, of those in a lasso, or a drawn block.

    A building's ground is what lies nearer to it than to any other building of its area.
    `fill` takes pockets along that would be cut off from their area.
    """

    level: str
    to: str
    buildings: tuple[str, ...] = ()
    lasso: BaseGeometry | None = None
    block: BaseGeometry | None = None
    fill: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """Draw a new area: out of the ground of others, or where there is none."""

    level: str
    ground: BaseGeometry
    parent: str = ""
    name: str = ""
    kind: str = "comprehensive"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Redivide:
    """Divide all ground of a parent anew, as a proposal has it.

    `grounds` need not fit to the last bit: borders are noded, what no proposed ground holds
    goes to the nearest. An area most of which stays one keeps its code. `names` and
    `kinds` go with the grounds; empty ones are taken from what was there.
    """

    level: str
    parent: str
    grounds: tuple[BaseGeometry, ...]
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvenOut:
    """Draw the border between two neighbours anew so that both have as many households.

    `tolerance` is the largest |h₁ − h₂| / (h₁ + h₂). Each keeps its code and most of its ground.
    """

    level: str
    codes: tuple[str, str]
    tolerance: float = 0.05


@dataclass(frozen=True, slots=True)
class Fill:
    """Take ground that nobody holds into an area, and into the areas below it.

    Without `to` it is the area of the longest border with that ground.
    """

    level: str
    ground: BaseGeometry
    to: str = ""


@dataclass(frozen=True, slots=True)
class Settle:
    """Leave ground that several areas hold to one of them.

    An area of which nothing is left was recorded twice and is closed into that one.
    """

    level: str
    to: str
    ground: BaseGeometry


@dataclass(frozen=True, slots=True)
class Snap:
    """Let the borders of two areas meet that lie closer than the tolerance without meeting.

    The only operation that moves vertices: those of the second area to those of the first.
    """

    level: str
    codes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Repair:
    """Put right an outline that crosses itself; no ground is added."""

    level: str
    code: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close an area; its ground goes to a neighbour (the one of the longest border if unsaid)."""

    level: str
    code: str
    into: str = ""


@dataclass(frozen=True, slots=True)
class Reparent:
    """Put an area, with its ground, under another parent; it gets a number there."""

    level: str
    code: str
    parent: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Call an area otherwise, or change its kind."""

    level: str
    code: str
    name: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Recode:
    """Give an area another code; those below follow."""

    level: str
    code: str
    to: str


Operation = (
    Split
    | SplitAlong
    | BalancedSplit
    | Merge
    | MoveBorder
    | Assign
    | EvenOut
    | Create
    | Close
    | Reparent
    | Redivide
    | Rename
    | Recode
    | Fill
    | Settle
    | Snap
    | Repair
)
