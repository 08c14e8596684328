"""What people type, and what is found for it: by laws, then by examples."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from api.tasks import spelling, typed
from api.tasks.find_place import FindPlaces
from api.tasks.work import Work
from geo import demo

LETTERS = st.text("abn", min_size=1, max_size=9)
WORTH = (100.0, 90.0, 80.0)


def test_examples_of_reading_hold() -> None:
    assert doctest.testmod(typed).failed == 0
    assert doctest.testmod(spelling).failed == 0


@given(st.lists(LETTERS, min_size=1, max_size=12), LETTERS)
def test_lines_are_matched_as_if_each_was_looked_at(names: list[str], asked: str) -> None:
    found = spelling.Lines(zip(names, range(len(names)), strict=True)).matches(asked, WORTH)
    expected = {
        i: WORTH[0] if name == asked else WORTH[1] if name.startswith(asked) else WORTH[2]
        for i, name in enumerate(names)
        if asked in name
    }
    assert found == expected


@given(st.lists(LETTERS, min_size=1, max_size=12), st.text("abn", min_size=5, max_size=9))
def test_one_slip_is_forgiven_wherever_it_is(names: list[str], asked: str) -> None:
    lines = spelling.Lines(zip(names, range(len(names)), strict=True))
    found = lines.slips(asked, 1, (60.0, 50.0))
    for i, name in enumerate(names):
        if OSA.distance(asked, name) <= 1:
            assert found[i] >= 55.0
        elif i in found:
            assert OSA.distance(asked, name[: len(asked)]) <= 1


@given(st.text(max_size=60))
def test_anything_can_be_read(text: str) -> None:
    told = typed.read(text)
    assert told.number is None or 0 <= told.number < 10_000
    assert len(typed.narrowed(text)) <= 4 * len(text)


@pytest.mark.store
def test_a_house_is_found_however_its_number_is_written(work: Work, town: demo.District) -> None:
    houses = town.layers["building"]
    row = houses[(houses["compound"] != "") & houses["name"].str.fullmatch(r"3幢")].iloc[0]
    name = row["compound"]
    letters = "".join(spelling.readings(name)[0])
    for written in (
        f"{name}3号楼", f"{name}３號樓", f"{name}三栋", f"{name} 3#", f"{name}第3幢",
        f"{name}3号楼2单元501室", f"{name}3-2-501", f"示例区某某街道{name}3幢", f"{letters}3",
        f"{letters} 3 haolou", f"Building 3, {letters.title()}", f"{name}3号楼附近",
    ):  # fmt: skip
        assert FindPlaces(text=written).run(work)[0]["key"] == row["id"], written


@pytest.mark.store
def test_an_address_is_its_station_and_a_code_its_place(work: Work, town: demo.District) -> None:
    stations = town.layers["station"]
    row = stations[~stations["address"].duplicated(keep=False)].iloc[3]
    assert FindPlaces(text=row["address"]).run(work)[0]["key"] == row["id"]
    assert FindPlaces(text=row["id"].lower()).run(work)[0]["key"] == row["id"]
    code = town.layers["community"]["code"].iloc[1]
    assert FindPlaces(text=code).run(work)[0]["key"] == code
