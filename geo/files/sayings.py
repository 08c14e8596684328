"""What people write in columns where anything may stand: services, opening hours, roles of staff.

A word that this house has too becomes that word; all others stay as they came.
"""

import re
import unicodedata

import pandas as pd

from geo.errors import BadInput
from geo.layers import hours

_SERVICES = {
    "休息": "rest", "歇脚": "rest", "饮水": "water", "饮用水": "water", "热水": "water", "取暖": "heating",
    "纳凉": "heating", "取暖纳凉": "heating", "避暑": "heating", "空调": "heating", "充电": "charging",
    "手机充电": "charging", "热饭": "microwave", "微波炉": "microwave", "加热": "microwave",
    "如厕": "toilet", "厕所": "toilet", "卫生间": "toilet", "洗手间": "toilet", "公厕": "toilet",
    "急救": "first_aid", "急救药箱": "first_aid", "应急药箱": "first_aid", "医药箱": "first_aid",
    "药箱": "first_aid", "阅读": "reading", "图书": "reading", "读书": "reading", "图书阅览": "reading",
    "咨询": "consultation", "议事": "consultation", "议事咨询": "consultation", "政策咨询": "consultation",
    "助老": "elder_care", "养老": "elder_care", "日间照料": "elder_care", "养老服务": "elder_care",
    "托幼": "child_care", "托育": "child_care", "儿童托管": "child_care", "法律援助": "legal_aid",
    "法律咨询": "legal_aid", "法律服务": "legal_aid", "快递": "parcel", "快递代收": "parcel",
    "代收快递": "parcel", "助餐": "meal", "用餐": "meal", "就餐": "meal", "老年助餐": "meal",
    "活动": "activity", "文体活动": "activity", "文化活动": "activity",
}  # fmt: skip
_ROLES = {
    "网格长": "grid_leader", "网格员": "grid_worker", "专职网格员": "grid_worker",
    "微网格长": "microgrid_leader", "微网格员": "microgrid_leader", "楼栋长": "building_leader",
    "楼长": "building_leader", "社工": "social_worker_general", "社区工作者": "social_worker_general",
    "全科社工": "social_worker_general", "双全社工": "social_worker_general",
    "专业社工": "social_worker_specialist", "志愿者": "volunteer",
}  # fmt: skip
_PARTS = re.compile(r"[;；、,，/|\s]+")
_DAYS = {
    **{f"{week}{zh}": day for week in ("周", "星期", "礼拜")
       for zh, day in zip("一二三四五六日天", (*hours.DAYS, "Su"), strict=True)},
    "法定节假日": "PH", "节假日": "PH", "节日": "PH", "工作日": "Mo-Fr", "双休日": "Sa,Su", "周末": "Sa,Su",
    "每天": "Mo-Su", "每日": "Mo-Su", "天天": "Mo-Su", **{day: day for day in (*hours.DAYS, "PH")},
}  # fmt: skip
_DAY, _TO = "|".join(sorted(_DAYS, key=len, reverse=True)), r"\s*(?:[-—–−~至到]+)\s*"
_CLOCK = r"(?:早上|上午|中午|下午|晚上|晚)?\s*\d{1,2}(?::\d{2}|[点时](?:半|\d{1,2}分)?)"
_TOKEN = re.compile(
    rf"(?P<span>{_CLOCK}{_TO}{_CLOCK})|(?P<all>24/7|(?:24|二十四)\s*小时|全天候?|昼夜)"
    rf"|(?P<off>不开放|不营业|关闭|闭馆|休息|off|closed)|(?P<range>(?:{_DAY}){_TO}(?:{_DAY}))"
    rf"|(?P<day>{_DAY})|(?P<gap>[,;:、。\s]|开放|营业|开门|时间)"
)
_AT = re.compile(r"(下午|晚上|晚)?\s*(\d{1,2})(?::(\d{2})|[点时](?:(半)|(\d{1,2})分)?)")


def services(text: str) -> str:
    """Give a list of services in our words, joined by ``;``.

    Examples
    --------
    >>> services("休息、饮水，卫生间；擦鞋")
    'rest;water;toilet;擦鞋'
    """
    said = [part for part in _PARTS.split(text) if part]
    return ";".join(dict.fromkeys(_SERVICES.get(part, part) for part in said))


def role(text: str) -> str:
    """Give the role that a title means.

    Examples
    --------
    >>> role("专职网格员"), role("民警")
    ('grid_worker', '民警')
    """
    return _ROLES.get(text, text)


def opening(text: str) -> str | None:
    """Give opening hours as `geo.layers.hours` reads them; None where nobody can.

    Examples
    --------
    >>> opening("周一至周五 8:30—11:30，13:30—17:30；周末休息"), opening("全天"), opening("看门口")
    ('Mo-Fr 8:30-11:30,13:30-17:30; Sa,Su off', '24/7', None)
    """
    if _reads(text):
        return text
    rules: list[tuple[list[str], list[str]]] = []
    plain, at = unicodedata.normalize("NFKC", text), 0
    while at < len(plain):
        token = _TOKEN.match(plain, at)
        if token is None:
            return None
        at = token.end()
        _take(token, rules)
    said = "; ".join(" ".join(filter(None, map(",".join, rule))) for rule in rules)
    return said if _reads(said) else None


def _take(token: re.Match[str], rules: list[tuple[list[str], list[str]]]) -> None:
    """Put a day or its hours where they belong: days after hours begin a new rule."""
    kind, word = str(token.lastgroup), token[0]
    if kind == "gap":
        return
    names = kind in ("day", "range")
    if not rules or (names and rules[-1][1]):
        rules.append(([], []))
    if names:
        rules[-1][0].append("-".join(_DAYS[d] for d in re.findall(_DAY, word)))
    elif kind == "span":
        rules[-1][1].append("-".join(_clocks(word)))
    else:
        rules[-1][1].append("24/7" if kind == "all" else "off")


def _clocks(span: str) -> list[str]:
    """Write the two times of a span; what is said of the half of the day holds for both."""
    told, half = [], ""
    for said, hour, minute, thirty, minutes in _AT.findall(span):
        half = said or half
        late = 12 if half and int(hour) < 12 else 0
        told.append(f"{int(hour) + late:02d}:{'30' if thirty else int(minute or minutes or 0):0>2}")
    return told


def _reads(text: str) -> bool:
    try:
        hours.parse(text)
    except BadInput:
        return False
    return True


def said(series: pd.Series, column: str) -> tuple[pd.Series, list[int]]:
    """Bring a column of words to ours, and name the rows that nobody can read.

    Columns of which nothing is known come back as they are.
    """
    known = {"services": services, "role": role, "hours": opening}.get(column)
    if known is None:
        return series, []
    ours = {text: known(text) if text else "" for text in series.unique()}
    unread = [row for row, text in enumerate(series.tolist()) if ours[text] is None]
    return series.map({text: word or text for text, word in ours.items()}).astype("str"), unread
