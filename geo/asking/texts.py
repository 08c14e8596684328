"""Texts of filters: without case, without accents, and as patterns."""

import re
import unicodedata
from collections.abc import Callable, Mapping


def plain(text: str) -> str:
    """Give a text without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def bare(text: str) -> str:
    """Give a text without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


FOLDS: Mapping[str, Callable[[str], str]] = {"casei": plain, "accenti": bare}


def matching(pattern: str) -> re.Pattern[str]:
    """Write a pattern as a regular expression that goes through a text once.

    ``%`` stands for any letters, ``_`` for one; a backslash takes either as it is.

    What stands between two ``%`` is taken where it first occurs and not tried elsewhere
    (atomic groups), which no match needs: only the last piece has to stand at the end.
    """
    pieces, piece = [], ""
    for part in re.findall(r"\\.|%+|_|[^\\%_]+|\\$", pattern, re.DOTALL):
        if part[0] == "%":
            pieces.append(piece)
            piece = ""
        else:
            plain = part[1:] if part[0] == "\\" and len(part) > 1 else part
            piece += "." if part == "_" else re.escape(plain)
    if not pieces:
        return re.compile(piece, re.DOTALL)
    first, *middle = pieces
    told = first + "".join(f"(?>.*?{part})" for part in middle) + f".*{piece}"
    return re.compile(told, re.DOTALL)
