"""Archives of all tiles, one a publication: built, found, opened; and tiles as plain files."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic import Field

from api.settings import VERSION
from api.tasks import tile_layers
from api.tasks.tile_layers import PUBLIC
from api.tasks.tile_service import packed
from api.tasks.work import Form, Work
from geo import store, tiling
from geo.errors import BadInput, NotFound
from geo.tiling import Address, Sheet
from geo.tiling.archive import Archive, write
from geo.tiling.pyramid import pyramid

LATEST = "latest"
MOST_KEPT = 20
NUMBERED = re.compile(r"r(\d+)\.pmtiles")
_OPEN: dict[tuple[Path, int], Archive] = {}
_LOCK = Lock()


class BuildTiles(Form):
    """Draw all tiles of some layers into one archive (.pmtiles) or a folder of plain files.

    Several layers come each from the zoom from which it is shown; one alone at all zooms.
    """

    out: Path
    layers: tuple[str, ...] = ()
    datum: str = "wgs84"
    low: int = Field(default=8, ge=0, le=18)
    high: int = Field(default=16, ge=0, le=18)

    def run(self, work: Work) -> dict[str, Any]:
        """Read, draw, write; what was there before stands until the new one is whole."""
        names = self.layers or tuple(tile_layers.LAYERS)
        if self.datum not in tiling.DATUMS or self.low > self.high:
            raise BadInput(
                f"cannot draw zooms {self.low} to {self.high} in {self.datum}",
                zh=f"无法按 {self.datum} 绘制 {self.low}–{self.high} 级",
                hint=f"datums: {', '.join(tiling.DATUMS)}",
            )
        with work.step("read"), work.db.read() as session:
            sheets = [tile_layers.sheet(session, tile_layers.layer(name)) for name in names]
            latest = store.revisions.latest(session)
        sheets = [sheet.in_datum(self.datum) for sheet in sheets]
        drawn = self._drawn(work, names, sheets)
        revision = latest.number if latest else 0
        if self.out.suffix == ".pmtiles":
            with work.step("write"):
                count = write(
                    self.out, drawn, bounds=_bounds(sheets),
                    metadata=_metadata(names, self.datum, revision, work.settings.map_approval_no),
                )  # fmt: skip
        else:
            count = _files(self.out, drawn)
        return {"path": str(self.out), "tiles": count, "revision": revision, "layers": list(names)}

    def _drawn(
        self, work: Work, names: tuple[str, ...], sheets: list[Sheet]
    ) -> Iterator[tuple[Address, bytes]]:
        shown = [tile_layers.layer(name).shown_from if len(names) > 1 else 0 for name in names]
        for z in range(self.low, self.high + 1):
            work.progress("draw", z - self.low, self.high - self.low + 1)
            here = [s for s, first in zip(sheets, shown, strict=True) if z >= first]
            yield from pyramid(here, z, packed)
        work.progress("draw", 1, 1)


class ArchivePublication(Form):
    """Draw all public layers as they are published now into an archive that is served.

    It is called after the revision that it shows (``r12``), and ``latest`` until the next.
    """

    revision: int = Field(default=0, ge=0, description="不早于此版 no earlier than this one")

    def run(self, work: Work) -> dict[str, Any]:
        """Build it, unless it is there; the oldest go when there are more than `MOST_KEPT`."""
        with work.db.read() as session:
            latest = store.revisions.latest(session)
        here = folder(work)
        name = f"r{latest.number if latest else 0}"
        if (path := here / f"{name}.pmtiles").is_file():
            return {"path": str(path), "archive": name, "tiles": 0}
        begun = here / f".{name}-{os.getpid()}.pmtiles"
        told = BuildTiles(out=begun).run(work)
        name = f"r{told['revision']}"
        path = begun.replace(here / f"{name}.pmtiles")
        for old in published(work)[:-MOST_KEPT]:
            (here / f"r{old}.pmtiles").unlink(missing_ok=True)
        return told | {"path": str(path), "archive": name}


def published(work: Work) -> list[int]:
    """List the revisions of which there are archives."""
    found = (NUMBERED.fullmatch(path.name) for path in folder(work).glob("r*.pmtiles"))
    return sorted(int(name[1]) for name in found if name)


def folder(work: Work) -> Path:
    """Give the folder whose archives are served."""
    return work.settings.home / "tiles"


def path_of(work: Work, name: str) -> Path:
    """Find an archive that is served, or raise `NotFound`; ``latest`` is that of the last
    publication.
    """
    if name == LATEST and (found := published(work)):
        name = f"r{found[-1]}"
    path = folder(work) / f"{name}.pmtiles"
    if not path.is_file():
        raise NotFound(
            f"there is no archive {name}", zh=f"没有名为“{name}”的瓦片包", where=[name],
            hint=f"wangge tiles build --out {path}", hint_zh=f"wangge tiles build --out {path}",
        )  # fmt: skip
    return path


def opened(work: Work, name: str) -> Archive:
    """Open an archive that is served; it is kept open until the file is another."""
    path = path_of(work, name)
    key = (path, path.stat().st_mtime_ns)
    with _LOCK:
        if key not in _OPEN:
            for old in [k for k in _OPEN if k[0] == path]:
                _OPEN.pop(old)
            _OPEN[key] = Archive(path)
        return _OPEN[key]


def _bounds(sheets: list[Sheet]) -> tuple[float, float, float, float]:
    boxes = [box for sheet in sheets if (box := sheet.bounds) is not None]
    if not boxes:
        raise NotFound("there is nothing to draw", zh="还没有可绘制的数据")
    return (
        min(b[0] for b in boxes), min(b[1] for b in boxes),
        max(b[2] for b in boxes), max(b[3] for b in boxes),
    )  # fmt: skip


def _metadata(names: tuple[str, ...], datum: str, revision: int, approval: str) -> dict[str, Any]:
    described = [tile_layers.described(name, alone=len(names) == 1) for name in names]
    return {
        "name": "网格 Wangge", "version": f"{VERSION}+r{revision}", "type": "overlay",
        "attribution": approval, "datum": datum, "view": PUBLIC, "vector_layers": described,
    }  # fmt: skip


def _files(out: Path, drawn: Iterator[tuple[Address, bytes]]) -> int:
    """Write ``z/x/y.mvt`` (packed: serve them with Content-Encoding: gzip)."""
    count = 0
    for at, body in drawn:
        path = out / str(at.z) / str(at.x) / f"{at.y}.mvt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        count += 1
    return count
