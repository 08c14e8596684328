"""Publish a scenario: it becomes the map that holds, whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlalchemy.orm import Session

from api.tasks import certificate as certificates
from api.tasks.compare_scenarios import NORMS, Compared, households_moved, posts
from api.tasks.desk import Desk, base_fabric, desk
from api.tasks.work import Form, Work
from geo import coords, redraw, store
from geo.errors import Conflict, NotFound, RuleBroken
from geo.layers import Finding, Severity


class PublishScenario(Form):
    """Make a scenario the map that holds, whole or not at all.

    `accept` names codes of findings that may stand nevertheless (they are told in the
    certificate); errors cannot be accepted.
    """

    scenario: int | str
    why: str = Field(min_length=1)
    expected: int | None = None
    effective: dt.date | None = None
    accept: tuple[str, ...] = ()

    def run(self, work: Work) -> Published:
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
            _unblocked(found, certificates.base_findings(base), self.accept)
            comparison = redraw.compare(base, mine.fabric, norms=NORMS)
            compared = Compared(number, mine.base, base, mine.fabric, comparison, posts(work))
            with work.db.session() as session:
                store.scenarios.lock(session, number)
                store.scenarios.require(session, store.scenarios.read(session, number), mine.step)
                work.asker.require_within(
                    code for d in comparison.differences for code in (*d.before, *d.after)
                )
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

    def as_dict(self) -> dict[str, Any]:
        """Give plain values; of the certificate its digest alone."""
        return {
            "scenario": self.scenario, "revision": self.revision, "areas": self.areas,
            "sha256": self.certificate["sha256"], "impact": self.impact,
        }  # fmt: skip


class Proof(Form):
    """Ask for the certificate of a published scenario."""

    scenario: int | str

    def run(self, work: Work) -> dict[str, Any]:
        """Read it as it was written when the scenario was published."""
        with work.db.read() as session:
            found = store.scenarios.read(session, self.scenario)
            if found.published is None:
                raise NotFound(
                    f"scenario {found.number} was not published",
                    zh=f"方案 {found.number} 尚未发布",
                    where=[str(found.number)],
                )
            return store.scenarios.publication(session, found.published)[0]


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
