"""Door cards of the small district: every door its own way to its nearest stations."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pypdf
import pytest
from fastapi.testclient import TestClient

from api.settings import Settings
from api.tasks import known, print_cards
from api.tasks.find_place import gazetteer
from api.tasks.nearest_stations import Some, Spot, ways
from api.tasks.print_cards import PrintCards
from api.tasks.work import Work
from geo import demo
from geo.errors import BadInput, NotFound, Stopped
from geo.layers import walker

pytestmark = pytest.mark.store


def words(page: pypdf.PageObject) -> str:
    """Give the text of a page without spaces."""
    return re.sub(r"\s+", "", page.extract_text())


def pages(path: Path) -> list[str]:
    """Give the text of each page of a file."""
    return [words(page) for page in pypdf.PdfReader(path).pages]


def test_every_building_has_a_page_with_its_nearest_stations(
    work: Work, town: demo.District, tmp_path: Path
) -> None:
    steps: list[tuple[str, float, float]] = []
    told = Work(database=work.db, progress=lambda *step: steps.append(step))
    done = PrintCards(out=tmp_path / "all.pdf").run(told)
    buildings = sorted(town.layers["building"]["id"])
    document = pypdf.PdfReader(done.path)
    assert done.cards == len(buildings) == len(document.pages)
    assert done.files == 1
    assert not done.finder_codes
    assert steps[-1] == (print_cards.STEP, len(buildings), len(buildings))
    here = known.known(work)
    places = gazetteer(here, work)
    for i in range(0, len(buildings), max(1, len(buildings) // 10)):
        place = places.at(buildings[i])
        xy = place.x_m, place.y_m
        spot = Spot(*here.to_degrees.transform(*xy), xy)
        every = Some.of(np.ones(len(here.stations), bool))
        found, _ = ways(here, spot, every, walker("adult"), 3)
        text = words(document.pages[i])
        assert place.name in text
        for way in found:
            row = here.stations.iloc[way.station]
            assert row["signboard"] in text
            assert f"{max(1, -int(-way.seconds // 60)):,}分钟" in text


def test_the_same_again_is_the_same(work: Work, town: demo.District, tmp_path: Path) -> None:
    some = tuple(town.layers["building"]["id"][:5])
    for name in ("a.pdf", "b.pdf"):
        PrintCards(out=tmp_path / name, buildings=some, base_url="https://w.example.cn/").run(work)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_folder_holds_a_file_for_each_compound(work: Work, tmp_path: Path) -> None:
    done = PrintCards(out=tmp_path / "cards", every="compound").run(work)
    files = list((tmp_path / "cards").iterdir())
    assert done.files == done.cards == len(files) > 1
    assert {file.suffix for file in files} == {".pdf"}
    assert len(pages(files[0])) == 1


def test_a_stopped_print_leaves_nothing_half(
    work: Work, town: demo.District, tmp_path: Path
) -> None:
    def stop(step: str, done: float, total: float) -> None:
        if step == print_cards.STEP and done >= total:
            raise Stopped("enough")

    stopped = Work(database=work.db, progress=stop)
    some = tuple(town.layers["building"]["id"][:3])
    with pytest.raises(Stopped):
        PrintCards(out=tmp_path / "one.pdf", buildings=some).run(stopped)
    assert not list(tmp_path.iterdir())
    with pytest.raises(Stopped):
        PrintCards(out=tmp_path / "each", buildings=some).run(stopped)
    assert all(pages(file) for file in (tmp_path / "each").iterdir())


def test_a_stopped_print_goes_on_where_it_was(
    work: Work, town: demo.District, tmp_path: Path
) -> None:
    some = tuple(town.layers["building"]["id"][:4])
    folder = tmp_path / "cards"
    first = PrintCards(out=folder, buildings=some[:2]).run(work)
    assert (first.cards, first.kept) == (2, 0)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    half = next(iter(sorted(folder.iterdir())))
    half.write_bytes(half.read_bytes()[:-9])
    again = PrintCards(out=folder, buildings=some).run(work)
    assert (again.cards, again.kept) == (3, 1)
    kept = {
        path.name for path in folder.iterdir() if path.stat().st_mtime_ns == before.get(path.name)
    }
    assert len(kept) == 1
    assert all(len(pages(path)) == 1 for path in folder.iterdir())
    assert PrintCards(out=folder, buildings=some).run(work).kept == 4
    for change in ({"walker": "elder"}, {"base_url": "https://w.example.cn"}):
        assert PrintCards(out=folder, buildings=some, **change).run(work).kept == 0


@pytest.mark.parametrize("sign", ["building", "compound"])
def test_a_card_comes_over_the_web(
    client: TestClient, town: demo.District, tmp_path: Path, sign: str
) -> None:
    row = town.layers["building"].iloc[20]
    key = row["id"] if sign == "building" else row["compound"]
    answer = client.get(f"/at/{key}/card.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    (tmp_path / "card.pdf").write_bytes(answer.content)
    (told,) = pages(tmp_path / "card.pdf")
    assert row["compound"] in told
    assert "扫码看此刻" in told
    assert client.get("/at/没有这里/card.pdf").status_code == 404
    assert f'href="/at/{quote(key)}/card.pdf"' in client.get(f"/at/{key}").text


def test_unknown_doors_and_addresses_are_refused(work: Work, tmp_path: Path) -> None:
    out = tmp_path / "x.pdf"
    for wrong in ({"buildings": ("no such",)}, {"compounds": ("no such",)}):
        with pytest.raises(NotFound, match="no such"):
            PrintCards(out=out, **wrong).run(work)
    for url in ("wangge.example.cn", "javascript:alert(1)", "https://", "https://x.cn/?a=b"):
        with pytest.raises(BadInput, match="web address"):
            PrintCards(out=out, base_url=url).run(work)
    assert not out.exists()


def test_the_address_of_the_settings_counts_and_can_be_left_out(
    work: Work, town: demo.District, tmp_path: Path
) -> None:
    here = Work(settings=Settings(base_url="https://w.example.cn"), database=work.db)
    some = tuple(town.layers["building"]["id"][:1])
    for url, printed in ((None, True), ("", False)):
        done = PrintCards(out=tmp_path / "a.pdf", buildings=some, base_url=url).run(here)
        assert done.finder_codes is printed
        assert ("扫码看此刻" in pages(done.path)[0]) is printed


def test_the_command_prints_and_says_what_it_printed(
    work: Work, town: demo.District, database_url: str, tmp_path: Path
) -> None:
    out, key = tmp_path / "door.pdf", town.layers["building"]["id"].iloc[0]
    command = [sys.executable, "-m", "api.cli", "cards", "print", "--out", str(out)]
    said = subprocess.run(
        [*command, "--building", key, "--json"], capture_output=True, text=True, check=True,
        env={**os.environ, "WANGGE_DATABASE_URL": database_url},
    )  # fmt: skip
    told = json.loads(said.stdout)
    assert (told["cards"], told["files"], told["finder_codes"]) == (1, 1, False)
    assert len(pages(out)) == 1


def test_file_names_are_safe_and_apart() -> None:
    taken: set[str] = set()
    names = [print_cards.file_name(k, taken) for k in ("../a", "a", "A/", "\x00", "", "春江 1/2")]
    assert len({name.lower() for name in names}) == len(names)
    assert all(re.fullmatch(r"[\w]+\.pdf", name) for name in names)
