"""Searching many short texts at once: compiled scans over texts packed end to end.

Texts stand in the order of their letters, so that beginnings are found by halving. For
what may stand anywhere, every text has a mark of 128 bits: one for each pair of neighbouring letters, hashed. A text
can hold what was asked only if it has all its bits; with k slips it lacks at most 3 k of
them (a swap breaks three pairs, any other slip two). What is left is looked at letter by
letter; slips are counted with bit vectors (Hyyrö, 2003, "A bit-vector algorithm for
computing Levenshtein and Damerau edit distances").
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint16]
Marks = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Worth = npt.NDArray[np.float64]
LONGEST = 64
_ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_FIVES, _THREES = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_FIFTEENS, _ONES = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
compiled = nb.njit(cache=True, nogil=True)


class Packed(NamedTuple):
    """Texts end to end, where each begins (and the last ends), their marks, whose they are."""

    codes: Codes
    starts: Numbers
    marks: Marks
    owners: Numbers


class Asked(NamedTuple):
    """A text in the letters of packed ones, its mark, and where each letter stands in it (bits)."""

    codes: Codes
    mark: Marks
    places: Marks


@compiled
def _bits(word: np.uint64) -> np.uint64:
    word -= (word >> _ONE) & _FIVES
    word = (word & _THREES) + ((word >> np.uint64(2)) & _THREES)
    word = (word + (word >> np.uint64(4))) & _FIFTEENS
    return (word * _ONES) >> np.uint64(56)


@compiled
def marks(codes: Codes, starts: Numbers) -> Marks:
    """Mark texts; `starts` has one entry more than there are texts."""
    found = np.zeros((len(starts) - 1, 2), dtype=np.uint64)
    for text in range(len(starts) - 1):
        for at in range(starts[text], starts[text + 1] - 1):
            pair = np.uint64(codes[at]) * np.uint64(40503) + np.uint64(codes[at + 1])
            bit = (pair * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(57)
            if bit < np.uint64(64):
                found[text, 0] |= _ONE << bit
            else:
                found[text, 1] |= _ONE << (bit - np.uint64(64))
    return found


@compiled
def _before(packed: Packed, text: int, asked: Codes) -> bool:
    """Say whether a text comes before all that begin with what was asked."""
    start, stop = packed.starts[text], packed.starts[text + 1]
    for at in range(len(asked)):
        if start + at == stop:
            return True
        if packed.codes[start + at] != asked[at]:
            return bool(packed.codes[start + at] < asked[at])
    return False


@compiled
def begin(packed: Packed, asked: Asked, whole: float, begins: float, scores: Worth) -> None:
    """Score the owners of texts that are what was asked, or begin with it."""
    size, low, high = len(asked.codes), 0, len(packed.owners)
    while low < high:
        middle = (low + high) // 2
        if _before(packed, middle, asked.codes):
            low = middle + 1
        else:
            high = middle
    for text in range(low, len(packed.owners)):
        start, stop = packed.starts[text], packed.starts[text + 1]
        if stop - start < size:
            break
        same = 0
        while same < size and packed.codes[start + same] == asked.codes[same]:
            same += 1
        if same < size:
            break
        owner, worth = packed.owners[text], whole if stop - start == size else begins
        scores[owner] = max(worth, scores[owner])


@compiled
def hold(packed: Packed, asked: Asked, worth: float, scores: Worth) -> None:
    """Score the owners of texts that hold what was asked."""
    codes, starts, marked, owners = packed
    text_asked, mark, _ = asked
    size = len(text_asked)
    for text in range(len(owners)):
        if mark[0] & ~marked[text, 0] or mark[1] & ~marked[text, 1]:
            continue
        for at in range(starts[text], starts[text + 1] - size + 1):
            same = 0
            while same < size and codes[at + same] == text_asked[same]:
                same += 1
            if same == size:
                scores[owners[text]] = max(worth, scores[owners[text]])
                break


@compiled
def _slips(text: Codes, size: int, places: Marks, anywhere: bool) -> tuple[int, int]:
    """Count slips against a text as a whole, and against the best beginning (or part) of it."""
    last = _ONE << np.uint64(size - 1)
    up, down, diagonal, before = _ALL, np.uint64(0), np.uint64(0), np.uint64(0)
    far, best = size, size
    for letter in text:
        here = places[letter]
        swapped = (((~diagonal) & here) << _ONE) & before
        diagonal = ((((here & up) + up) ^ up) | here | down) | swapped
        more, less = down | ~(diagonal | up), diagonal & up
        if more & last:
            far += 1
        if less & last:
            far -= 1
        more <<= _ONE
        if not anywhere:
            more |= _ONE
        less <<= _ONE
        up, down = less | ~(diagonal | more), more & diagonal
        before = here
        best = min(best, far)
    return far, best


@compiled
def near(packed: Packed, asked: Asked, most: int, worth: Worth, scores: Worth) -> None:
    """Score the owners of texts that are what was asked, or begin with it, but for slips.

    With only the third worth, of those that hold it anywhere. Each slip costs five.
    """
    codes, starts, marked, owners = packed
    text_asked, mark, places = asked
    size, lacking, anywhere = len(text_asked), np.uint64(3 * most), worth[2] > 0
    for text in range(len(owners)):
        missing = _bits(mark[0] & ~marked[text, 0])
        if missing > lacking:
            continue
        if missing + _bits(mark[1] & ~marked[text, 1]) > lacking:
            continue
        start, stop = starts[text], starts[text + 1]
        if stop - start < size - most:
            continue
        far, best = _slips(codes[start:stop], size, places, anywhere)
        score = 0.0
        if anywhere:
            score = worth[2] - 5.0 * best if best <= most else 0.0
        else:
            if far <= most:
                score = worth[0] - 5.0 * far
            if best <= most:
                score = max(score, worth[1] - 5.0 * best)
        scores[owners[text]] = max(score, scores[owners[text]])
