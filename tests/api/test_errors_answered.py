"""Every error of the house has an exit code and an HTTP status of its own kind."""

import inspect

import pytest

from api.cli.exits import exit_code
from api.http.problems import status
from geo import errors

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.GeoError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_answered_as_a_fault_and_not_as_success(
    kind: type[errors.GeoError],
) -> None:
    fault = kind("the thing is at fault", zh="出错了", hint="mend it")
    assert exit_code(fault) != 0
    assert 400 <= status(fault) < 600


def test_the_tables_tell_kinds_apart() -> None:
    assert exit_code(errors.Infeasible("no plan")) == 7
    assert exit_code(errors.SchemaError("no table")) == exit_code(errors.BadInput("no"))
    assert status(errors.NotFound("none")) == 404
    assert status(errors.Conflict("late")) == 409


def test_every_error_is_drawn_in_the_tree_at_the_head_of_the_file() -> None:
    drawn = errors.__doc__ or ""
    for kind in KINDS:
        assert kind.__name__ in drawn
        assert kind.__doc__
