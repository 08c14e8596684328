"""How finely a tile is drawn: the same at all zooms.

Seven tenths of a unit are lost to whole numbers at most, a fifth to vertices that are left out:
what is drawn lies within a unit of the truth.
"""

EXTENT = 4096
"""Units along the side of a tile."""
MARGIN = 128
"""Things are drawn so many units beyond the edges, so that lines and icons meet at them."""
TOLERANCE = 0.2
"""Vertices that matter less, in units, are left out."""
LEAST = 0.5
"""A line or area whose width and height are together less, in units, is not drawn."""
