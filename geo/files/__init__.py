"""Files in and out: whatever districts send, and what they can read; doubts become findings."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.files import doctor
    from geo.files.control import control_points
    from geo.files.kinship import upper_level, with_codes, with_parents
    from geo.files.mending import Mended, mend
    from geo.files.opening import is_osm
    from geo.files.osm import streets_from_osm
    from geo.files.reading import PART_BYTES, batches, read, repeated
    from geo.files.writing import write

__all__ = [
    "PART_BYTES",
    "Mended",
    "batches",
    "control_points",
    "doctor",
    "is_osm",
    "mend",
    "read",
    "repeated",
    "streets_from_osm",
    "upper_level",
    "with_codes",
    "with_parents",
    "write",
]
late(__name__)
