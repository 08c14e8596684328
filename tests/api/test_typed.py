"""House numbers, addresses and codes, as they are found in a store."""

import pytest

from api.tasks.find_place import FindPlaces
from api.tasks.work import Work
from geo import demo, finding


@pytest.mark.store
def test_a_house_is_found_however_its_number_is_written(work: Work, town: demo.District) -> None:
    houses = town.layers["building"]
    row = houses[(houses["compound"] != "") & houses["name"].str.fullmatch(r"3幢")].iloc[0]
    name = row["compound"]
    letters = "".join(finding.readings(name)[0])
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
