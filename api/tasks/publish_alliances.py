"""Make a proposal hold: a named person publishes a draft, and every version stays readable."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from pydantic import Field

from api.tasks.alliance_presets import PRESETS, Preset, PresetName
from api.tasks.work import Form, Work, now
from geo import store
from geo.errors import BadInput, Conflict, NotFound

FORMED = ("alliances", "alliances_grown")
"""Kinds of runs that propose groups of their own."""
DRAFTS = (*FORMED, "alliances_choice")
"""Kinds of runs that may be published: also those that were weighed beside a proposal."""
LEDGER = "alliances_published"
"""The kind of run that says which draft became which revision."""


class PublishAlliances(Form):
    """Publish a draft run as the next revision; `names` gives groups other names.

    `who` answers for it: whoever is logged in, or a name given at the command line.
    """

    run_id: int = Field(ge=1)
    names: dict[str, str] = Field(default_factory=dict)
    who: str = ""
    why: str = ""
    effective: dt.date | None = None

    def run(self, work: Work) -> "Published":
        """Check the draft against the bodies that live today, then write all or nothing; nothing where it is in force already."""
        who = self.who or work.who
        with work.db.session() as session:
            draft = draft_of(session, self.run_id)
            preset = PRESETS[draft.result["preset"]]
            members = renamed(pd.DataFrame(draft.result["members"]), self.names)
            _still_there(session, preset, members)
            rows = pd.DataFrame(
                {"name": members["alliance_name"], "body": members["id"], "lead": members["lead"]}
            )
            if _same(store.groupings.read(session, preset.kind), rows):
                return Published(preset, store.groupings.history(session, preset.kind)[-1], True)
            revision = store.revisions.open(
                session, "publish", who, self.why or f"run {self.run_id}", effective=self.effective
            )
            store.groupings.replace(session, preset.kind, rows, revision)
            detail = {"run": self.run_id, "revision": revision, "kind": preset.kind}
            store.audit.write(session, who, "publish", subject=preset.kind, detail=detail)
            store.runs.save(
                session, LEDGER, self.model_dump(mode="json"), None, detail, started=now()
            )
            version = store.groupings.history(session, preset.kind)[-1]
        return Published(preset, version, False)


def _same(living: pd.DataFrame, rows: pd.DataFrame) -> bool:
    here, there = (set(t.itertuples(index=False, name=None)) for t in (living, rows))
    return here == there


@dataclass(frozen=True)
class Published:
    """What a publication did; `same`: the draft is in force already, so nothing was written."""

    preset: Preset
    version: store.groupings.Version
    same: bool

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {"kind": self.preset.kind, "same": self.same, **version_dict(self.version)}


class ReadAlliances(Form):
    """Ask for the published groups of a preset, living or as of a day or a revision."""

    preset: PresetName = "alliances"
    as_of: dt.date | int | None = None

    def run(self, work: Work) -> "Standing":
        """Read them, and the draft they came from."""
        preset = PRESETS[self.preset]
        with work.db.read() as session:
            rows = store.groupings.read(session, preset.kind, as_of=self.as_of)
            if not len(rows):
                raise NotFound(
                    f"no {preset.word[1]} was published" + (" by then" if self.as_of else ""),
                    zh=f"{'当时' if self.as_of else '目前'}还没有已发布的{preset.word[0]}",
                    hint="form a draft and publish it: wangge alliances publish RUN",
                    hint_zh="请先组建草案，再用 wangge alliances publish 发布",
                )
            moment = store.revisions.resolve(session, self.as_of)
            ledger = [
                entry.result
                for entry in store.runs.history(session, LEDGER, limit=10_000)
                if entry.result["kind"] == preset.kind
                and (moment is None or entry.result["revision"] <= moment)
            ]
            draft = store.runs.read(session, ledger[0]["run"]) if ledger else None
            number = ledger[0]["revision"] if ledger else moment
            revision = store.revisions.read(session, number) if number else None
        told = pd.DataFrame(draft.result["members"]) if draft else pd.DataFrame({"id": []})
        details = told.drop(columns=["alliance", "alliance_name", "lead"], errors="ignore")
        members = rows.rename(columns={"name": "alliance_name", "body": "id"}).merge(
            details, on="id", how="left"
        )
        return Standing(preset, members, revision, draft)


@dataclass(frozen=True)
class Standing:
    """Published groups: `members` as in the draft they came from (`run`), in published names."""

    preset: Preset
    members: pd.DataFrame
    revision: store.revisions.Revision | None
    draft: store.runs.Run | None

    def public(self) -> dict[str, Any]:
        """Give what everybody may know: groups, their lead and members, no loads, no people."""
        groups = [
            {
                "name": str(name),
                "lead": next(iter(part.loc[part["lead"], "id"]), None),
                "members": [
                    {"id": row.id, "name": row.name_, "community": row.community}
                    for row in part.rename(columns={"name": "name_"}).itertuples(index=False)
                ],
            }
            for name, part in self.members.groupby("alliance_name", sort=True)
        ]
        revision = self.revision
        return {
            "kind": self.preset.kind,
            "revision": revision.number if revision else None,
            "effective": revision.effective.isoformat() if revision else None,
            "groups": groups,
        }


class AllianceHistory(Form):
    """Ask for every published version of a preset's groups."""

    preset: PresetName = "alliances"

    def run(self, work: Work) -> list[dict[str, Any]]:
        """List them, the oldest first."""
        with work.db.read() as session:
            found = store.groupings.history(session, PRESETS[self.preset].kind)
        return [version_dict(version) for version in found]


def version_dict(version: store.groupings.Version) -> dict[str, Any]:
    """Give a version as plain values."""
    told = asdict(version)
    revision = told.pop("revision")
    return {
        "revision": revision["number"],
        "effective": revision["effective"].isoformat(),
        "who": revision["who"],
        "why": revision["why"],
        **told,
    }


def draft_of(session: Any, run: int) -> store.runs.Run:
    """Give a run that proposes groups, or say that this one does not."""
    draft = store.runs.read(session, run)
    if draft.kind not in DRAFTS:
        raise BadInput(
            f"run {run} is no proposal of groups but {draft.kind}",
            zh=f"运行 {run} 不是编组草案（{draft.kind}）",
            where=[str(run)],
            hint="wangge alliances form makes one",
            hint_zh="请用 wangge alliances form 组建草案",
        )
    return draft


def renamed(members: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Give groups other names; every name stays one group's own."""
    known = set(members["alliance_name"])
    if unknown := sorted(set(names) - known):
        raise BadInput(
            f"the draft has no group {', '.join(unknown)}",
            zh=f"草案中没有“{'、'.join(unknown)}”",
            where=unknown,
            hint=f"it has {', '.join(sorted(known))}",
            hint_zh=f"草案中有：{'、'.join(sorted(known))}",
        )
    called = {str(name): names.get(str(name), str(name)).strip() for name in known}
    if len(set(called.values())) < len(known) or "" in called.values():
        raise BadInput("two groups would have one name, or none", zh="名称重复或为空")
    return members.assign(alliance_name=members["alliance_name"].map(called))


def _still_there(session: Any, preset: Preset, members: pd.DataFrame) -> None:
    """Refuse a draft about bodies that have gone since; newcomers may join later (grow)."""
    if preset.layer == "community":
        living = set(store.areas.read(session, "community")["code"])
    else:
        living = set(store.features.read(session, preset.layer)["id"])
    if gone := sorted(set(members["id"]) - living):
        raise Conflict(
            f"{', '.join(gone)} are no more: the draft is out of date",
            zh=f"{'、'.join(gone)} 已不存在：草案已过时",
            where=gone,
            hint="form the groups anew",
            hint_zh="请重新组建",
        )
