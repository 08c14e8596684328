"""Files in and out: shapefile, GeoPackage, GeoJSON, OpenStreetMap; doubts become findings."""

from geo.files.reading import read

__all__ = ["read"]
