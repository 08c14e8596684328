"""The walking map of a card: ground, ways, stations by number, and the door."""

import numpy as np
import numpy.typing as npt
import shapely

from maps.cards.backdrop import Backdrop
from maps.cards.card import Card
from maps.cards.names import Box, Names, Taken
from maps.cards.pen import Pen, rgb
from maps.cards.window import Window

Points = npt.NDArray[np.float64]
COLOURS = ("#a8231c", "#1d4e79", "#0f6b4f")
"""Of first, second and third station; the number says the same."""
WIDTH, MARK, ROOM, DOOR_ROOM = 4.6, 11.0, 30.0, 22.0
WIDEST_M = 2_600.0
LEAST_M = 260.0
DOOR, INK = "#14181b", "0.11 0.13 0.15"


class WalkMap:
    """Draws the maps of one edition."""

    def __init__(self, backdrop: Backdrop, names: Names) -> None:
        self._backdrop, self._names = backdrop, names

    def draw(self, pen: Pen, card: Card, place: Box) -> None:
        """Draw the map of a card into left, bottom, width and height."""
        window = framed(card, place)
        ways = [shown(stop.line, window) for stop in card.stops]
        door = window.page(np.array([card.x_m, card.y_m]))
        marks = _apart(door, [way[-1] for way in ways])
        taken = Taken(window)
        taken.spots(np.array([*marks, door]), MARK + 2)
        soft = Taken(window)
        soft.spots(_dense(ways, 6), WIDTH / 2 + 1)
        pen.raw(f"q {' '.join(f'{v:.2f}' for v in place)} re W n")
        self._backdrop.draw(pen, window)
        if card.shape is not None and shapely.get_dimensions(card.shape) == 2:
            self._backdrop.shape(pen, window, card.shape, "#b9a98a", "#5e5138")
        _ways(pen, ways, dashed=card.estimated)
        _furniture(pen, window, taken, soft)
        here = _here(door, taken, soft)
        taken.spots(_dense(ways, 6), WIDTH / 2 + 1)
        self._names.draw(pen, window, taken)
        for i in reversed(range(len(marks))):
            if not np.allclose(ways[i][-1], window.page(_end(card.stops[i].line)), atol=0.5):
                _onwards(pen, np.array(marks[i]), ways[i], COLOURS[i])
            pen.badge(*marks[i], MARK, str(i + 1), COLOURS[i])
        _door(pen, door, here)
        pen.raw("Q")
        pen.frame(place, "#8f897d", 0.8)


def framed(card: Card, place: Box) -> Window:
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


def _window(xy: Points, place: Box) -> Window:
    left, bottom, wide, high = place
    low, top = xy.min(axis=0), xy.max(axis=0)
    span = np.maximum(top - low, 1e-9)
    pt_m = min((wide - 2 * ROOM) / span[0], (high - 2 * ROOM) / span[1], wide / LEAST_M)
    west, south = (low + top) / 2 - np.array([wide, high]) / pt_m / 2
    return Window(float(west), float(south), float(pt_m), left, bottom, wide, high)


def shown(line: shapely.LineString, window: Window) -> Points:
    """Give a way on the page; one that leaves the map ends a little within its edge."""
    points = window.page(shapely.get_coordinates(line))
    inset = MARK + 10
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


def _apart(door: Points, ends: list[Points]) -> list[tuple[float, float]]:
    """Move marks that would cover the door or each other, the nearer station standing still."""
    placed = [(door, DOOR_ROOM)]
    for end in ends:
        spot = end.copy()
        for _ in range(8):
            close = [(p, room) for p, room in placed if np.hypot(*(spot - p)) < room]
            if not close:
                break
            other, room = close[0]
            away = spot - other
            far = np.hypot(*away)
            spot = other + (away / far if far > 0.1 else np.array([1.0, 0.0])) * (room + 0.5)
        placed.append((spot, 2.3 * MARK))
    return [(float(spot[0]), float(spot[1])) for spot, _ in placed[1:]]


def _ways(pen: Pen, ways: list[Points], *, dashed: bool) -> None:
    """Draw the ways; where several run together, the farther is a rim of the nearer."""
    strokes = []
    for i in reversed(range(len(ways))):
        split = max((_together(ways[i], way) for way in ways[:i]), default=0)
        if split:
            strokes.append((ways[i][: split + 1], WIDTH + 3.4 * i, COLOURS[i]))
        strokes.append((ways[i][split:], WIDTH, COLOURS[i]))
    strokes.sort(key=lambda stroke: -stroke[1])
    for points, width, _ in strokes:
        pen.path(_list(points), "#ffffff", width + 2.6)
    if dashed:
        pen.raw("[9 7] 0 d")
    for points, width, colour in strokes:
        pen.path(_list(points), colour, width)
    pen.raw("[] 0 d")


def _end(line: shapely.LineString) -> Points:
    end: Points = shapely.get_coordinates(line)[-1]
    return end


def _onwards(pen: Pen, mark: Points, way: Points, colour: str) -> None:
    """Draw a pointer behind a mark: the way goes on beyond the map."""
    step = way[-1] - way[-2]
    ahead = step / max(float(np.hypot(*step)), 1e-9)
    aside = np.array([-ahead[1], ahead[0]])
    tip, foot = mark + ahead * (MARK + 9), mark + ahead * (MARK - 2)
    corners = [tip, foot + 8 * aside, foot - 8 * aside]
    a, b, c = (f"{x:.1f} {y:.1f}" for x, y in corners)
    pen.raw(f"{rgb(colour)} rg 1 G 1 w {a} m {b} l {c} l b")


def _together(way: Points, other: Points) -> int:
    """Say how many legs two ways from one door walk together."""
    legs = min(len(way), len(other)) - 1
    apart = np.flatnonzero(np.abs(way[: legs + 1] - other[: legs + 1]).max(axis=1) > 0.5)
    return int(apart[0]) - 1 if len(apart) else legs


def _list(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points.tolist()]


def _here(door: Points, taken: Taken, soft: Taken) -> Box:
    """Find where “您在这里” covers least: above, below or beside the door, or farther off."""
    wide, high = 92.0, 25.0
    x, y = float(door[0]), float(door[1])

    def cost(offer: tuple[Box, float]) -> float:
        box, gap = offer
        return _cost(box, taken, soft) + 1000 * (not taken.inside(box)) + gap / 3

    offers = [
        ((left, bottom, left + wide, bottom + high), gap)
        for gap in (14.0, 36.0)
        for left, bottom in (
            (x - wide / 2, y + gap), (x - wide / 2, y - gap - high), (x + gap, y - high / 2),
            (x - gap - wide, y - high / 2), (x + gap, y + gap / 2), (x - gap - wide, y + gap / 2),
            (x + gap, y - gap / 2 - high), (x - gap - wide, y - gap / 2 - high),
        )
    ]  # fmt: skip
    best, _ = min(offers, key=cost)
    taken.add(best)
    return best


def _dense(ways: list[Points], step: float) -> Points:
    """Give points every few points of paper along ways."""
    lines = [shapely.LineString(way) for way in ways if np.ptp(way, axis=0).any()]
    return shapely.get_coordinates(shapely.segmentize(lines, step)) if lines else np.empty((0, 2))


def _door(pen: Pen, door: Points, label: Box) -> None:
    x, y = float(door[0]), float(door[1])
    left, bottom, right, top = label
    near = (min(max(x, left + 12), right - 12), min(max(y, bottom + 6), top - 6))
    pen.path([(x, y), near], DOOR, 2.4)
    pen.disc(x, y, 8.6, "#ffffff")
    pen.disc(x, y, 7.2, DOOR)
    pen.disc(x, y, 2.6, "#ffffff")
    pen.box(left, bottom, right - left, top - bottom, "#ffffff")
    pen.box(left + 1.2, bottom + 1.2, right - left - 2.4, top - bottom - 2.4, DOOR)
    pen.text(
        (left + right) / 2, bottom + 6.2, "您在这里", 18, weight="Bold", colour="#ffffff",
        anchor="middle",
    )  # fmt: skip


def _furniture(pen: Pen, window: Window, taken: Taken, soft: Taken) -> None:
    """Draw scale bar and north, each in the corner where it covers least."""
    room = 130 / window.pt_m
    power = 10 ** np.floor(np.log10(room))
    length = float(max(step for step in (1, 2, 5) if step * power <= room) * power)
    wide = length * window.pt_m
    left, bottom, high = _corner(window, (taken, soft), (wide + 10, 24.0), top=False)
    x, y = left + 5, bottom + 5
    pen.box(left, bottom, wide + 10, high, "#ffffff")
    pen.raw(f"0 J 0 j {INK} RG 1.4 w {x:.2f} {y + 5:.2f} m {x:.2f} {y:.2f} l "
            f"{x + wide:.2f} {y:.2f} l {x + wide:.2f} {y + 5:.2f} l S")  # fmt: skip
    words = f"{length / 1000:g} 公里 km" if length >= 1000 else f"{length:g} 米 m"
    pen.text(x + wide / 2, y + 5, words, 11, anchor="middle")
    left, bottom, high = _corner(window, (taken, soft), (22.0, 40.0), top=True)
    x, tip = left + 11, bottom + 34
    pen.box(left, bottom, 22, high, "#ffffff")
    pen.raw(f"{INK} rg {x:.2f} {tip:.2f} m {x + 5.5:.2f} {tip - 15:.2f} l "
            f"{x:.2f} {tip - 11.5:.2f} l {x - 5.5:.2f} {tip - 15:.2f} l f")  # fmt: skip
    pen.text(x, bottom + 5, "北", 13, weight="Bold", anchor="middle")


def _cost(box: Box, taken: Taken, soft: Taken) -> int:
    """Weigh what a box would cover: a mark as much as a good stretch of way."""
    return 30 * taken.count(box) + soft.count(box)


def _corner(
    window: Window, stands: tuple[Taken, Taken], size: tuple[float, float], *, top: bool
) -> tuple[float, float, float]:
    """Choose and take a corner of the map for a box; give left, bottom and height."""
    wide, high = size
    y = window.bottom + (window.high - high - 5 if top else 5)
    sides = (window.left + 5, window.left + window.wide - wide - 5)
    boxes = [(x, y, x + wide, y + high) for x in (sides[::-1] if top else sides)]
    best = min(boxes, key=lambda box: _cost(box, *stands))
    stands[0].add(best)
    return best[0], best[1], high
