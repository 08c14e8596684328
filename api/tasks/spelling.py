"""Names as people type them: characters, pinyin, initials, southern ears and a slip or two.

Pinyin is compared folded (zh z, ch c, sh s and final ng n are alike), since many do not hear
the difference. A character with several readings is indexed under all of them: 重庆路 is
found as *chongqinglu* and as *zhongqinglu*.

All forms of a sort stand in one long text, a line each, so that a search is one scan of it.
With k slips allowed, one of k + 1 pieces of what was typed is without a slip (the pigeonhole
of Wu and Manber, 1992, "Fast text searching allowing errors"): only lines that hold such a
piece at its place are measured.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, count, islice, pairwise

import numpy as np
import numpy.typing as npt
from pypinyin import Style, lazy_pinyin, pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST_READINGS = 10
MOST_HITS = 10_000
"""So many lines that hold a text are looked at, in the order of the names."""
CHINESE = re.compile(r"[㐀-鿿]")
_SIGNS = re.compile(r"[\W_]+")
_SOUTH = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
Rows = npt.NDArray[np.int64]


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


@lru_cache(maxsize=1 << 17)
def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Give the ways to read a name, syllable by syllable: the usual one first.

    After it those that differ in one character, then in two.
    """
    usual = tuple(_usual(name))
    others = [(i, other) for i, c in enumerate(name) for other in _readings(c) if other != usual[i]]

    def every() -> Iterator[tuple[str, ...]]:
        yield usual
        for size in (1, 2):
            for changes in combinations(others, size):
                read = usual
                for i, other in changes:
                    read = (*read[:i], other, *read[i + 1 :])
                yield read

    return tuple(islice(dict.fromkeys(every()), MOST_READINGS))


class Lines:
    """Forms in one text, a line each, in the order of the letters, beside whose they are."""

    def __init__(self, forms: Iterable[tuple[str, int]]) -> None:
        told = sorted(forms)
        self._text = "\n".join(["", *(form for form, _ in told), ""])
        codes = np.frombuffer(self._text.encode("utf-32-le"), dtype=np.uint32)
        ends = np.flatnonzero(codes == ord("\n"))
        self._starts, self._stops = ends[:-1] + 1, ends[1:]
        self._owners = np.array([owner for _, owner in told], dtype=np.int64)

    def matches(self, asked: str, worth: tuple[float, float, float]) -> dict[int, float]:
        """Score the owners of lines that are the text, begin with it, or hold it."""
        whole, begins, within = worth
        rows = self._beginning(asked)
        full = self._stops[rows] - self._starts[rows] == len(asked)
        told = [(rows, np.where(full, whole, begins))]
        if within:
            inner = self._lines(self._places(asked))
            told.insert(0, (inner, np.full(len(inner), within)))
        return self._scored(
            np.concatenate([r for r, _ in told]), np.concatenate([w for _, w in told])
        )

    def slips(self, asked: str, most: int, worth: tuple[float, float]) -> dict[int, float]:
        """Score the owners of lines that are the text, or begin with it, but for some slips."""
        rows = self._alike(asked, most)
        lines = [self._line(row) for row in rows.tolist()]
        starts = [line[: len(asked)] for line in lines]
        told = []
        for forms, score in zip((lines, starts), worth, strict=True):
            far = process.cdist([asked], forms, scorer=OSA.distance, score_cutoff=most)[0]
            told.append(np.where(far <= most, score - 5.0 * far, 0.0))
        best = np.maximum(*told)
        return self._scored(rows[best > 0], best[best > 0])

    def _scored(self, rows: Rows, worth: npt.NDArray[np.float64]) -> dict[int, float]:
        """Give each owner the best of its lines."""
        order = np.argsort(worth, kind="stable")
        return dict(zip(self._owners[rows[order]].tolist(), worth[order].tolist(), strict=True))

    def _alike(self, asked: str, most: int) -> Rows:
        """Give the lines in which one piece of a text stands where it should."""
        edges = np.linspace(0, len(asked), most + 2).astype(int).tolist()
        found = [self._beginning(asked[: edges[1]])]
        for start, stop in pairwise(edges[1:]):
            places = self._places(asked[start:stop])
            rows = self._lines(places)
            found.append(rows[np.abs(places - self._starts[rows] - start) <= most])
            turned = asked[: start - 1] + asked[start] + asked[start - 1]
            found.append(self._beginning(turned))
        return np.unique(np.concatenate(found))

    def _beginning(self, asked: str) -> Rows:
        """Give the lines that begin with a text."""
        every = range(len(self._starts))
        first = bisect_left(every, asked, key=self._line)
        last = bisect_left(every, asked + chr(0x10FFFF), lo=first, key=self._line)
        return np.arange(first, last)

    def _line(self, row: int) -> str:
        return self._text[self._starts[row] : self._stops[row]]

    def _lines(self, places: Rows) -> Rows:
        return np.searchsorted(self._starts, places, side="right") - 1

    def _places(self, piece: str) -> Rows:
        """Give where a text stands, at most `MOST_HITS` places."""

        def found() -> Iterator[int]:
            at = self._text.find(piece)
            while at >= 0:
                yield at
                at = self._text.find(piece, at + 1)

        return np.fromiter(islice(found(), MOST_HITS), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Spelled:
    """Names by all their forms: as characters, as sounds, as initials."""

    characters: Lines
    sounds: Lines
    initials: Lines

    def find(self, text: str) -> dict[int, float]:
        """Give the names that a text may mean, with a score of at most 100.

        Whole before beginning before middle, characters before sound before initials, and
        what needs a correction last.
        """
        asked = plain(text)
        if not asked:
            return {}
        sound = folded("".join(_usual(asked)))
        tables = [
            self.characters.matches(asked, (100, 90, 80)),
            self.sounds.matches(sound, (96, 84, 60 if len(sound) > 3 else 0)),
        ]
        if not CHINESE.search(asked):
            tables.append(self.initials.matches(asked, (92, 76, 0)))
        if max((score for table in tables for score in table.values()), default=0) < 84:
            if len(asked) > 2 and CHINESE.search(asked):
                tables.append(self.characters.slips(asked, 1, (60, 50)))
            if most := min(2, len(sound) // 5):
                tables.append(self.sounds.slips(sound, most, (60, 50)))
        scores: dict[int, float] = {}
        for table in tables:
            for number, score in table.items():
                scores[number] = max(scores.get(number, 0), score)
        return scores


def spelled(names: Sequence[str]) -> Spelled:
    """Index names; the position of a name is its number."""
    signs = [plain(name) for name in names]
    sounds: list[tuple[str, int]] = []
    letters: list[tuple[str, int]] = []
    for number, name in enumerate(signs):
        read = readings(name)
        sounds += {(folded("".join(syllables)), number) for syllables in read}
        letters += {("".join(s[:1] for s in syllables), number) for syllables in read}
    return Spelled(Lines(zip(signs, count(), strict=False)), Lines(sounds), Lines(letters))


def initials(name: str) -> str:
    """Give the initials of a name as most people read it.

    Examples
    --------
    >>> initials("世纪小区")
    'sjxq'
    """
    return "".join(syllable[:1] for syllable in _usual(name))


def titled(name: str) -> str:
    """Give a name in letters, for readers of English.

    Examples
    --------
    >>> titled("世纪小区")
    'Shiji Xiaoqu'
    """
    words = [name[i : i + 2] for i in range(0, len(name), 2)]
    return " ".join("".join(lazy_pinyin(word)).capitalize() for word in words)
