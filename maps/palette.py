"""The one palette that drives screen, print and picture: ``palette.json``, read once."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

PALETTE = Path(__file__).with_name("palette.json")


@lru_cache(maxsize=1)
def palette() -> dict[str, Any]:
    """Give the palette: ground, landuse, street classes in drawing order, styles of themes."""
    return cast(dict[str, Any], json.loads(PALETTE.read_text("utf-8")))


def style(name: str) -> dict[str, Any]:
    """Give one style: fill, opacity, line, width in px, and hatch or symbol where it has one."""
    return cast(dict[str, Any], palette()["style"][name])


def street_class(highway: str) -> int:
    """Give the position of the street class of an OpenStreetMap ``highway`` value.

    Examples
    --------
    >>> [palette()["street"][street_class(h)]["key"] for h in ("primary", "steps", "unheard of")]
    ['primary', 'path', 'local']
    """
    classes = palette()["street"]
    for position, kind in enumerate(classes):
        if highway in kind["highway"]:
            return position
    return next(i for i, kind in enumerate(classes) if kind["key"] == "local")
