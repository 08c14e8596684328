"""A change is data: areas before, areas after; its inverse swaps the two."""

from dataclasses import dataclass, field

from geo.errors import Conflict
from geo.redraw.area import Area
from geo.redraw.fabric import Fabric
from geo.redraw.operations import Operation


@dataclass(frozen=True, slots=True)
class Link:
    """That a code came of another: ``split``, ``merge``, ``recode``, ``reparent``, ``create``…"""

    level: str
    parent: str
    child: str
    kind: str


@dataclass(frozen=True, slots=True)
class Change:
    """What an operation does.

    `before` and `after` hold every area that differs, also neighbours that only got a
    vertex. `links` is lineage. `offers` are operations that would finish what this one
    leaves open, such as filling an enclave.
    """

    label: str
    before: tuple[Area, ...]
    after: tuple[Area, ...]
    links: tuple[Link, ...] = ()
    offers: tuple[Operation, ...] = field(default=())

    def inverse(self) -> "Change":
        """Give the change that undoes this one, to the last byte."""
        return Change(self.label, self.after, self.before, self.links)

    def on(self, fabric: Fabric) -> Fabric:
        """Make the change in a fabric, in place.

        Raises
        ------
        Conflict
            When the fabric is not as it was before the change; nothing is changed then.
        """
        stale = [a.ref for a in self.before if not a.same(fabric.areas.get(a.key))]
        gone = {a.key for a in self.before}
        stale += [a.ref for a in self.after if a.key in fabric.areas and a.key not in gone]
        if stale:
            raise Conflict(
                f"{', '.join(stale[:3])} changed in the meantime",
                zh=f"{'、'.join(stale[:3])} 已被改动",
                where=stale,
                hint="look at the map as it is now and try again",
                hint_zh="请刷新后重试",
            )
        fabric.swap(self.before, self.after)
        return fabric

    @property
    def moved_ground(self) -> tuple[Area, ...]:
        """The areas after the change whose ground or record differs, not only a vertex."""
        old = {a.key: a for a in self.before}
        return tuple(a for a in self.after if not _only_noded(old.get(a.key), a))


def _only_noded(old: Area | None, new: Area) -> bool:
    if old is None or old.shape.wkb == new.shape.wkb:
        return False
    plain = ("name", "kind", "parent", "households", "residents", "attributes")
    told = all(getattr(old, n) == getattr(new, n) for n in plain)
    return told and abs(old.shape.area - new.shape.area) < 1e-3 * (1 + old.shape.length)
