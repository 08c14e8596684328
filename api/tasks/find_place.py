"""Where am I: a typed name, a door QR, or a point on the ground, each turned into a place."""

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import Field

from api.tasks.known import Known, NotAtHand, at_hand, known
from api.tasks.scene import read_scene
from api.tasks.work import Form, Work
from geo import coords, finding
from geo.finding import Bounds, Gazetteer, Place

AT_ONCE = 3000
"""Looking at so many names for slips takes a few tenths of a millisecond."""


class FindPlaces(Form):
    """Ask for places by name, pinyin, initials or with a slip; a building by its number."""

    text: str = Field(max_length=60)
    limit: int = Field(8, ge=1, le=20)

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give the likeliest first; a `score` of 90 or more is the name itself."""
        return placed(known(work), work, self.text, Bounds(self.limit))

    def at_once(self, work: Work) -> list[dict[str, Any]]:
        """Answer the same from what this process has at hand, in less than a millisecond.

        Raises
        ------
        NotAtHand
            When something has to be read or built first, or many names have to be looked at
            for slips: `run` does.
        """
        try:
            return placed(at_hand(work), work, self.text, Bounds(self.limit, AT_ONCE))
        except finding.OutOfPatience:
            raise NotAtHand from None


class PlaceAt(Form):
    """Ask for the place of a door QR: a building, station or community, or a full name."""

    key: str = Field(max_length=80)

    def run(self, work: Work) -> dict[str, Any]:
        """Give the place, or raise `NotFound`."""
        here = known(work)
        return told_of([gazetteer(here, work).at(self.key)], here)[0]


class NamePlace(Form):
    """Ask what people call a point."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)

    def run(self, work: Work) -> str:
        """Give the name of the house or street there; empty where nothing is near."""
        here = known(work)
        x_m, y_m = coords.transformer(coords.STORED, here.scene.crs).transform(self.lon, self.lat)
        return gazetteer(here, work).near(x_m, y_m)


def gazetteer(here: Known, work: Work) -> Gazetteer:
    """Give the places of this state of the store; made when first asked for.

    Once asked for they are made again after a change before the new state stands.
    """

    def made() -> Gazetteer:
        read = read_scene(work, "building", "community", "station").frames
        frames = {name: coords.to_metres(frame, here.scene.crs) for name, frame in read.items()}
        return Gazetteer({**here.scene.frames, **frames, "station": here.stations})

    def again(fresh: Known) -> Gazetteer:
        return gazetteer(fresh, work)

    found = here.keep("gazetteer", made)
    here.asked("gazetteer", again)
    return found


def placed(
    here: Known,
    work: Work,
    text: str,
    bounds: Bounds,
    kinds: Collection[str] = finding.KINDS,
) -> list[dict[str, Any]]:
    """Give the places of some kinds that a text may mean, the likeliest first, with scores."""
    found = gazetteer(here, work).find(text, bounds, kinds)
    told = told_of([place for place, _ in found], here)
    return [{**place, "score": score} for place, (_, score) in zip(told, found, strict=True)]


def told_of(places: Sequence[Place], here: Known) -> list[dict[str, Any]]:
    """Give places as plain values, in degrees."""
    if not places:
        return []
    lons, lats = here.to_degrees.transform([p.x_m for p in places], [p.y_m for p in places])
    return [
        {
            "key": place.key,
            "kind": place.kind,
            "name": place.name,
            "area": place.area,
            "lon": round(lon, 7),
            "lat": round(lat, 7),
        }
        for place, lon, lat in zip(places, lons, lats, strict=True)
    ]
