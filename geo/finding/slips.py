"""Slips: whose names are what was typed but for a letter left out, added, changed or swapped.

A text with k slips keeps one of k + 1 pieces whole that stand a letter apart, at its place but
for as many letters as pieces stand before it (each slip, a swap as well, breaks one piece at
most). Who has such a piece there is looked at letter by letter, slips being counted with bit
vectors (Hyyrö, 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit
distances").
"""

from typing import NamedTuple

import numpy as np

from geo.finding.kernel import (
    INSIDE,
    Best,
    Bytes,
    Forms,
    Numbers,
    Small,
    Words,
    compiled,
    form_at,
    offer,
    stretch,
    too_late,
)

LONGEST = 64
"""Slips are thought of in texts of at most so many letters."""
SWAP, EXTRA = 0.5, 0.25
"""So much less than other slips a swap costs, and a letter too many."""
_ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)


class Asked(NamedTuple):
    """A text: its bytes, its letters, where each begins (and the last ends), and their bits."""

    text: Bytes
    letters: Small
    begins: Numbers
    bits: Words


class Slips(NamedTuple):
    """How many slips at most, and what it counts when a form is the text but for them, begins
    with it or, where nothing else counts, holds it; each slip costs five.

    So many places may be looked at.
    """

    what: Asked
    most: int
    whole: float
    begins: float
    within: float
    patience: int


@compiled
def _letter(text: Bytes, at: int) -> tuple[int, int]:
    """Give the letter at a byte, and how many bytes it has."""
    first = int(text[at])
    if first < 0x80:
        return first, 1
    if first < 0xE0:
        return (first & 0x1F) << 6 | int(text[at + 1]) & 0x3F, 2
    second = int(text[at + 1]) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | int(text[at + 2]) & 0x3F, 3
    third = int(text[at + 2]) & 0x3F
    return (first & 0x07) << 18 | second << 12 | third << 6 | int(text[at + 3]) & 0x3F, 4


@compiled
def asked(text: Bytes) -> Asked:
    """Take a text apart; bit p of ``bits[l]`` says that letter p is the l-th of those there are.

    Letters below 128 have their bits at their number, any other at 128 and its first place.
    """
    letters = np.zeros(len(text), dtype=np.int32)
    begins = np.zeros(len(text) + 1, dtype=np.int64)
    bits = np.zeros(128 + LONGEST, dtype=np.uint64)
    size = at = 0
    while at < len(text):
        letter, width = _letter(text, at)
        letters[size], at = letter, at + width
        if size < LONGEST:
            first = letter
            if letter >= 128:
                first = 128
                while letters[first - 128] != letter:
                    first += 1
            bits[first] |= _ONE << np.uint64(size)
        size += 1
        begins[size] = at
    return Asked(text, letters[:size], begins[: size + 1], bits)


@compiled
def _bits(what: Asked, letter: int) -> np.uint64:
    if letter < 128:
        return np.uint64(what.bits[letter])
    for place in range(len(what.letters)):
        if what.letters[place] == letter:
            return np.uint64(what.bits[128 + place])
    return np.uint64(0)


@compiled
def _slips(text: Bytes, at: int, what: Asked, anywhere: bool) -> tuple[int, int, int]:
    """Count slips against the text from a byte on: as a whole, and against its best beginning
    (or part); and how many letters it has."""
    size = len(what.letters)
    last = _ONE << np.uint64(size - 1)
    up, down, diagonal, before = _ALL, np.uint64(0), np.uint64(0), np.uint64(0)
    far, best, count = size, size, 0
    while text[at] != 0:
        letter, width = _letter(text, at)
        at, count = at + width, count + 1
        here = _bits(what, letter)
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
    return far, best, count


@compiled
def _letters_between(text: Bytes, first: int, last: int) -> int:
    count = 0
    for at in range(first, last):
        count += (text[at] & 0xC0) != 0x80
    return count


@compiled
def _look(letters: Bytes, at: int, slips: Slips) -> float:
    """Tell what the form that begins at a byte is worth.

    Few texts become another by a swap, and few by leaving out a letter: where these make a
    whole one they cost a little less than five.
    """
    what, most, anywhere = slips.what, slips.most, slips.within > 0
    far, best, count = _slips(letters, at, what, anywhere)
    size = len(what.letters)
    if count < size - most:
        return 0.0
    if anywhere:
        return slips.within - 5.0 * best if best <= most else 0.0
    score = slips.whole - 5.0 * far if far <= most else 0.0
    if far == 1 and count < size:
        score += EXTRA
    elif far == 1 and count == size and _swapped(letters, at, what):
        score += SWAP
    return max(score, slips.begins - 5.0 * best) if best <= most else score


@compiled
def _swapped(text: Bytes, at: int, what: Asked) -> bool:
    """Say of a text as long as what was asked, but for one slip, whether that is a swap."""
    other = place = 0
    while text[at] != 0:
        letter, width = _letter(text, at)
        other += letter != what.letters[place]
        at, place = at + width, place + 1
    return other == 2


@compiled
def _cut(forms: Forms, row: int, slips: Slips) -> int:
    """Cut what was asked in two where the fewest texts have either piece: give the letter."""
    fewest, cut, what = -1, 1, slips.what
    for letter in range(1, len(what.letters)):
        start = row + INSIDE * (slips.within > 0)
        low, high = stretch(forms, start, what.text[: what.begins[letter]])
        few = high - low
        if 0 <= fewest <= few:
            continue
        low, high = stretch(forms, row + INSIDE, what.text[what.begins[letter] :])
        if fewest < 0 or few + high - low < fewest:
            fewest, cut = few + high - low, letter
    return cut


@compiled
def _cuts(forms: Forms, row: int, what: Asked) -> tuple[int, int]:
    """Cut what was asked in three, a letter between, where few texts have any: give these letters.

    Of long texts not every place is tried.
    """
    text, begins, size = what.text, what.begins, len(what.letters)
    step = 1 + size // 20
    fewest, one, two = -1, (size - 2) // 3, (2 * size - 1) // 3
    for first in range(2, size - 5, step):
        low, high = stretch(forms, row, text[: begins[first]])
        few = high - low
        for second in range(first + 3, size - 2, step):
            low, high = stretch(forms, row + INSIDE, text[begins[second + 1] :])
            more = few + high - low
            if 0 <= fewest <= more:
                continue
            low, high = stretch(forms, row + INSIDE, text[begins[first + 1] : begins[second]])
            if fewest < 0 or more + high - low < fewest:
                fewest, one, two = more + high - low, first, second
    return one, two


@compiled
def _swapped_at(what: Asked, letter: int) -> Bytes:
    """Give a text with a letter and the one before it exchanged."""
    before, at, after = what.begins[letter - 1], what.begins[letter], what.begins[letter + 1]
    text = np.empty(len(what.text), dtype=np.uint8)
    for place in range(len(text)):
        source = place
        if before <= place < before + after - at:
            source = place + at - before
        elif before <= place < after:
            source = place + at - after
        text[place] = what.text[source]
    return text


@compiled
def near(forms: Forms, row: int, slips: Slips, best: Best) -> None:
    """Offer whose forms are a text, or begin with it, but for one or two slips; see `Slips`.

    `row` is that of beginnings; who is a text or begins with it without a slip was offered for
    more. With one slip the pieces touch, and a swap where they do is looked up as such.
    """
    what = slips.what
    text, begins, size = what.text, what.begins, len(what.letters)
    start, inside = row + INSIDE * (slips.within > 0), row + INSIDE
    if size <= 2 * slips.most or size > LONGEST:
        return
    if slips.most == 1:
        cut = _cut(forms, row, slips)
        _suspect(forms, stretch(forms, start, _swapped_at(what, cut)), (0, size), slips, best)
        _suspect(forms, stretch(forms, start, text[: begins[cut]]), (0, size), slips, best)
        _suspect(forms, stretch(forms, inside, text[begins[cut] :]), (cut, 1), slips, best)
        return
    one, two = _cuts(forms, row, what)
    middle = text[begins[one + 1] : begins[two]]
    _suspect(forms, stretch(forms, start, text[: begins[one]]), (0, size), slips, best)
    _suspect(forms, stretch(forms, inside, middle), (one + 1, 1), slips, best)
    _suspect(forms, stretch(forms, inside, text[begins[two + 1] :]), (two + 1, 2), slips, best)


@compiled
def _suspect(
    forms: Forms, suspects: tuple[int, int], stands: tuple[int, int], slips: Slips, best: Best
) -> None:
    """Look at the forms that hold a piece of what was asked.

    It stands after so many letters, more or less by so many (which does not matter when the
    forms may hold what was asked anywhere).
    """
    highest = max(slips.whole + SWAP - 5.0, slips.begins - 5.0, slips.within)
    for at in range(suspects[0], suspects[1]):
        best.told[1] += 1
        if best.told[1] > slips.patience:
            best.told[2] = 1
        if best.told[2] or too_late(best, highest):
            return
        place = forms.places[at]
        form = form_at(forms, place)
        owner, start = forms.owners[form], forms.starts[form]
        if not best.open_to[owner]:
            continue
        if slips.within == 0:
            moved = _letters_between(forms.letters, start, place) - stands[0]
            if moved > stands[1] or -moved > stands[1]:
                continue
        score = _look(forms.letters, start, slips)
        if score > 0:
            offer(best, owner, score)
