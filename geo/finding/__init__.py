"""What people mean when they type a place: names by characters, sounds, initials and slips."""

from geo.finding.gazetteer import KINDS, Gazetteer, Place
from geo.finding.names import PATIENCE, Bounds, Names, OutOfPatience
from geo.finding.spelling import initials, readings, titled
from geo.finding.stages import SURE
from geo.finding.typed import house_alone, narrowed

__all__ = [
    "KINDS",
    "PATIENCE",
    "SURE",
    "Bounds",
    "Gazetteer",
    "Names",
    "OutOfPatience",
    "Place",
    "house_alone",
    "initials",
    "narrowed",
    "readings",
    "titled",
]
