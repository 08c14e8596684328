"""Searching many short texts at once: texts packed end to end, and where their letters occur.

Texts stand in the order of their letters, so that beginnings are found by halving. What may
stand anywhere is looked for by letters and by pairs of neighbouring letters: k slips break at
most k different letters of what was asked, and 3 k of its pairs (a swap three, any other slip
two). A text that is meant therefore holds at least one of any k + 1 of its letters, and of
any 3 k + 1 of its pairs: the rarest are taken, of letters or pairs, whichever are fewer
(prefix filtering: Chaudhuri, Ganti and Kaushik, 2006, "A primitive operator for similarity
joins in data cleaning"). A mark of 128 bits, one for each pair, hashed, rules out most of
what is left; the rest is looked at letter by letter, slips being counted with bit vectors
(Hyyrö, 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances").
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint16]
Marks = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Worth = npt.NDArray[np.float64]
LONGEST = 64
PAIRS = 1 << 12
"""Pairs are told apart by so many numbers."""
_ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_FIVES, _THREES = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_FIFTEENS, _ONES = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
compiled = nb.njit(cache=True, nogil=True)


class Lists(NamedTuple):
    """The texts that hold a key: those of key k are ``texts[begins[k] : begins[k + 1]]``."""

    begins: Numbers
    texts: Small


class Packed(NamedTuple):
    """Texts end to end, where each begins (and the last ends), whose they are."""

    codes: Codes
    starts: Numbers
    owners: Numbers


class Held(NamedTuple):
    """What packed texts hold: their marks, and which of them hold a letter or a pair of letters."""

    packed: Packed
    marks: Marks
    letters: Lists
    pairs: Lists


class Asked(NamedTuple):
    """A text in the letters of packed ones, its pairs, its mark, and the places of each letter (bits)."""

    codes: Codes
    pairs: Codes
    mark: Marks
    places: Marks


@compiled
def _bits(word: np.uint64) -> np.uint64:
    word -= (word >> _ONE) & _FIVES
    word = (word & _THREES) + ((word >> np.uint64(2)) & _THREES)
    word = (word + (word >> np.uint64(4))) & _FIFTEENS
    return (word * _ONES) >> np.uint64(56)


@compiled
def paired(codes: Codes) -> Codes:
    """Number the pairs of neighbouring letters; every letter but the last begins one."""
    found = np.zeros(max(len(codes) - 1, 0), dtype=np.uint16)
    for at in range(len(found)):
        pair = np.uint64(codes[at]) * np.uint64(40503) + np.uint64(codes[at + 1])
        found[at] = np.uint16((pair * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(52))
    return found


@compiled
def marks(pairs: Codes, starts: Numbers) -> Marks:
    """Mark texts; `starts` has one entry more than there are texts."""
    found = np.zeros((len(starts) - 1, 2), dtype=np.uint64)
    for text in range(len(starts) - 1):
        for at in range(starts[text], starts[text + 1] - 1):
            bit = np.uint64(pairs[at]) >> np.uint64(5)
            if bit < np.uint64(64):
                found[text, 0] |= _ONE << bit
            else:
                found[text, 1] |= _ONE << (bit - np.uint64(64))
    return found


@compiled
def lists(keys: Codes, starts: Numbers, skipped: int, count: int) -> Lists:
    """List the texts that hold each of `count` keys, each text once.

    `keys` has one for every letter; the last `skipped` of a text do not count.
    """
    begins, last = np.zeros(count + 1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    for text in range(len(starts) - 1):
        for at in range(starts[text], starts[text + 1] - skipped):
            if last[keys[at]] != text:
                last[keys[at]] = text
                begins[keys[at] + 1] += 1
    begins = np.cumsum(begins)
    texts, filled = np.empty(begins[-1], dtype=np.int32), begins[:-1].copy()
    last[:] = -1
    for text in range(len(starts) - 1):
        for at in range(starts[text], starts[text + 1] - skipped):
            key = keys[at]
            if last[key] != text:
                last[key] = text
                texts[filled[key]] = text
                filled[key] += 1
    return Lists(begins, texts)


@compiled
def _rarest(held: Lists, keys: Codes, count: int) -> tuple[Codes, int]:
    """Give `count` of these keys that the fewest texts hold, and how often; -1 with fewer keys."""
    several = np.unique(keys)
    if len(several) < count:
        return several, -1
    often = np.array([held.begins[key + 1] - held.begins[key] for key in several])
    order = np.argsort(often)[:count]
    return several[order], int(often[order].sum())


@compiled
def _suspects(held: Held, asked: Asked, slips: int) -> Numbers:
    """Give every text that may hold what was asked but for some slips."""
    seen, told = np.zeros(len(held.marks), dtype=np.bool_), held.letters
    keys, often = _rarest(held.letters, asked.codes, slips + 1)
    others, rarer = _rarest(held.pairs, asked.pairs, 3 * slips + 1)
    if often < 0 and rarer < 0:
        seen[:] = True
    elif often < 0 or 0 <= rarer < often:
        told, keys = held.pairs, others
    for key in keys:
        for text in told.texts[told.begins[key] : told.begins[key + 1]]:
            seen[text] = True
    return np.flatnonzero(seen)


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
def hold(held: Held, asked: Asked, worth: float, scores: Worth) -> None:
    """Score the owners of texts that hold what was asked."""
    codes, starts, owners = held.packed
    text_asked, mark, marked = asked.codes, asked.mark, held.marks
    size = len(text_asked)
    for text in _suspects(held, asked, 0):
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
def near(held: Held, asked: Asked, most: int, worth: Worth, scores: Worth) -> None:
    """Score the owners of texts that are what was asked, or begin with it, but for slips.

    With only the third worth, of those that hold it anywhere. Each slip costs five.
    """
    codes, starts, owners = held.packed
    mark, places, marked = asked.mark, asked.places, held.marks
    size, lacking, anywhere = len(asked.codes), np.uint64(3 * most), worth[2] > 0
    for text in _suspects(held, asked, most):
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
