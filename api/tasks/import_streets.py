"""Take streets in, from OpenStreetMap or a street file, and say what network they make."""

from pathlib import Path

from api.tasks.import_layer import ImportLayer
from api.tasks.scene import read_scene
from api.tasks.walk import STREETS, network_of
from api.tasks.work import Form, Work
from geo import files, network, store
from geo.errors import NotFound
from geo.layers import Report

OSM = (".osm", ".pbf", ".osm.gz", ".osm.bz2")


class ImportStreets(Form):
    """Import streets. An OSM file also brings barriers, gates, buildings and land use.

    Buildings that are already kept with their households are not replaced by OSM's.
    """

    path: Path
    crs: str | None = None

    def run(self, work: Work) -> dict[str, int]:
        """Read the file and keep every layer it holds in one transaction."""
        if not self.path.name.endswith(OSM):
            done = ImportLayer(path=self.path, layer="street", crs=self.crs).run(work)
            return {done.layer: done.features}
        with work.step(f"读取 {self.path.name}"):
            found = files.streets_from_osm(self.path)
        counts: dict[str, int] = {}
        with work.step("入库"), work.db.session() as session:
            for name, frame in found.items():
                if name == "building" and store.features.count(session, "building"):
                    continue
                counts[name] = store.features.replace(session, name, frame)
            detail = {"file": self.path.name, **counts}
            store.audit.write(session, work.who, "import", subject="street", detail=detail)
        return counts


class DescribeStreets(Form):
    """Ask what walking network the kept streets make."""

    def run(self, work: Work) -> Report:
        """Build the network and describe it."""
        net = network_of(read_scene(work, *STREETS))
        if net is None:
            raise NotFound(
                "no streets are kept",
                zh="还没有道路数据",
                hint="wangge streets import PATH",
                hint_zh="请先运行 wangge streets import",
            )
        return network.report(net)
