"""What people write around a name: house numbers, rooms, the wider area, and “附近”."""

import re
import unicodedata
from typing import NamedTuple

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TRADITIONAL = str.maketrans("號樓棟單門層戶區縣鎮鄉", "号楼栋单门层户区县镇乡")
_HOUSE = "号楼|号院|幢|栋|座|楼|号|#"
_CHINESE_NUMBER = re.compile(rf"[零〇一二两三四五六七八九十百]+(?={_HOUSE}|单元|门)")
_NUMBERED = re.compile(
    rf"(?P<name>.*?[^\d\s#第])[\s第,#-]*(?P<number>\d{{1,4}})\s*"
    rf"(?P<kind>{_HOUSE}|hao\s*lou|zhuang|dong|zuo|hao|lou|building|d|z)?"
    r"(?:[\s,\-—/]*(?:\d+|[甲乙丙丁a-f])\s*(?:单元|门|梯|层|楼|室|号|户|房)?)*",
)
_NUMBER_AHEAD = re.compile(
    r"(?:no\.?|building|bldg\.?)\s*(\d{1,4})\s*,?\s*(.*\D)|(.*\D)\s*(?:no\.?|building|bldg\.?)\s*(\d{1,4})"
)
_TAIL = re.compile(r"(?:的?(?:附近|旁边|边上|门口|大门|对面|这里|那里|这边|那边|里面)|院内|旁)$")
_WIDER = re.compile(r"^.{1,30}(?:省|市|(?<!小)区|县|街道|镇|乡|社区|居委会|村委会)(?=.{2})")


class Typed(NamedTuple):
    """A name without what stands around it, and the number of a house, if one was typed."""

    name: str
    number: int | None = None


def read(text: str) -> Typed:
    """Take the number of a house off a name, and the stairwell and room after it.

    Examples
    --------
    >>> read("世纪小区３號樓2单元501室")
    Typed(name='世纪小区', number=3)
    >>> read("世纪小区十二栋附近")
    Typed(name='世纪小区', number=12)
    >>> read("shijixiaoqu 3-2-501")
    Typed(name='shijixiaoqu', number=3)
    >>> read("世纪小区")
    Typed(name='世纪小区', number=None)
    """
    line = unicodedata.normalize("NFKC", text).casefold().translate(_TRADITIONAL).strip()
    line = _TAIL.sub("", line)
    if ahead := _NUMBER_AHEAD.fullmatch(line):
        first, after, before, last = ahead.groups()
        return Typed((after or before).strip(), int(first or last))
    line = _CHINESE_NUMBER.sub(lambda found: str(_number(found[0])), line)
    if (numbered := _NUMBERED.fullmatch(line)) and len(numbered["name"].strip()) > 1:
        return Typed(numbered["name"].strip(), int(numbered["number"]))
    return Typed(line)


def house_alone(text: str) -> bool:
    """Say whether a text is the number of a house without a name.

    Examples
    --------
    >>> house_alone("3号楼"), house_alone("十二栋2单元"), house_alone("世纪小区3号楼")
    (True, True, False)
    """
    told = read(f"某处{text.strip()}")
    return told.name == "某处" and told.number is not None


def narrowed(text: str) -> str:
    """Leave out the wider area before a name; empty where there is none.

    Examples
    --------
    >>> narrowed("江城区三友北社区长乐老街")
    '长乐老街'
    >>> narrowed("世纪小区")
    ''
    """
    line = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL).strip()
    return line[found.end() :].strip() if (found := _WIDER.match(line)) else ""


def _number(words: str) -> int:
    """Read a Chinese number below a thousand.

    Examples
    --------
    >>> _number("二十三"), _number("一〇五"), _number("一百零二")
    (23, 105, 102)
    """
    if not set(words) & set("十百"):
        return int("".join(str(_DIGITS[sign]) for sign in words))
    total, digit = 0, None
    for sign in words:
        if sign in "十百":
            total += (1 if digit is None else digit) * (10 if sign == "十" else 100)
            digit = None
        else:
            digit = _DIGITS[sign]
    return total + (digit or 0)
