"""Characters and phrases are read as pypinyin reads them."""

import numpy as np
from pypinyin import Style, lazy_pinyin, pinyin

from geo.finding import syllables


def test_characters_and_phrases_are_read_as_pypinyin_reads_them() -> None:
    rng = np.random.default_rng(1)
    for number in rng.integers(0x3400, 0xA000, 2000).tolist():
        told = pinyin(chr(number), style=Style.NORMAL, heteronym=True)[0]
        assert syllables.of_character(chr(number)) == tuple(dict.fromkeys(told))
    phrases = [p for p in syllables.tables().phrases if all("㐀" <= c < "ꀀ" for c in p)]
    for first, second in rng.choice(phrases, (2000, 2)).tolist():
        assert syllables.of_text(first + second) == lazy_pinyin(first + second)
