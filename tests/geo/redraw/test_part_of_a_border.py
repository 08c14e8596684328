"""A border pulled at one place: only what lies between the old course and the new moves."""

import pytest
import squareton
from shapely.geometry import LineString

from geo import redraw

ONE, OTHER = "321198001001003", "321198001001004"


@pytest.mark.parametrize("off_m", [0.0, -0.3, 0.3, 5.0])
def test_a_pull_moves_what_it_encloses_and_nothing_else(off_m: float) -> None:
    fabric = squareton.fabric()
    one, other = fabric.area("grid", ONE), fabric.area("grid", OTHER)
    east, south = one.shape.bounds[2], one.shape.bounds[1]
    course = [(east + off_m, south + 30), (east + 40, south + 100), (east + off_m, south + 170)]
    change = redraw.change(fabric, redraw.MoveBorder("grid", (ONE, OTHER), LineString(course)))
    after = {a.ref: a for a in change.after if a.level == "grid"}
    assert after[ONE].households - one.households == 40
    assert after[OTHER].households - other.households == -40
    assert after[ONE].shape.area - one.shape.area == pytest.approx(40 * 140 / 2, rel=0.15)
    assert {a.ref for a in change.moved_ground if a.level == "grid"} == {ONE, OTHER}
