"""Many nets, one truth: departments' areas cut into shared pieces, compared, and merged."""

from geo.unify.agreement import agreement, conflicts, matched
from geo.unify.atoms import Atoms, atoms
from geo.unify.proposal import Proposal, propose

__all__ = [
    "Atoms",
    "Proposal",
    "agreement",
    "atoms",
    "conflicts",
    "matched",
    "propose",
]
