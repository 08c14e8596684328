"""Many names, found by whatever a person may type for one of them."""

from collections.abc import Iterable, Sequence

import numpy as np

from geo.finding.forms import Forms, Scores
from geo.finding.spelling import CHINESE, folded, plain, readings, said

MOST = 200
SURE = 80.0
"""Where something fits as well as this, nobody is thought to have slipped."""
ONE_SLIP, SOMETHING = 55.0, 40.0
"""What a whole name with one slip counts, and what is better than nothing."""


class Names:
    """Names by all their forms: as characters, as sounds (as they are, folded), as initials.

    Parameters
    ----------
    names : sequence of str
        The position of a name is its number.
    ranks : sequence of int, optional
        Which of two names that fit alike comes first: the lower one. By number without.
    """

    def __init__(self, names: Sequence[str], ranks: Sequence[int] | None = None) -> None:
        signs = [plain(name) for name in names]
        every = [readings(name) for name in signs]
        usual = ["".join(read[0]) for read in every]
        said_as = [{"".join(syllables) for syllables in read} for read in every]
        letters = [["".join(s[:1] for s in syllables) for syllables in read] for read in every]
        self._count = len(signs)
        self._ranks = np.arange(len(signs)) if ranks is None else np.asarray(ranks)
        self._characters, self._usual = _each(signs), _each(usual)
        self._usual_south = _each([folded(form) for form in usual])
        self._usual_letters = _each([read[0] for read in letters])
        self._sounds, self._letters = _all(said_as), _all(map(set, letters))
        self._south = _all([{folded(form) for form in forms} for forms in said_as])

    def __len__(self) -> int:
        """Give the number of names."""
        return self._count

    def find(self, text: str, most: int = MOST) -> dict[int, float]:
        """Give the names that a text may mean, the likeliest first, each with its score.

        Whole before beginning before middle, characters before sounds before initials, and
        what needs a correction last; usual readings before others; at most 100.
        """
        scores = np.zeros(self._count)
        asked = plain(text)
        if not asked or not self._count:
            return {}
        sound = said(asked)
        south = folded(sound)
        chinese = CHINESE.search(asked) is not None
        self._characters.begin(asked, 100, 90, scores)
        if chinese:
            self._characters.hold(asked, 80, scores)
        written = scores.max()
        self._begin(asked, sound, south, 79 if chinese else 86, scores)
        if chinese and written < SURE and len(asked) > 2:  # what sounds alike may not be meant
            self._characters.near(asked, 1, (61, 51, 0), scores)
        if scores.max() < SURE:
            self._within(asked, sound, south, scores)
        if scores.max() < SURE:
            self._near(asked, sound, south, scores)
        return self._best(scores, most)

    def _begin(self, asked: str, sound: str, south: str, begins: int, scores: Scores) -> None:
        """Look at how names are read: usually, in some way, by southern ears; and at initials."""
        self._usual.begin(sound, 97, begins, scores)
        self._sounds.begin(sound, 96, begins - 1, scores)
        self._south.begin(south, 95, begins - 2, scores)
        if not CHINESE.search(asked):
            self._usual_letters.begin(asked, 92, 76, scores)
            self._letters.begin(asked, 91, 75.5, scores)
            self._letters.begin(folded(asked), 90, 75, scores)

    def _within(self, asked: str, sound: str, south: str, scores: Scores) -> None:
        """Look within names, as they are written and usually read."""
        self._characters.hold(asked, 80, scores)
        if len(south) > 3:
            self._usual.hold(sound, 62, scores)
            self._usual_south.hold(south, 60, scores)

    def _near(self, asked: str, sound: str, south: str, scores: Scores) -> None:
        """Think of slips: one in the letters, two, or one anywhere.

        What is thought of later is a look at many names again, and left out when a whole
        name with one slip was found.
        """
        for forms, text, slips, worth in (
            (self._usual, sound, 1, (61, 51, 0)),
            (self._usual_south, south, 1, (60, 50, 0)),
            (self._usual, sound, 2, (61, 51, 0)),
            (self._characters, asked, 1, (0, 0, 46)),
            (self._usual, sound, 1, (0, 0, 46)),
        ):
            enough = ONE_SLIP if slips == 1 and worth[0] else SOMETHING
            if len(text) >= 5 * slips and scores.max() < enough:
                forms.near(text, slips, worth, scores)

    def _best(self, scores: Scores, most: int) -> dict[int, float]:
        found = np.flatnonzero(scores)
        worth = scores[found]
        if len(found) > most:
            least = np.partition(worth, len(worth) - most)[len(worth) - most]
            found = found[worth >= least]
            worth = scores[found]
        order = np.lexsort((self._ranks[found], -worth))[:most]
        return dict(zip(found[order].tolist(), worth[order].tolist(), strict=True))


def _each(forms: Sequence[str]) -> Forms:
    """Pack one form of every name."""
    return Forms(zip(forms, range(len(forms)), strict=True))


def _all(forms: Iterable[Iterable[str]]) -> Forms:
    """Pack several forms of every name."""
    return Forms((form, number) for number, told in enumerate(forms) for form in told)
