"""The nearest open station of every building, on foot."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from api.tasks.scene import read_scene
from api.tasks.walk import STREETS, walk_times
from api.tasks.work import Form, Work, now, record
from geo.layers import walker


class NearestOfBuildings(Form):
    """Ask for every building at once; what is beyond every way has no station."""

    walker: str = "adult"

    def run(self, work: Work) -> "Assigned":
        """Read, search once for all, keep the run."""
        started = now()
        who = walker(self.walker)
        scene = read_scene(work, "building", "station", *STREETS)
        times = walk_times(scene, who=who, progress=work.progress)
        seconds, column = times.nearest()
        stations = scene.stations.set_index("id")["name"].reindex(times.station_ids)
        reached = column >= 0
        table = pd.DataFrame(
            {
                "building": times.demand_ids,
                "station": np.where(reached, times.station_ids[column], ""),
                "name": np.where(reached, stations.to_numpy(object)[column], ""),
                "walk_s": np.where(reached, seconds.round(1), np.nan),
            }
        )
        kept = {
            "estimated": times.estimated,
            **{c: table[c].tolist() for c in table if c != "name"},
        }
        run = record(work, "nearest", self, kept, started=started)
        return Assigned(run, table, times.estimated)


@dataclass(frozen=True)
class Assigned:
    """One row a building: its nearest station and the walk there, seconds (NaN: none)."""

    run: int
    table: pd.DataFrame
    estimated: bool
