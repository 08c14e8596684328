"""A layer as it is now: a packed base, and what changed since beside it.

A sheet never changes; a change makes another one, which shares the base. Tiles that are being
drawn go on with the sheet that they began with.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo.layers import boxtree
from geo.tiling.address import Address
from geo.tiling.detail import EXTENT, MARGIN
from geo.tiling.hilbert import along_a_curve
from geo.tiling.kernel import F64, I64, Bools
from geo.tiling.pack import Pack, degrees, pack, relabelled
from geo.tiling.writing import Wanted, tiles

_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Base:
    """Packed features under an index, in one datum."""

    pack: Pack
    tree: boxtree.Tree

    @classmethod
    def of(cls, packed: Pack) -> "Base":
        """Build the index; it serves best where neighbours follow each other."""
        return cls(packed, boxtree.tree(packed.boxes, np.arange(len(packed.boxes))))

    @cached_property
    def by_fid(self) -> I64:
        """Positions in the order of `fids`."""
        return np.argsort(self.pack.fids, kind="stable").astype(np.int64)

    def rows_of(self, fids: I64) -> I64:
        """Give the positions of some rows of the store that are here."""
        order = self.by_fid
        if not len(order) or not len(fids):
            return np.empty(0, dtype=np.int64)
        at = np.searchsorted(self.pack.fids, fids, sorter=order)
        at = order[np.minimum(at, len(order) - 1)]
        found: I64 = at[self.pack.fids[at] == fids]
        return found

    @cached_property
    def _by_id(self) -> I64:
        return np.argsort(self.pack.ids, kind="stable").astype(np.int64)

    def row_called(self, number: int) -> int | None:
        """Give the position of the feature that the world calls by a number."""
        ids, order = self.pack.ids, self._by_id
        at = int(np.searchsorted(ids, np.uint64(number), sorter=order))
        return int(order[at]) if at < len(ids) and int(ids[order[at]]) == number else None

    def within(self, box: Sequence[float]) -> I64:
        """Give the positions of the features whose boxes touch a box, sorted."""
        return boxtree.touching(*self.tree, np.array(box, dtype=np.float64))


@dataclass(frozen=True)
class Sheet:
    """A layer in one datum: `base` without the rows that are `gone`, and `fresh`.

    Tiles before zoom `said_from` say only the first `brief` columns of a feature. A sheet in
    another datum knows the `true_base` that its own was made of.
    """

    name: str
    key: str
    base: Base
    gone: Bools
    fresh: Pack
    said_from: int = 0
    brief: int = 1
    true_base: Base | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return int((~self.gone).sum()) + len(self.fresh)

    @property
    def pack(self) -> Pack:
        """All features in one pack."""
        kept = (
            self.base.pack
            if not self.gone.any()
            else self.base.pack.take(np.flatnonzero(~self.gone))
        )
        return kept.join(self.fresh) if len(self.fresh) else kept

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees of the datum; None for an empty layer."""
        boxes = np.concatenate([self.base.pack.boxes[~self.gone], self.fresh.boxes])
        if not len(boxes):
            return None
        x = np.array([boxes[:, 0].min(), boxes[:, 2].max()])
        y = np.array([boxes[:, 3].max(), boxes[:, 1].min()])
        lon, lat = degrees(x, y)
        return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])

    @cached_property
    def highest(self) -> int:
        """The highest `fid`; 0 for an empty layer."""
        known = self.base.pack.fids, self.fresh.fids
        return max(int(fids.max(initial=0)) for fids in known)

    def within(self, box: Sequence[float]) -> tuple[I64, I64]:
        """Give the positions in base and in fresh of the features whose boxes touch a box."""
        rows = self.base.within(box)
        if self._some_gone:
            rows = rows[~self.gone[rows]]
        if not len(self.fresh):
            return rows, _NONE
        west, north, east, south = box
        b = self.fresh.boxes
        near = (b[:, 0] <= east) & (b[:, 2] >= west) & (b[:, 1] <= south) & (b[:, 3] >= north)
        return rows, np.flatnonzero(near).astype(np.int64)

    @cached_property
    def _some_gone(self) -> bool:
        return bool(self.gone.any())

    def shown(self, at: Address) -> tuple[I64, I64]:
        """Give the positions in base and in fresh of the features that a tile may show."""
        return self.within(at.box(MARGIN / EXTENT))

    def tile(self, at: Address) -> bytes:
        """Encode this layer in a tile; empty when it has nothing there."""
        return self.encoded(at, *self.shown(at))

    def encoded(self, at: Address, rows: I64, fresh: I64) -> bytes:
        """Encode chosen features of this layer in a tile."""
        packed = self.base.pack
        if len(fresh):
            packed = laid_out(packed.take(rows).join(self.fresh.take(fresh)))
            rows = np.arange(len(packed), dtype=np.int64)
        one = Wanted(np.array([at.y << 32 | at.x]), np.array([0, len(rows)]), rows)
        out, begins, ends = tiles(self.name, packed, self.said(at.z), at.z, one)
        return out[begins[0] : ends[0]].tobytes()

    def said(self, z: int) -> int:
        """Give how many of the columns a tile of a zoom says, the first ones."""
        return len(self.fresh.keys) if z >= self.said_from else self.brief

    def tag(self, rows: I64, fresh: I64) -> int:
        """Give a number that changes with anything that is shown of chosen features."""
        known = int(np.add.reduce(self.base.pack.stamps[rows]))
        return (known + int(np.add.reduce(self.fresh.stamps[fresh]))) % 2**64

    def changed(
        self, gone: Collection[int], come: gpd.GeoDataFrame | Mapping[str, npt.NDArray[Any]]
    ) -> tuple["Sheet", F64]:
        """Put rows in the place of others.

        Parameters
        ----------
        gone : collection of int
            `fid` of rows that are no more, or are read anew; unknown ones do no harm.
        come : GeoDataFrame, or arrays by name
            What there is now in their place; columns as for `pack`.

        Returns
        -------
        Sheet
            The layer now; in WGS 84, as this one must be.
        array (n, 4)
            Boxes (worlds) of all that is drawn otherwise than before.
        """
        left = np.array(sorted({*gone, *np.asarray(come["fid"]).tolist()}), dtype=np.int64)
        out_base, out_fresh = self._rows_of(left)
        touched = np.concatenate([self.base.pack.boxes[out_base], self.fresh.boxes[out_fresh]])
        rest = replace(
            self, gone=_marked(self.gone, out_base),
            fresh=self.fresh.take(np.delete(np.arange(len(self.fresh)), out_fresh)),
        )  # fmt: skip
        new = relabelled(
            pack(come, key=self.key, columns=self.base.pack.keys, taken=rest.has),
            self.fresh.words,
        )
        rest = replace(rest, fresh=replace(rest.fresh, words=new.words))
        return rest._with(new, np.concatenate([touched, new.boxes]))

    def in_datum(self, datum: str, before: "Sheet | None" = None) -> "Sheet":
        """Give the same layer in another datum; `before` lends its base when it has the same."""
        if datum == "wgs84":
            return self
        same = before is not None and before.true_base is self.base
        base = before.base if same else Base.of(self.base.pack.in_datum(datum))  # type: ignore[union-attr]
        return replace(self, base=base, fresh=self.fresh.in_datum(datum), true_base=self.base)

    def settled(self) -> "Sheet":
        """Give the same layer with everything in its base."""
        packed = laid_out(self.pack)
        return replace(
            self, base=Base.of(packed), gone=np.zeros(len(packed), dtype=bool), fresh=_none(packed)
        )

    def differs(self, other: "Sheet") -> F64:
        """Give the boxes (worlds) of all that is drawn otherwise in another state of the layer."""
        here, there = self.pack, other.pack
        same = np.intersect1d(here.stamps, there.stamps)
        return np.concatenate([pack.boxes[~np.isin(pack.stamps, same)] for pack in (here, there)])

    def has(self, number: int) -> bool:
        """Tell whether a feature is called by a number."""
        row = self.base.row_called(number)
        return (row is not None and not self.gone[row]) or bool((self.fresh.ids == number).any())

    def _rows_of(self, fids: I64) -> tuple[I64, I64]:
        rows = self.base.rows_of(fids)
        return rows[~self.gone[rows]], np.flatnonzero(np.isin(self.fresh.fids, fids))

    def _with(self, new: Pack, touched: F64) -> tuple["Sheet", F64]:
        """Add features; weigh anew what shares edges with all that was touched.

        A border that moved makes or ends nodes on the borders of its neighbours.
        """
        near_base, near_fresh = self._beside(touched)
        boxes = np.concatenate([self.base.pack.boxes[near_base], self.fresh.boxes[near_fresh]])
        wide_base, wide_fresh = self._beside(np.concatenate([touched, boxes]))
        near = self.base.pack.take(near_base).join(self.fresh.take(near_fresh))
        around = self.base.pack.take(np.setdiff1d(wide_base, near_base)).join(
            self.fresh.take(np.setdiff1d(wide_fresh, near_fresh))
        )
        near = replace(near, words=new.words)
        weighed = new.join(near).join(replace(around, words=new.words)).weighed()
        weighed = weighed.take(np.arange(len(new) + len(near)))
        moved = weighed.stamps[len(new) :] != near.stamps
        stay = np.flatnonzero(~moved) + len(new)
        turned_base = np.zeros(len(near), dtype=bool)
        turned_base[: len(near_base)] = True
        keep_base = near_base[moved[: len(near_base)]]
        fresh = self.fresh.take(
            np.delete(np.arange(len(self.fresh)), near_fresh[moved[len(near_base) :]])
        )
        fresh = replace(fresh, words=new.words).join(
            weighed.take(np.delete(np.arange(len(weighed)), stay))
        )
        others = near.boxes[moved]
        made = replace(self, gone=_marked(self.gone, keep_base), fresh=fresh)
        return made, np.concatenate([touched, others])

    def _beside(self, boxes: F64) -> tuple[I64, I64]:
        found = [self.within(box) for box in boxes]
        if not found:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing
        return (
            np.unique(np.concatenate([rows for rows, _ in found])),
            np.unique(np.concatenate([rows for _, rows in found])),
        )


def sheet(
    name: str,
    frame: gpd.GeoDataFrame | Mapping[str, npt.NDArray[Any]],
    *,
    key: str,
    columns: tuple[str, ...],
    said_from: int = 0,
    brief: int = 1,
) -> Sheet:
    """Pack a layer and put it under an index; see `pack` and `Sheet`."""
    packed = laid_out(pack(frame, key=key, columns=columns))
    gone = np.zeros(len(packed), dtype=bool)
    return Sheet(name, key, Base.of(packed), gone, _none(packed), said_from, brief)


def laid_out(packed: Pack) -> Pack:
    """Give the same features so that neighbours follow each other, the same in every process."""
    return packed.take(along_a_curve(packed.boxes, packed.fids))


def _none(packed: Pack) -> Pack:
    """Give a pack of no features that has the same words."""
    return packed.take(np.empty(0, dtype=np.int64))


def _marked(gone: Bools, rows: I64) -> Bools:
    marked = gone.copy()
    marked[rows] = True
    return marked
