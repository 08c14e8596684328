"""All forms of many names, in one row of bytes, and the orders in which they are searched."""

from collections.abc import Sequence

import numpy as np

from geo.finding import kernel
from geo.finding.kernel import Bytes, Forms, Small
from geo.finding.spelling import folded, plain, readings

END = "\0"


def forms(names: Sequence[str]) -> Forms:
    """Pack the forms of names; the owner of a form is the position of its name.

    Sorts of forms, in the order of the rows of the kernel: as written, usually read, to
    southern ears, initials; then what other readings add to the last three.
    """
    texts, owners = _written(names)
    ends = np.cumsum([len(told) for told in owners]).tolist()
    letters = np.frombuffer((END + END.join([*texts, END * 8])).encode(), np.uint8)
    starts = (np.flatnonzero(letters == 0)[: ends[-1] + 1] + 1).astype(np.int32)
    rows = [starts[end - len(told) : end] for end, told in zip(ends, owners, strict=True)]
    rows += [_inside(letters, starts[end - len(names)], starts[end]) for end in ends[:3]]
    packed = Forms(
        letters,
        starts,
        np.concatenate(owners, dtype=np.int32),
        _of_byte(letters, starts),
        np.concatenate([_sorted(letters, row) for row in rows]),
        np.cumsum([0, *map(len, rows)]),
        np.empty(0, np.int32),
    )
    return packed._replace(least=kernel.least(packed))


def _written(names: Sequence[str]) -> tuple[list[str], list[Small]]:
    """Give the texts of each sort, end by end, and whose they are."""
    signs, usual, initials = [], [], []
    others: list[tuple[str, str]] = []
    whose: list[int] = []
    for number, name in enumerate(names):
        signs.append(plain(name))
        first, *more = readings(signs[-1])
        usual.append("".join(first))
        initials.append("".join(syllable[:1] for syllable in first))
        others += [("".join(read), "".join(s[:1] for s in read)) for read in more]
        whose += [number] * len(more)
    alone = np.arange(len(names), dtype=np.int32)
    south = _folded(usual)
    told, tell = [signs, usual, south, initials], [alone] * 4
    for form, known in (
        ([sound for sound, _ in others], usual),
        (_folded([sound for sound, _ in others]), south),
        ([letters for _, letters in others], initials),
    ):
        new = dict.fromkeys(
            (number, text)
            for number, text in zip(whose, form, strict=True)
            if text != known[number]
        )
        told.append([text for _, text in new])
        tell.append(np.fromiter((number for number, _ in new), np.int32, len(new)))
    return [END.join(texts) for texts in told if texts], tell


def _folded(texts: list[str]) -> list[str]:
    """Fold all at once, which is sooner."""
    return folded(END.join(texts)).split(END) if texts else []


def _of_byte(letters: Bytes, starts: Small) -> Small:
    step = 1 << kernel.FORM_STEP
    found = np.searchsorted(starts, np.arange(0, len(letters), step), side="right") - 1
    return np.maximum(found, 0).astype(np.int32)


def _inside(letters: Bytes, first: int, end: int) -> Small:
    """Give the places where letters begin, between two bytes."""
    part = letters[first:end]
    return (np.flatnonzero((part != 0) & (part & 0xC0 != 0x80)) + first).astype(np.int32)


def _sorted(letters: Bytes, places: Small) -> Small:
    """Sort places by what stands there until the text ends, eight letters at a time.

    Of two where the same stands the first comes first, and with it the lower owner.
    """
    words = kernel.words(letters, places)
    order = np.argsort(words, kind="stable")
    places, words = places[order], words[order]
    group = np.cumsum(np.concatenate([[0], words[1:] != words[:-1]]))
    at, depth = np.arange(len(places)), 0
    while len(at):
        going_on = words & np.uint64(0xFF) != 0
        twins = np.concatenate([[False], group[1:] == group[:-1]])
        tied = going_on & (twins | np.concatenate([twins[1:], [False]]))
        at, group, depth = at[tied], group[tied], depth + 8
        words = kernel.words(letters, places[at] + np.int32(depth))
        order = np.lexsort((words, group))
        places[at], words = places[at[order]], words[order]
        new = (words[1:] != words[:-1]) | (group[1:] != group[:-1])
        group = np.cumsum(np.concatenate([[0], new]))
    return places
