"""A finding: one fault, where it is, how big, and what to do about it."""

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry


class Severity(StrEnum):
    """How bad: an error blocks, a warning is to be looked at, info is to be known."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, in words a person can act on.

    `features` names what is concerned (codes or ids as they came, most concerned first);
    `place` is where, in the CRS of the layer that was checked (None: the whole file);
    `area_m2` and `households` say how big, None where the question has no meaning.
    """

    code: str
    severity: Severity
    layer: str
    zh: str
    en: str
    features: tuple[str, ...] = ()
    field: str = ""
    hint_zh: str = ""
    hint_en: str = ""
    area_m2: float | None = None
    households: int | None = None
    place: BaseGeometry | None = dataclasses.field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON; the place as GeoJSON geometry in its own CRS."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "place"}
        values["severity"] = str(self.severity)
        values["features"] = list(self.features)
        values["place"] = mapping(self.place) if self.place is not None else None
        return values


@dataclass(frozen=True, slots=True)
class Report:
    """What was found while reading or checking something, in the order it was found."""

    subject: str
    findings: tuple[Finding, ...] = ()
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Findings by code, most frequent first."""
        return dict(Counter(f.code for f in self.findings).most_common())

    def blocking(self, accept: Iterable[str] = ()) -> tuple[Finding, ...]:
        """Errors whose code was not accepted."""
        accepted = set(accept)
        return tuple(
            f for f in self.findings if f.severity is Severity.ERROR and f.code not in accepted
        )

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "subject": self.subject,
            "facts": self.facts,
            "counts": self.counts(),
            "findings": [f.as_dict() for f in self.findings],
        }
