"""Scenarios: steps that only grow, who is at work, approvals, and what was published."""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from geo.errors import Conflict, NotFound, RuleBroken
from geo.store import audit, models, revisions
from geo.store.models import Presence, Publication, ScenarioApproval, ScenarioStep

PRESENT_S = 60
"""Who was not seen for so long is gone."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A plan: `base` is the revision that it stands on, `step` its last step (0: none)."""

    number: int
    link: str
    name: str
    who: str
    at: dt.datetime
    base: int
    state: str
    published: int | None
    step: int


@dataclass(frozen=True, slots=True)
class Step:
    """One deed: ``do``, ``undo`` or ``redo`` of step `target`, ``rebase`` to revision `target`."""

    step: int
    deed: str
    target: int | None
    id: UUID
    operation: dict[str, Any]
    change: dict[str, Any]
    label: str
    who: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Who works in a community, since when, and when they were last seen."""

    community: str
    who: str
    since: dt.datetime
    seen: dt.datetime


def open(session: Session, name: str, who: str, *, base: int | None = None) -> Scenario:  # noqa: A001
    """Branch a scenario from a published revision, the latest without `base`.

    Raises
    ------
    NotFound
        When nothing was published yet, or there is no such revision.
    """
    latest = revisions.latest(session)
    if latest is None:
        raise NotFound(
            "nothing was published yet",
            zh="尚无已发布的版本",
            hint="import areas first",
            hint_zh="请先导入区域数据",
        )
    stands = revisions.read(session, base if base is not None else latest.number).number
    row = {"link": secrets.token_urlsafe(12), "name": name, "who": who, "base": stands}
    number = session.scalar(insert(models.Scenario).values(row).returning(models.Scenario.number))
    return read(session, int(number or 0))


def read(session: Session, name: int | str) -> Scenario:
    """Give a scenario by its number or its link, or raise `NotFound`."""
    is_number = isinstance(name, int) or (name.isdecimal() and len(name) < 19)
    column = models.Scenario.number if is_number else models.Scenario.link
    found = _select(session, column == (int(name) if is_number else name))
    if not found:
        raise NotFound(f"no scenario {name}", zh=f"没有方案 {name}", where=[str(name)])
    return found[0]


def listed(session: Session, *, state: str | None = None) -> list[Scenario]:
    """List scenarios, the newest first."""
    found = _select(session) if state is None else _select(session, models.Scenario.state == state)
    return found[::-1]


def steps(session: Session, scenario: int, *, after: int = 0) -> list[Step]:
    """List the steps of a scenario after one of them, in order."""
    s = ScenarioStep
    query = select(
        s.step, s.deed, s.target, s.id, s.operation, s.change, s.label, s.who, s.at
    ).where(s.scenario == scenario, s.step > after)
    return [Step(*row) for row in session.execute(query.order_by(s.step))]


def append(
    session: Session, scenario: int, deed: str, who: str, *, expected: int, label: str = "",
    target: int | None = None, operation: Mapping[str, Any] | None = None,
    change: Mapping[str, Any] | None = None, id: UUID | None = None,  # noqa: A002
) -> int:  # fmt: skip
    """Add a step to a scenario that nobody else has gone on with.

    Writers wait for each other; who comes second with the same `expected` is refused.

    Parameters
    ----------
    expected : int
        The last step that the writer knows of.
    id : UUID, optional
        Of the request: the same one twice is one step.

    Returns
    -------
    int
        Its number.

    Raises
    ------
    Conflict
        When there are steps after `expected`; ``where`` lists them.
    RuleBroken
        When the scenario is published or dropped.
    """
    lock(session, scenario)
    now = read(session, scenario)
    if id is not None:
        known = session.scalar(select(ScenarioStep.step).where(ScenarioStep.id == id))
        if known is not None:
            return int(known)
    _require_open(now)
    require(session, now, expected)
    row: dict[str, Any] = {
        "scenario": scenario, "step": now.step + 1, "deed": deed, "target": target, "who": who,
        "label": label, "operation": dict(operation or {}), "change": dict(change or {}),
    }  # fmt: skip
    session.execute(insert(ScenarioStep).values(row | ({"id": id} if id else {})))
    told = {"step": now.step + 1, "label": label}
    audit.write(session, who, f"scenario {deed}", subject=str(scenario), detail=told)
    return now.step + 1


def require(session: Session, scenario: Scenario, expected: int) -> None:
    """Raise `Conflict` with the missed steps unless `expected` is the last one."""
    if scenario.step == expected:
        return
    missed = steps(session, scenario.number, after=min(expected, scenario.step))
    raise Conflict(
        f"scenario {scenario.number} is at step {scenario.step}, not {expected}",
        zh=f"方案 {scenario.number} 已有 {len(missed)} 步新操作（现为第 {scenario.step} 步）",
        where=[f"{s.step} {s.who} {s.deed} {s.label}" for s in missed],
        hint="take in the missed steps and try again",
        hint_zh="请先载入这些操作再重试",
    )


def lock(session: Session, scenario: int) -> None:
    """Let one transaction at a time change a scenario."""
    session.execute(
        select(models.Scenario.number).where(models.Scenario.number == scenario).with_for_update()
    )


def stand_on(session: Session, scenario: int, revision: int) -> None:
    """Note that a scenario now stands on another revision."""
    _set(session, scenario, base=revision)


def drop(session: Session, scenario: int) -> None:
    """Give a scenario up; its steps stay."""
    lock(session, scenario)
    _require_open(read(session, scenario))
    _set(session, scenario, state="dropped")


def approve(session: Session, scenario: int, step: int, who: str) -> None:
    """Note that somebody finds a scenario good as it is after a step."""
    require(session, read(session, scenario), step)
    row = {"scenario": scenario, "step": step, "who": who}
    session.execute(upsert(ScenarioApproval).values(row).on_conflict_do_nothing())


def approvals(session: Session, scenario: int, step: int) -> list[str]:
    """List who approved a scenario as it is after a step."""
    a = ScenarioApproval
    query = select(a.who).where(a.scenario == scenario, a.step == step)
    return list(session.scalars(query.order_by(a.who)))


def hold(session: Session, scenario: int, community: str, who: str) -> list[Held]:
    """Say that somebody works in a community; give everybody who does, the longest first.

    A soft lock: nobody is kept out, everybody is told.
    """
    row = {"scenario": scenario, "community": community, "who": who}
    session.execute(delete(Presence).where(Presence.seen < _ago()))
    session.execute(
        upsert(Presence)
        .values(row)
        .on_conflict_do_update(
            index_elements=["scenario", "community", "who"], set_={"seen": func.now()}
        )
    )
    return [h for h in held(session, scenario) if h.community == community]


def held(session: Session, scenario: int) -> list[Held]:
    """List who works where in a scenario, the longest first."""
    p = Presence
    query = select(p.community, p.who, p.since, p.seen).where(
        p.scenario == scenario, p.seen >= _ago()
    )
    return [Held(*row) for row in session.execute(query.order_by(p.since, p.who))]


def leave(session: Session, scenario: int, who: str) -> None:
    """Say that somebody has gone."""
    session.execute(delete(Presence).where(Presence.scenario == scenario, Presence.who == who))


def publish(  # noqa: PLR0917
    session: Session, scenario: int, revision: int, digest: str,
    certificate: Mapping[str, Any], impact: Mapping[str, Any],
) -> None:  # fmt: skip
    """Note that a scenario became a revision, with its certificate and impact sheet."""
    _set(session, scenario, state="published", published=revision)
    session.execute(
        insert(Publication).values(
            revision=revision, scenario=scenario, digest=digest,
            certificate=dict(certificate), impact=dict(impact),
        )
    )  # fmt: skip


def publication(session: Session, revision: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the certificate and the impact sheet of a revision, or raise `NotFound`."""
    p = Publication
    row = session.execute(
        select(p.certificate, p.impact).where(p.revision == revision)
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"revision {revision} was not published from a scenario",
            zh=f"第 {revision} 版不是由方案发布的",
            where=[str(revision)],
        )
    return row[0], row[1]


def _require_open(scenario: Scenario) -> None:
    if scenario.state != "open":
        raise RuleBroken(
            f"scenario {scenario.number} is {scenario.state}",
            zh=f"方案 {scenario.number} 已{'发布' if scenario.state == 'published' else '关闭'}，不能再改",
            where=[str(scenario.number)],
        )


def _ago() -> Any:
    return func.now() - dt.timedelta(seconds=PRESENT_S)


def _set(session: Session, scenario: int, **values: Any) -> None:
    session.execute(
        update(models.Scenario).where(models.Scenario.number == scenario).values(**values)
    )


def _select(session: Session, *where: Any) -> list[Scenario]:
    s = models.Scenario
    last = (
        select(func.coalesce(func.max(ScenarioStep.step), 0))
        .where(ScenarioStep.scenario == s.number)
        .scalar_subquery()
    )
    query = select(s.number, s.link, s.name, s.who, s.at, s.base, s.state, s.published, last)
    return [Scenario(*row) for row in session.execute(query.where(*where).order_by(s.number))]
