"""Many nets into one, through the store: figures, files, faults."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from api.tasks.check_scenario import CheckScenario
from api.tasks.compare_scenarios import CompareScenarios
from api.tasks.crosswalk_nets import CrosswalkNets
from api.tasks.unify_nets import UnifyNets
from api.tasks.work import Work
from geo import coords, demo, store
from geo.errors import BadInput, NotFound
from geo.layers import Severity

pytestmark = pytest.mark.store


@pytest.fixture(autouse=True, scope="module")
def kept_nets(work: Work, town: demo.District) -> None:
    """Keep the departments' nets too."""
    with work.db.session() as session:
        for name in ("party", "safety", "city"):
            store.features.replace(
                session, "net", coords.to_degrees(town.layers[f"net_{name}"]), net=name
            )


def test_three_nets_become_one(work: Work, town: demo.District, tmp_path: Path) -> None:
    done = UnifyNets(nets=("party", "safety", "city"), out=tmp_path / "nets").run(work)
    told, people = done.summary(), town.layers["building"]
    assert told["bound"] <= told["objective"] == sum(told["changed"].values())
    areas = done.areas()
    assert areas["households"].sum() == people["households"].sum() == told["households"]
    for net in ("party", "safety", "city"):
        table = pd.read_csv(tmp_path / "nets" / f"crosswalk_{net}.csv", dtype={net: str})
        assert table["households"].sum() == people["households"].sum()
        assert table["residents"].sum() == people["residents"].sum()
        heirs = areas[f"heir_{net}"]
        assert not heirs[heirs != ""].duplicated().any()
    back = gpd.read_file(tmp_path / "nets" / "areas.gpkg")
    assert len(back) == told["areas"]
    with work.db.read() as session:
        assert store.runs.read(session, done.run).bound == pytest.approx(told["bound"], abs=1e-5)


def test_the_proposal_opens_on_the_desk(work: Work) -> None:
    done = UnifyNets(nets=("grid", "safety"), scenario="多网合一").run(work)
    assert done.opened is not None
    assert done.summary()["scenario"] == done.opened.link
    assert done.opened.step > 0
    checked = CheckScenario(scenario=done.opened.number).run(work)
    brought = [f for f in checked.blocking if f.severity is not Severity.ERROR]
    assert [f.en for f in brought if f.code != "SIZE_OUT_OF_NORM"] == []
    compared = CompareScenarios(scenario=done.opened.number).run(work)
    grids = [d for d in compared.comparison.differences if d.level == "grid"]
    assert grids
    for level in compared.before.levels:
        old, new = (
            sum(a.households for a in f.of(level.name)) for f in (compared.before, compared.after)
        )
        assert old == new


def test_our_own_grids_are_a_net_too(work: Work, town: demo.District, tmp_path: Path) -> None:
    out = tmp_path / "walk.xlsx"
    table = CrosswalkNets(one="safety", other="grid", out=out).run(work)
    assert table["households"].sum() == town.layers["building"]["households"].sum()
    assert out.stat().st_size > 1000


@pytest.mark.parametrize(
    ("nets", "fault"), [(("party", "nobody"), NotFound), (("party", "party"), BadInput)]
)
def test_a_fault_is_named(work: Work, nets: tuple[str, ...], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        UnifyNets(nets=nets).run(work)
