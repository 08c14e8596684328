"""The web door: pages, maps and the JSON API of one process."""

from api.http.application import create_app

__all__ = ["create_app"]
