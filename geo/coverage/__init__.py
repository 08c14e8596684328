"""Who is served, and where the blind spots are."""

from geo.coverage.measuring import REACH_S, Coverage, measure
from geo.coverage.spots import LINK_M, REASONS, blind_spots
from geo.coverage.told import findings
from geo.coverage.unserved import unserved

__all__ = [
    "LINK_M",
    "REACH_S",
    "REASONS",
    "Coverage",
    "blind_spots",
    "findings",
    "measure",
    "unserved",
]
