"""Published groups for everybody: who is with whom, and who leads; places and areas only."""

import datetime as dt
from typing import Annotated, Any

from fastapi import Query

from api.http.parts import Part
from api.http.v1 import WorkDep
from api.tasks.alliance_presets import PresetName
from api.tasks.publish_alliances import AllianceHistory, ReadAlliances
from api.tasks.work import perform

router = Part(prefix="/v1/alliances", tags=["alliances"])
Preset = Annotated[
    PresetName, Query(description="议事会联盟、区域集团、志愿服务队、村庄片区 what is grouped")
]


@router.get("", summary="已发布的编组 Published groups and their members")
def alliances(
    work: WorkDep, preset: Preset = "alliances", as_of: dt.date | None = None
) -> dict[str, Any]:
    """Give the groups that hold today, or held on a day; drafts are not given out."""
    return perform(ReadAlliances(preset=preset, as_of=as_of), work).public()


@router.get("/history", summary="历次发布 Every published version")
def history(work: WorkDep, preset: Preset = "alliances") -> list[dict[str, Any]]:
    """Give when the groups changed and how many moved; not who published."""
    private = ("who", "why")
    found = perform(AllianceHistory(preset=preset), work)
    return [{name: v[name] for name in v if name not in private} for v in found]
