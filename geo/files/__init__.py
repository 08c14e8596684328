"""Files in and out: shapefile, GeoPackage, GeoJSON, OpenStreetMap; doubts become findings."""

from geo.files.osm import streets_from_osm
from geo.files.reading import read
from geo.files.writing import write

__all__ = ["read", "streets_from_osm", "write"]
