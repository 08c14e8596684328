"""An open page, as the tests of pages see it."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page


@dataclass
class Visit:
    """An open page, what it asked of other hosts, and what went wrong."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def run(self, script: str, argument: Any = None) -> Any:
        """Evaluate a script in the page."""
        return self.page.evaluate(script, argument)
