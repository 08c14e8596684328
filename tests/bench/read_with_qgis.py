"""QGIS as a client, without a screen: /usr/bin/python3 tests/bench/read_with_qgis.py URL [COLLECTION]

Needs Debian's python3-qgis. Opens a collection of ``URL`` (the landing page, ``…/ogc``),
reads every feature, asks by box and by a filter, and prints what it got; a fault ends it
with code 1.
"""

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsFeatureRequest,
    QgsRectangle,
    QgsVectorLayer,
)


def main() -> int:
    """Read, and compare a box and a filter with what was read whole."""
    url, name = sys.argv[1], (sys.argv[2:] or ["grid"])[0]
    program = QgsApplication([], False)
    program.initQgis()
    layer = QgsVectorLayer(f"url='{url}' typename='{name}' pagingEnabled='true'", name, "OAPIF")
    if not layer.isValid():
        print(f"QGIS cannot open {name}: {layer.error().message()}")
        return 1
    every = list(layer.getFeatures())
    print(f"{len(every)} features, {layer.crs().authid()}, {[f.name() for f in layer.fields()]}")
    box = every[0].geometry().boundingBox()
    expected = {f["code"] for f in every if f.geometry().boundingBox().intersects(box)}
    asked = QgsFeatureRequest().setFilterRect(QgsRectangle(box))
    found = {f["code"] for f in layer.getFeatures(asked)}
    word = every[0]["name"].replace("'", "''")
    named = [f["code"] for f in layer.getFeatures(f"\"name\" = '{word}'")]
    print(f"in a box: {len(found)} (by hand at most {len(expected)}); of one name: {len(named)}")
    fine = len(every) == layer.featureCount() and found and found <= expected
    fine = bool(fine and every[0]["code"] in named)
    del layer
    program.exitQgis()
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
