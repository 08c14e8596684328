"""Many nets, one truth: departments' areas cut into shared pieces, compared, and merged."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
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
late(__name__)
