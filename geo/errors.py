"""Every error that Wangge raises on purpose.

GeoError
├── BadInput        bad_input     a value, option or question makes no sense
│   ├── SchemaError schema        a table lacks what its layer promises
│   └── CrsError    crs           coordinates without metres, or without a known system
├── FileRefused     file          a file cannot be taken as it is; carries the findings
├── Unidentified    unidentified  nobody knows who asks, or no longer
├── Forbidden       forbidden     who asks is known, and may not
├── TooMany         too_many      asked too often; ``retry_s`` says when again
├── NotFound        not_found     no such area, place, layer, revision
├── Conflict        conflict      somebody else changed it first
├── RuleBroken      rule          the change would leave the map in a state it must never have
├── Infeasible      infeasible    no plan can satisfy what was asked
├── Stopped         stopped       the user stopped the work
└── Unavailable     unavailable   a database, a program or a network is missing

A message names the thing, the fault and, in ``hint``, the way out. ``zh`` is the same
sentence in Chinese and is what a person reads first; ``hint_zh`` likewise.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypedDict, Unpack

if TYPE_CHECKING:
    from geo.layers import Finding


class Told(TypedDict, total=False):
    """What an error may tell besides its message."""

    zh: str
    where: Sequence[str]
    hint: str
    hint_zh: str


class GeoError(Exception):
    """The root: a fault that Wangge can name."""

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        zh: str = "",
        where: Sequence[str] = (),
        hint: str = "",
        hint_zh: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.zh = zh
        self.where = tuple(where)
        self.hint = hint
        self.hint_zh = hint_zh

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class BadInput(GeoError):
    """A value, an option or a question that makes no sense."""

    code = "bad_input"


class SchemaError(BadInput):
    """A table lacks what its layer promises; ``where`` lists every fault."""

    code = "schema"


class CrsError(BadInput):
    """Coordinates without metres, or without a system that is known."""

    code = "crs"


class FileRefused(GeoError):
    """A file that cannot be taken as it is; ``findings`` says why, one by one."""

    code = "file"

    def __init__(
        self, message: str, *, findings: Sequence["Finding"] = (), **told: Unpack[Told]
    ) -> None:
        super().__init__(message, **told)
        self.findings = tuple(findings)


class Unidentified(GeoError):
    """Nobody knows who asks: no token, a wrong one, one that is over."""

    code = "unidentified"


class Forbidden(GeoError):
    """Who asks is known, and may not do that."""

    code = "forbidden"


class TooMany(GeoError):
    """Asked too often."""

    code = "too_many"

    def __init__(self, message: str, *, retry_s: int = 60, **told: Unpack[Told]) -> None:
        told.setdefault("hint", f"try again in {retry_s} s")
        told.setdefault("hint_zh", f"请在 {retry_s} 秒后再试")
        super().__init__(message, **told)
        self.retry_s = retry_s


class NotFound(GeoError):
    """No such area, place, layer, run or revision."""

    code = "not_found"


class Conflict(GeoError):
    """Somebody else changed it first."""

    code = "conflict"


class RuleBroken(GeoError):
    """The change would leave the map in a state it must never have."""

    code = "rule"


class Infeasible(GeoError):
    """No plan can satisfy what was asked; ``where`` names the clash."""

    code = "infeasible"


class Stopped(GeoError):
    """The user stopped the work; nothing was half-written."""

    code = "stopped"


class Unavailable(GeoError):
    """A database, a program or a network that is needed is missing."""

    code = "unavailable"
