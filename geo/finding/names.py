"""Many names, found by whatever a person may type for one of them."""

from collections.abc import Sequence

import numpy as np

from geo.finding.forms import Forms, Scores
from geo.finding.spelling import CHINESE, folded, plain, readings, said

MOST = 200
SURE = 84.0
"""Where something fits as well as this, nobody is thought to have slipped."""


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
        sounds: list[tuple[str, int]] = []
        south: list[tuple[str, int]] = []
        letters: list[tuple[str, int]] = []
        for number, name in enumerate(signs):
            read = readings(name)
            said_as = {"".join(syllables) for syllables in read}
            sounds += [(form, number) for form in said_as]
            south += [(form, number) for form in {folded(form) for form in said_as}]
            letters += [
                (form, number) for form in {"".join(s[:1] for s in syllables) for syllables in read}
            ]
        self._count = len(signs)
        self._ranks = np.arange(len(signs)) if ranks is None else np.asarray(ranks)
        self._characters = Forms(zip(signs, range(len(signs)), strict=True))
        self._sounds, self._south, self._letters = Forms(sounds), Forms(south), Forms(letters)

    def __len__(self) -> int:
        """Give the number of names."""
        return self._count

    def find(self, text: str, most: int = MOST) -> dict[int, float]:
        """Give the names that a text may mean, the likeliest first, each with its score.

        Whole before beginning before middle, characters before sounds before initials, and
        what needs a correction last; at most 100.
        """
        scores = np.zeros(self._count)
        asked = plain(text)
        if not asked or not self._count:
            return {}
        sound = said(asked)
        south = folded(sound)
        self._characters.hold(asked, (100, 90, 80), scores)
        self._sounds.hold(sound, (97, 86, 62 if len(sound) > 3 else 0), scores)
        self._south.hold(south, (96, 84, 60 if len(south) > 3 else 0), scores)
        if not CHINESE.search(asked):
            self._letters.hold(asked, (92, 76, 0), scores)
            self._letters.hold(folded(asked), (91, 75, 0), scores)
        if scores.max() < SURE:
            self._near(asked, sound, south, scores)
        return self._best(scores, most)

    def _near(self, asked: str, sound: str, south: str, scores: Scores) -> None:
        """Think of slips: one character, and one letter or two of what is long enough."""
        if len(asked) > 2 and CHINESE.search(asked):
            self._characters.near(asked, 1, (61, 51, 46 if len(asked) > 3 else 0), scores)
        if most := min(2, len(south) // 5):
            self._sounds.near(sound, most, (61, 51, 46 if len(sound) > 7 else 0), scores)
            self._south.near(south, most, (60, 50, 0), scores)

    def _best(self, scores: Scores, most: int) -> dict[int, float]:
        found = np.flatnonzero(scores)
        worth = scores[found]
        if len(found) > most:
            least = np.partition(worth, len(worth) - most)[len(worth) - most]
            found = found[worth >= least]
            worth = scores[found]
        order = np.lexsort((self._ranks[found], -worth))[:most]
        return dict(zip(found[order].tolist(), worth[order].tolist(), strict=True))
