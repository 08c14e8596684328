"""What can be asked for as a job: a word, and the form behind it."""

from api.tasks.design_microgrids import DesignMicrogrids
from api.tasks.form_alliances import FormAlliances
from api.tasks.measure_coverage import MeasureCoverage
from api.tasks.place_sites import PlaceSites
from api.tasks.tile_archives import ArchivePublication
from api.tasks.weigh_alliances import WeighAlliances
from api.tasks.work import Form
from geo.errors import NotFound

KINDS: dict[str, type[Form]] = {
    "alliances": FormAlliances,
    "coverage": MeasureCoverage,
    "microgrids": DesignMicrogrids,
    "sites": PlaceSites,
    "tiles": ArchivePublication,
    "weighing": WeighAlliances,
}


def form_of(kind: str) -> type[Form]:
    """Give the form of a kind of job, or raise `NotFound`."""
    if kind not in KINDS:
        raise NotFound(
            f"there is no job called {kind}",
            zh=f"没有名为 {kind} 的任务",
            where=[kind],
            hint=f"one of {', '.join(KINDS)}",
            hint_zh=f"可选：{'、'.join(KINDS)}",
        )
    return KINDS[kind]
