"""What every reader gives: fields with decoded words, shapes as WKB, and what the file says."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from geo.files import dbf
from geo.layers import Finding

ROW = "@row"
"""The row's own number, 1…n, as a field, where a file has no key: ``--map @row=code``."""

_BRACKETS = re.compile(r"[(\[【].*?[)\]】]$", re.DOTALL)


def plain(name: str) -> str:
    """Give a name as it is compared: without blanks, marks, units in brackets, wide letters.

    Examples
    --------
    >>> plain(" 经 度（°）"), plain("*编号"), plain("ＩＤ")
    ('经度', '编号', 'id')
    """
    bare = re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", name))
    bare = "".join(c for c in bare if unicodedata.category(c) != "Cf")
    return (_BRACKETS.sub("", bare) or bare).lower()


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as decoded, its values in row order, and what its width did to it.

    `untyped`: the format holds nothing but words, so that a number written as one is right.
    """

    name: str
    values: npt.NDArray[Any]
    name_bytes: int = 0
    name_cut: bool = False
    cut_rows: tuple[int, ...] = ()
    untyped: bool = False

    @property
    def name_full(self) -> bool:
        """Whether the name fills the ten bytes of a DBF, so that more may have followed."""
        return self.name_cut or self.name_bytes >= dbf.NAME_BYTES - 1


@dataclass(frozen=True, slots=True)
class Table:
    """Everything a file holds: fields, shapes as WKB (None: a bare table), system, encoding.

    `first` counts the rows of the file that came before these, where it is read in parts.
    """

    fields: tuple[Field, ...]
    shapes: npt.NDArray[np.object_] | None
    rows: int
    crs: CRS | None
    encoding: str
    findings: tuple[Finding, ...] = ()
    geometry_type: str | None = None
    first: int = 0
