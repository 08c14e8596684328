"""What a plan is filled with: cells, houses, ways, walls, gates and land, still in plan metres."""

from collections import defaultdict
from dataclasses import dataclass, field

from geo.demo.plan import Block, Plan, Street
from geo.demo.rects import Rect


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of land that belongs to one micro-grid."""

    rect: Rect
    microgrid: int


@dataclass(frozen=True, slots=True)
class House:
    """A building: its plan rectangle, use, compound, micro-grid, and its door on a way.

    `weight` says how many households it holds compared with its neighbours, `per_floor`
    how many live on a floor.
    """

    rect: Rect
    use: str
    compound: int
    microgrid: int
    door: tuple[float, float]
    weight: float = 0.0
    per_floor: int = 0


@dataclass(frozen=True, slots=True)
class Compound:
    """A walled compound: the block it stands in, its wall and its name-giving kind."""

    kind: str
    block: int
    wall: Rect


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate in the wall of a compound."""

    x: float
    y: float
    compound: int
    main: bool


@dataclass(frozen=True, slots=True)
class Land:
    """A patch of land use."""

    rect: Rect
    kind: str
    block: int


@dataclass(frozen=True, slots=True)
class GridPlan:
    """A grid of the plan: its block and community, and whether it is a dedicated one."""

    block: int
    community: int
    dedicated: bool


@dataclass(slots=True)
class Fabric:
    """A filled plan, growing while the blocks are laid out.

    `microgrids` holds the grid of every micro-grid; `marks` holds the places that every way
    through them must have as a vertex: doors and gates.
    """

    plan: Plan
    grids: list[GridPlan] = field(default_factory=list)
    microgrids: list[int] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)
    ways: list[Street] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    land: list[Land] = field(default_factory=list)
    marks_on_x: dict[float, list[float]] = field(default_factory=lambda: defaultdict(list))
    marks_on_y: dict[float, list[float]] = field(default_factory=lambda: defaultdict(list))

    def mark(self, x: float, y: float) -> tuple[float, float]:
        """Make every way through a place have a vertex there."""
        self.marks_on_x[x].append(y)
        self.marks_on_y[y].append(x)
        return x, y

    def grid(self, block: int, dedicated: bool) -> int:
        """Open a new grid in a block."""
        self.grids.append(GridPlan(block, self.plan.blocks[block].community, dedicated))
        return len(self.grids) - 1

    def microgrid(self, grid: int) -> int:
        """Open a new micro-grid in a grid."""
        self.microgrids.append(grid)
        return len(self.microgrids) - 1

    def block(self, number: int) -> Block:
        """Give a block of the plan."""
        return self.plan.blocks[number]

    def block_of(self, house: House) -> int:
        """Give the block that a house stands in."""
        return self.compounds[house.compound].block
