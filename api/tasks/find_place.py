"""Where am I: a typed name, a door QR, or a point on the ground, each turned into a place."""

from typing import Any

from pydantic import Field

from api.tasks.known import Known, known
from api.tasks.scene import read_scene
from api.tasks.work import Form, Work
from geo import coords
from geo.finding import Gazetteer, Place


class FindPlaces(Form):
    """Ask for places by name, pinyin, initials or with a slip; a building by its number."""

    text: str = Field(max_length=60)
    limit: int = Field(8, ge=1, le=20)

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give the likeliest first; a `score` of 90 or more is the name itself."""
        here = known(work)
        found = gazetteer(here, work).find(self.text, self.limit)
        return [{**told_of(place, here), "score": score} for place, score in found]


class PlaceAt(Form):
    """Ask for the place of a door QR: a building, station or community, or a full name."""

    key: str = Field(max_length=80)

    def run(self, work: Work) -> dict[str, Any]:
        """Give the place, or raise `NotFound`."""
        here = known(work)
        return told_of(gazetteer(here, work).at(self.key), here)


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
    """Give the places of this state of the store; made when first asked for."""

    def made() -> Gazetteer:
        read = read_scene(work, "building", "community", "station").frames
        frames = {name: coords.to_metres(frame, here.scene.crs) for name, frame in read.items()}
        return Gazetteer({**here.scene.frames, **frames, "station": here.stations})

    return here.keep("gazetteer", made)


def told_of(place: Place, here: Known) -> dict[str, Any]:
    """Give a place as plain values, in degrees."""
    lon, lat = coords.transformer(here.scene.crs, coords.STORED).transform(place.x_m, place.y_m)
    return {
        "key": place.key,
        "kind": place.kind,
        "name": place.name,
        "area": place.area,
        "lon": round(lon, 7),
        "lat": round(lat, 7),
    }
