"""Letters for maps that a browser draws: distance fields of our typeface, as MapLibre asks for them.

Format: glyph PBF (https://github.com/mapbox/node-fontnik/blob/master/proto/glyphs.proto), 256
letters a file. Method: each letter is drawn eight times too large, and every pixel then tells
how far it is from the edge (P. Felzenszwalb, D. Huttenlocher 2012, as scipy has it), as
C. Green 2007 draws letters sharp at any size.
"""

import io
from functools import lru_cache
from math import ceil, floor

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import distance_transform_edt

from geo.errors import NotFound
from geo.tiling.varint import field, varint, zigzag
from maps import fonts

STACKS = {fonts.FAMILY: "Regular", f"{fonts.FAMILY} Bold": "Bold"}
"""The names by which a style asks for letters, and the weight of each."""
EM_PX, BORDER_PX = 24, 3
RADIUS_PX, CUTOFF = 8, 0.25
"""So far around an edge distances are told; this share of them lies within the letter."""
ASCENT_PX = 27
"""Where MapLibre has the top of the line for letters that it draws itself, as it does Chinese."""
FINER = 8
COUNT = 256


def glyphs(stack: str, first: int) -> bytes:
    """Give 256 letters of a typeface; those that it lacks are left out.

    Parameters
    ----------
    stack : str
        Names of typefaces, separated by commas; the first that we have is taken.
    first : int
        The first character, a multiple of 256.

    Raises
    ------
    NotFound
        When we have none of them, or there is no such range.
    """
    name = next((name for name in map(str.strip, stack.split(",")) if name in STACKS), None)
    if name is None or first % COUNT or not 0 <= first < 0x110000:
        raise NotFound(
            f"there are no letters {first} of {stack}", zh=f"没有字体“{stack}”的这一段字形",
            hint=f"one of {', '.join(STACKS)}, by 256", hint_zh=f"可用字体：{'、'.join(STACKS)}",
        )  # fmt: skip
    return _glyphs(name, first)


@lru_cache(maxsize=128)
def _glyphs(name: str, first: int) -> bytes:
    weight = STACKS[name]
    known = fonts.source(weight).getBestCmap()
    here = [chr(code) for code in range(first, first + COUNT) if code in known]
    here = [letter for letter in here if letter.isprintable()]
    parts = [field(1, name.encode()), field(2, f"{first}-{first + COUNT - 1}".encode())]
    if here:
        file = io.BytesIO(fonts.cut(here, weight))
        font = ImageFont.truetype(file, EM_PX * FINER, layout_engine=ImageFont.Layout.BASIC)
        parts += [field(3, _glyph(letter, font)) for letter in here]
    return field(1, b"".join(parts))


def _glyph(letter: str, font: ImageFont.FreeTypeFont) -> bytes:
    """Write a letter: its distance field with a border, and how it stands in a line."""
    x0, y0, x1, y1 = font.getbbox(letter, anchor="ls")
    left, top = floor(x0 / FINER), floor(y0 / FINER)
    wide, high = ceil(x1 / FINER) - left, ceil(y1 / FINER) - top
    told = _number(1, ord(letter))
    if wide > 0 and high > 0:
        size = (wide + 2 * BORDER_PX) * FINER, (high + 2 * BORDER_PX) * FINER
        drawn = Image.new("L", size)
        origin = (BORDER_PX - left) * FINER, (BORDER_PX - top) * FINER
        ImageDraw.Draw(drawn).text(origin, letter, fill=255, font=font, anchor="ls")
        told += field(2, _distances(np.asarray(drawn) >= 128))
    told += _number(3, max(wide, 0)) + _number(4, max(high, 0))
    told += _number(5, zigzag(left)) + _number(6, zigzag(-top - ASCENT_PX))
    return told + _number(7, round(font.getlength(letter) / FINER))


def _distances(inside: np.ndarray) -> bytes:
    """Give how far the middle of each pixel is from the edge, as bytes row by row."""
    far = distance_transform_edt(~inside) - distance_transform_edt(inside)
    high, wide = (side // FINER for side in inside.shape)
    middle = slice(FINER // 2 - 1, FINER // 2 + 1)
    blocks = far.reshape(high, FINER, wide, FINER)[:, middle, :, middle].mean(axis=(1, 3))
    told = 255 - 255 * (blocks / FINER / RADIUS_PX + CUTOFF)
    return bytes(np.clip(np.rint(told), 0, 255).astype(np.uint8))


def _number(tag: int, value: int) -> bytes:
    return bytes([tag << 3]) + varint(value)
