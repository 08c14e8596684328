"""What a workbook says besides its words: which sheets are hidden, which cells are numbers, merged.

GDAL gives the words of a sheet; these facts it keeps to itself (ECMA-376, part 1, 18.3).
"""

import html
import posixpath
import re
import zipfile
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from geo.files import gdal
from geo.files.opening import Source

Place = tuple[int, int]
"""Row and column of a cell, from 0."""
_DAMAGE = (
    zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, KeyError, ValueError,
)  # fmt: skip
_TAG = re.compile(rb"<(?:\w+:)?(c|f|mergeCell)\b([^>]*)>")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_LINK = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_WORD = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_BLOCK = 1 << 20
_SMALL_PART = 16 << 20


@dataclass(slots=True)
class Facts:
    """Of one sheet: how many formulas, the rows of each column that hold numbers, merged cells."""

    formulas: int = 0
    numbers: dict[int, "array[int]"] = field(
        default_factory=lambda: defaultdict(lambda: array("I"))
    )
    merged: list[tuple[Place, Place]] = field(default_factory=list)


def hidden(source: Source) -> frozenset[str]:
    """Name the sheets that people do not see.

    Raises
    ------
    FileRefused
        When the file is no workbook.
    """
    return frozenset(name for name, state, _ in _sheets(source) if state not in ("", "visible"))


def facts(source: Source, sheet: str) -> Facts:
    """Read what a sheet says of its cells.

    Raises
    ------
    FileRefused
        When the file is no workbook, or damaged.
    """
    found = Facts()
    member = next((member for name, _, member in _sheets(source) if name == sheet), None)
    try:
        with zipfile.ZipFile(source.path) as book:
            for tag, words in _tags(book, member) if member else ():
                _note(found, tag, words)
    except _DAMAGE as fault:
        raise gdal.unreadable(fault, source) from None
    return found


def _note(found: Facts, tag: bytes, words: bytes) -> None:
    if tag == b"f":
        found.formulas += 1
        return
    said = _words(words)
    if tag == b"c":
        at = _place(said.get("r", ""))
        if at is not None and said.get("t", "n") == "n" and not words.endswith(b"/"):
            found.numbers[at[1]].append(at[0])
        return
    start, _, end = said.get("ref", "").partition(":")
    corners = _place(start), _place(end)
    if corners[0] is not None and corners[1] is not None:
        found.merged.append((corners[0], corners[1]))


def _tags(book: zipfile.ZipFile, member: str) -> Iterator[tuple[bytes, bytes]]:
    """Give the tags of interest of a sheet, piece by piece."""
    carried = b""
    with book.open(member) as sheet:
        while part := sheet.read(_BLOCK):
            block = carried + part
            whole, mark, rest = block.rpartition(b"<")
            carried = (mark + rest)[-_BLOCK:]
            for found in _TAG.finditer(whole):
                yield found[1], found[2]
    for found in _TAG.finditer(carried):
        yield found[1], found[2]


def _sheets(source: Source) -> list[tuple[str, str, str]]:
    """Give name, state and member of every sheet, in order."""
    try:
        with zipfile.ZipFile(source.path) as book:
            with book.open("xl/workbook.xml") as file:
                own = [_words(m[1]) for m in _SHEET.finditer(file.read(_SMALL_PART))]
            with book.open("xl/_rels/workbook.xml.rels") as file:
                links = [_words(m[1]) for m in _LINK.finditer(file.read(_SMALL_PART))]
    except _DAMAGE as fault:
        raise gdal.unreadable(fault, source) from None
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    return [
        (said.get("name", ""), said.get("state", ""), _member(targets.get(_link(said), "")))
        for said in own
    ]


def _link(said: dict[str, str]) -> str:
    return next((said[name] for name in said if name.endswith(":id")), "")


def _member(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _words(attributes: bytes) -> dict[str, str]:
    """Read the attributes of a tag."""
    return {
        m[1].decode(): _text(m[2] if m[2] is not None else m[3]) for m in _WORD.finditer(attributes)
    }


def _text(value: bytes) -> str:
    return html.unescape(value.decode("utf-8", errors="replace"))


def _place(name: str) -> Place | None:
    """Read the name of a cell: ``B7`` is row 6, column 1."""
    said = _CELL.fullmatch(name)
    if said is None:
        return None
    column = 0
    for letter in said[1]:
        column = 26 * column + ord(letter) - 64
    return int(said[2]) - 1, column - 1
