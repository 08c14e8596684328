"""The forms of many names in one sort of writing, packed for search."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.finding import kernel

Scores = npt.NDArray[np.float64]
Worth = tuple[float, float, float]
"""What it counts when a form is the text, begins with it, or (the others 0) holds it."""


class Forms:
    """Forms and whose they are; searches write into scores, one for each owner."""

    def __init__(self, forms: Iterable[tuple[str, int]]) -> None:
        told = sorted((form, owner) for form, owner in forms if form)
        lengths = np.array([len(form) for form, _ in told], dtype=np.int64)
        text = np.frombuffer("".join(form for form, _ in told).encode("utf-32-le"), np.uint32)
        self._letters, codes = np.unique(text, return_inverse=True)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        owners = np.array([owner for _, owner in told], dtype=np.int64)
        self._packed = kernel.Packed((codes + 1).astype(np.uint16), starts, owners)

    @cached_property
    def _held(self) -> kernel.Held:
        """Tell what may stand anywhere; forms that are only begun with need it not."""
        codes, starts, _ = self._packed
        pairs = np.append(kernel.paired(codes), np.uint16(0))
        return kernel.Held(
            self._packed,
            kernel.marks(pairs, starts),
            kernel.lists(codes, starts, 0, len(self._letters) + 1),
            kernel.lists(pairs, starts, 1, kernel.PAIRS),
        )

    def begin(self, asked: str, whole: float, begins: float, scores: Scores) -> None:
        """Score the owners of forms that are a text, or begin with it."""
        read = self._read(asked)
        if asked and read.codes.all():
            kernel.begin(self._packed, read, whole, begins, scores)

    def hold(self, asked: str, worth: float, scores: Scores) -> None:
        """Score the owners of forms that hold a text."""
        read = self._read(asked)
        if asked and read.codes.all():
            kernel.hold(self._held, read, worth, scores)

    def near(self, asked: str, most: int, worth: Worth, scores: Scores) -> None:
        """Score the owners of forms that are a text, or begin with it, but for some slips.

        With only the third worth, of those that hold it anywhere. Each slip costs five.
        """
        if not most < len(asked) <= kernel.LONGEST:
            return
        kernel.near(self._held, self._read(asked), most, np.array(worth), scores)

    def _read(self, asked: str) -> kernel.Asked:
        """Give a text in the letters of these forms; 0 is a letter of none of them."""
        text = np.frombuffer(asked.encode("utf-32-le"), np.uint32)
        at = np.minimum(np.searchsorted(self._letters, text), max(len(self._letters) - 1, 0))
        known = self._letters[at] == text if len(self._letters) else np.zeros(len(text), bool)
        codes = np.where(known, at + 1, 0).astype(np.uint16)
        pairs = kernel.paired(codes)
        mark = kernel.marks(pairs, np.array([0, len(codes)], dtype=np.int64))[0]
        places = np.zeros(len(self._letters) + 1, dtype=np.uint64)
        for place, code in enumerate(codes.tolist()[: kernel.LONGEST]):
            if code:
                places[code] |= np.uint64(1 << place)
        return kernel.Asked(codes, pairs, mark, places)
