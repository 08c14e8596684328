"""The walking map of a card: ground, ways, stations by number, and the door."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from maps.cards.backdrop import Backdrop, Window
from maps.cards.card import Card
from maps.cards.names import Names, Taken
from maps.cards.pen import Pen

Points = npt.NDArray[np.float64]
COLOURS = ("#a8231c", "#1d4e79", "#0f6b4f")
"""Of first, second and third station; the number says the same."""
WIDTHS = (3.4, 6.0, 8.6)
"""Where ways run together, the farther shows as a rim of the nearer."""
MARK, ROOM = 11.0, 30.0
WIDEST_M = 2_600.0
LEAST_M = 260.0
DOOR = "#14181b"


class WalkMap:
    """Draws the maps of one edition."""

    def __init__(self, backdrop: Backdrop, names: Names) -> None:
        self._backdrop, self._names = backdrop, names

    def draw(self, pen: Pen, card: Card, place: tuple[float, float, float, float]) -> None:
        """Draw the map of a card into left, bottom, width and height."""
        window = framed(card, place)
        ways = [shown(stop.line, window) for stop in card.stops]
        marks = _apart([way[-1] for way in ways], window)
        door = window.page(np.array([card.x_m, card.y_m]))
        taken = Taken(window)
        for x, y in [*marks, (float(door[0]), float(door[1]))]:
            taken.disc(x, y, MARK + 2)
        pen.raw(f"q {' '.join(f'{v:.2f}' for v in place)} re W n")
        self._backdrop.draw(pen, window)
        if card.shape is not None and shapely.get_dimensions(card.shape) == 2:
            self._backdrop.shape(pen, window, card.shape, "#b9a98a", "#5e5138")
        _ways(pen, ways, dashed=card.estimated)
        here = _here(pen, door, ways, taken)
        _furniture(pen, window, taken)
        self._names.draw(pen, window, taken)
        for i in reversed(range(len(marks))):
            pen.badge(*marks[i], MARK, str(i + 1), COLOURS[i])
        _door(pen, door, here)
        pen.raw("Q")
        pen.frame(place, "#8f897d", 0.8)


def framed(card: Card, place: tuple[float, float, float, float]) -> Window:
    """Choose the stretch of ground: the door and as many ways as a map of use can hold."""
    door = np.array([[card.x_m, card.y_m]])
    kept = door
    window = _window(kept, place)
    for i, stop in enumerate(card.stops):
        more = np.concatenate([kept, shapely.get_coordinates(stop.line)])
        wider = _window(more, place)
        if i and place[2] / wider.pt_m > WIDEST_M:
            break
        kept, window = more, wider
    return window


def _window(xy: Points, place: tuple[float, float, float, float]) -> Window:
    left, bottom, wide, high = place
    low, top = xy.min(axis=0), xy.max(axis=0)
    span = np.maximum(top - low, 1e-9)
    pt_m = min((wide - 2 * ROOM) / span[0], (high - 2 * ROOM) / span[1], wide / LEAST_M)
    west, south = (low + top) / 2 - np.array([wide, high]) / pt_m / 2
    return Window(float(west), float(south), float(pt_m), left, bottom, wide, high)


def shown(line: shapely.LineString, window: Window) -> Points:
    """Give a way on the page; one that leaves the map ends a little within its edge."""
    points = window.page(shapely.get_coordinates(line))
    inset = MARK + 4
    low = np.array([window.left, window.bottom]) + inset
    top = np.array([window.left + window.wide, window.bottom + window.high]) - inset
    outside = np.flatnonzero(((points < low) | (points > top)).any(axis=1))
    if not len(outside) or outside[0] == 0:
        return points
    last, beyond = points[outside[0] - 1], points[outside[0]]
    step = beyond - last
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(step > 0, (top - last) / step, np.where(step < 0, (low - last) / step, 1))
    return np.vstack([points[: outside[0]], last + step * min(1.0, float(room.min()))])


def _apart(ends: list[Points], window: Window) -> list[tuple[float, float]]:
    """Move marks that would cover each other apart, the nearer station standing still."""
    placed: list[Points] = []
    for end in ends:
        spot = end.copy()
        for _ in range(8):
            close = [p for p in placed if np.hypot(*(spot - p)) < 2.3 * MARK]
            if not close:
                break
            away = spot - close[0]
            far = np.hypot(*away)
            away = away / far if far > 0.1 else np.array([1.0, 0.0])
            spot = close[0] + away * 2.35 * MARK
        placed.append(spot)
    return [(float(x), float(y)) for x, y in placed]


def _ways(pen: Pen, ways: list[Points], *, dashed: bool) -> None:
    order = [*reversed(range(len(ways)))]
    for i in order:
        pen.path(_list(ways[i]), "#ffffff", WIDTHS[i] + 2.4)
    if dashed:
        pen.raw("[9 7] 0 d")
    for i in order:
        pen.path(_list(ways[i]), COLOURS[i], WIDTHS[i])
    pen.raw("[] 0 d")


def _list(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points.tolist()]


def _here(
    pen: Pen, door: Points, ways: list[Points], taken: Taken
) -> tuple[float, float, float, float]:
    """Find where “您在这里” covers least: beside, above or below the door."""
    wide, high, gap = 92.0, 25.0, 14.0
    x, y = float(door[0]), float(door[1])
    offers = [
        (x - wide / 2, y + gap), (x - wide / 2, y - gap - high), (x + gap, y - high / 2),
        (x - gap - wide, y - high / 2), (x + gap, y + gap / 2), (x - gap - wide, y + gap / 2),
        (x + gap, y - gap / 2 - high), (x - gap - wide, y - gap / 2 - high),
    ]  # fmt: skip
    points = np.concatenate([_dense(way) for way in ways]) if ways else np.empty((0, 2))

    def cost(offer: tuple[float, float]) -> float:
        box = (*offer, offer[0] + wide, offer[1] + high)
        inside = (points > box[:2]) & (points < box[2:])
        hidden = int(inside.all(axis=1).sum())
        return hidden + 50 * taken.count(box) + (0 if taken.inside(box) else 1000)

    best = min(offers, key=cost)
    box = (*best, best[0] + wide, best[1] + high)
    taken.add(box)
    return box


def _dense(way: Points) -> Points:
    """Give points every few points of paper along a way."""
    pieces = [np.linspace(a, b, max(2, int(np.hypot(*(b - a)) / 4))) for a, b in pairwise(way)]
    return np.concatenate(pieces) if pieces else way


def _door(pen: Pen, door: Points, label: tuple[float, float, float, float]) -> None:
    x, y = float(door[0]), float(door[1])
    left, bottom, right, top = label
    pen.disc(x, y, 8.6, "#ffffff")
    pen.disc(x, y, 7.2, DOOR)
    pen.disc(x, y, 2.6, "#ffffff")
    pen.box(left, bottom, right - left, top - bottom, "#ffffff")
    pen.box(left + 1.2, bottom + 1.2, right - left - 2.4, top - bottom - 2.4, DOOR)
    pen.text(
        (left + right) / 2, bottom + 6.2, "您在这里", 18, weight="Bold", colour="#ffffff",
        anchor="middle",
    )  # fmt: skip


def _furniture(pen: Pen, window: Window, taken: Taken) -> None:
    """Draw scale bar and north."""
    room = 130 / window.pt_m
    power = 10 ** np.floor(np.log10(room))
    length = float(max(step for step in (1, 2, 5) if step * power <= room) * power)
    wide = length * window.pt_m
    x, y = window.left + 10, window.bottom + 9
    pen.box(x - 5, y - 5, wide + 10, 24, "#ffffff")
    pen.raw(f"0 J 0 j 0.11 0.13 0.15 RG 1.4 w {x:.2f} {y + 5:.2f} m {x:.2f} {y:.2f} l "
            f"{x + wide:.2f} {y:.2f} l {x + wide:.2f} {y + 5:.2f} l S")  # fmt: skip
    words = f"{length / 1000:g} 公里 km" if length >= 1000 else f"{length:g} 米 m"
    pen.text(x + wide / 2, y + 5, words, 11, anchor="middle")
    taken.add((x - 5, y - 5, x + wide + 5, y + 19))
    east, top = window.left + window.wide - 16, window.bottom + window.high - 10
    pen.box(east - 11, top - 34, 22, 40, "#ffffff")
    pen.raw(f"0.11 0.13 0.15 rg {east:.2f} {top:.2f} m {east + 5.5:.2f} {top - 15:.2f} l "
            f"{east:.2f} {top - 11.5:.2f} l {east - 5.5:.2f} {top - 15:.2f} l f")  # fmt: skip
    pen.text(east, top - 29, "北", 13, weight="Bold", anchor="middle")
    taken.add((east - 11, top - 34, east + 11, top + 6))
