"""Who is served, and where the blind spots are."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.coverage.administrative import Bodies, administrative, lacking
    from geo.coverage.causes import WORLDS, opened, served_if
    from geo.coverage.choosing import chosen, every, require, week
    from geo.coverage.clock import Clock, clock
    from geo.coverage.floating import RINGS, WEIGHTS, two_step
    from geo.coverage.ground import ground
    from geo.coverage.identity import STATES as SPOT_STATES
    from geo.coverage.identity import Step, recognised, renamed
    from geo.coverage.measuring import LI_M, REACH_S, Coverage, measure
    from geo.coverage.norms import NORMS, Norm, audit
    from geo.coverage.one_place import one_place
    from geo.coverage.people import PEOPLE
    from geo.coverage.spots import LINK_M, REASONS, blind_spots, grouped
    from geo.coverage.spread import gini, spread
    from geo.coverage.told import findings
    from geo.coverage.unserved import unserved
    from geo.coverage.weakness import M2_PER_HOUSEHOLD, STATES, by_state, states, weak_spots

__all__ = [
    "LINK_M",
    "LI_M",
    "M2_PER_HOUSEHOLD",
    "NORMS",
    "PEOPLE",
    "REACH_S",
    "REASONS",
    "RINGS",
    "SPOT_STATES",
    "STATES",
    "WEIGHTS",
    "WORLDS",
    "Bodies",
    "Clock",
    "Coverage",
    "Norm",
    "Step",
    "administrative",
    "audit",
    "blind_spots",
    "by_state",
    "chosen",
    "clock",
    "every",
    "findings",
    "gini",
    "ground",
    "grouped",
    "lacking",
    "measure",
    "one_place",
    "opened",
    "recognised",
    "renamed",
    "require",
    "served_if",
    "spread",
    "states",
    "two_step",
    "unserved",
    "weak_spots",
    "week",
]
late(__name__)
