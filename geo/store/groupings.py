"""Alliances, regional groups and teams of bodies, with their history."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Table, insert, select, union, update
from sqlalchemy.orm import Session

from geo.errors import SchemaError
from geo.store import models, revisions
from geo.store.lifespan import Changes, alive
from geo.store.revisions import AsOf

_GROUPS: Table = models.Base.metadata.tables[models.Grouping.__tablename__]
_MEMBERS: Table = models.Base.metadata.tables[models.GroupingMember.__tablename__]
_COLUMNS = {"name": "str", "body": "str", "lead": "bool"}
Membership = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Version:
    """One published state of the groupings of a kind.

    `joined`, `left`, `moved`: bodies that were in none before, are in none now, or changed
    their grouping; `leads`: groupings whose lead is another body than before.
    """

    revision: revisions.Revision
    groupings: int
    members: int
    joined: int
    left: int
    moved: int
    leads: int


def replace(session: Session, kind: str, members: pd.DataFrame, revision: int) -> Changes:
    """Make a table of members the living groupings of a kind; history stays.

    Parameters
    ----------
    kind : str
        ``alliance``, ``regional_group``, ``team``.
    members : DataFrame
        `name` of the grouping, `body` (id), `lead` (bool): one row a member. Groupings
        that are missing die.
    revision : int
        From `revisions.open`, in the same transaction.

    Returns
    -------
    Changes
        Counts of memberships; changed: a body that took or gave up the lead.

    Raises
    ------
    SchemaError
        When a column is missing, or a body stands in one grouping twice.
    """
    wanted = _memberships(members)
    known = _living(session, kind)
    dead = [fid for membership, fid in known.items() if membership not in wanted]
    born = [membership for membership in wanted if membership not in known]
    _die(session, _MEMBERS, dead, revision)
    groups = _replace_groups(session, kind, [name for name, _, _ in wanted], revision)
    if born:
        rows = [
            {"grouping": groups[n], "body": b, "lead": lead, "born": revision}
            for n, b, lead in born
        ]
        session.execute(insert(_MEMBERS), rows)
    before = {(name, body) for name, body, _ in known.keys() - set(wanted)}
    changed = sum((name, body) in before for name, body, _ in born)
    unchanged = len(known) - len(dead)
    return Changes(unchanged, changed, len(born) - changed, len(dead) - changed)


def read(session: Session, kind: str, *, as_of: AsOf = None) -> pd.DataFrame:
    """Read the groupings of a kind, now or as of a revision or day.

    Returns
    -------
    DataFrame
        `name`, `body`, `lead`; sorted by name, the lead first, then by body.
    """
    moment = revisions.resolve(session, as_of)
    query = (
        select(_GROUPS.c.name, _MEMBERS.c.body, _MEMBERS.c.lead)
        .join(_MEMBERS, _MEMBERS.c.grouping == _GROUPS.c.fid)
        .where(_GROUPS.c.kind == kind, alive(_GROUPS, moment), alive(_MEMBERS, moment))
        .order_by(_GROUPS.c.name, _MEMBERS.c.lead.desc(), _MEMBERS.c.body)
    )
    found = pd.DataFrame(session.execute(query).all(), columns=list(_COLUMNS))
    return found.astype(_COLUMNS)


def history(session: Session, kind: str) -> list[Version]:
    """List every published state of a kind, the oldest first."""
    moments = union(
        *(
            select(column).where(_GROUPS.c.kind == kind, column.is_not(None))
            for column in (_GROUPS.c.born, _GROUPS.c.died)
        ),
        *(
            select(column)
            .join(_GROUPS, _MEMBERS.c.grouping == _GROUPS.c.fid)
            .where(_GROUPS.c.kind == kind, column.is_not(None))
            for column in (_MEMBERS.c.born, _MEMBERS.c.died)
        ),
    )
    found, before = [], pd.DataFrame(columns=list(_COLUMNS)).astype(_COLUMNS)
    for number in sorted(session.scalars(moments)):
        after = read(session, kind, as_of=number)
        found.append(_version(revisions.read(session, number), before, after))
        before = after
    return found


def _version(revision: revisions.Revision, before: pd.DataFrame, after: pd.DataFrame) -> Version:
    old, new = (dict(zip(t["body"], t["name"], strict=True)) for t in (before, after))
    leads = [set(zip(t["name"], t["body"], t["lead"], strict=True)) for t in (before, after)]
    kept = set(before["name"]) & set(after["name"])
    changed = {name for name, _, lead in leads[0] ^ leads[1] if lead and name in kept}
    both = old.keys() & new.keys()
    return Version(
        revision,
        groupings=after["name"].nunique(),
        members=len(after),
        joined=len(new.keys() - old.keys()),
        left=len(old.keys() - new.keys()),
        moved=sum(old[body] != new[body] for body in both),
        leads=len(changed),
    )


def _memberships(members: pd.DataFrame) -> dict[Membership, None]:
    if missing := [name for name in _COLUMNS if name not in members]:
        raise SchemaError(
            f"groupings lack {', '.join(missing)}",
            zh=f"编组数据缺少字段：{'、'.join(missing)}",
            where=missing,
        )
    twice = members.loc[members.duplicated(["name", "body"]), "body"].astype(str).tolist()
    if twice:
        raise SchemaError(
            f"{', '.join(twice)} stands in one grouping twice",
            zh=f"{'、'.join(twice)} 在同一编组中重复出现",
            where=twice,
        )
    cells = zip(members["name"], members["body"], members["lead"], strict=True)
    return dict.fromkeys((str(name), str(body), bool(lead)) for name, body, lead in cells)


def _living(session: Session, kind: str) -> dict[Membership, int]:
    query = (
        select(_GROUPS.c.name, _MEMBERS.c.body, _MEMBERS.c.lead, _MEMBERS.c.fid)
        .join(_MEMBERS, _MEMBERS.c.grouping == _GROUPS.c.fid)
        .where(_GROUPS.c.kind == kind, alive(_GROUPS, None), alive(_MEMBERS, None))
    )
    return {(name, body, lead): fid for name, body, lead, fid in session.execute(query)}


def _replace_groups(session: Session, kind: str, names: list[str], revision: int) -> dict[str, int]:
    """Let groupings die and be born; give the number of every living one by name."""
    query = select(_GROUPS.c.name, _GROUPS.c.fid).where(
        _GROUPS.c.kind == kind, alive(_GROUPS, None)
    )
    known: dict[str, int] = dict(session.execute(query).all())
    _die(session, _GROUPS, [fid for name, fid in known.items() if name not in names], revision)
    for name in dict.fromkeys(names):
        if name not in known:
            new = insert(_GROUPS).values(kind=kind, name=name, born=revision)
            known[name] = session.execute(new.returning(_GROUPS.c.fid)).scalar_one()
    return known


def _die(session: Session, table: Table, rows: list[int], revision: int) -> None:
    if rows:
        session.execute(update(table).where(table.c.fid.in_(rows)).values(died=revision))
