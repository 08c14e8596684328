"""Check a scenario, and say that one finds it good."""

from dataclasses import dataclass, replace
from typing import Any

from pyproj import CRS

from api.tasks import certificate as certificates
from api.tasks.desk import base_fabric, desk
from api.tasks.work import Form, Work
from geo import redraw, store
from geo.layers import Finding


class CheckScenario(Form):
    """Check a scenario as a whole."""

    scenario: int | str

    def run(self, work: Work) -> "ScenarioChecked":
        """Give all findings, and those that keep it from being published."""
        with desk(work, self.scenario) as mine:
            found = certificates.findings(mine.fabric)
            known = certificates.base_findings(base_fabric(work, mine.base))
            return ScenarioChecked(
                mine.scenario.number, mine.step, tuple(found),
                tuple(certificates.blocking(found, known=known)), mine.fabric.crs,
            )  # fmt: skip


@dataclass(frozen=True)
class ScenarioChecked:
    """Findings of a scenario after a step; `blocking` must be empty to publish."""

    scenario: int
    step: int
    findings: tuple[Finding, ...]
    blocking: tuple[Finding, ...]
    crs: CRS

    def as_dict(self) -> dict[str, Any]:
        """Give plain values; places in degrees."""
        return {
            "scenario": self.scenario,
            "step": self.step,
            "blocking": [self._told(f) for f in self.blocking],
            "findings": [self._told(f) for f in self.findings],
        }

    def _told(self, finding: Finding) -> dict[str, Any]:
        if finding.place is None:
            return finding.as_dict()
        return replace(finding, place=redraw.to_degrees(finding.place, self.crs)).as_dict()


class ApproveScenario(Form):
    """Find a scenario good as it is after its last step."""

    scenario: int | str
    expected: int | None = None

    def run(self, work: Work) -> int:
        """Note it; give the step that was approved."""
        with work.db.session() as session:
            found = store.scenarios.read(session, self.scenario)
            step = found.step if self.expected is None else self.expected
            store.scenarios.approve(session, found.number, step, work.who)
            store.audit.write(
                session, work.who, "scenario approve", subject=str(found.number),
                detail={"step": step},
            )  # fmt: skip
        return step


class ScenarioApprovals(Form):
    """Ask who found a scenario good as it is after its last step."""

    scenario: int | str

    def run(self, work: Work) -> dict[str, Any]:
        """Give the step, who approved it, and whether publishing needs somebody else's word."""
        with work.db.read() as session:
            found = store.scenarios.read(session, self.scenario)
            by = store.scenarios.approvals(session, found.number, found.step)
        return {"step": found.step, "by": by, "needed": work.settings.second_approval}
