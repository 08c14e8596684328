"""An operation that lacks something names it, in words and not in Python's."""

import pytest
from pyproj import CRS

from geo import redraw
from geo.errors import BadInput


def test_missing_and_strange_fields_are_named() -> None:
    told = {"op": "split", "code": "653101001001005", "lines": []}
    with pytest.raises(BadInput) as fault:
        redraw.read_operation(told, CRS("EPSG:4534"))
    assert "缺少 level" in fault.value.zh
    assert "没有 lines 这一项" in fault.value.zh
    assert "__init__" not in fault.value.message
