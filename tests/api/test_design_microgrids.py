"""Micro-grids of the small district: in range, on foot, tiling, sound in degrees, published by nobody."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from api.tasks.design_microgrids import DesignMicrogrids, Proposal
from api.tasks.work import Work
from geo import coords, layers, store, topology
from geo.errors import BadInput, NotFound

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def afresh(work: Work) -> Proposal:
    return DesignMicrogrids(afresh=True, workers=1).run(work)


def living(work: Work, level: str) -> gpd.GeoDataFrame:
    with work.db.read() as session:
        return store.areas.read(session, level)


def test_every_micro_grid_is_in_range_and_connected(afresh: Proposal) -> None:
    assert afresh.summary["share_in_range"] == 1.0
    assert afresh.summary["not_connected"] == []
    assert afresh.summary["buildings_outside"] == 0
    normed = afresh.areas[afresh.areas["kind"] != "dedicated"]
    assert normed["households"].between(30, 100).all()


def test_codes_are_new_legal_and_given_once(afresh: Proposal, work: Work) -> None:
    codes = afresh.areas["code"]
    assert codes.is_unique
    pairs = zip(codes, afresh.areas["parent"], strict=True)
    assert all(layers.codes.is_child(code, parent, "microgrid") for code, parent in pairs)
    assert not set(codes) & set(living(work, "microgrid")["code"])


def test_the_ground_is_sound_in_degrees_and_in_metres(afresh: Proposal, work: Work) -> None:
    grids, buildings = living(work, "grid"), afresh.scene.demand
    assert shapely.coverage_is_valid(afresh.areas.geometry.to_numpy())
    touched = afresh.touched["grid"].set_index("code").geometry
    borders = grids.set_index("code").geometry
    borders.loc[touched.index] = touched
    for code, own in afresh.areas.groupby("parent"):
        union = shapely.coverage_union_all(own.geometry.to_numpy())
        assert shapely.equals_identical(
            *(shapely.normalize(shapely.get_parts(g)) for g in (union, borders[code]))
        ).all()
    crs = afresh.scene.crs
    columns = [c.name for c in layers.layer("microgrid").columns]
    drawn = coords.to_metres(afresh.areas[[*columns, "geometry"]], crs)
    found = topology.check(
        {
            "grid": layers.grids(coords.to_metres(grids, crs)),
            "microgrid": layers.grids(drawn, "microgrid"),
        },
        buildings,
    )
    assert {finding.layer for finding in found} <= {"grid"}


def test_every_building_lies_in_the_micro_grid_it_is_told(afresh: Proposal) -> None:
    homes = afresh.homes.set_index("id")["code"]
    houses = afresh.scene.frame("building").set_index("id").geometry
    areas = coords.to_metres(afresh.areas, afresh.scene.crs).set_index("code").geometry
    shares = houses.intersection(areas[homes[houses.index]].set_axis(houses.index)).area
    assert (houses.area - shares).max() < 0.02


def test_borders_follow_streets_and_walls_more_than_chance_would(afresh: Proposal) -> None:
    areas = coords.to_metres(afresh.areas, afresh.scene.crs).geometry.to_numpy()
    lines = np.concatenate(
        [afresh.scene.frame(n).geometry.to_numpy() for n in ("street", "barrier")]
    )
    border = shapely.union_all(shapely.boundary(areas))
    on = border.intersection(shapely.union_all(shapely.buffer(lines, 0.05))).length
    assert on > 0.4 * border.length


def test_nothing_is_published(afresh: Proposal, work: Work) -> None:
    with work.db.read() as session:
        run = store.runs.read(session, afresh.run)
        before = store.areas.read(session, "microgrid")
    assert run.kind == "microgrids"
    assert run.result["summary"]["count"] == len(afresh.areas)
    assert len(before) != 0
    assert not set(before["code"]) & set(afresh.areas["code"])


def test_the_slider_upsets_fewer_and_fewer(work: Work) -> None:
    runs = [DesignMicrogrids(upset=u, workers=1).run(work) for u in (0.0, 0.3, 1.0)]
    changed = [run.summary["changed_households"] for run in runs]
    assert changed == sorted(changed, reverse=True)
    assert changed[0] > changed[-1]
    assert runs[-1].summary["kept"] > 0.5 * len(runs[-1].areas)
    curve = [rung["changed_households"] for rung in runs[0].curve]
    assert curve[0] == changed[0]


def test_one_grid_at_a_time(work: Work) -> None:
    code = living(work, "grid").query("kind == 'comprehensive'")["code"].iloc[3]
    done = DesignMicrogrids(within=code, upset=0.0).run(work)
    assert set(done.areas["parent"]) == {code}
    others = done.touched.get("microgrid")
    assert others is None or not (others["parent"] == code).any()


def test_grids_are_drawn_inside_communities(work: Work) -> None:
    done = DesignMicrogrids(level="grid", afresh=True, workers=1).run(work)
    assert done.summary["not_connected"] == []
    assert all(
        code.startswith(parent)
        for code, parent in zip(done.areas["code"], done.areas["parent"], strict=True)
    )
    assert done.summary["share_in_range"] >= 0.9


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".csv"])
def test_the_proposal_is_written(work: Work, tmp_path: Path, ending: str) -> None:
    code = living(work, "grid")["code"].iloc[0]
    path = tmp_path / f"design{ending}"
    DesignMicrogrids(within=code, upset=0.0, out=path).run(work)
    assert path.is_file()


def test_the_proposal_is_drawn_and_opened_on_the_desk(work: Work, tmp_path: Path) -> None:
    code = living(work, "grid").query("kind == 'comprehensive'")["code"].iloc[2]
    page = tmp_path / "design.html"
    done = DesignMicrogrids(within=code, afresh=True, page=page, scenario="试划").run(work)
    assert "微网格划分方案" in page.read_text("utf-8")
    assert done.link
    with work.db.read() as session:
        (opened,) = [s for s in store.scenarios.listed(session) if s.link == done.link]
        assert opened.published is None
        assert store.scenarios.steps(session, opened.number)


def test_wrong_questions_are_answered_with_a_way_out(work: Work) -> None:
    with pytest.raises(NotFound, match="999"):
        DesignMicrogrids(within="999").run(work)
    with pytest.raises(BadInput, match="nothing between"):
        DesignMicrogrids(lower=90, upper=40).run(work)
