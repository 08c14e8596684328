"""The nearest places as the crow flies are those of the geodesic."""

import numpy as np
import pytest
from pyproj import Geod

from geo.network import crow

GEODESIC = Geod(ellps="GRS80")


@pytest.mark.parametrize("wide", [0.01, 0.5, 3.0, 30.0])
def test_order_and_metres_are_the_geodesic_ones(wide):
    rng = np.random.default_rng(3)
    places = rng.uniform((116 - wide, 40 - wide), (116 + wide, 40 + wide), (400, 2))
    air = crow(places)
    for lon, lat in rng.uniform((116 - wide, 40 - wide), (116 + wide, 40 + wide), (60, 2)):
        found, metres = air.nearest(lon, lat, 6)
        truth = np.asarray(GEODESIC.inv(np.full(400, lon), np.full(400, lat), *places.T)[2])
        assert found.tolist() == np.argsort(truth, kind="stable")[:6].tolist()
        assert np.allclose(metres, truth[found], atol=0.01, rtol=0)


def test_places_as_far_as_each_other_keep_their_order():
    air = crow(np.array([[119.0, 32.0], [119.1, 32.0], [119.0, 32.0], [119.1, 32.0]]))
    assert air.nearest(119.0, 32.0, 4)[0].tolist() == [0, 2, 1, 3]
    assert air.nearest(-65.0, -10.0, 4)[0].tolist() == [1, 3, 0, 2]


def test_there_may_be_fewer_than_wanted():
    air = crow(np.array([[119.0, 32.0]]))
    assert air.nearest(119.0, 32.0, 5)[0].tolist() == [0]
    assert crow(np.empty((0, 2))).nearest(119.0, 32.0, 5)[0].tolist() == []
