"""Several people on one plan: who works where, and what the others did."""

from dataclasses import asdict
from typing import Any

from api.tasks.work import Form, Work
from geo import store
from geo.errors import BadInput
from geo.layers import codes
from geo.store.scenarios import Held


class HoldCommunity(Form):
    """Say that one works in a community of a scenario; a soft lock that tells and never bars."""

    scenario: int | str
    community: str

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give everybody who works there, the longest first; it holds for a minute."""
        if not codes.is_legal(self.community, "community"):
            raise BadInput(
                f"{self.community!r} is no code of a community",
                zh=f"“{self.community}”不是社区编码",
                where=[self.community],
                hint="12 digits",
                hint_zh="社区编码为 12 位数字",
            )
        with work.db.session() as session:
            found = store.scenarios.read(session, self.scenario)
            return _told(store.scenarios.hold(session, found.number, self.community, work.who))


class Present(Form):
    """Ask who works where in a scenario."""

    scenario: int | str

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give everybody who was seen within a minute, the longest first."""
        with work.db.read() as session:
            found = store.scenarios.read(session, self.scenario)
            return _told(store.scenarios.held(session, found.number))


class LeaveScenario(Form):
    """Say that one no longer works in a scenario."""

    scenario: int | str

    def run(self, work: Work) -> None:
        """Forget where one worked."""
        with work.db.session() as session:
            found = store.scenarios.read(session, self.scenario)
            store.scenarios.leave(session, found.number, work.who)


class ScenarioSteps(Form):
    """Ask what was done in a scenario after a step."""

    scenario: int | str
    after: int = 0

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give every step in order: deed, whose target, operation, label, who, when."""
        with work.db.read() as session:
            found = store.scenarios.read(session, self.scenario)
            steps = store.scenarios.steps(session, found.number, after=max(self.after, 0))
        names = ("step", "deed", "target", "operation", "label", "who", "at")
        return [{name: getattr(step, name) for name in names} for step in steps]


def _told(held: list[Held]) -> list[dict[str, Any]]:
    return [asdict(one) for one in held]
