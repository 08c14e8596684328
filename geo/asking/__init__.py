"""Layers to be asked: by box, by filter, by id, page by page, in any of four systems.

Pack a layer once, then ask::

    packed = asking.pack(frame, "code", ("code", "name"))
    rows = packed.within((119.4, 32.1, 119.5, 32.2))
    page = packed.page(rows, limit=100)
    features = packed.told(page.rows)
"""

from geo.asking.cql2_text import parse
from geo.asking.pack import Pack, Page, Rows, pack
from geo.asking.systems import CRS84, STORED, SYSTEMS, System, Window, system

__all__ = [
    "CRS84",
    "STORED",
    "SYSTEMS",
    "Pack",
    "Page",
    "Rows",
    "System",
    "Window",
    "pack",
    "parse",
    "system",
]
