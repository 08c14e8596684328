"""Bring a scenario to the latest revision, clash by clash."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from api.tasks.desk import Desk, base_fabric, desk
from api.tasks.work import Form, Work
from geo import redraw, store
from geo.errors import Conflict


class RebaseScenario(Form):
    """Bring a scenario to the latest revision; `drop_clashes` leaves out what clashes."""

    scenario: int | str
    drop_clashes: bool = False

    def run(self, work: Work) -> ScenarioRebased:
        """Repeat its operations there; one transaction."""
        with desk(work, self.scenario) as mine:
            with work.db.read() as session:
                latest = store.revisions.latest(session)
            number = latest.number if latest else mine.base
            if number == mine.base:
                return ScenarioRebased(mine.scenario.number, mine.base, mine.step, 0, ())
            chain = [(d.operation, d.change) for d in mine.done]
            fresh = base_fabric(work, number).copy()
            done = redraw.rebase(chain, base_fabric(work, mine.base), fresh)
            if done.clashes and not self.drop_clashes:
                raise Conflict(
                    f"{len(done.clashes)} operations clash with revision {number}",
                    zh=f"有 {len(done.clashes)} 项操作与第 {number} 版冲突",
                    where=[_clash(c) for c in done.clashes],
                    hint="look at each area, or rebase with drop_clashes",
                    hint_zh="请逐个核对，或选择放弃冲突的操作",
                )
            step = self._keep(work, mine, number, done)
            return ScenarioRebased(
                mine.scenario.number, number, step, len(done.steps), done.clashes
            )

    def _keep(self, work: Work, mine: Desk, revision: int, done: redraw.Rebased) -> int:
        crs, step = mine.fabric.crs, mine.step
        with work.db.session() as session:
            step = store.scenarios.append(
                session, mine.scenario.number, "rebase", work.who, expected=step,
                target=revision, label=f"→ {revision}", operation={"from": mine.base},
            )  # fmt: skip
            store.scenarios.stand_on(session, mine.scenario.number, revision)
            for operation, change in done.steps:
                step = store.scenarios.append(
                    session, mine.scenario.number, "do", work.who,
                    expected=step, label=change.label,
                    operation=redraw.written_operation(operation, crs),
                    change=redraw.written(change, crs),
                )  # fmt: skip
        return step


@dataclass(frozen=True)
class ScenarioRebased:
    """Where a scenario stands now, how many operations were repeated, and what was left out."""

    scenario: int
    base: int
    step: int
    repeated: int
    clashes: tuple[redraw.Clash, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self)


def _clash(clash: redraw.Clash) -> str:
    return f"{clash.label}：{'、'.join(ref for _, ref in clash.areas)}（{clash.zh}）"
