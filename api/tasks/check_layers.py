"""Check everything that is kept: boundaries level by level, codes, and who is not served."""

from dataclasses import dataclass

from api.tasks.scene import Scene, read_scene
from api.tasks.walk import walk_times
from api.tasks.work import Form, Work, now, record
from geo import coverage, topology
from geo.layers import Finding, Report, Severity
from geo.layers import level as level_of

LEVELS = ("district", "subdistrict", "community", "grid", "microgrid")


class CheckLayers(Form):
    """Check the living areas; `layer` narrows the answer to one level.

    `minutes` is the longest acceptable walk of an adult to any open station; it is asked
    only where buildings, stations and streets are known.
    """

    layer: str | None = None
    tolerance_m: float = 0.05
    minutes: float = 15

    def run(self, work: Work) -> "Checked":
        """Read in a short transaction, check in none, keep the run in a short one."""
        started = now()
        if self.layer:
            level_of(self.layer)
        scene = read_scene(work, *LEVELS, "building", "station", "street", "barrier", "gate")
        findings = topology.check(
            scene.levels(), scene.demand, tolerance_m=self.tolerance_m, progress=work.progress
        )
        findings += self._blindness(scene, work)
        chosen = tuple(f for f in findings if self.layer in (None, f.layer))
        facts = {name: len(areas) for name, areas in scene.levels().items()}
        report = Report("areas", chosen, facts)
        run = record(work, "check", self, {"counts": report.counts(), **facts}, started=started)
        return Checked(run, report, scene)

    def _blindness(self, scene: Scene, work: Work) -> list[Finding]:
        if not (len(scene.frame("station")) and len(scene.demand) and len(scene.frame("street"))):
            return []
        reach_s = self.minutes * 60
        times = walk_times(scene, progress=work.progress)
        demand, communities = scene.demand, scene.areas("community")
        spots = coverage.blind_spots(
            demand, times, reach_s=reach_s, areas=communities, stations=scene.stations
        )
        unserved = coverage.unserved(communities, demand, times, reach_s=reach_s)
        return coverage.findings(spots, unserved, reach_s=reach_s)


@dataclass(frozen=True)
class Checked:
    """The findings of a check, the run that keeps them, and the scene they speak of."""

    run: int
    report: Report
    scene: Scene

    @property
    def blocked(self) -> bool:
        """Whether any finding is an error."""
        return any(f.severity is Severity.ERROR for f in self.report.findings)
