"""Give a layer out as a file, living or as of a day."""

from datetime import date
from pathlib import Path

from api.tasks.work import Form, Work
from geo import files, store
from geo.errors import BadInput, NotFound
from geo.layers import layer


class ExportLayer(Form):
    """Export `layer` to `path` (.gpkg, .geojson, .shp, .dbf); `as_of` only for areas."""

    layer: str
    path: Path
    as_of: date | None = None
    net: str | None = None

    def run(self, work: Work) -> int:
        """Read, write the whole file at once; give the number of features."""
        wanted = layer(self.layer)
        if self.as_of and not wanted.level:
            raise BadInput(
                f"layer {self.layer} keeps no history; --as-of is for areas",
                zh=f"“{wanted.zh}”图层不保存历史版本，--as-of 只用于区域",
            )
        with work.db.read() as session:
            frame = (
                store.areas.read(session, self.layer, as_of=self.as_of, extras=True)
                if wanted.level
                else store.features.read(session, self.layer, net=self.net, extras=True)
            )
        if not len(frame):
            raise NotFound(
                f"there is no {self.layer} to export", zh=f"“{wanted.zh}”图层没有数据可导出"
            )
        files.write(frame, self.path, layer=self.layer)
        return len(frame)
