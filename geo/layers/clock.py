"""How much time is left, and whether anybody wants the work to stop."""

import time
from dataclasses import dataclass, field

from geo.layers.progress import Progress, quiet


@dataclass(slots=True)
class Clock:
    """A time limit with a listener, who may end the work by raising `Stopped`."""

    limit_s: float
    progress: Progress = quiet
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Seconds left; none after `stop`."""
        return self.limit_s - self.seconds()

    def over(self) -> bool:
        """Whether time is up."""
        return self.left() <= 0

    def stop(self) -> None:
        """Let every loop end with what it has."""
        self.limit_s = 0.0

    def tell(self, step: str, done: float, total: float) -> None:
        """Tell the listener, about once a second."""
        if (now := self.seconds()) - self.told >= 1.0:
            self.told = now
            self.progress(step, done, total)
