"""Names as people type them: characters, pinyin, initials, southern ears and one slip.

Pinyin is compared folded (zh z, ch c, sh s and final ng n are alike), since many do not hear
the difference. A character with several readings is indexed under all of them: 重庆路 is
found as *chongqinglu* and as *zhongqinglu*.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, lazy_pinyin, pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST_READINGS = 48
CHINESE = re.compile(r"[㐀-鿿]")
_SIGNS = re.compile(r"[\W_]+")
_SOUTH = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


def plain(text: str) -> str:
    """Give a text without case, width, blanks and signs.

    Examples
    --------
    >>> plain("世纪 小区（Ａ区）")
    '世纪小区a区'
    """
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


def folded(letters: str) -> str:
    """Give pinyin as southern ears hear it.

    Examples
    --------
    >>> folded("zhongshan")
    'zonsan'
    """
    for sound, alike in _SOUTH:
        letters = letters.replace(sound, alike)
    return letters


def _usual(text: str) -> list[str]:
    """Read a text as most people would, other signs one by one."""
    return [
        syllable
        for part in re.split("([㐀-鿿]+)", text)
        for syllable in (lazy_pinyin(part) if CHINESE.match(part) else part)
    ]


@lru_cache(maxsize=8192)
def _readings(character: str) -> tuple[str, ...]:
    if not CHINESE.match(character):
        return (character,)
    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]))


def readings(name: str) -> list[tuple[str, ...]]:
    """Give the ways to read a name, syllable by syllable, the usual one first."""
    usual = tuple(_usual(name))
    every = product(*(_readings(c) for c in name))
    return list(dict.fromkeys([usual, *islice(every, MOST_READINGS)]))


def spellings(name: str) -> Iterator[tuple[str, str]]:
    """Give the forms of a name, each with its sort: characters, sound or initials."""
    name = plain(name)
    yield "characters", name
    for syllables in readings(name):
        yield "sound", folded("".join(syllables))
        yield "initials", "".join(s[:1] for s in syllables)


@dataclass(frozen=True, slots=True)
class Spelled:
    """Names by all their forms: `forms` and, beside them, whose they are."""

    forms: dict[str, list[str]]
    owners: dict[str, list[int]]

    def find(self, text: str) -> dict[int, float]:
        """Give the names that a text may mean, with a score of at most 100.

        Whole before beginning before middle, characters before sound before initials, and
        what needs a correction last.
        """
        asked = plain(text)
        scores: dict[int, float] = {}
        if not asked:
            return scores
        sound = folded("".join(_usual(asked)))
        self._match(scores, "characters", asked, (100, 90, 80))
        self._match(scores, "sound", sound, (96, 84, 60 if len(sound) > 3 else 0))
        if not CHINESE.search(asked):
            self._match(scores, "initials", asked, (92, 76, 0))
        if max(scores.values(), default=0) < 84:
            self._slips(scores, "characters", asked, 1 if len(asked) > 2 else 0)
            self._slips(scores, "sound", sound, min(2, len(sound) // 5))
        return scores

    def _match(
        self, scores: dict[int, float], sort: str, asked: str, worth: tuple[float, float, float]
    ) -> None:
        whole, begins, within = worth
        for form, owner in zip(self.forms[sort], self.owners[sort], strict=True):
            if asked in form:
                score = whole if form == asked else begins if form.startswith(asked) else within
                if score > scores.get(owner, 0):
                    scores[owner] = score

    def _slips(self, scores: dict[int, float], sort: str, asked: str, most: int) -> None:
        """Find forms, whole or as far as was typed, that are at most so many slips away."""
        if not most:
            return
        starts = [form[: len(asked)] for form in self.forms[sort]]
        for forms, worth in ((self.forms[sort], 60), (starts, 50)):
            near = process.extract(asked, forms, scorer=OSA.distance, score_cutoff=most, limit=50)
            for _, slips, at in near:
                owner = self.owners[sort][at]
                scores[owner] = max(scores.get(owner, 0), worth - 5 * slips)


def spelled(names: Sequence[str]) -> Spelled:
    """Index names; the position of a name is its number."""
    sorts = ("characters", "sound", "initials")
    forms: dict[str, list[str]] = {sort: [] for sort in sorts}
    owners: dict[str, list[int]] = {sort: [] for sort in sorts}
    for number, name in enumerate(names):
        for sort, form in _once(spellings(name)):
            forms[sort].append(form)
            owners[sort].append(number)
    return Spelled(forms, owners)


def _once(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(pairs))


def titled(name: str) -> str:
    """Give a name in letters, for readers of English.

    Examples
    --------
    >>> titled("世纪小区")
    'Shiji Xiaoqu'
    """
    words = [name[i : i + 2] for i in range(0, len(name), 2)]
    return " ".join("".join(lazy_pinyin(word)).capitalize() for word in words)
