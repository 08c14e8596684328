"""What a finding asks for, as operations: the likeliest first."""

from collections.abc import Callable, Iterator, Mapping

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import GeoError
from geo.layers import Finding, codes
from geo.redraw.area import Area
from geo.redraw.change import Change
from geo.redraw.fabric import Fabric
from geo.redraw.operations import (
    Assign,
    BalancedSplit,
    EvenOut,
    Fill,
    Merge,
    Operation,
    Recode,
    Repair,
    Reparent,
    Settle,
    Snap,
)
from geo.redraw.redrawing import change
from geo.redraw.shapes import polygonal

BESIDE_M = 0.1
Norm = tuple[int, int]


def remedies(
    fabric: Fabric, finding: Finding, *, norms: Mapping[str, Norm] | None = None
) -> list[Operation]:
    """Give operations that would mend a finding.

    Parameters
    ----------
    finding : Finding
        Of a check of this very map; its place in metres.
    norms : mapping of level to (least, most)
        Households that an area should hold.

    Returns
    -------
    list of Operation
        The likeliest first; none of them was tried. Empty where only a person can tell.
    """
    at = _At(fabric, finding, dict(norms or {}))
    find = _FINDS.get(finding.code)
    return list(find(at)) if find and (at.areas or finding.layer == "building") else []


def cure(
    fabric: Fabric, finding: Finding, *, norms: Mapping[str, Norm] | None = None
) -> tuple[Operation, Change] | None:
    """Give the first remedy that can be done, and what it changes; None when there is none."""
    for operation in remedies(fabric, finding, norms=norms):
        try:
            return operation, change(fabric, operation)
        except GeoError:
            continue
    return None


class _At:
    """A finding on the map: the areas that it names, and what lies beside."""

    def __init__(self, fabric: Fabric, finding: Finding, norms: dict[str, Norm]) -> None:
        self.fabric = fabric
        self.finding = finding
        self.norms = norms
        is_building = finding.layer == "building"
        self.level = fabric.levels[-1].name if is_building else finding.layer
        refs = finding.features[1:] if is_building else finding.features
        found = (fabric.areas.get((self.level, ref)) for ref in refs)
        self.areas = [area for area in found if area is not None]

    @property
    def place(self) -> BaseGeometry:
        """Where it is; its largest piece."""
        whole = self.finding.place if self.finding.place is not None else shapely.Polygon()
        return max(shapely.get_parts(whole).tolist(), key=lambda p: p.area, default=whole)

    def beside(self, ground: BaseGeometry) -> list[Area]:
        """Give the areas of the level along a ground, those with the longest border first."""
        rim = shapely.buffer(ground, BESIDE_M)
        near = [a for a in self.fabric.near(rim.bounds) if a.level == self.level]
        along = {a.key: shapely.intersection(a.shape.boundary, rim).length for a in near}
        kept = [a for a in near if along[a.key] > 4 * BESIDE_M]
        return sorted(kept, key=lambda a: (-along[a.key], a.ref))

    def siblings(self, area: Area) -> list[Area]:
        """Give the neighbours under the same parent that norms are for, longest border first."""
        near = [a for a in self.beside(area.shape) if a.key != area.key]
        return [a for a in near if a.above == area.above and a.kind != "dedicated"]

    def holder(self, ground: BaseGeometry) -> Area | None:
        """Give the area of the level above that holds most of a ground."""
        above = self.fabric.above(self.level)
        near = [a for a in self.fabric.near(ground.bounds) if a.level == above]
        shares = {a.key: shapely.intersection(a.shape, ground).area for a in near}
        near = [a for a in near if shares[a.key] > 0]
        return max(near, key=lambda a: (shares[a.key], a.ref), default=None)

    def fresh(self, parent: str) -> str | None:
        """Give the next code under a parent; None where codes follow no rule."""
        if self.level not in codes.LENGTHS or not codes.is_legal(parent):
            return None
        return codes.numbered(parent, 1, self.level, used=self.fabric.given[parent])[0]


def _empty(at: _At) -> Iterator[Operation]:
    holder = at.holder(at.place)
    around = at.beside(at.place)
    own = [a for a in around if holder is not None and a.above == holder.code]
    yield from (Fill(at.level, polygonal(at.place), a.ref) for a in (own or around)[:3])


def _shared(at: _At) -> Iterator[Operation]:
    """Whose areas below lie there keeps it; else who belongs to the area above; else the larger."""
    holder, place = at.holder(at.place), polygonal(at.place)

    def rank(area: Area) -> tuple[float, bool, float, str]:
        below = (shapely.intersection(c.shape, place).area for c in at.fabric.children(area))
        astray = holder is None or area.above != holder.code
        return -round(sum(below)), astray, -area.shape.area, area.ref

    yield from (Settle(at.level, a.ref, place) for a in sorted(at.areas[:3], key=rank))


def _sliver(at: _At) -> Iterator[Operation]:
    yield from _shared(at) if at.finding.field == "overlap" else _empty(at)


def _doubled(at: _At) -> Iterator[Operation]:
    yield Settle(at.level, at.areas[0].ref, at.areas[0].shape)


def _apart(at: _At) -> Iterator[Operation]:
    area = at.areas[0]
    near = [a for a in at.beside(at.place) if a.key != area.key]
    near.sort(key=lambda a: a.above != area.above)
    yield from (Assign(at.level, a.ref, block=at.place, fill=True) for a in near[:3])


def _near_miss(at: _At) -> Iterator[Operation]:
    if len(at.areas) > 1:
        one, other = at.areas[:2]
        yield Snap(at.level, (one.ref, other.ref))
        yield Snap(at.level, (other.ref, one.ref))


def _strayed(at: _At) -> Iterator[Operation]:
    above = at.fabric.above(at.level)
    if above is not None:
        yield Assign(above, at.areas[0].above, block=at.place, fill=True)
        yield Fill(above, polygonal(at.place), at.areas[0].above)


def _homeless(at: _At) -> Iterator[Operation]:
    area = at.areas[0]
    if at.finding.field == "code":
        yield from _miscoded(at)
    elif (home := at.holder(area.shape)) is not None:
        yield Reparent(at.level, area.ref, home.ref)


def _miscoded(at: _At) -> Iterator[Operation]:
    area = at.areas[0]
    if at.finding.field == "parent":
        yield from _homeless(at)
        return
    twin = at.fabric.areas.get((at.level, f"{area.code}#2"))
    home = at.holder(area.shape)
    parent = area.parent or (home.code if home else "")
    code = at.fresh(parent)
    if code is not None:
        yield Recode(at.level, twin.ref if twin else area.ref, code)


def _crossed(at: _At) -> Iterator[Operation]:
    at_home = at.fabric.homes.at.get(at.finding.features[0])
    if at_home is not None:
        block = shapely.buffer(at.fabric.homes.shapes[at_home], 1.0, join_style="mitre")
        yield from (Assign(at.level, a.ref, block=block, fill=True) for a in at.areas[:2])


def _broken(at: _At) -> Iterator[Operation]:
    yield Repair(at.level, at.areas[0].ref)


def _misfit(at: _At) -> Iterator[Operation]:
    area = at.areas[0]
    norm = at.norms.get(at.level)
    if norm is None:
        return
    least, most = norm
    near = at.siblings(area)
    if area.households < least:
        for other in near:
            if area.households + other.households <= most:
                yield Merge(at.level, (other.ref, area.ref))
    elif area.households >= 2 * least:
        yield BalancedSplit(at.level, area.ref, tolerance=_room(area.households, norm))
    for other in near:
        both = area.households + other.households
        if 2 * least <= both <= 2 * most:
            yield EvenOut(at.level, (area.ref, other.ref), tolerance=_room(both, norm))


def _room(households: int, norm: Norm) -> float:
    """Give how uneven two halves may be with both within the norm; 0.1 when they cannot be."""
    least, most = norm
    room = min(households - 2 * least, 2 * most - households) / max(households, 1)
    return round(room, 3) if room > 0 else 0.1


_FINDS: dict[str, Callable[[_At], Iterator[Operation]]] = {
    "BUILDING_CUT": _crossed,
    "CODE_DUPLICATE": _miscoded,
    "CODE_INVALID": _miscoded,
    "DOUBLY_OWNED": _doubled,
    "GAP": _empty,
    "GEOM_INVALID": _broken,
    "HOLE": _empty,
    "MULTIPART": _apart,
    "NEAR_MISS": _near_miss,
    "ORPHAN": _homeless,
    "OUTSIDE_PARENT": _strayed,
    "OVERLAP": _shared,
    "PARENT_MISMATCH": _homeless,
    "SIZE_OUT_OF_NORM": _misfit,
    "SLIVER": _sliver,
}
