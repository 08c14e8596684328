"""Check, approve, rebase and publish a scenario."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.tasks import certificate as certificates
from api.tasks.compare_scenarios import NORMS, Compared, households_moved, staff_moved
from api.tasks.desk import Desk, base_fabric, desk
from api.tasks.work import Form, Work
from geo import coords, redraw, store
from geo.errors import Conflict, RuleBroken
from geo.layers import Finding, Severity


class CheckScenario(Form):
    """Check a scenario as a whole."""

    scenario: int | str

    def run(self, work: Work) -> "ScenarioChecked":
        """Give all findings, and those that keep it from being published."""
        with desk(work, self.scenario) as mine:
            found = certificates.findings(mine.fabric)
            known = certificates.findings(base_fabric(work, mine.base))
            return ScenarioChecked(
                mine.scenario.number, mine.step, tuple(found),
                tuple(certificates.blocking(found, known=known)),
            )  # fmt: skip


@dataclass(frozen=True)
class ScenarioChecked:
    """Findings of a scenario after a step; `blocking` must be empty to publish."""

    scenario: int
    step: int
    findings: tuple[Finding, ...]
    blocking: tuple[Finding, ...]


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


class RebaseScenario(Form):
    """Bring a scenario to the latest revision; `drop_clashes` leaves out what clashes."""

    scenario: int | str
    drop_clashes: bool = False

    def run(self, work: Work) -> "ScenarioRebased":
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


class PublishScenario(Form):
    """Make a scenario the map that holds, whole or not at all.

    `accept` names codes of findings that may stand nevertheless (they are told in the
    certificate); errors cannot be accepted.
    """

    scenario: int | str
    why: str
    expected: int | None = None
    effective: dt.date | None = None
    accept: tuple[str, ...] = ()

    def run(self, work: Work) -> "Published":
        """Check, then write areas, lineage, certificate and impact in one transaction."""
        with desk(work, self.scenario) as mine:
            number = mine.scenario.number
            with work.db.read() as session:
                store.scenarios.require(
                    session, mine.scenario, mine.step if self.expected is None else self.expected
                )
                _current(session, mine)
                _approved(work, session, mine)
            base = base_fabric(work, mine.base)
            found = certificates.findings(mine.fabric)
            _unblocked(found, certificates.findings(base), self.accept)
            comparison = redraw.compare(base, mine.fabric, norms=NORMS)
            compared = Compared(number, mine.base, comparison, staff_moved(work, comparison))
            with work.db.session() as session:
                store.scenarios.lock(session, number)
                store.scenarios.require(session, store.scenarios.read(session, number), mine.step)
                revision = store.revisions.open(
                    session, "publish", work.who, self.why, effective=self.effective
                )
                _current(session, mine, newest=revision - 1)
                areas = _write(session, base, mine, revision)
                told = {
                    "revision": revision, "base": mine.base, "scenario": number,
                    "name": mine.scenario.name, "who": work.who, "why": self.why,
                    "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                    "accepted": list(self.accept),
                }  # fmt: skip
                proof = certificates.certificate(mine.fabric, found, told=told)
                impact = compared.as_dict() | {"households": households_moved(comparison)}
                store.scenarios.publish(session, number, revision, proof["sha256"], proof, impact)
                store.audit.write(
                    session, work.who, "scenario publish", subject=str(number),
                    detail={"revision": revision, "areas": areas},
                )  # fmt: skip
            return Published(number, revision, areas, proof, impact)


@dataclass(frozen=True)
class Published:
    """The new revision, how many areas it wrote, its certificate and impact sheet."""

    scenario: int
    revision: int
    areas: int
    certificate: dict[str, Any]
    impact: dict[str, Any]


def net_links(
    done: Iterable[Sequence[redraw.Link]], before: set[str], after: set[str]
) -> list[tuple[str, str, str]]:
    """Tell lineage from published codes to published codes, past those in between.

    Returns
    -------
    list of (parent, child, kind)
        Each pair once, in the order in which it came about.
    """
    onward: dict[str, list[redraw.Link]] = {}
    for link in (link for links in done for link in links):
        onward.setdefault(link.parent, []).append(link)
    found: dict[tuple[str, str], str] = {}
    for code in [c for c in onward if c in before]:
        stack = [(link.child, link.kind) for link in reversed(onward[code])]
        seen: set[str] = set()
        while stack:
            child, kind = stack.pop()
            if child in seen:
                continue
            seen.add(child)
            if child in after and child != code:
                found.setdefault((code, child), kind)
            if child not in before:
                stack += [(link.child, kind) for link in reversed(onward.get(child, []))]
    return [(parent, child, kind) for (parent, child), kind in found.items()]


def _write(session: Session, base: redraw.Fabric, mine: Desk, revision: int) -> int:
    """Write what differs from the base, level by level, and lineage; give rows that were born."""
    born = 0
    for level in mine.fabric.levels:
        old = {k: a for k, a in base.areas.items() if k[0] == level.name}
        new = {k: a for k, a in mine.fabric.areas.items() if k[0] == level.name}
        touched = {a.code for k, a in old.items() if k not in new or not a.same(new[k])}
        touched |= {a.code for k, a in new.items() if k not in old or not a.same(old[k])}
        if not touched:
            continue
        areas = sorted((a for a in new.values() if a.code in touched), key=lambda a: a.ref)
        frame = coords.to_degrees(redraw.frame_of(areas, mine.fabric.crs))
        born += store.areas.swap(session, level.name, sorted(touched), frame, revision)[1]
    before = {a.code for a in base.areas.values()}
    after = {a.code for a in mine.fabric.areas.values()}
    for parent, child, kind in net_links((d.change.links for d in mine.done), before, after):
        store.areas.link(session, [parent], [child], kind, revision)
    return born


def _current(session: Session, mine: Desk, *, newest: int | None = None) -> None:
    if newest is None:
        latest = store.revisions.latest(session)
        newest = latest.number if latest else 0
    if newest != mine.base:
        raise Conflict(
            f"the scenario stands on revision {mine.base}, but {newest} was published since",
            zh=f"方案基于第 {mine.base} 版，其间已发布第 {newest} 版",
            where=[str(newest)],
            hint="rebase the scenario first",
            hint_zh="请先变基到最新版本",
        )


def _approved(work: Work, session: Session, mine: Desk) -> None:
    if not work.settings.second_approval:
        return
    others = [
        who
        for who in store.scenarios.approvals(session, mine.scenario.number, mine.step)
        if who != work.who
    ]
    if not others:
        raise RuleBroken(
            "a second person must approve the scenario as it is now",
            zh="发布前须由另一人审核通过当前方案",
            where=[str(mine.scenario.number)],
            hint="wangge scenarios approve, by somebody else",
            hint_zh="请另一人执行 wangge scenarios approve",
        )


def _unblocked(found: Sequence[Finding], known: Sequence[Finding], accept: Sequence[str]) -> None:
    left = [
        f
        for f in certificates.blocking(found, known=known)
        if f.severity is Severity.ERROR or f.code not in accept
    ]
    if left:
        raise RuleBroken(
            f"{len(left)} findings keep the scenario from being published",
            zh=f"有 {len(left)} 个问题未解决，不能发布",
            where=[f"{f.code} {' '.join(f.features[:3])}：{f.zh}" for f in left[:20]],
            hint="wangge scenarios check; what is only out of norm may be accepted by its code",
            hint_zh="请先用 wangge scenarios check 查看；仅规模超标等可用 --accept 说明后发布",
        )


def _clash(clash: redraw.Clash) -> str:
    return f"{clash.label}：{'、'.join(ref for _, ref in clash.areas)}（{clash.zh}）"
