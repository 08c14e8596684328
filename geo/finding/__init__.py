"""What people mean when they type a place: names by characters, sounds, initials and slips."""

from geo.finding.gazetteer import KINDS, Gazetteer, Place
from geo.finding.names import Names
from geo.finding.spelling import initials, readings, titled
from geo.finding.typed import house_alone, narrowed

__all__ = [
    "KINDS",
    "Gazetteer",
    "Names",
    "Place",
    "house_alone",
    "initials",
    "narrowed",
    "readings",
    "titled",
]
