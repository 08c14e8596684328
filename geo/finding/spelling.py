"""Names as people say and type them: characters, pinyin, initials, southern ears.

Pinyin is compared as it is and folded: many do not hear zh from z, ch from c, sh from s, n
from l, r from l, f from hu, or a final ng from n. A character with several readings counts
in all of them: 重庆路 is *chongqinglu* and *zhongqinglu*.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, islice

from geo.finding import syllables

MOST_READINGS = 12
CHINESE = re.compile(r"[㐀-鿿]")
_SIGNS = re.compile(r"[\W_]+")
_HISSED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("v", "u"), ("ngg", "n"), ("ng", "n"))
_LIQUID = re.compile("[nr](?=[aeiou])")
_BLOWN = (("hu", "f"), ("fu", "f"), ("fei", "fi"), ("fen", "fn"))


def plain(text: str) -> str:
    """Give a text without case, width, tones, blanks and signs.

    Examples
    --------
    >>> plain("世纪 小区（Ａ区）"), plain("Lǜ Yuán")
    ('世纪小区a区', 'luyuan')
    """
    bare = unicodedata.normalize("NFKD", text.casefold())
    return _SIGNS.sub("", "".join(c for c in bare if not unicodedata.combining(c)))


def folded(letters: str) -> str:
    """Give pinyin as southern ears hear it.

    Examples
    --------
    >>> folded("zhongshan"), folded("nanjing") == folded("lanjin"), folded("hui") == folded("fei")
    ('zonsan', True, True)
    """
    for sound, alike in _HISSED:
        letters = letters.replace(sound, alike)
    letters = _LIQUID.sub("l", letters)
    for sound, alike in _BLOWN:
        letters = letters.replace(sound, alike)
    return letters


@lru_cache(maxsize=1 << 12)
def said(text: str) -> str:
    """Give the letters of a text as most people would read it; other signs stay."""
    return "".join(_usual(text))


def _usual(text: str) -> list[str]:
    """Read a text as most people would, other signs one by one."""
    return [
        syllable
        for part in re.split("([㐀-鿿]+)", text)
        for syllable in (syllables.of_text(part) if CHINESE.match(part) else part)
    ]


def _readings(character: str) -> tuple[str, ...]:
    return syllables.of_character(character) if CHINESE.match(character) else (character,)


@lru_cache(maxsize=1 << 12)
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
    return " ".join("".join(_usual(word)).capitalize() for word in words)
