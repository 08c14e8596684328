"""Files in and out: shapefile, GeoPackage, GeoJSON, OpenStreetMap; doubts become findings."""

from geo.files.osm import streets_from_osm
from geo.files.reading import read

__all__ = ["read", "streets_from_osm"]
