"""Who serves me: the land divided among the stations by walking time, as a file."""

from pathlib import Path

import geopandas as gpd
from pydantic import Field

from api.tasks.scene import read_scene
from api.tasks.walk import STREETS, network_of
from api.tasks.work import Form, Work
from geo import coords, network
from geo.errors import BadInput, NotFound
from geo.layers import walker


class ServingZones(Form):
    """Divide the land among the stations by walking time and write it to a file.

    The ending of the file says what it becomes: .geojson or .gpkg.
    """

    out: Path
    minutes: tuple[float, ...] = Field((5, 10, 15), min_length=1, max_length=6)
    walker: str = "adult"

    def run(self, work: Work) -> gpd.GeoDataFrame:
        """Read, divide, write; give the zones in degrees with the names of their stations."""
        driver = {".geojson": "GeoJSON", ".gpkg": "GPKG"}.get(self.out.suffix.lower())
        if driver is None:
            raise BadInput(
                f"{self.out.name}: zones become .geojson or .gpkg",
                zh=f"{self.out.name}：分区只能保存为 .geojson 或 .gpkg",
            )
        who = walker(self.walker)
        scene = read_scene(work, "station", *STREETS)
        if (net := network_of(scene)) is None:
            raise NotFound(
                "no streets are kept: walking zones follow them",
                zh="数据库里没有道路，无法划出步行服务分区",
                hint="import streets with `wangge streets import`",
                hint_zh="请先用 wangge streets import 导入道路",
            )
        reach_s = tuple(m * 60 for m in self.minutes)
        zones = network.serving_zones(
            net, scene.stations, reach_s=reach_s, walker=who, progress=work.progress
        )
        names = scene.stations.set_index("id")["name"]
        zones.insert(1, "name", names.reindex(zones["station"]).to_numpy())
        placed = coords.to_degrees(zones)
        self.out.parent.mkdir(parents=True, exist_ok=True)
        placed.to_file(self.out, driver=driver)
        return placed
