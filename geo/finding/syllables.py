"""How characters are read: the tables of pypinyin, packed.

As pypinyin holds them they take more than a second and fifty megabytes of every process. Here
a phrase is kept without its reading where its characters, one by one, are read the same.
"""

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import orjson

_TONES = {ord(mark): None for mark in "\u0300\u0301\u0304\u030c"}


class Tables(NamedTuple):
    """Readings of characters, the usual one first; of phrases, None where that is no other than
    those of their characters; and how long the longest phrase is that begins with a character.
    """

    characters: dict[str, tuple[str, ...]]
    phrases: dict[str, tuple[str, ...] | None]
    longest: dict[str, int]


@cache
def tables() -> Tables:
    """Read the tables, once a process."""
    spec = find_spec("pypinyin")
    folder = Path(str(spec and spec.origin)).parent
    kept: dict[tuple[str, ...], tuple[str, ...]] = {}
    characters = {}
    for number, told in orjson.loads((folder / "pinyin_dict.json").read_bytes()).items():
        read = tuple(dict.fromkeys(_toneless(one) for one in told.split(",")))
        characters[chr(int(number))] = kept.setdefault(read, read)
    phrases: dict[str, tuple[str, ...] | None] = {}
    longest: dict[str, int] = {}
    for phrase, syllables in orjson.loads((folder / "phrases_dict.json").read_bytes()).items():
        read = tuple(_toneless(one[0]) for one in syllables)
        single = tuple(characters.get(c, (c,))[0] for c in phrase)
        phrases[phrase] = None if read == single else kept.setdefault(read, read)
        longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    _toneless.cache_clear()
    return Tables(characters, phrases, longest)


@cache
def _toneless(syllable: str) -> str:
    """Give a syllable without its tone, v for ü."""
    bare = unicodedata.normalize("NFD", syllable).translate(_TONES)
    return unicodedata.normalize("NFC", bare.replace("u\u0308", "v"))


def of_character(character: str) -> tuple[str, ...]:
    """Give the ways to read a character, the usual one first; one that is not read as it is.

    Examples
    --------
    >>> of_character("重"), of_character("x")
    (('zhong', 'chong', 'tong'), ('x',))
    """
    return tables().characters.get(character, (character,))


def of_text(text: str) -> list[str]:
    """Read Chinese characters as most people would: by the longest phrases from the left.

    Examples
    --------
    >>> of_text("重庆重要")
    ['chong', 'qing', 'zhong', 'yao']
    """
    _, phrases, longest = tables()
    found: list[str] = []
    at = 0
    while at < len(text):
        for size in range(min(longest.get(text[at], 1), len(text) - at), 1, -1):
            phrase = text[at : at + size]
            if phrase in phrases:
                break
        else:
            size, phrase = 1, text[at]
        read = phrases.get(phrase)
        found.extend(read or (of_character(c)[0] for c in phrase))
        at += size
    return found
