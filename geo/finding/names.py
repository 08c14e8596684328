"""Many names, found by whatever a person may type for one of them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.finding.forms import forms
from geo.finding.kernel import Bytes
from geo.finding.spelling import CHINESE, folded, plain, said
from geo.finding.stages import Texts, search

MOST = 200
PATIENCE = 1 << 14
"""So many names are at most looked at for slips."""


class Bounds(NamedTuple):
    """How far to look.

    Parameters
    ----------
    most : int
        So many are wanted, > 0.
    patience : int
        So many names are looked at for slips.
    floor : float
        Something else fits as well as this already: where that is `SURE`, nobody is thought to
        have slipped.
    """

    most: int = MOST
    patience: int = PATIENCE
    floor: float = 0.0


FAR = Bounds()


class OutOfPatience(Exception):
    """More names would have to be looked at for slips than was allowed."""


class Names:
    """Names by all their forms: as characters, as sounds (as they are, folded), as initials.

    Of names that fit alike those of the lowest sort come first, then the shortest, then the
    first.

    Parameters
    ----------
    names : sequence of str
        The position of a name is its number.
    sorts : array of int, optional
        One for each name; all alike without.
    """

    def __init__(self, names: Sequence[str], sorts: npt.ArrayLike | None = None) -> None:
        lengths = np.fromiter(map(len, names), np.int64, len(names))
        ranks = (lengths,) if sorts is None else (lengths, np.asarray(sorts))
        self._order = np.lexsort(ranks).astype(np.int32)
        self._forms = forms([names[number] for number in self._order.tolist()])
        self._all = np.ones(len(names), dtype=np.uint8)

    def __len__(self) -> int:
        """Give the number of names."""
        return len(self._all)

    @property
    def nbytes(self) -> int:
        """Give how many bytes of memory this takes."""
        return sum(part.nbytes for part in (*self._forms, self._order, self._all))

    def only(self, wanted: npt.NDArray[np.bool_]) -> Bytes:
        """Tell in the way of `find` which names are wanted; they come by number."""
        return wanted[self._order].astype(np.uint8)

    def find(self, text: str, bounds: Bounds = FAR, only: Bytes | None = None) -> dict[int, float]:
        """Give the names that a text may mean, the likeliest first, each with its score.

        Whole before beginning before middle, characters before sounds before initials, and
        what needs a correction last; usual readings before others; at most 100. With `only`
        (from `only`) the other names are as if they were not there.

        Raises
        ------
        OutOfPatience
            When more names had to be looked at for slips than the bounds allow, and
            they allow fewer than usual.
        """
        texts = _texts(text)
        if texts is None or not len(self):
            return {}
        most, patience, floor = bounds
        wanted = (self._all if only is None else only, most, patience, float(floor))
        owners, worths, too_many = search((*self._forms,), texts, wanted)
        if too_many and patience < PATIENCE:
            raise OutOfPatience
        return dict(zip(self._order[owners].tolist(), worths.tolist(), strict=True))


@lru_cache(maxsize=1 << 10)
def _texts(text: str) -> Texts | None:
    """Read what was typed; several indexes are asked the same."""
    written = plain(text)
    if not written:
        return None
    sound = said(written)
    alike = written if CHINESE.search(written) else folded(written)
    return _bytes(written), _bytes(sound), _bytes(folded(sound)), _bytes(alike)


def _bytes(text: str) -> Bytes:
    return np.frombuffer(text.encode(), np.uint8)
