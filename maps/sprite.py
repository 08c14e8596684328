"""The signs of our maps on one sheet, as MapLibre asks for them: from the palette."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from maps.palette import style
from maps.typeset import symbol

SIGNS = ("tier_subdistrict", "tier_community", "tier_grid")
FINER = 8
ROOM_PX = 2


def index(ratio: int = 1) -> dict[str, dict[str, Any]]:
    """Say where each sign is on the sheet; `ratio` pixels of it for one of the map."""
    placed, x = {}, 0
    for name in SIGNS:
        side = _side(name) * ratio
        placed[name] = {"x": x, "y": 0, "width": side, "height": side, "pixelRatio": ratio}
        x += side
    return placed


@lru_cache(maxsize=4)
def sheet(ratio: int = 1) -> bytes:
    """Draw the sheet, as PNG."""
    placed = index(ratio)
    wide, high = sum(p["width"] for p in placed.values()), max(p["height"] for p in placed.values())
    drawn = Image.new("RGBA", (wide, high))
    for name, place in placed.items():
        drawn.paste(_sign(name, ratio), (place["x"], place["y"]))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def _side(name: str) -> int:
    return int(style(name)["size"]) + 2 * ROOM_PX


def _sign(name: str, ratio: int) -> Image.Image:
    """Draw one sign, eight times too large and then smaller, so that its edges are smooth."""
    look, scale = style(name), ratio * FINER
    side = _side(name) * scale
    outline = np.asarray(symbol(look["symbol"]).to_polygons()[0], dtype=np.float64)
    points = outline * (1.0, -1.0) * look["size"] / 2 * scale + side / 2
    drawn = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(drawn)
    for colour, inset in ((look["line"], 0.0), (look["fill"], look["width"] * scale)):
        shrunk = side / 2 + (points - side / 2) * (1 - 2 * inset / (look["size"] * scale))
        pen.polygon([tuple(p) for p in np.rint(shrunk).tolist()], fill=colour)
    return drawn.resize((side // FINER,) * 2, Image.Resampling.LANCZOS)
