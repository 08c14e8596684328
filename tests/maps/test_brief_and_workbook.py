"""What is handed out: a brief of two pages, and tables that a spreadsheet opens."""

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hamlet import Hamlet
from pypdf import PdfReader

import maps
from maps.brief import lines

HOURS = np.linspace(0, 1, 168).reshape(24, 7)


@pytest.fixture
def told(themes: dict[str, Callable[..., maps.Theme]], town: Hamlet) -> maps.Brief:
    """Give a brief of the town; one table is longer than its room."""
    table = maps.Table(["名称", ">户数"], [[f"第{i}处<b>&", f"{i:,}"] for i in range(40)], [2, 1])
    return maps.Brief(
        "翠湖区便民服务覆盖简报", "按成年人步行速度，" * 12, [("盲区（处）", "7")] * 4, themes["blindspots"](),
        table, table, table, table, HOURS, "最差的时刻是周一 0 时。", ["就近增设站点。"] * 9, "口径：" * 40,
    )  # fmt: skip


def test_a_brief_has_two_pages_of_upright_a4_with_its_own_letters(told: maps.Brief) -> None:
    document = PdfReader(io.BytesIO(maps.brief(told)))
    assert len(document.pages) == 2
    for page in document.pages:
        assert [round(float(v)) for v in page.mediabox[2:]] == [595, 842]
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        assert fonts
        assert all(f["/Subtype"] == "/Type3" or "/FontDescriptor" in f for f in fonts)
        assert all("NotoSans" in str(f.get("/BaseFont", f.get("/Name", ""))) for f in fonts)
    first, second = (page.extract_text() for page in document.pages)
    for words in ("翠湖区便民服务覆盖简报", "在哪里", "第0处<b>&", "另有 28 行"):
        assert words in first
    for words in ("哪些人", "什么时候", "标准核查", "下一步", "9.", "口径"):
        assert words in second


def test_the_same_words_give_the_same_bytes(told: maps.Brief) -> None:
    assert maps.brief(told) == maps.brief(told)


@pytest.mark.parametrize("room", [3, 7.5, 20])
def test_nothing_is_lost_between_lines_and_no_sign_begins_one(room: float) -> None:
    words = "盲区共 12,345 户，其中老年人 678 人；走不到。"
    broken = lines(words, room)
    assert "".join(broken) == words
    assert all(line[0] not in "，。；" for line in broken)


def test_numbers_are_not_broken() -> None:
    assert lines("一二三 12,345 户", 5.5) == ["一二三 ", "12,345 户"]


def test_a_workbook_keeps_codes_numbers_and_names_as_they_are() -> None:
    table = pd.DataFrame({
        "编码 code": ["001", "=1+1"], "户数": [3, 4], "占比 share": [0.25, float("nan")],
        "分钟": [1.5, float("inf")], "达标": [True, False],
    })  # fmt: skip
    content = maps.workbook({"覆盖": table, "空": table.iloc[:0]}, title="标题", notes="说明")
    assert content == maps.workbook(
        {"覆盖": table, "空": table.iloc[:0]}, title="标题", notes="说明"
    )
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        texts = book.read("xl/sharedStrings.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.read("xl/workbook.xml").decode()
    assert "<t>001</t>" in texts
    assert "=1+1" in texts
    assert "<f>" not in sheet
    assert "<v>0.25</v>" in sheet
    assert "inf" not in sheet.lower()
    assert 'name="覆盖"' in names
    assert "<t>是</t>" in texts
