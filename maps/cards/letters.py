"""The letters of a document: how wide they are, how they are written, and which were used."""

import hashlib
import unicodedata
from functools import cached_property, lru_cache
from typing import Literal

from fontTools.pens.t2CharStringPen import T2CharStringPen

from maps import fonts
from maps.cards import cff
from maps.cards.pdf import Document

Weight = Literal["Regular", "Bold"]
WEIGHTS: tuple[Weight, ...] = ("Regular", "Bold")
LACKING = "〓"
"""Set by printers where a character is missing."""


class Face:
    """One weight of the typeface: glyphs by character, each outline read once."""

    def __init__(self, weight: Weight) -> None:
        self.weight = weight
        self._font = fonts.source(weight)
        self._cmap = self._font.getBestCmap()
        self._glyphs = self._font.getGlyphSet()
        self._known: dict[str, tuple[int, float]] = {}
        self._outlines: dict[int, bytes] = {}

    @cached_property
    def name(self) -> str:
        """The PostScript name."""
        return str(self._font["name"].getDebugName(6) or f"WanggeSans-{self.weight}")

    @cached_property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, bottom, right, top of all outlines, thousandths of an em."""
        head = self._font["head"]
        return head.xMin, head.yMin, head.xMax, head.yMax

    def has(self, letter: str) -> bool:
        """Say whether the typeface knows a character."""
        return ord(letter) in self._cmap

    def glyph(self, letter: str) -> tuple[int, float]:
        """Give number and width (em) of the glyph of a character that the face has."""
        if letter not in self._known:
            name = self._cmap[ord(letter)]
            self._known[letter] = self._font.getGlyphID(name), self._glyphs[name].width / 1000
        return self._known[letter]

    def wide_em(self, text: str) -> float:
        """Give the width of a line."""
        return sum(self.glyph(letter)[1] for letter in text)

    def outline(self, number: int) -> bytes:
        """Give the outline of a glyph as a Type 2 charstring without hints."""
        if number not in self._outlines:
            glyph = self._glyphs[self._font.getGlyphName(number)]
            pen = T2CharStringPen(glyph.width, None)
            glyph.draw(pen)
            drawn = pen.getCharString()
            drawn.compile()
            self._outlines[number] = drawn.bytecode
        return self._outlines[number]


@lru_cache(maxsize=2)
def face(weight: Weight) -> Face:
    """Give a weight of the typeface, read once."""
    return Face(weight)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """Make a text one line that can be set: no controls, no signs that turn its direction.

    Examples
    --------
    >>> clean("春江\\n  花园\\u202e")
    '春江 花园'
    """
    known = face("Regular")
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(
        letter if known.has(letter) else LACKING
        for letter in line
        if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Mn", "Me"}
    )


class Letters:
    """What a document has written so far in each weight; becomes its embedded fonts."""

    def __init__(self) -> None:
        self.used: dict[Weight, dict[int, str]] = {weight: {} for weight in WEIGHTS}

    def show(self, text: str, weight: Weight) -> str:
        """Give a clean line as the operand of a text operator, and remember its glyphs."""
        used, known = self.used[weight], face(weight)
        codes = []
        for letter in text:
            number = known.glyph(letter)[0]
            used.setdefault(number, letter)
            codes.append(f"{number:04X}")
        return f"<{''.join(codes)}>"

    def embed(self, document: Document) -> dict[str, int]:
        """Write the fonts; give their objects by weight."""
        return {w: _embedded(document, face(w), used) for w, used in self.used.items() if used}


def _embedded(document: Document, known: Face, used: dict[int, str]) -> int:
    numbers = sorted(used)
    outlines = {number: known.outline(number) for number in [0, *numbers]}
    tag = hashlib.sha256(repr(numbers).encode()).digest()
    name = "".join(chr(65 + byte % 26) for byte in tag[:6]) + f"+{known.name}"
    box = " ".join(map(str, known.bounds))
    file = document.stream(cff.font(name, outlines, known.bounds), "/Subtype /CIDFontType0C")
    descriptor = document.put(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{box}] /ItalicAngle 0 "
        f"/Ascent 880 /Descent -120 /CapHeight 733 /StemV {140 if known.weight == 'Bold' else 80} "
        f"/FontFile3 {file} 0 R >>"
    )
    widths = " ".join(f"{n} [{1000 * known.glyph(used[n])[1]:g}]" for n in numbers)
    inner = document.put(
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{name} /DW 1000 /W [{widths}] "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {descriptor} 0 R >>"
    )
    meaning = document.stream(_to_unicode(used).encode("ascii"))
    return document.put(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
        f"/DescendantFonts [{inner} 0 R] /ToUnicode {meaning} 0 R >>"
    )


def _to_unicode(used: dict[int, str]) -> str:
    """Tell which character each glyph stands for, so that text can be searched and read aloud."""
    pairs = [f"<{n:04X}> <{used[n].encode('utf-16-be').hex().upper()}>" for n in sorted(used)]
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    told = "\n".join(f"{len(b)} beginbfchar\n{chr(10).join(b)}\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def "
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{told}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    )
