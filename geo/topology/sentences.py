"""From a fault to a finding: severity, households, and who is concerned."""

from geo.layers import Finding, Severity
from geo.topology.faults import Fault
from geo.topology.houses import Houses
from geo.topology.sheets import Sheet
from geo.topology.telling import Told
from geo.topology.words import WORDS

SEVERITY = {
    "CODE_INVALID": Severity.ERROR,
    "CODE_DUPLICATE": Severity.ERROR,
    "ORPHAN": Severity.ERROR,
    "DOUBLY_OWNED": Severity.ERROR,
    "NEAR_MISS": Severity.INFO,
    "SIZE_OUT_OF_NORM": Severity.INFO,
}
"""Codes that are not warnings: what breaks the books is an error, what is only odd is info."""


def finding(fault: Fault, sheet: Sheet, houses: Houses | None) -> Finding:
    """Put a fault into words, and count the households it concerns."""
    words = WORDS[fault.code](Told(fault, sheet, houses))
    building = fault.facts.get("building")
    features = tuple(dict.fromkeys([*(str(sheet.codes[i]) for i in fault.areas), *fault.echoes]))
    households = houses.within(fault.place) if houses else None
    if houses and building is not None:
        features = (str(houses.ids[int(building)]), *features)
        households = int(houses.households[int(building)])
    if fault.code == "SIZE_OUT_OF_NORM":
        households = int(fault.facts["count"])
    return Finding(
        fault.code,
        SEVERITY.get(fault.code, Severity.WARN),
        "building" if building is not None else sheet.level.name,
        **words._asdict(),
        features=features,
        field=fault.field,
        area_m2=float(fault.place.area) if fault.code != "NEAR_MISS" else None,
        households=households if fault.code != "NEAR_MISS" else None,
        place=fault.place,
    )
