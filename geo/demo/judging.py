"""Hold findings against the truth: what was planted, what was found, what was invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from geo.layers import Finding

NEAR_M = 2.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a check did on one kind of flaw: entries planted, of these found, findings of nothing."""

    code: str
    planted: int
    found: int
    false: int


def judge(truth: Sequence[Mapping[str, Any]], findings: Sequence[Finding]) -> list[Verdict]:
    """Compare findings with the planted flaws of a district.

    A flaw is found by a finding of its code that names one of its features, or whose place
    is within 2 m of the flaw's point. One finding may answer for several entries: the same
    gap seen at two levels is two entries and one cause. A finding that answers for no entry
    is false.

    Parameters
    ----------
    truth : sequence of mapping
        `District.truth`, or the entries of ``flaws.json``.
    findings : sequence of Finding
        In the metres of the district.

    Returns
    -------
    list of Verdict
        One a code that was planted or found, sorted by code.
    """
    codes = sorted({str(t["code"]) for t in truth} | {f.code for f in findings})
    return [_verdict(code, truth, findings) for code in codes]


def _verdict(code: str, truth: Sequence[Mapping[str, Any]], findings: Sequence[Finding]) -> Verdict:
    planted = [t for t in truth if t["code"] == code]
    told = [f for f in findings if f.code == code]
    found = sum(any(_answers(f, t) for f in told) for t in planted)
    false = sum(not any(_answers(f, t) for t in planted) for f in told)
    return Verdict(code, len(planted), found, false)


def _answers(finding: Finding, flaw: Mapping[str, Any]) -> bool:
    if set(finding.features) & set(flaw["features"]):
        return True
    here = shapely.Point(flaw["x"], flaw["y"])
    return finding.place is not None and bool(shapely.dwithin(finding.place, here, NEAR_M))
