"""Names: found in whole, in part, by sound, initials, with a slip — first by laws, then by example."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from geo.finding import Names, forms, spelling, typed

LETTERS = st.text("abn", min_size=1, max_size=9)
LISTS = st.lists(LETTERS, min_size=1, max_size=12)


def test_examples_of_reading_hold() -> None:
    assert doctest.testmod(typed).failed == 0
    assert doctest.testmod(spelling).failed == 0


@settings(max_examples=60)
@given(LISTS, LETTERS)
def test_forms_are_matched_as_if_each_was_looked_at(names: list[str], asked: str) -> None:
    scores = np.zeros(len(names))
    packed = forms.Forms(zip(names, range(len(names)), strict=True))
    packed.begin(asked, 100.0, 90.0, scores)
    packed.hold(asked, 80.0, scores)
    expected = [
        100.0 if name == asked
        else 90.0 if name.startswith(asked)
        else 80.0 if asked in name else 0.0
        for name in names
    ]  # fmt: skip
    assert scores.tolist() == expected


@settings(max_examples=60)
@given(LISTS, st.text("abnx", min_size=3, max_size=9), st.integers(1, 2))
def test_slips_are_counted_as_by_the_textbook(names: list[str], asked: str, most: int) -> None:
    scores = np.zeros(len(names))
    packed = forms.Forms(zip(names, range(len(names)), strict=True))
    packed.near(asked, most, (60.0, 50.0, 0.0), scores)
    for name, score in zip(names, scores.tolist(), strict=True):
        whole = OSA.distance(asked, name)
        begun = min(OSA.distance(asked, name[:end]) for end in range(len(name) + 1))
        told = [60.0 - 5 * whole] if whole <= most else []
        told += [50.0 - 5 * begun] if begun <= most and len(name) >= len(asked) - most else []
        assert score == max(told, default=0.0), name


@settings(max_examples=40)
@given(LISTS, st.text("abnx", min_size=4, max_size=9))
def test_parts_are_found_with_a_slip_wherever_they_stand(names: list[str], asked: str) -> None:
    scores = np.zeros(len(names))
    packed = forms.Forms(zip(names, range(len(names)), strict=True))
    packed.near(asked, 1, (0.0, 0.0, 40.0), scores)
    for name, score in zip(names, scores.tolist(), strict=True):
        parts = {name[i:j] for i in range(len(name)) for j in range(i, len(name) + 1)}
        least = min(OSA.distance(asked, part) for part in parts)
        long_enough = len(name) >= len(asked) - 1
        assert score == (40.0 - 5 * least if least <= 1 and long_enough else 0.0)


@given(st.text(max_size=60))
def test_anything_can_be_read(text: str) -> None:
    told = typed.read(text)
    assert told.number is None or 0 <= told.number < 10_000
    assert len(typed.narrowed(text)) <= 4 * len(text)


TOWN = [
    "重庆路", "朝阳小区", "曾家村", "南京东路", "岭南花园", "荣华里", "湖滨新村", "绿园小区",
    "静安寺", "世纪小区", "世纪大道", "单家桥", "上海路", "A座写字楼",
]  # fmt: skip
INDEX = Names(TOWN)


@given(st.text(max_size=40))
@settings(max_examples=50)
def test_anything_can_be_asked(text: str) -> None:
    assert all(0 < score <= 100 for score in INDEX.find(text).values())


@pytest.mark.parametrize(
    ("typed_as", "name"),
    [
        ("chongqinglu", "重庆路"), ("zhongqinglu", "重庆路"), ("zql", "重庆路"),
        ("cyxq", "朝阳小区"), ("zhaoyang", "朝阳小区"), ("zengjiacun", "曾家村"),
        ("cengjia", "曾家村"), ("zenjiachun", "曾家村"), ("lanjindonglu", "南京东路"),
        ("nanjing donglu", "南京东路"), ("ninglanhuayuan", "岭南花园"), ("lonhuali", "荣华里"),
        ("fubinxincun", "湖滨新村"), ("lvyuan", "绿园小区"), ("luyuan", "绿园小区"),
        ("lǜyuán", "绿园小区"), ("jinansi", "静安寺"), ("世纪晓区", "世纪小区"),
        ("世纪小曲", "世纪小区"), ("shijxiaoqu", "世纪小区"), ("sihjixiaoqu", "世纪小区"),
        ("世纪大到", "世纪大道"), ("shanjiaqiao", "单家桥"), ("danjiaqiao", "单家桥"),
        ("上海璐", "上海路"), ("京东", "南京东路"), ("ａ座", "A座写字楼"), ("xiezilou", "A座写字楼"),
    ],
)  # fmt: skip
def test_a_name_is_found_as_people_type_it(typed_as: str, name: str) -> None:
    assert TOWN[next(iter(INDEX.find(typed_as)))] == name


def test_the_rank_settles_what_fits_alike() -> None:
    assert list(Names(["东路", "西路", "中路"], [2, 0, 1]).find("路")) == [1, 2, 0]
    assert len(Names(["东路"] * 50).find("东", most=7)) == 7
    assert Names([]).find("x") == {}
