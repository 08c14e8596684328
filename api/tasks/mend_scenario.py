"""What a check finds in a scenario, each with the operation that would mend it."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field
from shapely.geometry import mapping

from api.tasks.compare_scenarios import NORMS
from api.tasks.desk import Desk, desk
from api.tasks.redraw_areas import ApplyOperation
from api.tasks.watched import Watched, ranked
from api.tasks.work import Form, Work, perform
from geo import redraw
from geo.layers import Finding


class ScenarioFaults(Form):
    """List what is wrong with a scenario's map as it is now, the worst first.

    `level` and `kinds` (codes of findings) narrow it down; `start` and `most` give a part.
    """

    scenario: int | str
    level: str = ""
    kinds: tuple[str, ...] = ()
    start: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=1)

    def run(self, work: Work) -> "Faults":
        """Give each with its place in degrees and the operations that would mend it, untried."""
        with desk(work, self.scenario) as mine:
            watched = mine.watched()
        found = _asked(watched, self.level, self.kinds)
        part = found[self.start :][: self.most]
        with desk(work, self.scenario) as mine:
            return Faults(len(found), [_told(mine, f) for f in part])


@dataclass(frozen=True)
class Faults:
    """How many problems there are, and those of the part that was asked for."""

    total: int
    told: list[dict[str, Any]]


class MendScenario(Form):
    """Mend problems one by one, the worst first, by the first proposed operation that works.

    `level` and `kinds` narrow them down; `most` is how many are mended at once; `dry_run`
    only tells what would be done.
    """

    scenario: int | str
    level: str = ""
    kinds: tuple[str, ...] = ()
    most: int = 1
    dry_run: bool = False

    def run(self, work: Work) -> dict[str, Any]:
        """Give what was mended, how many problems are left, and for how many a person is needed."""
        mended: list[dict[str, Any]] = []
        tried: set[str] = set()
        while len(mended) < self.most and (done := self._next(work, tried)) is not None:
            if not self.dry_run:
                perform(ApplyOperation(scenario=self.scenario, operation=done["operation"]), work)
            mended.append(done)
        with desk(work, self.scenario) as mine:
            left = _asked(mine.watched(), self.level, self.kinds)
            hard = [f for f in left if not redraw.remedies(mine.fabric, f, norms=NORMS)]
            return {
                "scenario": mine.scenario.number, "step": mine.step, "mended": mended,
                "left": len(left), "unmended": len(hard),
            }  # fmt: skip

    def _next(self, work: Work, tried: set[str]) -> dict[str, Any] | None:
        """Find the next problem that can be mended, and how."""
        with desk(work, self.scenario) as mine:
            for finding in _asked(mine.watched(), self.level, self.kinds):
                if (key := _key(finding)) in tried:
                    continue
                tried.add(key)
                cured = redraw.cure(mine.fabric, finding, norms=NORMS)
                if cured is not None:
                    operation, change = cured
                    written = redraw.written_operation(operation, mine.fabric.crs)
                    return _plain(finding) | {"operation": written, "label": change.label}
        return None


def _asked(watched: Watched, level: str, kinds: tuple[str, ...]) -> list[Finding]:
    found = ranked(watched.found())
    return [f for f in found if level in ("", f.layer) and (not kinds or f.code in kinds)]


def _key(finding: Finding) -> str:
    return f"{finding.code} {finding.layer} {' '.join(finding.features)} {finding.area_m2}"


def _plain(finding: Finding) -> dict[str, Any]:
    told = finding.as_dict()
    del told["place"]
    return told


def _told(mine: Desk, finding: Finding) -> dict[str, Any]:
    crs = mine.fabric.crs
    place = redraw.to_degrees(finding.place, crs) if finding.place is not None else None
    fixes = redraw.remedies(mine.fabric, finding, norms=NORMS)
    return _plain(finding) | {
        "place": mapping(place) if place is not None else None,
        "fixes": [redraw.written_operation(op, crs) for op in fixes],
    }
