"""Parts of the service: routers that are looked through only for addresses that may be theirs.

The framework tries every route of every router in turn, which took longer than most answers.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope

UNKNOWN = "{"
"""The first word of an address that begins with a parameter, or with what is not known."""


class Part(APIRouter):
    """A router that knows the first words of its addresses.

    An address in which none of them stands is not its own.
    """

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        self._within: list[tuple[str, APIRouter]] = []

    def include_router(self, router: APIRouter, *, prefix: str = "", **told: Any) -> None:
        """Take in another router, and note which."""
        self._within.append((self.prefix + prefix, router))
        super().include_router(router, prefix=prefix, **told)

    @cached_property
    def heads(self) -> frozenset[str]:
        """The first words of all addresses, without the prefix under which they are included."""
        return frozenset(self._all_heads())

    def _all_heads(self) -> Iterator[str]:
        for route in self.routes:
            if (path := getattr(route, "path", None)) is not None:
                yield _head(path)
        for prefix, router in self._within:
            if prefix:
                yield _head(prefix)
            else:
                yield from router.heads if isinstance(router, Part) else (UNKNOWN,)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Look through the routes, if one of them may be meant."""
        words = scope["path"].strip("/").split("/")
        if UNKNOWN not in self.heads and self.heads.isdisjoint(words):
            return Match.NONE, {}
        return super().matches(scope)


def _head(path: str) -> str:
    head = path.removeprefix("/").partition("/")[0]
    return UNKNOWN if not path or "{" in head else head
