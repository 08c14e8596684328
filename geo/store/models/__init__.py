"""The tables, as the latest migration leaves them."""

from geo.store.models.areas import Alias, Area, LevelRow, Lineage, Revision
from geo.store.models.bodies import Body, Grouping, GroupingMember, Net, NetArea, StaffMember
from geo.store.models.declarative import SRID, Base
from geo.store.models.jobs import Job
from geo.store.models.notices import Notice
from geo.store.models.places import Barrier, Building, LandUse, Place, Street
from geo.store.models.records import AuditEntry, Run
from geo.store.models.scenarios import (
    Presence,
    Publication,
    Scenario,
    ScenarioApproval,
    ScenarioStep,
)
from geo.store.models.spots import BlindSpot, BlindSpotEvent
from geo.store.models.users import EmbedKey, FailedLogin, PendingLogin, Token, User

__all__ = [
    "SRID",
    "Alias",
    "Area",
    "AuditEntry",
    "Barrier",
    "Base",
    "BlindSpot",
    "BlindSpotEvent",
    "Body",
    "Building",
    "EmbedKey",
    "FailedLogin",
    "Grouping",
    "GroupingMember",
    "Job",
    "LandUse",
    "LevelRow",
    "Lineage",
    "Net",
    "NetArea",
    "Notice",
    "PendingLogin",
    "Place",
    "Presence",
    "Publication",
    "Revision",
    "Run",
    "Scenario",
    "ScenarioApproval",
    "ScenarioStep",
    "StaffMember",
    "Street",
    "Token",
    "User",
]
