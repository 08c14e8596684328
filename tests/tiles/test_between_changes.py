"""An area that is replaced twice within milliseconds is on the map all the while."""

import geopandas as gpd
import numpy as np
import pytest
from sqlalchemy import text

from api.tasks.tile_service import TileService
from api.tasks.work import Work
from geo import store

pytestmark = pytest.mark.store


def replaced(work: Work, frame: gpd.GeoDataFrame) -> tuple[int, ...]:
    """Put an area in its own place; give the numbers of its rows, old and new."""
    code, rows = frame["code"].iloc[0], text("select fid from areas where code = :c order by fid")
    with work.db.session() as session:
        revision = store.revisions.open(session, "publish", "test", "again")
        store.areas.swap(session, "grid", [code], frame, revision)
        return tuple(session.scalars(rows, {"c": code}).all()[-2:])


def test_between_two_changes_an_area_is_on_the_map(work: Work) -> None:
    service = TileService(work)
    service.close()  # told by hand, one change after the other
    with work.db.read() as session:
        frame = store.areas.read(session, "grid", extras=True).iloc[[0]]
    before = len(service.sheet("grid"))
    first, second = replaced(work, frame), replaced(work, frame)
    for epoch, ids in enumerate((first, second), start=-2):  # numbers that no change ever has
        service._told("grid", ids, np.empty((0, 4)), epoch)
        sheet = service.sheet("grid")
        assert len(sheet) == before
        assert second[-1] in sheet.pack.fids
