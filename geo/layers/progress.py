"""How long work speaks to whoever waits for it, and how it is stopped."""

from typing import Protocol


class Progress(Protocol):
    """Told about once a second; may raise `Stopped` to end the work."""

    def __call__(self, step: str, done: float, total: float) -> None:
        """Say that `done` of `total` is done in `step`."""


def quiet(step: str, done: float, total: float) -> None:
    """Say nothing."""
