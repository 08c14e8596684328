"""Give a layer out as a file, living or as of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from api.settings import VERSION
from api.tasks.work import Form, Work, now
from geo import files, store
from geo.errors import BadInput, NotFound
from geo.layers import Finding, layer


class ExportLayer(Form):
    """Export `layer` to `path`, whose ending says the format; `as_of` only for areas."""

    layer: str
    path: Path
    as_of: date | None = None
    net: str | None = None

    def run(self, work: Work) -> "Exported":
        """Read, and write the whole file at once with its revision and date."""
        wanted = layer(self.layer)
        if self.as_of and not wanted.level:
            raise BadInput(
                f"layer {self.layer} keeps no history; --as-of is for areas",
                zh=f"“{wanted.zh}”图层不保存历史版本，--as-of 只用于区域",
            )
        with work.db.read() as session:
            about = self._about(session)
            frame = (
                store.areas.read(session, self.layer, as_of=self.as_of, extras=True)
                if wanted.level
                else store.features.read(session, self.layer, net=self.net, extras=True)
            )
        if not len(frame):
            raise NotFound(
                f"there is no {self.layer} to export", zh=f"“{wanted.zh}”图层没有数据可导出"
            )
        written = files.write(frame, self.path, layer=self.layer, about=about)
        return Exported(len(frame), about, written.renamed, written.losses)

    def _about(self, session: Session) -> dict[str, str]:
        """Say what the file is: layer, system, published revision, and from when it holds."""
        told = {
            "layer": self.layer, "crs": "EPSG:4490", "software": f"wangge {VERSION}",
            "exported": now().astimezone(store.revisions.CHINA).isoformat(timespec="seconds"),
        }  # fmt: skip
        number = store.revisions.resolve(session, self.as_of)
        latest = store.revisions.latest(session)
        chosen = store.revisions.read(session, number) if number else latest
        if chosen is not None:
            told |= {"revision": str(chosen.number), "effective": chosen.effective.isoformat()}
        return told


@dataclass(frozen=True)
class Exported:
    """What was written: features, what the file says of itself, new names, and what is lost."""

    features: int
    about: Mapping[str, str]
    renamed: Mapping[str, str]
    losses: Sequence[Finding]
