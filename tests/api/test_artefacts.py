"""Networks stand in files; the old one answers until the new one stands."""

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import orjson
import pytest
from districts import kept

from api.settings import Settings
from api.tasks import walk
from api.tasks.artefacts import MOST, kept_tree
from api.tasks.known import NotAtHand, known, state
from api.tasks.nearest_stations import NearestStations
from api.tasks.scene import read_scene
from api.tasks.walk import ADULT, STREETS, network_of
from api.tasks.work import Work
from geo import store


@pytest.fixture
def work(db: store.Database, tmp_path: Path) -> Work:
    """Give work on a store that holds the small district, in a home of its own."""
    return kept(db, Settings(home=tmp_path))


def files(work: Work) -> list[Path]:
    return sorted((work.settings.home / "artefacts").glob("network-*"))


def fresh(work: Work):
    """Give the network as another process would: without what this one remembers."""
    walk._built.cache_clear()
    return network_of(read_scene(work, *STREETS))


def shorten(work: Work, drop: int) -> None:
    """Take some streets away, as an import would."""
    with work.db.session() as session:
        streets = store.features.read(session, "street")
        store.features.replace(session, "street", streets.iloc[:-drop])
        store.audit.write(session, "test", "import", subject="street", detail={"drop": drop})


def test_a_network_is_kept_and_mapped(work):
    net = fresh(work)
    (file,) = files(work)
    made = file.stat().st_mtime_ns
    again = fresh(work)
    assert again is not net
    assert file.stat().st_mtime_ns == made
    assert again.nodes == net.nodes
    assert str(file) in Path("/proc/self/maps").read_text()


def test_a_damaged_file_is_made_anew(work):
    net = fresh(work)
    (file,) = files(work)
    whole = file.read_bytes()
    file.write_bytes(whole[:5000])
    assert fresh(work).nodes == net.nodes
    assert file.read_bytes() == whole


def test_changed_streets_make_another_file_and_old_ones_go(work):
    net = fresh(work)
    for drop in range(1, MOST["network"] + 2):
        shorten(work, drop)
        assert fresh(work).edges < net.edges
    assert len(files(work)) == MOST["network"]


def test_the_old_answers_until_the_new_one_stands(work):
    patient = replace(work, meanwhile=True)
    old = known(patient)
    assert old.net is not None
    shorten(work, 40)
    assert known(patient) is old
    end = time.monotonic() + 120
    while known(patient) is old and time.monotonic() < end:
        time.sleep(0.05)
    new = known(patient)
    assert new.net is not None
    assert new.net.edges < old.net.edges
    assert len(files(work)) == 2


def ready(form: NearestStations, work: Work):
    """Answer as `at_once` does, however long ago the store was looked at."""
    return form._told(work, known(work).at_hand)


def written(answer):
    """Give an answer as it goes out."""
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)


def test_no_question_waits_while_a_change_is_built(work):
    patient = replace(work, meanwhile=True)
    old = known(patient)
    x, y = old.to_degrees.transform(old.net.x_m[0], old.net.y_m[0])
    form = NearestStations(lon=x, lat=y, open_at=datetime(2026, 11, 23, 10))
    first = written(form.run(patient))
    assert written(ready(form, patient)) == first
    shorten(work, 40)
    end = time.monotonic() + 120
    while known(patient) is old and time.monotonic() < end:
        assert written(form._told(patient, old.at_hand)) == first
    new = known(patient)
    assert new is not old
    assert ready(form, patient)["stations"]  # the tables were built before the new stood
    assert new.state == state(patient)


def test_a_question_of_another_kind_is_not_at_hand(work):
    patient = replace(work, meanwhile=True)
    here = known(patient)
    x, y = here.to_degrees.transform(here.net.x_m[0], here.net.y_m[0])
    form = NearestStations(lon=x, lat=y, k=7, walker="frail", open_at=datetime(2026, 11, 23, 10))
    with pytest.raises(NotAtHand):
        ready(form, patient)
    assert written(form.run(patient)) == written(ready(form, patient))
    with pytest.raises(NotAtHand):
        form.at_once(work)  # who wants the state of now has to look


def test_the_state_changes_with_a_deed_that_stands_late(work):
    with work.db.session() as late:
        store.audit.write(late, "test", "import", subject="street")
        late.flush()
        with work.db.session() as early:
            store.audit.write(early, "test", "import", subject="street")
        before = state(work)
    assert state(work) != before


def test_who_wants_the_state_of_now_waits_for_it(work):
    old = known(work)
    shorten(work, 40)
    assert known(work) is not old


def test_a_tree_is_kept_for_its_stations_and_walker(work):
    net = fresh(work)
    folder = work.settings.home / "artefacts"
    xy = np.array([[net.x_m[0], net.y_m[0]], [net.x_m[-1], net.y_m[-1]]])
    made = kept_tree(folder, net, "one", (xy, 1, ADULT), from_nodes=0)
    (file,) = folder.glob("tree-*")
    again = kept_tree(folder, net, "one", (xy, 1, ADULT), from_nodes=0)
    np.testing.assert_array_equal(made.known.far_cm, again.known.far_cm)
    file.write_bytes(file.read_bytes()[:-1])
    mended = kept_tree(folder, net, "one", (xy, 1, ADULT), from_nodes=0)
    np.testing.assert_array_equal(made.known.far_cm, mended.known.far_cm)
    assert len(list(folder.glob("tree-*"))) == 1


def test_where_nothing_can_be_written_a_network_is_made_all_the_same(work, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    nowhere = replace(work, settings=Settings(home=blocked))
    assert fresh(nowhere).edges > 0
