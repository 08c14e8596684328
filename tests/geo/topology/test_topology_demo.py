"""The demo district: every planted flaw is found, and nothing else."""

import pytest

from geo import demo, topology
from geo.layers import DEFAULT_SCHEME, Finding, demand, grids

LEVELS = [level.name for level in DEFAULT_SCHEME]
NOT_OURS = {"BLIND_SPOT", "UNSERVED_COMMUNITY"}
MEASURED = {"GAP", "SLIVER", "HOLE", "OVERLAP", "MULTIPART", "DOUBLY_OWNED", "BUILDING_CUT"}


def causes(truth: list[dict]) -> list[dict]:
    """Give planted flaws once, on the widest level: the same ground may be wrong on several."""
    first: dict[tuple, dict] = {}
    for flaw in sorted(truth, key=lambda f: (f["layer"] == "building", f["layer"] in LEVELS)):
        if flaw["code"] in NOT_OURS:
            continue
        key = (flaw["code"], round(flaw["x"]), round(flaw["y"]))
        known = first.setdefault(key, {**flaw, "features": set()})
        known["features"] |= set(flaw["features"])
        if flaw["layer"] in LEVELS and LEVELS.index(flaw["layer"]) < LEVELS.index(known["layer"]):
            known["layer"] = flaw["layer"]
    return list(first.values())


def answers(found: Finding, flaw: dict) -> bool:
    return (
        (found.code, found.layer) == (flaw["code"], flaw["layer"])
        and flaw["features"] <= set(found.features)
        and (not flaw.get("of") or found.field == flaw["of"])
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_every_planted_flaw_is_found_and_no_other(seed: int) -> None:
    town = demo.build(size="small", seed=seed)
    levels = {name: grids(town.layers[name], name) for name in LEVELS}
    findings = topology.check(levels, demand(town.layers["building"]))
    planted = causes(town.truth)
    assert planted
    for flaw in planted:
        (found,) = [f for f in findings if answers(f, flaw)]
        if flaw["code"] in MEASURED:
            assert found.area_m2 == pytest.approx(flaw["area_m2"], abs=0.01)
            assert found.households == flaw["households"]
        findings.remove(found)
    assert findings == []
