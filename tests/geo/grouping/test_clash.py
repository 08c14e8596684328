"""What cannot be is explained by a smallest set of rules that clash, each named."""

from typing import Any

import pytest

from geo.errors import Infeasible

from .lattice import lattice, solved


def clash(*shape: int, **options: Any) -> Infeasible:
    """Solve what cannot be, and give the error."""
    with pytest.raises(Infeasible) as caught:
        solved(lattice(*shape, **options), effort=0.02)
    return caught.value


def test_two_rules_that_clash_are_named_and_the_third_is_not() -> None:
    ends = {"together": [("u0", "u5")]}
    told = clash(3, 2, 2, tolerance=0.1, resources={"nurse": [1] * 6}, **ends)
    assert set(told.where) == {"upper", "u0, u5"}
    assert "“u0”与“u5”同组" in told.zh
    assert "nurse" not in told.message
    assert solved(lattice(3, 2, 2, tolerance=0.1)).status == "optimal"
    assert solved(lattice(3, 2, 2, **ends)).status == "optimal"


def test_a_tie_a_lock_and_a_limit_of_moves_are_named() -> None:
    told = clash(6, 1, 2, previous=[0, 0, 0, 1, 1, 1], moved_max=1, together=[("u0", "u4")])
    assert set(told.where) == {"moved", "u0, u4"}
    told = clash(6, 1, 2, locked={"u0": 0, "u2": 1, "u4": 0})
    assert set(told.where) <= {"u0", "u2", "u4"}


def test_a_lead_beyond_the_river_is_named_with_the_river() -> None:
    told = clash(
        6, 1, 2,
        leads=[True, True, True, False, False, False],
        barriers={("u2", "u3"): "北河"},
    )  # fmt: skip
    assert "no group around u3 can have 'lead': 3 units, load 3" in told.message
    assert "最近的在北河以外" in told.zh


def test_a_lead_beyond_too_much_load_is_named_with_the_load() -> None:
    told = clash(6, 1, 2, upper=4, leads=[True, True, False, False, False, False])
    assert "no group around u5 can have 'lead'" in told.message
    assert "u5" in told.where
