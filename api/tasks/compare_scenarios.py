"""What a scenario changes: against its base, or against another scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from api.tasks.desk import base_fabric, desk
from api.tasks.work import Form, Work
from geo import redraw, store, topology

NORMS = {"grid": topology.Norms().grid, "microgrid": topology.Norms().microgrid}


class CompareScenarios(Form):
    """Compare a scenario (B) with another one, or with the revision it stands on (A)."""

    scenario: int | str
    other: int | str | None = None

    def run(self, work: Work) -> Compared:
        """Give the list of differences, the staff concerned, and the table A|B|Δ."""
        with desk(work, self.scenario) as mine:
            after, base, number = mine.fabric.copy(), mine.base, mine.scenario.number
        if self.other is None:
            before = base_fabric(work, base)
        else:
            with desk(work, self.other) as theirs:
                before = theirs.fabric.copy()
        comparison = redraw.compare(before, after, norms=NORMS)
        return Compared(number, base, before, after, comparison, posts(work))


@dataclass(frozen=True)
class Compared:
    """Two maps, what differs, and every staff post's area and role (no names)."""

    scenario: int
    base: int
    before: redraw.Fabric
    after: redraw.Fabric
    comparison: redraw.Comparison
    posts: pd.DataFrame

    @property
    def staff(self) -> dict[str, int]:
        """Count the posts, by role, in areas that are no longer the same ground."""
        roles = self.posts["role"][self.posts["area"].isin(self.comparison.codes())]
        return dict(sorted(Counter(roles.tolist()).items()))

    def as_dict(self) -> dict[str, Any]:
        """Give plain values."""
        return {
            "scenario": self.scenario,
            "base": self.base,
            "differences": self.differences(),
            "households_moved": households_moved(self.comparison),
            "staff_posts": self.staff,
            "measures": self.comparison.measures.to_dict("records"),
        }

    def differences(self) -> list[dict[str, Any]]:
        """Give the list of differences, each with the posts in the areas that were before."""
        there = Counter(self.posts["area"].tolist())
        return [
            asdict(d) | {"posts": sum(there[code] for code in d.before)}
            for d in self.comparison.differences
        ]


def households_moved(comparison: redraw.Comparison) -> dict[str, int]:
    """Count the households whose area has another code now, by level."""
    return {
        str(level): int(count)
        for level, count in comparison.flows.groupby("level", sort=False)["households"]
        .sum()
        .items()
    }


def posts(work: Work) -> pd.DataFrame:
    """Read the area and the role of every post."""
    with work.db.read() as session:
        staff = store.features.read(session, "staff")
    return pd.DataFrame({name: staff[name] for name in ("area", "role")})
