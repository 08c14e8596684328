"""Finished tiles, kept up to a number of bytes, and dropped where something changed."""

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from geo.tiling.address import Address, tiles, under
from geo.tiling.detail import EXTENT, MARGIN

Group = TypeVar("Group", bound=Hashable)
OVERHEAD = 512
_MARGIN = MARGIN / EXTENT
"""What a kept tile costs beside its bytes, about."""


class Finished(NamedTuple):
    """A tile ready to be sent: packed (gzip), empty when there is nothing to show, and its tag."""

    body: bytes
    tag: bytes


class Cache(Generic[Group]):
    """Tiles by what they show (groups, such as a layer as somebody may see it) and where.

    The least lately used goes first when there are more than `most_bytes`.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.hits = self.misses = self.dropped = 0
        self._kept: OrderedDict[tuple[tuple[Group, ...], Address], Finished] = OrderedDict()
        self._where: dict[Group, dict[Address, set[tuple[Group, ...]]]] = defaultdict(dict)
        self._turns: dict[Group, int] = defaultdict(int)
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, groups: tuple[Group, ...], at: Address) -> Finished | None:
        """Give a tile that is kept."""
        with self._lock:
            found = self._kept.get((groups, at))
            if found is None:
                self.misses += 1
            else:
                self.hits += 1
                self._kept.move_to_end((groups, at))
        return found

    def turn(self, groups: Iterable[Group]) -> int:
        """Give a number that grows with every drop in these groups; hand it to `put`."""
        with self._lock:
            return sum(self._turns[group] for group in groups)

    def put(self, groups: tuple[Group, ...], at: Address, tile: Finished, turn: int) -> None:
        """Keep a tile, unless something was dropped in its groups since it was begun."""
        with self._lock:
            if sum(self._turns[group] for group in groups) != turn:
                return
            self._remove(groups, at)
            self._kept[groups, at] = tile
            self.bytes += len(tile.body) + OVERHEAD
            for group in groups:
                self._where[group].setdefault(at, set()).add(groups)
            while self.bytes > self.most_bytes:
                self._remove(*next(iter(self._kept)))

    def drop(self, group: Group, boxes: Iterable[tuple[float, float, float, float]]) -> int:
        """Drop the tiles of a group that show one of some boxes (worlds); give how many."""
        with self._lock:
            self._turns[group] += 1
            here = self._where[group]
            zooms = sorted({at.z for at in here})
            touched: set[Address] = set()
            for box in boxes:
                for z in zooms:
                    left, top, right, bottom = under(box, z, _MARGIN)
                    if (right - left + 1) * (bottom - top + 1) < len(here):
                        touched.update(at for at in tiles(box, z, _MARGIN) if at in here)
                    else:
                        touched.update(
                            at for at in here
                            if at.z == z and left <= at.x <= right and top <= at.y <= bottom
                        )  # fmt: skip
            return sum(self._remove(groups, at) for at in touched for groups in list(here[at]))

    def clear(self, group: Group) -> None:
        """Drop all tiles of a group."""
        with self._lock:
            self._turns[group] += 1
            here = self._where[group]
            for at in list(here):
                for groups in list(here.get(at, ())):
                    self._remove(groups, at)

    def _remove(self, groups: tuple[Group, ...], at: Address) -> bool:
        tile = self._kept.pop((groups, at), None)
        if tile is None:
            return False
        self.bytes -= len(tile.body) + OVERHEAD
        self.dropped += 1
        for group in groups:
            holders = self._where[group][at]
            holders.discard(groups)
            if not holders:
                del self._where[group][at]
        return True
