"""Rooms whose modules are imported when a name of theirs is first asked for.

A process that answers for tiles needs no solver, and one that solves draws no map: importing
every room whole costs seconds and hundreds of megabytes. A room says its face as ever, by
imports, but behind ``if TYPE_CHECKING``, and below them::

    if TYPE_CHECKING:
        from geo.siting.solve import reckon, solve

    __all__ = ["reckon", "solve"]
    late(__name__)

Tools read the imports as they stand; here they say in which module a name is found.
"""

import ast
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple


class Door(NamedTuple):
    """Where a name is found: in which module, and how it is called there; a module itself by none."""

    module: str
    called: str | None

    def opened(self) -> Any:
        """Import the module; give what the name stands for."""
        found = import_module(self.module)
        return found if self.called is None else getattr(found, self.called)


class Face(ModuleType):
    """A room that finds its names when they are asked for."""

    _doors: dict[str, Door]

    def __getattr__(self, name: str) -> Any:
        """Open the door of a name; behind it the name is there like any other."""
        if (door := self.__dict__["_doors"].get(name)) is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name)
        self.__dict__[name] = found = door.opened()
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep a name for what the face says where a module is called the same.

        Python sets a module beside its siblings when it has been imported.
        """
        door = self.__dict__["_doors"].get(name)
        named = door is not None and door.called is not None and isinstance(value, ModuleType)
        if not named:
            super().__setattr__(name, value)


def late(room: str) -> None:
    """Let a room find the names of its face when they are asked for; the last line of its file.

    Parameters
    ----------
    room : str
        Its ``__name__``.
    """
    module = sys.modules[room]
    source = module.__spec__.loader.get_source(room)  # type: ignore[union-attr]
    module.__dict__["_doors"] = dict(_doors(room, ast.parse(source)))
    module.__class__ = Face


def _doors(room: str, written: ast.Module) -> list[tuple[str, Door]]:
    """Read the imports of a face."""
    return [
        (name.asname or name.name, _door(room, step.module or room, name.name))
        for block in written.body
        if isinstance(block, ast.If)
        for step in block.body
        if isinstance(step, ast.ImportFrom)
        for name in step.names
    ]


def _door(room: str, module: str, name: str) -> Door:
    return Door(f"{room}.{name}", None) if module == room else Door(module, name)
