"""What OpenStreetMap tags mean for the layers: each function gives a row, or None."""

import re
from typing import Any

Tags = dict[str, str]
Row = dict[str, Any]

STREETS = frozenset(
    {
        "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link",
        "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified",
        "residential", "living_street", "service", "road", "busway", "track", "pedestrian",
        "footway", "path", "cycleway", "bridleway", "steps", "corridor", "trail",
        "platform", "elevator",
    }
)  # fmt: skip
"""Everything that is driven, waited or walked on; not what is planned or being built."""
_PAVED_BESIDE = frozenset({"both", "left", "right", "yes"})
"""A `sidewalk` of the way itself. A separate one is a way of its own; the road remains one
that may be walked unless foot = use_sidepath says otherwise, since kerbs are rarely joined."""
_RAMPS = frozenset({"yes", "designated"})
_WATER_LINES = frozenset({"river", "canal", "stream"})
_RAILS = frozenset({"rail", "light_rail", "narrow_gauge"})
_WALLS = frozenset({"wall", "fence", "city_wall", "hedge", "retaining_wall"})
_GATES = frozenset(
    {
        "gate", "lift_gate", "swing_gate", "sliding_gate", "kissing_gate", "hampshire_gate",
        "entrance", "turnstile", "full-height_turnstile", "cycle_barrier", "stile", "bollard",
    }
)  # fmt: skip
_BARRED = frozenset({"trunk", "trunk_link", "cycleway", "bridleway", "busway"})
_SHUT = frozenset(
    {"no", "agricultural", "forestry", "delivery", "military", "emergency", "restricted"}
)
_CROSSINGS = frozenset({"level_crossing", "crossing"})
_OPEN = frozenset(
    {
        "yes", "designated", "permissive", "official", "private", "residents", "permit",
        "destination", "customers",
    }
)  # fmt: skip
_HOMES = frozenset(
    {
        "residential", "apartments", "house", "detached", "semidetached_house", "terrace",
        "dormitory", "bungalow", "farm",
    }
)  # fmt: skip
_COMMERCE = frozenset({"commercial", "retail", "office", "supermarket", "hotel", "kiosk"})
_LAND: dict[str, dict[str, str]] = {
    "natural": {"water": "water"},
    "waterway": {"riverbank": "water", "dock": "water"},
    "landuse": {
        "basin": "water", "reservoir": "water", "industrial": "industrial", "residential": "residential",
        "commercial": "commercial", "retail": "commercial", "farmland": "farmland", "orchard": "farmland",
        "railway": "rail", "recreation_ground": "park", "village_green": "park",
    },
    "leisure": {"park": "park", "garden": "park"},
    "amenity": {
        "university": "university", "college": "university", "school": "school",
        "kindergarten": "school", "hospital": "hospital",
    },
}  # fmt: skip
_WHOLE = re.compile(r"-?\d{1,3}", re.ASCII)


def street(tags: Tags) -> Row | None:
    """Read a street: its class, its rights of way and whether it runs above or below."""
    if tags.get("highway") not in STREETS:
        return None
    return {
        "name": _name(tags),
        "highway": "footway" if _ramped(tags) else tags["highway"],
        "access": tags.get("access", ""),
        "foot": tags.get("foot", "") or _foot(tags),
        "surface": tags.get("surface", ""),
        "bridge": int(tags.get("bridge", "no") != "no"),
        "tunnel": int(tags.get("tunnel", "no") != "no"),
        "layer": _whole(tags.get("layer", "")),
    }


def _foot(tags: Tags) -> str:
    """Give what other tags say of walking where `foot` is silent.

    A motorroad bars walkers; a sidewalk lets them beside any road that itself bars them.
    Conditions (``foot:conditional``) are not read: the plain tag holds.
    """
    if tags.get("motorroad") == "yes":
        return "no"
    sides = (tags.get(f"sidewalk{side}", "") for side in ("", ":both", ":left", ":right"))
    barred = tags["highway"] in _BARRED and tags.get("access") not in _SHUT
    return "yes" if barred and any(side in _PAVED_BESIDE for side in sides) else ""


def _ramped(tags: Tags) -> bool:
    """Say whether steps have a ramp for wheelchairs beside them: nobody has to climb."""
    return tags["highway"] == "steps" and (
        tags.get("ramp:wheelchair") in _RAMPS or tags.get("wheelchair") in _RAMPS
    )


def barrier(tags: Tags) -> Row | None:
    """Read a river, railway or wall; one in a tunnel or on a bridge bars nobody."""
    if tags.get("tunnel", "no") != "no" or tags.get("bridge", "no") != "no":
        return None
    for key, values, kind in (
        ("waterway", _WATER_LINES, "river"),
        ("railway", _RAILS, "rail"),
        ("barrier", _WALLS, "wall"),
    ):
        if tags.get(key) in values:
            return {"name": _name(tags), "kind": kind, "compound": ""}
    return None


def gate(tags: Tags) -> Row | None:
    """Read an opening in a barrier: a gate, or a crossing of a railway on the level.

    A private gate opens to those who live behind it: the ways there say that they are private.
    Any other barrier on a node stops walkers only where its tags say so, and then is a gate
    that is shut; so is a gate that is locked, unless it says whom it opens to.
    """
    foot, access = tags.get("foot"), tags.get("access")
    closed = foot == "no" or (access in _SHUT and foot not in _OPEN)
    is_gate = tags.get("barrier") in _GATES or tags.get("railway") in _CROSSINGS
    if not is_gate and not (closed and "barrier" in tags):
        return None
    if tags.get("locked") == "yes":
        closed |= foot not in _OPEN and access not in _OPEN
    return {"name": _name(tags), "compound": "", "foot": "no" if closed else "yes"}


def building(tags: Tags) -> Row | None:
    """Read a building: name, use (``unknown`` where only ``yes`` is said), floors."""
    kind = tags.get("building", "no")
    if kind in ("no", "entrance"):
        return None
    use = {"yes": "unknown"}.get(kind, kind)
    use = "residential" if kind in _HOMES else "commercial" if kind in _COMMERCE else use
    return {
        "name": _name(tags),
        "use": use,
        "floors": max(_whole(tags.get("building:levels", "")), 0),
    }


def landuse(tags: Tags) -> Row | None:
    """Read what a piece of land is: the first of nature, water, use, leisure, amenity that tells."""
    for key, kinds in _LAND.items():
        if (kind := kinds.get(tags.get(key, ""))) is not None:
            return {"name": _name(tags), "kind": kind}
    return None


def _name(tags: Tags) -> str:
    return tags.get("name:zh") or tags.get("name", "")


def _whole(text: str) -> int:
    return int(text) if _WHOLE.fullmatch(text) else 0
