"""What counts how much: the ways in which a name may fit, tried one after the other.

Whole before beginning before middle, characters before sounds before initials, and what needs
a correction last; usual readings before others.
"""

import numpy as np

from geo.finding.kernel import Best, Bytes, Forms, Numbers, Small, Worths, begin, compiled, hold
from geo.finding.slips import Asked, Slips, asked, near

WRITTEN, USUAL, SOUTH, LETTERS, OTHER, OTHER_SOUTH, OTHER_LETTERS = range(7)
"""Rows of beginnings: as written, as usually read, to southern ears, initials; other readings."""
TYPED, SAID, FOLDED, TYPED_FOLDED = range(4)
"""Texts: as typed, as read, the same folded, and as typed folded."""
SURE = 80.0
"""Where something fits as well as this, nobody is thought to have slipped."""
ONE_SLIP, SOMETHING = 55.0, 40.0
"""What a whole name with one slip counts, and what is better than nothing."""
_READ = (
    (SAID, USUAL, 97.0, 86.0), (SAID, OTHER, 96.0, 85.0),
    (FOLDED, SOUTH, 95.0, 84.0), (FOLDED, OTHER_SOUTH, 95.0, 84.0),
    (TYPED, LETTERS, 92.0, 76.0), (TYPED, OTHER_LETTERS, 91.0, 75.5),
    (TYPED_FOLDED, LETTERS, 90.0, 75.0), (TYPED_FOLDED, OTHER_LETTERS, 90.0, 75.0),
)  # fmt: skip
"""Which text is looked for in which row, and what counts who is it, and who begins with it.

In Chinese characters a beginning counts seven less, and nobody types initials.
"""
_SLIPS = (
    (SAID, USUAL, 1, 61.0, 51.0, 0.0, ONE_SLIP), (FOLDED, SOUTH, 1, 60.0, 50.0, 0.0, ONE_SLIP),
    (SAID, USUAL, 2, 61.0, 51.0, 0.0, SOMETHING), (TYPED, WRITTEN, 1, 0.0, 0.0, 46.0, SOMETHING),
    (SAID, USUAL, 1, 0.0, 0.0, 46.0, SOMETHING),
)  # fmt: skip
"""Which text is looked for in which row with how many slips, what counts who is it, begins with
it or holds it, and what found before is enough: what is thought of later is a look at many
names again. One slip is thought of in five letters, two in ten that were typed
as letters.
"""
Texts = tuple[Bytes, Bytes, Bytes, Bytes]
Wanted = tuple[Bytes, int, int, float]
"""Which owners (not 0), how many, how many places may be looked at for slips, and what
something else is worth already."""


@compiled
def _best(best: Best) -> float:
    return max(best.floor, best.worths[0] if best.told[0] else 0.0)


@compiled
def _begin(forms: Forms, texts: Texts, chinese: bool, best: Best) -> None:
    """Look at how names are read: usually, in some way, by southern ears; and at initials."""
    for text, row, whole, begins in _READ:
        if not chinese:
            begin(forms, row, texts[text], (whole, begins), best)
        elif text in (SAID, FOLDED):
            begin(forms, row, texts[text], (whole, begins - 7.0), best)


@compiled
def _near(
    forms: Forms, texts: tuple[Asked, Asked, Asked], chinese: bool, patience: int, best: Best
) -> None:
    """Think of slips; see `_SLIPS`."""
    for text, row, most, whole, begins, within, enough in _SLIPS:
        what = texts[text]
        if most == 2 and chinese:
            continue
        if len(what.letters) >= 5 * most and _best(best) < enough:
            near(forms, row, Slips(what, most, whole, begins, within, patience), best)


@compiled
def _chinese(letters: Small) -> bool:
    found = False
    for letter in letters:
        found |= 0x3400 <= letter < 0xA000
    return found


@compiled
def search(
    packed: tuple[Bytes, Small, Small, Small, Small, Numbers, Small],
    texts: Texts,
    wanted: Wanted,
) -> tuple[Small, Worths, bool]:
    """Find what a text may mean: the owners, the best first, what each is worth, and whether
    more had to be looked at than was allowed.
    """
    forms = Forms(*packed)  # plain tuples are handed over in half the time
    open_to, most, patience, floor = wanted
    told = np.zeros(3, np.int64)
    best = Best(np.zeros(most, np.int32), np.zeros(most), told, open_to, floor)
    text, sound, south, _ = texts
    taken = asked(text), asked(sound), asked(south)
    chinese = _chinese(taken[0].letters)
    begin(forms, WRITTEN, text, (100.0, 90.0), best)
    if chinese:
        hold(forms, WRITTEN, text, 80.0, best)
    written = best.worths[0]
    _begin(forms, texts, chinese, best)
    if chinese and written < SURE and len(taken[0].letters) > 2:
        # what sounds alike may not be meant
        near(forms, WRITTEN, Slips(taken[0], 1, 61.0, 51.0, 0.0, patience), best)
    if _best(best) < SURE:
        hold(forms, WRITTEN, text, 80.0, best)
        if len(taken[2].letters) > 3:
            hold(forms, USUAL, sound, 62.0, best)
            hold(forms, SOUTH, south, 60.0, best)
    if _best(best) < SURE:
        _near(forms, taken, chinese, patience, best)
    return best.owners[: told[0]], best.worths[: told[0]], told[2] > 0
