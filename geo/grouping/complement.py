"""Complementary strengths: which needs are met by an offer of somebody else in the group."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from geo.grouping.problem import Bools, Ints


@dataclass(frozen=True, slots=True)
class Exchange:
    """What n units offer and want of s things, (n, s) each; `names` are sorted."""

    names: tuple[str, ...]
    offers: Bools
    wants: Bools

    def met(self, labels: Ints) -> Bools:
        """Give, (n, s), the wants for which another unit of the group has an offer."""
        k = int(labels.max()) + 1 if len(labels) else 0
        held = np.zeros((k, len(self.names)), dtype=np.int64)
        np.add.at(held, labels, self.offers)
        return np.asarray(self.wants & (held[labels] - self.offers > 0))

    def share(self, labels: Ints) -> float:
        """Give the share of all wants that are met; 1 when nobody wants anything."""
        total = int(self.wants.sum())
        return float(self.met(labels).sum()) / total if total else 1.0

    def moved(self, labels: Ints, unit: int, group: int) -> tuple[tuple[str, ...], int, int]:
        """Tell what changes when one unit goes to another group.

        Returns
        -------
        unmet : names
            Wants of the unit that would no longer be met, sorted.
        left, joined : int
            Change of the number of wants met among those it leaves, and those it joins.
        """
        after = labels.copy()
        after[unit] = group
        before, then = self.met(labels), self.met(after)
        lost = before[unit] & ~then[unit]
        others = np.arange(len(labels)) != unit
        change = then.sum(axis=1) - before.sum(axis=1)
        return (
            tuple(n for n, gone in zip(self.names, lost, strict=True) if gone),
            int(change[others & (labels == labels[unit])].sum()),
            int(change[others & (labels == group)].sum()),
        )

    def wanted(self, *, holders: int = 1) -> dict[str, Bools]:
        """Give who offers each thing that anybody wants and at least `holders` units have."""
        return {
            name: self.offers[:, r]
            for r, name in enumerate(self.names)
            if self.wants[:, r].any() and self.offers[:, r].sum() >= holders
        }


def exchange(offers: Sequence[Collection[str]], wants: Sequence[Collection[str]]) -> Exchange:
    """Put lists of skills and needs, one a unit, into one table.

    Examples
    --------
    >>> import numpy as np
    >>> both = exchange([["law"], ["care"], []], [["care"], [], ["law"]])
    >>> both.share(np.array([0, 0, 1])), both.share(np.array([0, 0, 0]))
    (0.5, 1.0)
    """
    names = tuple(sorted({n for cell in (*offers, *wants) for n in cell}))
    tables = [
        np.array([[n in cell for n in names] for cell in cells], dtype=bool).reshape(
            len(cells), len(names)
        )
        for cells in (offers, wants)
    ]
    return Exchange(names, *tables)
