"""A compact font (CFF) of a few glyphs, numbered as in the typeface that they come from.

Written by hand, since a card needs it in a millisecond: one dictionary, no subroutines, no
hints. Source: Adobe Technical Note 5176, "The Compact Font Format Specification" (2003).
"""

import struct
from collections.abc import Mapping, Sequence

_ADOBE, _IDENTITY = 391, 392
"""Numbers of the first strings that a font brings itself."""
_BOUNDS, _CHARSET, _CHARSTRINGS, _PRIVATE = b"\x05", b"\x0f", b"\x11", b"\x12"
_ROS, _COUNT, _FONTS, _SELECT = b"\x0c\x1e", b"\x0c\x22", b"\x0c\x24", b"\x0c\x25"
_PLAIN = b"\x8b\x14\x8b\x15"
"""A private dictionary: widths are told in full."""


def font(name: str, glyphs: Mapping[int, bytes], bounds: Sequence[int]) -> bytes:
    """Assemble a font.

    Parameters
    ----------
    name : str
        PostScript name.
    glyphs : mapping of int to bytes
        Number and outline (Type 2, width in front) of each glyph; 0 is `.notdef`.
    bounds : sequence of int
        Left, bottom, right and top of all outlines, thousandths of an em.
    """
    numbers = sorted(glyphs)
    head = b"\x01\x00\x04\x04" + _index([name.encode("ascii")])
    after = _index([b"Adobe", b"Identity"]) + _index([])
    charset = b"\x00" + struct.pack(f">{len(numbers) - 1}H", *numbers[1:])
    select = struct.pack(">BHHBH", 3, 1, 0, 0, len(numbers))
    outlines = _index([glyphs[number] for number in numbers])
    start = len(head) + len(_index([_top(bounds, 0, 0, 0, 0)])) + len(after)
    at_select = start + len(charset)
    at_outlines = at_select + len(select)
    at_private = at_outlines + len(outlines)
    fonts = _index([_dict((_PRIVATE, len(_PLAIN), at_private))])
    top = _top(bounds, start, at_select, at_outlines, at_private + len(_PLAIN))
    return b"".join([head, _index([top]), after, charset, select, outlines, _PLAIN, fonts])


def _top(bounds: Sequence[int], charset: int, select: int, outlines: int, fonts: int) -> bytes:
    return _dict(
        (_ROS, _ADOBE, _IDENTITY, 0), (_BOUNDS, *bounds), (_COUNT, 65535), (_CHARSET, charset),
        (_SELECT, select), (_CHARSTRINGS, outlines), (_FONTS, fonts),
    )  # fmt: skip


def _dict(*entries: tuple[bytes, *tuple[int, ...]]) -> bytes:
    """Write operands in five bytes each, so that the size does not depend on the values."""
    written = [
        b"".join(b"\x1d" + struct.pack(">i", value) for value in values) + operator
        for operator, *values in entries
    ]
    return b"".join(written)


def _index(items: Sequence[bytes]) -> bytes:
    if not items:
        return b"\x00\x00"
    at, offsets = 1, [1]
    for item in items:
        at += len(item)
        offsets.append(at)
    return struct.pack(f">HB{len(offsets)}I", len(items), 4, *offsets) + b"".join(items)
