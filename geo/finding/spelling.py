"""Names as people say and type them: characters, pinyin, initials, southern ears.

Pinyin is compared as it is and folded: many do not hear zh from z, ch from c, sh from s, n
from l, r from l, f from hu, or a final ng from n. A character with several readings counts
in all of them: 重庆路 is *chongqinglu* and *zhongqinglu*.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import combinations

from geo.finding import syllables

MOST_READINGS = 12
CHINESE = re.compile(r"[㐀-鿿]")
_SIGNS = re.compile(r"[\W_]+")
_HISSED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("v", "u"), ("ngg", "n"), ("ng", "n"))
_LIQUID = tuple((sound + vowel, "l" + vowel) for sound in "nr" for vowel in "aeiou")
_BLOWN = (("hu", "f"), ("fu", "f"), ("fei", "fi"), ("fen", "fn"))
_FOLDS = _HISSED + _LIQUID + _BLOWN


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
    for sound, alike in _FOLDS:
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


def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Give the ways to read a name, syllable by syllable: the usual one first.

    After it those that differ in one character, then in two.
    """
    usual = tuple(_usual(name))
    read = syllables.tables().characters
    others = [
        (at, other)
        for at, character in enumerate(name)
        if CHINESE.match(character)
        for other in read.get(character, ())
        if other != usual[at]
    ][:MOST_READINGS]
    found = [usual, *((*usual[:at], other, *usual[at + 1 :]) for at, other in others)]
    for (one, first), (two, second) in combinations(others, 2):
        if len(found) >= MOST_READINGS:
            break
        if one != two:
            between = usual[one + 1 : two]
            found.append((*usual[:one], first, *between, second, *usual[two + 1 :]))
    return tuple(found[:MOST_READINGS])


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
