"""What does not fit is told in both languages, whichever door it came through."""

import socket

import pytest
from pydantic import ValidationError

from api.cli import service, slips
from api.tasks import misfits
from api.tasks.find_areas import AreasAt
from api.tasks.place_sites import PlaceSites
from api.tasks.placed import _reason_en, _reason_zh
from geo.errors import Unavailable


def test_a_form_tells_each_fault_in_chinese_and_english() -> None:
    with pytest.raises(ValidationError) as faults:
        AreasAt(lon=1e9, lat=float("nan"))
    told = misfits.refused(faults.value)
    assert told.zh == "参数有误：lon：应不大于 180.0；lat：应不大于 90.0"
    assert "lon: Input should be less than" in told.message


def test_our_own_faults_say_both() -> None:
    with pytest.raises(ValidationError) as faults:
        PlaceSites(objective="cover")
    told = misfits.refused(faults.value)
    assert told.zh.startswith("参数有误：新增几个站点")
    assert told.message.startswith("count: how many")


def test_a_slip_names_the_option_and_the_help() -> None:
    import typer

    told = slips.refused(typer.BadParameter("'25:61' does not match the formats '%H:%M'."))
    assert told.zh.startswith("“25:61”不是时间")
    assert "--help" in told.hint_zh


def test_a_port_that_is_taken_is_named_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable) as fault:
            service.require_free("127.0.0.1", port)
    assert str(port) in fault.value.zh
    assert "--port" in fault.value.hint_zh


def test_where_nobody_walked_before_no_mean_is_told() -> None:
    row = {"households_gained": 9, "elders_gained": 0, "alone_gained": 0, "households_nearest": 9,
           "before_min": float("nan"), "after_min": float("nan")}  # fmt: skip
    assert _reason_zh(row) == "新增覆盖 9 户；成为 9 户的最近站点"
    assert "nan" not in _reason_en(row)
