"""Searching many short texts at once: places of their letters, sorted and halved.

What begins with a text, or holds it, is a stretch of a sorted row of places (suffix array:
Manber and Myers, 1993, "Suffix arrays: a new method for on-line string searches"). Of a
stretch only those owners are wanted that come first; the lowest owner of each 16 places is
kept, so that most of a long stretch is never looked at.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Worths = npt.NDArray[np.float64]
INSIDE = 7
"""So many rows after that of beginnings comes that of all places in the same forms."""
FORM_STEP, LEAST_STEP = 5, 4
"""The form of every 32nd byte is kept, and the lowest owner of every 16 places."""
compiled = nb.njit(cache=True, nogil=True)


class Forms(NamedTuple):
    """Texts in UTF-8, a 0 before and after each; where each begins, whose it is, and orders.

    `places` holds row after row (row r is ``places[rows[r] : rows[r + 1]]``) of places in
    `letters`, sorted by what stands there. `of_byte` is the form of every 32nd byte,
    `least` the lowest owner of every 16 places.
    """

    letters: Bytes
    starts: Small
    owners: Small
    of_byte: Small
    places: Small
    rows: Numbers
    least: Small


class Best(NamedTuple):
    """The best owners so far, the best first, and what each is worth.

    ``told[0]`` of them are there; ``told[1]`` places were looked at for slips, and
    ``told[2]`` says that there were too many. ``open_to[owner]`` is 0 for who is not wanted.
    Something else is worth `floor` already.
    """

    owners: Small
    worths: Worths
    told: Numbers
    open_to: Bytes
    floor: float


@compiled
def words(letters: Bytes, places: Small) -> Words:
    """Give the eight bytes from each place on, as a number that sorts like them; 0 ends a text."""
    found = np.zeros(len(places), dtype=np.uint64)
    for row in range(len(places)):
        word, at = np.uint64(0), places[row]
        for step in range(8):
            letter = letters[at + step]
            if letter == 0:
                break
            word |= np.uint64(letter) << np.uint64(56 - 8 * step)
        found[row] = word
    return found


@compiled
def form_at(forms: Forms, place: int) -> int:
    """Give the form that holds a byte."""
    form = forms.of_byte[place >> FORM_STEP]
    while forms.starts[form + 1] <= place:
        form += 1
    return int(form)


@compiled
def least(forms: Forms) -> Small:
    """Give the lowest owner of every 16 places."""
    found = np.full((len(forms.places) >> LEAST_STEP) + 1, 2147483647, dtype=np.int32)
    for at in range(len(forms.places)):
        owner = forms.owners[form_at(forms, forms.places[at])]
        found[at >> LEAST_STEP] = min(found[at >> LEAST_STEP], owner)
    return found


@compiled
def _bound(forms: Forms, low: int, high: int, text: Bytes, side: int) -> int:
    """Give the first of sorted places where no less stands than a text, or (side 1) more."""
    while low < high:
        middle = (low + high) // 2
        at, told = forms.places[middle], 0
        for step in range(len(text)):
            letter = forms.letters[at + step]
            if letter != text[step]:
                told = -1 if letter < text[step] else 1
                break
        if told < side:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def stretch(forms: Forms, row: int, text: Bytes) -> tuple[int, int]:
    """Give the stretch of a row where a text stands."""
    first = _bound(forms, forms.rows[row], forms.rows[row + 1], text, 0)
    return first, _bound(forms, first, forms.rows[row + 1], text, 1)


@compiled
def too_late(best: Best, worth: float) -> bool:
    """Say whether what is worth so much comes after all that is wanted."""
    full = best.told[0] == len(best.owners)
    return bool(full and best.worths[len(best.owners) - 1] > worth)


@compiled
def offer(best: Best, owner: int, worth: float) -> None:
    """Keep an owner if it is among the best; of two of the same worth the lower comes first."""
    count, size = best.told[0], len(best.owners)
    if count == size:
        last = best.worths[size - 1]
        if last > worth or (last == worth and best.owners[size - 1] <= owner):
            return
    at = 0
    while at < count and best.owners[at] != owner:
        at += 1
    if at < count and best.worths[at] >= worth:
        return
    if at == count:
        if count == size:
            at -= 1
        else:
            best.told[0] += 1
    while at > 0:
        before = best.worths[at - 1]
        if before > worth or (before == worth and best.owners[at - 1] < owner):
            break
        best.owners[at], best.worths[at] = best.owners[at - 1], before
        at -= 1
    best.owners[at], best.worths[at] = owner, worth


@compiled
def _take(forms: Forms, low: int, high: int, worth: float, best: Best) -> None:
    """Offer the owners of a stretch, all for one worth."""
    size = len(best.owners)
    at = low
    while at < high:
        if best.told[0] == size and (at == low or at & ((1 << LEAST_STEP) - 1) == 0):
            last = best.worths[size - 1]
            if last > worth:
                return
            if last == worth and forms.least[at >> LEAST_STEP] >= best.owners[size - 1]:
                at = ((at >> LEAST_STEP) + 1) << LEAST_STEP
                continue
        owner = forms.owners[form_at(forms, forms.places[at])]
        if best.open_to[owner]:
            offer(best, owner, worth)
        at += 1


@compiled
def begin(forms: Forms, row: int, text: Bytes, worth: tuple[float, float], best: Best) -> None:
    """Offer whose forms are a text (for the first worth), or begin with it (the second)."""
    if too_late(best, worth[0]):
        return
    low, high = stretch(forms, row, text)
    ended, size = low, len(text)
    top = high
    while ended < top:
        middle = (ended + top) // 2
        if forms.letters[forms.places[middle] + size] == 0:
            ended = middle + 1
        else:
            top = middle
    _take(forms, low, ended, worth[0], best)
    _take(forms, ended, high, worth[1], best)


@compiled
def hold(forms: Forms, row: int, text: Bytes, worth: float, best: Best) -> None:
    """Offer whose forms hold a text; the row is that of beginnings."""
    if not too_late(best, worth):
        low, high = stretch(forms, row + INSIDE, text)
        _take(forms, low, high, worth, best)
