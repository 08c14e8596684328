"""Bring a chain of operations from the revision it began on to a newer one."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.errors import GeoError
from geo.redraw.area import Area, Key
from geo.redraw.change import Change
from geo.redraw.fabric import Fabric
from geo.redraw.operations import Operation, Recode
from geo.redraw.redrawing import change

_NAMING = ("code", "codes", "to", "into", "parent")


@dataclass(frozen=True, slots=True)
class Clash:
    """An operation that cannot simply be repeated: which, on which areas, and why."""

    at: int
    label: str
    areas: tuple[Key, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Rebased:
    """The operations on the new ground, with the changes that they make there, and clashes."""

    steps: tuple[tuple[Operation, Change], ...]
    clashes: tuple[Clash, ...]


def rebase(chain: Sequence[tuple[Operation, Change]], old: Fabric, new: Fabric) -> Rebased:
    """Repeat operations on a newer map.

    An operation clashes when an area that it changes (not one that only gets a vertex) has
    other ground or another record on the newer map, is gone there, or comes of an operation
    that clashed. Areas made on the way get new numbers; later operations follow them.

    Parameters
    ----------
    chain : sequence of (Operation, Change)
        As they were done on `old`, in order.
    old : Fabric
        The map on which the chain began.
    new : Fabric
        The newer map; it is changed in place by what could be repeated.
    """
    renamed: dict[Key, Key] = {}
    lost: set[Key] = set()
    steps: list[tuple[Operation, Change]] = []
    clashes: list[Clash] = []
    for at, (operation, made) in enumerate(chain):
        touched = list(subjects(made))
        wrong = [a.key for a in touched if _differs(a, old, new, renamed, lost)]
        born = _born(made)
        clash = Clash(at, made.label, tuple(wrong), "已发布的新版本改动了这些区域",
                      "the newer revision changed these areas")  # fmt: skip
        if not wrong:
            try:
                wanted = _renamed(operation, renamed)
                again = change(new, wanted)
            except GeoError as error:
                clash = Clash(at, made.label, tuple(a.key for a in touched),
                              error.zh or error.message, error.message)  # fmt: skip
            else:
                fresh = _born(again)
                again.on(new)
                steps.append((wanted, again))
                for one, other in zip(born, fresh, strict=False):
                    if one.key != other.key:
                        renamed[one.key] = other.key
                continue
        clashes.append(clash)
        lost.update(a.key for a in made.after if a in made.moved_ground)
    return Rebased(tuple(steps), tuple(clashes))


def subjects(made: Change) -> tuple[Area, ...]:
    """Give the areas that a change is about, as they were: not those that only got a vertex."""
    moved = {a.key for a in made.moved_ground}
    after = {a.key for a in made.after}
    return tuple(a for a in made.before if a.key in moved or a.key not in after)


def _born(made: Change) -> list[Area]:
    before = {a.key for a in made.before}
    return [a for a in made.after if a.key not in before]


def _differs(
    area: Area, old: Fabric, new: Fabric, renamed: Mapping[Key, Key], lost: set[Key]
) -> bool:
    if area.key in lost:
        return True
    was = old.areas.get(area.key)
    if was is None:  # made on the way
        return renamed.get(area.key, area.key) not in new.areas
    if area.key in renamed:
        return False
    now = new.areas.get(area.key)
    if now is None or now.same(was):
        return now is None
    told = ("name", "kind", "parent", "households", "residents")
    if any(
        getattr(now, n) != getattr(area, n) and getattr(now, n) != getattr(was, n) for n in told
    ):
        return True
    mine, theirs = area.shape, now.shape
    return mine.symmetric_difference(theirs).area > 1.0


def _renamed(operation: Operation, renamed: Mapping[Key, Key]) -> Operation:
    if not renamed:
        return operation
    values: dict[str, Any] = {}
    codes = {old[1]: new[1] for old, new in renamed.items()}
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        if field.name not in _NAMING or (isinstance(operation, Recode) and field.name == "to"):
            continue
        if isinstance(value, tuple):
            values[field.name] = tuple(codes.get(v, v) for v in value)
        else:
            values[field.name] = codes.get(value, value)
    return dataclasses.replace(operation, **values)
