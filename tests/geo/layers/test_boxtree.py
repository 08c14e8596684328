"""The tree of boxes finds what looking at every box finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.layers import boxtree

whole = st.integers(0, 12)
box = st.tuples(whole, whole, whole, whole).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)
nothing = st.just((np.nan,) * 4)


@given(st.lists(st.one_of(box, box, box, nothing), max_size=300), box)
def test_what_touches_is_found_once(boxes, window):
    told = np.array(boxes, dtype=float).reshape(-1, 4)
    west, south, east, north = window
    touches = (told[:, 0] <= east) & (told[:, 2] >= west)
    touches &= (told[:, 1] <= north) & (told[:, 3] >= south)
    here = np.array(window, dtype=float)
    found = boxtree.touching(*boxtree.tree(told), here)
    assert sorted(found.tolist()) == np.flatnonzero(touches).tolist()
    as_they_stand = boxtree.tree(told, np.arange(len(told)))
    assert boxtree.touching(*as_they_stand, here).tolist() == np.flatnonzero(touches).tolist()


def test_the_curve_visits_neighbours():
    side = 8
    x, y = (a.ravel() for a in np.meshgrid(np.arange(side), np.arange(side)))
    order = np.argsort(boxtree.hilbert(3, x, y))
    assert (np.abs(np.diff(x[order])) + np.abs(np.diff(y[order])) == 1).all()
