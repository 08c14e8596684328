"""Whose process is at work on an upload: told by a lock that dies with its holder.

A state file alone would say "judging" for ever when the service is stopped. The lock is
one of the file system: every process can ask for it, and no process that ended holds it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HELD: dict[Path, int] = {}


def take(own: Path) -> None:
    """Hold an upload's folder until `release`, or until this process ends; twice is once."""
    if own not in _HELD:
        file = os.open(own / ".at-work", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        _HELD[own] = file


def release(own: Path) -> None:
    """Let go of it; twice is once."""
    if (file := _HELD.pop(own, None)) is not None:
        os.close(file)


@contextmanager
def held(own: Path) -> Iterator[None]:
    """Hold it for a while, and let go of it whoever took it."""
    take(own)
    try:
        yield
    finally:
        release(own)


def is_held(own: Path) -> bool:
    """Say whether any process is at work on it."""
    try:
        with (own / ".at-work").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
