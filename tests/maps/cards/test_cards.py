"""What is on a card, and what never is: read back by a reader of PDF that is not ours."""

import io
import re
import zlib
from dataclasses import replace

import pypdf
import pyproj
import pytest
import segno
import shapely
from hamlet import CRS, SIDE, X0, Y0, Hamlet, hamlet
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

import maps
from maps.cards import Card, Imprint, Press, Stop
from maps.cards.codes import qr

METRES = pyproj.CRS(CRS)
IMPRINT = Imprint("成年人", 1.2, 1.5, "12345")
HOSTILE = (
    "春江<b>花园</b>\"'&amp;", "a) Tj ET Q (", "<FEFF> endstream endobj", "\u202e反\u202c", "🏠之家",
    "\n\t换\r行\x00", "𠮷野家", "长" * 200, "", " ", "%%EOF", "e\u0301tude", "ﷺ",
)  # fmt: skip


def stop(number: int = 1, **changes: object) -> Stop:
    """Make a station some way east of the middle of the town."""
    east = X0 + 2 * SIDE + 120 * number
    line = LineString([(X0 + 2 * SIDE, Y0 + 500), (X0 + 2 * SIDE, Y0 + 600), (east, Y0 + 600)])
    made = Stop(
        f"翠湖驿站{number}", "Mo-Fr 08:30-17:30; Sa 09:00-12:00; PH off", "rest;water;toilet",
        f"0511-555000{number}", f"翠湖路{number}号", f"https://uri.amap.com/navigation?to={number}",
        100.0 + 120 * number, (100.0 + 120 * number) / 1.2, line,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def card(**changes: object) -> Card:
    """Make a card of a house in the middle of the town."""
    x, y = X0 + 2 * SIDE, Y0 + 500
    made = Card(
        "B01", "翠湖花苑3幢", x, y, (stop(1), stop(2), stop(3)),
        "https://wangge.example.cn/at/B01", box(x - 30, y - 8, x + 30, y + 8),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def press() -> Press:
    """Give a press for the town."""
    return Press(hamlet().base, METRES, IMPRINT)


def printed(press: Press, *cards: Card) -> bytes:
    """Print cards into one document."""
    out = io.BytesIO()
    assert press.bind(cards, out, title="指路卡") == len(cards)
    return out.getvalue()


def read(content: bytes) -> pypdf.PdfReader:
    """Open a document as strictly as the reader can."""
    return pypdf.PdfReader(io.BytesIO(content), strict=True)


def text(content: bytes, page: int = 0) -> str:
    """Give the text of a page on one line, without spaces."""
    return re.sub(r"\s+", "", read(content).pages[page].extract_text())


def test_card_tells_name_stations_hours_services_and_phone(press: Press) -> None:
    told = text(printed(press, card()))
    for words in (
        "翠湖花苑3幢", "走路最近的服务站", "翠湖驿站1", "翠湖驿站3", "4分钟", "220米", "7分钟",
        "周一至周五08:30–17:30", "周六09:00–12:00", "歇脚、饮水、如厕", "电话0511-5550002", "您在这里",
        "步行时间按成年人1.2米/秒估算", "长者约需1.5倍时间", "审图号：GS(2026)0001号",
        "数据日期2026-11-01", "找不到？打12345", "扫码导航", "扫码看此刻", "Nearestservicestations",
    ):  # fmt: skip
        assert words in told, words


def test_nothing_of_households_is_told(press: Press, town: Hamlet) -> None:
    told = text(printed(press, card()))
    assert "户" not in told
    assert "人口" not in told


def test_estimate_says_so(press: Press) -> None:
    told = text(printed(press, card(estimated=True)))
    assert "直线估算" in told
    assert "约4分钟" in told
    assert "直线估算" not in text(printed(press, card()))


def test_door_without_any_station_says_so_and_gives_the_duty_phone(press: Press) -> None:
    told = text(printed(press, card(stops=())))
    assert "从这里走路到不了任何服务站" in told
    assert "请拨打值班电话12345" in told
    assert "导航" not in told


def test_card_without_address_of_the_service_has_no_finder_code(press: Press) -> None:
    told = text(printed(press, card(link="")))
    assert "扫码看此刻" not in told
    assert "扫码导航" in told


def test_station_without_hours_services_phone(press: Press) -> None:
    bare = stop(1, hours="", services="", phone="", address="")
    told = text(printed(press, card(stops=(bare,))))
    assert "开放时间请电话询问" in told
    assert "电话0" not in told


def test_long_services_end_in_a_word_that_says_there_are_more(press: Press) -> None:
    many = stop(1, services=";".join([
        "rest", "water", "heating", "charging", "microwave", "toilet", "first_aid", "reading",
        "consultation", "elder_care", "child_care", "legal_aid", "parcel", "meal", "activity",
    ]))  # fmt: skip
    told = text(printed(press, card(stops=(many,))))
    assert "歇脚、饮水" in told
    assert re.search(r"[^、]等电话", told)


def test_pages_are_as_many_as_cards_and_fonts_are_embedded_once(press: Press) -> None:
    content = printed(press, *[card(title=f"翠湖花苑{n}幢") for n in range(7)])
    document = read(content)
    assert len(document.pages) == 7
    assert "翠湖花苑5幢" in text(content, 5)
    fonts = document.pages[6]["/Resources"]["/Font"]  # type: ignore[index]
    assert set(fonts) == {"/Regular", "/Bold"}
    for font in fonts.values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        file = descendant["/FontDescriptor"]["/FontFile3"].get_object()
        assert file["/Subtype"] == "/CIDFontType0C"
        assert len(file.get_data()) > 1000
    assert content.count(b"/FontFile3") == 2


def test_nothing_reaches_outside(press: Press) -> None:
    content = printed(press, card())
    for word in (b"/URI", b"/JavaScript", b"/JS", b"/Launch", b"/GoToR", b"/EmbeddedFile", b"/AA",
                 b"/OpenAction", b"http"):  # fmt: skip
        assert word not in content
    for page in read(content).pages:
        assert "/Annots" not in page


def test_same_cards_same_bytes(press: Press) -> None:
    again = Press(hamlet().base, METRES, IMPRINT)
    assert printed(press, card(), card(key="B02")) == printed(again, card(), card(key="B02"))


def test_ground_is_shared_by_the_cards_of_a_document(press: Press) -> None:
    one, ten = printed(press, card()), printed(press, *[card()] * 10)
    assert len(ten) - len(one) < 9 * 5000


def test_what_elders_read_is_large(press: Press) -> None:
    sizes: dict[str, float] = {}

    def seen(part: str, _: object, matrix: list[float], __: object, size: float) -> None:
        if part.strip():
            sizes[part.strip()] = size * abs(complex(matrix[0], matrix[1]))

    read(printed(press, card())).pages[0].extract_text(visitor_text=seen)
    for words in (
        "翠湖花苑3幢",
        "翠湖驿站2",
        "周一至周五",
        "歇脚",
        "电话",
        "分钟",
        "米",
        "扫码导航",
    ):
        found = [
            size
            for part, size in sizes.items()
            if words in part and "/" not in part and "m" not in part
        ]
        assert found, words
        assert min(found) >= 18, words


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_names(name: str) -> None:
    press = Press(hamlet(name).base, METRES, IMPRINT)
    bad = stop(1, name=name, hours=name, services=name, phone=name, address=name)
    content = printed(press, card(title=name, stops=(bad, stop(2))))
    document = read(content)
    assert len(document.pages) == 1
    assert "翠湖驿站2" in text(content)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", document.pages[0].extract_text())


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(-4000, 4000), st.floats(-4000, 4000)), min_size=1, max_size=12))
def test_any_way_can_be_drawn(press: Press, legs: list[tuple[float, float]]) -> None:
    start = (X0 + 2 * SIDE, Y0 + 500)
    way = LineString([start, *((start[0] + x, start[1] + y) for x, y in legs)])
    content = printed(press, card(stops=(stop(1, line=way), stop(2, line=way))))
    told = read(content).pages[0].get_contents()
    assert told is not None
    assert b"nan" not in told.get_data()
    assert b"inf" not in told.get_data()


def test_door_at_the_entrance_itself(press: Press) -> None:
    here = Point(X0 + 2 * SIDE, Y0 + 500)
    line = LineString([here, here])
    told = text(printed(press, card(stops=(stop(1, line=line, walk_m=0.0, walk_s=0.0),))))
    assert "1分钟" in told


def test_card_without_ground(press: Press) -> None:
    bare = Press(maps.Base(), METRES, IMPRINT)
    assert "翠湖驿站1" in text(printed(bare, card(shape=shapely.Point(X0, Y0))))


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=60))
def test_code_is_drawn_module_by_module(link: str) -> None:
    form = qr(link)
    side = form.box[2]
    dark = {(x, side - 1 - y) for y, x, wide in _boxes(form.packed) for x in range(x, x + wide)}
    matrix = segno.make(link, error="m", micro=False).matrix
    assert dark == {
        (x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module
    }


def _boxes(packed: bytes) -> list[tuple[int, int, int]]:
    found = re.findall(rb"(\d+) (\d+) (\d+) 1 re", zlib.decompress(packed))
    return [(int(y), int(x), int(wide)) for x, y, wide in found]
