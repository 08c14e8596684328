"""The one table from errors to exit codes.

0 done · 1 findings that block (check, import) · 2 wrong use · 3 not found · 4 conflict ·
5 refused file · 6 unavailable · 7 infeasible · 8 not allowed · 130 stopped by the user
"""

from geo import errors

EXITS: tuple[tuple[type[errors.GeoError], int], ...] = (
    (errors.FileRefused, 5),
    (errors.BadInput, 2),
    (errors.Unidentified, 8),
    (errors.Forbidden, 8),
    (errors.TooMany, 8),
    (errors.NotFound, 3),
    (errors.Conflict, 4),
    (errors.RuleBroken, 4),
    (errors.Infeasible, 7),
    (errors.Stopped, 130),
    (errors.Unavailable, 6),
    (errors.GeoError, 2),
)


def exit_code(error: errors.GeoError) -> int:
    """Give the exit code of an error."""
    return next(code for kind, code in EXITS if isinstance(error, kind))
