"""A change in the making, over a fabric that stays as it is until the change is whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import NotFound, RuleBroken
from geo.layers import codes
from geo.redraw.area import Area, Key, Shape
from geo.redraw.change import Change, Link
from geo.redraw.fabric import Fabric
from geo.redraw.homes import shared_out
from geo.redraw.noding import Noded, borders_near, lacking, noded_shape
from geo.redraw.operations import Operation
from geo.redraw.shapes import Edge, Point, components, joined, outline, shifted, without


class Draft:
    """Areas as they will be. Nothing of the fabric is touched."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self.links: list[Link] = []
        self.offers: list[Operation] = []
        self.gained: list[tuple[str, Shape]] = []
        self.loose: set[Key] = set()
        self._now: dict[Key, Area | None] = {}
        self._noded: dict[Key, Shape] = {}
        self._given: set[str] = set()

    def become(self, other: "Draft") -> None:
        """Take over all that another draft of the same fabric did."""
        self.__dict__.update(other.__dict__)

    # What is there.

    def area(self, level: str, ref: str) -> Area:
        """Give an area as it is in the draft."""
        key = (level, ref)
        found = self._now[key] if key in self._now else self.fabric.area(level, ref)
        if found is None:
            raise NotFound(f"{level} {ref} is closed", zh=f"{ref} 已关闭", where=[ref])
        return found

    def children(self, parent: Area, *, level: str) -> list[Area]:
        """Give the areas of the level below that belong to an area in the draft."""
        if parent.twin:
            return []
        old = (a for a in self.fabric.children(parent) if a.level == level)
        kept = [a for a in old if a.key not in self._now]
        new = [a for a in self._now.values() if a is not None and a.level == level]
        kept += [a for a in new if a.above == parent.code]
        return sorted(kept, key=lambda a: a.ref)

    def near(self, ground: BaseGeometry, level: str) -> list[Area]:
        """Give the areas of a level, as in the draft, whose box touches a ground's."""
        west, south, east, north = ground.bounds
        old = [a for a in self.fabric.near((west, south, east, north)) if a.level == level]
        found = [a for a in old if a.key not in self._now]
        box = shapely.box(west, south, east, north)
        new = [a for a in self._now.values() if a is not None and a.level == level]
        found += [a for a in new if box.intersects(a.shape)]
        return sorted(found, key=lambda a: a.ref)

    # What is done.

    def carve(self, lines: Sequence[BaseGeometry]) -> set[Edge]:
        """Node lines with the borders of every level; give the edges of the cut.

        To be done first, and once: later steps only put together what lies between.
        """
        whole = shapely.union_all(list(lines))
        if whole.is_empty:
            return set()
        near = self._around(whole)
        noded = Noded(lines, borders_near((a.shape for a in near), whole), self.fabric.crs)
        self._node(near, noded.added)
        return noded.cuts

    def fit(self, areas: Iterable[Area]) -> None:
        """Give areas and what lies around them common vertices, so that edges can cancel."""
        for area in areas:
            near = self._around(area.shape)
            self._node(near, lacking(borders_near((a.shape for a in near), area.shape)))

    def shift(self, moved: Mapping[Point, Point], around: BaseGeometry) -> None:
        """Move vertices to other places in every area of every level that has them."""
        for area in self._around(around):
            shape = shifted(area.shape, moved)
            if shape is not area.shape:
                self.restate(area, shape)

    def restate(self, area: Area, shape: Shape) -> Area:
        """Set an area's outline right: what was there before counts as if it had been so."""
        self._noded[area.key] = shape
        return self.put(replace(area, shape=shape))

    def put(self, area: Area) -> Area:
        """Set an area to what it will be."""
        self._now[area.key] = area
        self._given.add(area.code)
        return area

    def drop(self, area: Area) -> None:
        """Close an area."""
        self._now[area.key] = None

    def link(self, parents: Iterable[Area], children: Iterable[Area], kind: str) -> None:
        """Tell what came of what."""
        children = list(children)
        self.links += [Link(p.level, p.code, c.code, kind) for p in parents for c in children]

    def fresh(self, level: str, parent: str, count: int, *, like: str) -> list[str]:
        """Give codes that were never given: the next numbers under a parent.

        Where codes follow no rule they are made from the one they come of.
        """
        ruled = codes.LENGTHS.get(level), codes.LENGTHS.get(self.fabric.above(level) or "")
        if ruled[0] is not None and codes.is_legal(parent) and len(parent) == _length_above(level):
            used = self.fabric.given[parent] | {c for c in self._given if c.startswith(parent)}
            return codes.numbered(parent, count, level, used=used)
        taken = {a.code for a in self.fabric.areas.values()} | self._given
        taken |= {code for given in self.fabric.given.values() for code in given}
        found: list[str] = []
        number = 1
        while len(found) < count:
            if f"{like}-{number}" not in taken:
                found.append(f"{like}-{number}")
            number += 1
        return found

    def portions(self, area: Area, grounds: Sequence[Shape]) -> list[tuple[int, int]]:
        """Share an area's households and residents out to the pieces of its ground."""
        if len(grounds) == 1:
            return [(area.households, area.residents)]
        households, residents = self.fabric.homes.weights(grounds)
        spare = [ground.area for ground in grounds]
        return list(
            zip(
                shared_out(area.households, households, spare=spare),
                shared_out(area.residents, residents, spare=spare),
                strict=True,
            )
        )

    def take(self, area: Area, kept: Sequence[Shape], moved: Sequence[Shape]) -> tuple[int, int]:
        """Leave an area only a part of its ground; give the people who go with the rest."""
        grounds = [joined(kept), joined(moved)]
        (stay_h, stay_r), (go_h, go_r) = self.portions(area, grounds)
        self.put(replace(area, shape=grounds[0], households=stay_h, residents=stay_r))
        return go_h, go_r

    def give(self, area: Area, grounds: Sequence[Shape], people: tuple[int, int]) -> Area:
        """Add ground beside an area to it, and the people there."""
        return self.put(
            replace(
                area,
                shape=joined([area.shape, *grounds]),
                households=area.households + people[0],
                residents=area.residents + people[1],
            )
        )

    def lift(self, level: str, ground: Shape, giver: str, taker: str) -> None:
        """Move ground between the parents too, as far up as they differ."""
        above = self.fabric.above(level)
        if above is None or giver == taker:
            return
        one, other = self.area(above, giver), self.area(above, taker)
        left = without(one.shape, ground)
        if left.is_empty:
            raise RuleBroken(
                f"nothing would be left of {giver}", zh=f"{giver} 将不剩任何区域", where=[giver]
            )
        people = self.take(one, [left], [ground])
        self.give(other, [ground], people)
        self.lift(above, ground, one.above, other.above)

    def change(self, label: str) -> Change:
        """Close the draft: see that nothing was torn and nobody lost.

        Raises
        ------
        RuleBroken
            When an area would be broken, fall into more pieces, or a gap or overlap arise.
        """
        pairs = [(self.fabric.areas.get(key), area) for key, area in self._now.items()]
        pairs = [(o, n) for o, n in pairs if (n is None and o is not None) or (n and not n.same(o))]
        before = tuple(o for o, _ in pairs if o is not None)
        after = tuple(n for _, n in pairs if n is not None)
        self._see(before, after)
        return Change(label, before, after, tuple(self.links), tuple(self.offers))

    def _around(self, ground: BaseGeometry) -> list[Area]:
        """Give the areas of every level, as in the draft, that a ground's box touches."""
        west, south, east, north = ground.bounds
        found = list(self.fabric.near((west - 1, south - 1, east + 1, north + 1)))
        return [now for a in found if (now := self._now.get(a.key, a)) is not None]

    def _node(self, areas: Iterable[Area], added: dict[Edge, list[Point]]) -> None:
        for area in areas:
            shape = noded_shape(area.shape, added)
            if shape is not area.shape:
                self.restate(area, shape)

    # Nothing torn, nobody lost.

    def _see(self, before: tuple[Area, ...], after: tuple[Area, ...]) -> None:
        self._see_shapes(before, after)
        gained = {level: [g for lv, g in self.gained if lv == level] for level, _ in self.gained}
        for level in dict.fromkeys(a.level for a in (*before, *after)):
            old = [a for a in before if a.level == level]
            new = [a for a in after if a.level == level]
            if level not in gained and _people(old) != _people(new):
                raise RuleBroken("people would be lost", zh="户数或人口将不守恒")
            ground = [self._noded.get(a.key, a.shape) for a in old] + gained.get(level, [])
            if outline(ground) != outline(a.shape for a in new):
                raise RuleBroken(
                    f"the change would leave a gap or an overlap on level {level}",
                    zh="该操作会在边界上留下空白或压占，已拒绝",
                    where=[a.ref for a in new],
                    hint="draw the line a little further from corners of the border",
                    hint_zh="请让所画的线离边界拐点远一点再试",
                )

    def _see_shapes(self, before: tuple[Area, ...], after: tuple[Area, ...]) -> None:
        old = {a.key: a for a in before}
        most = max((components(a.shape) for a in before), default=1)
        for area in after:
            was = old.get(area.key)
            if area.shape.is_empty or not area.shape.is_valid:
                if was is not None and not was.shape.is_valid:
                    continue  # it was broken before, and only got a vertex
                raise RuleBroken(
                    f"the outline of {area.ref} would be broken",
                    zh=f"{area.ref} 的边界将不合法",
                    where=[area.ref],
                )
            allowed = components(was.shape) if was is not None else most
            if components(area.shape) > allowed and area.key not in self.loose:
                raise RuleBroken(
                    f"{area.level} {area.ref} would fall into {components(area.shape)} pieces",
                    zh=f"{area.name or area.ref} 将被分成 {components(area.shape)} 块",
                    where=[area.ref],
                    hint="take the whole strip up to the border, or fill the pockets along",
                    hint_zh="请一直画到边界，或连同夹缝一并划转",
                )


def _people(areas: Sequence[Area]) -> tuple[int, int]:
    return sum(a.households for a in areas), sum(a.residents for a in areas)


def _length_above(level: str) -> int:
    own = codes.LENGTHS[level]
    return max((n for n in codes.LENGTHS.values() if n < own), default=0)
