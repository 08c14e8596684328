"""The page of a card: name, map, three stations, small print. A4 upright, points from below."""

from dataclasses import dataclass

from geo.layers import DETOUR
from maps.cards.card import Card, Imprint, Stop
from maps.cards.codes import qr
from maps.cards.letters import clean, face
from maps.cards.pen import Pen, broken, fitted, split
from maps.cards.walkmap import COLOURS, WalkMap
from maps.themes import terms

PAPER_PT = (595.28, 841.89)
LEFT, RIGHT, BOTTOM, TOP = 34.0, 561.28, 30.0, 811.89
WIDE = RIGHT - LEFT
HEADER, ROW, SMALL_PRINT, LEAD = 96.0, 136.0, 40.0, 23.5
CODE, DOOR_CODE = 80.0, 80.0
"""Sides of the codes; four modules of paper stay free around those of usual links."""
SOFT, INK = "#5a6168", "#14181b"
LETTER = 18.0
"""The least size of what an elder reads (工信部 age-friendly design: 18 pt)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all pages of an edition share: imprint, maps, and the line at the foot."""

    imprint: Imprint
    walkmap: WalkMap
    credit: str


def draw(pen: Pen, card: Card, sheet: Sheet) -> None:
    """Draw a card."""
    _header(pen, card)
    rows = max(1, len(card.stops))
    bottom = BOTTOM + SMALL_PRINT + rows * ROW + 8
    sheet.walkmap.draw(pen, card, (LEFT, bottom, WIDE, TOP - HEADER - bottom))
    for i, stop in enumerate(card.stops):
        top = bottom - 8 - i * ROW
        if i:
            pen.rule(LEFT, top, WIDE, "#c9c4b9", 0.8)
        _row(pen, (i, stop), top, estimated=card.estimated)
    if not card.stops:
        _nowhere(pen, sheet.imprint, bottom - 8)
    _small_print(pen, card, sheet)


def _header(pen: Pen, card: Card) -> None:
    room = WIDE
    if card.link:
        pen.form(qr(card.link), RIGHT - DOOR_CODE, TOP - DOOR_CODE, DOOR_CODE)
        end = RIGHT - DOOR_CODE - 14
        pen.text(end, TOP - 32, "扫码看此刻", LETTER, anchor="right", colour=INK)
        pen.text(end, TOP - 56, "哪家开着门", LETTER, anchor="right", colour=INK)
        pen.text(end, TOP - 74, "Scan: what is open now", 10, anchor="right", colour=SOFT)
        room -= DOOR_CODE + 6 * LETTER + 20
    title = clean(card.title)
    first, rest = split(title, room, 24, "Bold")
    if rest:
        pen.text(LEFT, TOP - 21, first, 24, weight="Bold", colour=INK)
        rest, size = fitted(rest, room, 24, LETTER, "Bold")
        pen.text(LEFT, TOP - 48, rest, size, weight="Bold", colour=INK)
    else:
        first, size = fitted(title, room, 38, 24, "Bold")
        pen.text(LEFT, TOP - 34, first, size, weight="Bold", colour=INK)
    pen.text(LEFT, TOP - 70, "走路最近的服务站", LETTER if rest else 22, colour=INK)
    pen.text(LEFT, TOP - 85, "Nearest service stations on foot", 11, colour=SOFT)


def _row(pen: Pen, numbered: tuple[int, Stop], top: float, *, estimated: bool) -> None:
    i, stop = numbered
    x, end = LEFT + 44, RIGHT - CODE - 16
    pen.badge(LEFT + 17, top - 25, 16.5, str(i + 1), COLOURS[i])
    minutes = f"{'约 ' if estimated else ''}{stop.minutes:,} 分钟"
    wide = pen.text(end, top - 31, minutes, 28, weight="Bold", colour=COLOURS[i], anchor="right")
    first, rest = split(clean(stop.name), end - x - wide - 10, LETTER, "Bold")
    name, size = fitted(first, end - x - wide - 10, 24, LETTER, "Bold")
    pen.text(x, top - 30, name, size, weight="Bold", colour=INK)
    metres = pen.text(end, top - 56, f"{stop.metres:,} 米", LETTER, anchor="right", colour=INK)
    rooms = [end - x - metres - 11, *[end - x] * 3]
    if rest:
        rest, _ = fitted(rest, rooms.pop(0), LETTER, LETTER, "Bold")
        pen.text(x, top - 56, rest, LETTER, weight="Bold", colour=INK)
        top -= LEAD
    for k, line in enumerate(_lines(stop, rooms)):
        pen.text(x, top - 56 - LEAD * k, line, LETTER, colour=INK)
    top += LEAD if rest else 0
    pen.form(qr(stop.link), RIGHT - CODE, top - CODE - 8, CODE)
    middle = RIGHT - CODE / 2
    pen.text(middle, top - CODE - 32, "扫码导航", LETTER, anchor="middle", colour=INK)
    pen.text(middle, top - CODE - 43, "Scan for the way", 9, anchor="middle", colour=SOFT)


def _lines(stop: Stop, rooms: list[float]) -> list[str]:
    """Give hours, services, phone and address as at most so many lines as there are rooms."""
    hours = terms.hours(stop.hours) if stop.hours else "开放时间请电话询问"
    rooms_em = [room / LETTER for room in rooms]
    contact = _contact(stop, rooms[-1])
    told = broken(clean(hours), rooms_em[: len(rooms) - len(contact)], "…")
    free = rooms_em[len(told) : len(rooms) - len(contact)]
    offered = broken(clean(terms.services(stop.services)), free, "等") if free else []
    return [*told, *offered, *contact]


def _contact(stop: Stop, room: float) -> list[str]:
    phone, address = clean(stop.phone), clean(stop.address)
    parts = [f"电话 {phone}" if phone else "", address]
    both = "  ".join(part for part in parts if part)
    if face("Regular").wide_em(both) * LETTER > room:
        both = parts[0] or both
    return [fitted(both, room, LETTER, LETTER, "Regular")[0]] if both else []


def _nowhere(pen: Pen, imprint: Imprint, top: float) -> None:
    pen.text(LEFT, top - 40, "从这里走路到不了任何服务站", 28, weight="Bold", colour=INK)
    pen.text(LEFT, top - 60, "No station can be reached on foot from here", 11, colour=SOFT)
    if phone := clean(imprint.duty_phone):
        call, size = fitted(f"请拨打值班电话 {phone}", WIDE, 32, LETTER, "Bold")
        pen.text(LEFT, top - 106, call, size, weight="Bold", colour=COLOURS[0])


def _small_print(pen: Pen, card: Card, sheet: Sheet) -> None:
    imprint = sheet.imprint
    top = BOTTOM + SMALL_PRINT - 4
    pen.rule(LEFT, top, WIDE, "#8f897d", 0.8)
    wide = 0.0
    if (phone := clean(imprint.duty_phone)) and card.stops:
        wide = pen.text(
            RIGHT, top - 24, f"找不到？打 {phone}", 20, weight="Bold", colour=INK, anchor="right"
        )
    pace = f"步行时间按{imprint.walker} {imprint.speed_m_s:g} 米/秒估算"
    if imprint.slower > 1:
        pace += f"，长者约需 {imprint.slower:.2g} 倍时间"
    guess = (
        [f"直线估算：这里没有道路数据，按直线距离的 {DETOUR:g} 倍计算"] if card.estimated else []
    )
    for k, line in enumerate([pace, *guess, sheet.credit]):
        told, size = fitted(clean(line), WIDE - wide - 12, 10.5, 7, "Regular")
        pen.text(LEFT, top - 13 - 13 * k, told, size, colour=SOFT)
