"""Where cards become files: one document of many pages, fonts and shared codes written once."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from pyproj import CRS

from maps.cards import layout
from maps.cards.backdrop import Backdrop
from maps.cards.card import Card, Imprint, credit
from maps.cards.letters import Letters
from maps.cards.names import Names
from maps.cards.pdf import Document
from maps.cards.pen import Pen
from maps.cards.walkmap import WalkMap
from maps.scene import Base

END = 512
"""Bytes in which the end of a document lies."""


class Press:
    """The ground of a district, made ready once, and every card printed on it.

    Parameters
    ----------
    base : Base
        Ground of all maps.
    crs : CRS
        The metres in which cards give their places and ways.
    imprint : Imprint
    """

    def __init__(self, base: Base, crs: CRS, imprint: Imprint) -> None:
        walkmap = WalkMap(Backdrop(base, crs), Names(base, crs))
        self._sheet = layout.Sheet(imprint, walkmap, credit(base))

    def bind(self, cards: Iterable[Card], out: BinaryIO, *, title: str, edition: str = "") -> int:
        """Write cards as one PDF, a page each; give how many.

        Parameters
        ----------
        cards : iterable of Card
            Drawn as they come; none is kept.
        out : binary file
            Open for writing. Same cards, same bytes.
        title : str
        edition : str
            32 hexadecimal digits by which `is_of` knows the file again.
        """
        document, letters = Document(out, title, layout.PAPER_PT, edition), Letters()
        for card in cards:
            pen = Pen(document, letters)
            layout.draw(pen, card, self._sheet)
            document.page(pen.content())
        document.close(letters.embed(document))
        return document.pages


def is_of(edition: str, path: Path) -> bool:
    """Say whether a file is there, whole, and was bound with this edition."""
    try:
        with path.open("rb") as file:
            file.seek(-min(path.stat().st_size, END), os.SEEK_END)
            end = file.read()
    except OSError:
        return False
    return f"/ID [<{edition}>".encode("ascii") in end and end.endswith(b"%%EOF\n")
