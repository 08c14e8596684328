"""Names: found in whole, in part, by sound, initials, with a slip — first by laws, then by example."""

import doctest
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from geo.finding import PATIENCE, Bounds, Names, OutOfPatience, slips, spelling, typed

SIGNS = "重庆朝阳长乐单家小区路" * 2 + "zhaoncqx1Ａé世紀 ·Ж𠀀🏠"
NAMES = st.lists(st.text(SIGNS, max_size=7), min_size=1, max_size=10)
Worth = tuple[float, float, float]
SLIPPED = st.text("zhaonc重庆小区", max_size=2)


def test_examples_of_reading_hold() -> None:
    assert doctest.testmod(typed).failed == 0
    assert doctest.testmod(spelling).failed == 0


class Reference:
    """Names looked at one by one, form by form, as the scores are told."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        read = [spelling.readings(spelling.plain(name)) for name in names]
        self.written = [[spelling.plain(name)] for name in names]
        self.sounds = [["".join(told) for told in every] for every in read]
        self.initials = [["".join(s[:1] for s in told) for told in every] for every in read]
        self.south = [[spelling.folded(sound) for sound in every] for every in self.sounds]
        self.scores = [0.0] * len(names)

    def best(self, floor: float = 0.0) -> float:
        return max(floor, *self.scores)

    def offer(self, forms: list[list[str]], score: Callable[[str], float]) -> None:
        for at, told in enumerate(forms):
            self.scores[at] = max(self.scores[at], *(score(form) if form else 0.0 for form in told))

    def begin(self, forms: list[list[str]], text: str, whole: float, begins: float) -> None:
        self.offer(forms, lambda f: whole if f == text else begins if f.startswith(text) else 0)

    def hold(self, forms: list[list[str]], text: str, worth: float) -> None:
        self.offer(forms, lambda form: worth if text in form else 0)

    def near(self, forms: list[list[str]], text: str, most: int, worth: Worth) -> None:
        def score(form: str) -> float:
            if len(form) < len(text) - most or len(text) > slips.LONGEST:
                return 0
            told = [0.0]
            if worth[2]:
                parts = {form[i:j] for i in range(len(form)) for j in range(i, len(form) + 1)}
                least = min(OSA.distance(text, part) for part in parts)
                return worth[2] - 5 * least if least <= most else 0
            if (far := OSA.distance(text, form)) <= most:
                swap = len(form) == len(text) and sorted(form) == sorted(text)
                extra = slips.EXTRA if len(form) < len(text) else slips.SWAP if swap else 0
                told.append(worth[0] - 5 * far + (extra if far == 1 else 0))
            begun = min(OSA.distance(text, form[:end]) for end in range(len(form) + 1))
            return max(*told, worth[1] - 5 * begun if begun <= most else 0)

        self.offer([told[:1] for told in forms], score)

    def find(self, typed_as: str, bounds: Bounds) -> dict[int, float]:
        text = spelling.plain(typed_as)
        sound = spelling.said(text)
        south, chinese = spelling.folded(sound), bool(spelling.CHINESE.search(text))
        usual = [told[:1] for told in self.sounds]
        usual_south = [told[:1] for told in self.south]
        begins = 79 if chinese else 86
        self.begin(self.written, text, 100, 90)
        if chinese:
            self.hold(self.written, text, 80)
        written = self.best()
        self.begin(usual, sound, 97, begins)
        self.begin(self.sounds, sound, 96, begins - 1)
        self.begin(self.south, south, 95, begins - 2)
        if not chinese:
            self.begin([told[:1] for told in self.initials], text, 92, 76)
            self.begin(self.initials, text, 91, 75.5)
            self.begin(self.initials, spelling.folded(text), 90, 75)
        if chinese and written < 80 and len(text) > 2:
            self.near(self.written, text, 1, (61, 51, 0))
        if self.best(bounds.floor) < 80:
            self.hold(self.written, text, 80)
            if len(south) > 3:
                self.hold(usual, sound, 62)
                self.hold(usual_south, south, 60)
        if self.best(bounds.floor) < 80:
            for forms, told, most, worth in (
                (usual, sound, 1, (61, 51, 0)),
                (usual_south, south, 1, (60, 50, 0)),
                (usual, sound, 2, (61, 51, 0)),
                (self.written, text, 1, (0, 0, 46)),
                (usual, sound, 1, (0, 0, 46)),
            ):
                enough = 55 if most == 1 and worth[0] else 40
                if most == 2 and chinese:
                    continue
                if len(told) >= 5 * most and self.best(bounds.floor) < enough:
                    self.near(forms, told, most, worth)
        order = sorted(
            (at for at, score in enumerate(self.scores) if score),
            key=lambda at: (-self.scores[at], len(self.names[at]), at),
        )
        return {at: self.scores[at] for at in order[: bounds.most]}


@settings(max_examples=150)
@given(
    NAMES,
    st.one_of(st.text(SIGNS, max_size=9), st.text("zhaoncgqi", max_size=9), st.none()),
    st.integers(0, 9),
    SLIPPED,
    st.builds(
        Bounds, st.integers(1, 12), st.just(PATIENCE), st.sampled_from([0.0, 0.0, 60.0, 80.0])
    ),
)
def test_names_are_found_as_if_each_was_looked_at(
    names: list[str], asked: str | None, at: int, slip: str, bounds: Bounds
) -> None:
    if asked is None:  # a name of the list, written or said, with a slip
        name = names[at % len(names)]
        said = name if at % 2 else "".join(spelling.readings(spelling.plain(name))[-1])
        asked = said[: at + 1] + slip + said[at + 1 + at % 3 :]
    text = spelling.plain(asked)
    expected = Reference(names).find(asked, bounds) if text else {}
    told = Names(names).find(asked, bounds)
    assert list(told.items()) == list(expected.items())


@given(NAMES, st.data())
def test_who_is_not_wanted_is_as_if_not_there(names: list[str], data: st.DataObject) -> None:
    asked = data.draw(st.sampled_from([*names, "zhao", "重庆"]))
    wanted = np.array([data.draw(st.booleans()) for _ in names], dtype=bool)
    index, left = Names(names), np.flatnonzero(wanted).tolist()
    told = index.find(asked, only=index.only(wanted))
    alone = Names([names[at] for at in left]).find(asked)
    assert list(told.items()) == [(left[at], score) for at, score in alone.items()]


def test_looking_ends_where_patience_does() -> None:
    index = Names([f"朝{sign}小区" for sign in "重庆长乐单家"])
    assert index.find("朝阳小区", Bounds(patience=2000))
    with pytest.raises(OutOfPatience):
        index.find("朝阳小区", Bounds(patience=2))


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


def test_sort_length_and_place_settle_what_fits_alike() -> None:
    assert list(Names(["东路", "西路", "中路"], [2, 0, 1]).find("路")) == [1, 2, 0]
    assert list(Names(["东马路", "西路", "中路"]).find("路")) == [1, 2, 0]
    assert len(Names(["东路"] * 50).find("东", Bounds(7))) == 7
    assert Names([]).find("x") == {}
