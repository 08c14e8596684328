"""A map with papers beside it: a booklet to print, a table, other proposals of the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from maps.page import Desk, Page
from maps.scene import Words
from maps.themes import Theme


@dataclass(frozen=True, slots=True)
class Paper:
    """One link: what it leads to, and whether this page is it."""

    words: Words
    address: str
    here: bool = False


def with_papers(theme: Theme, papers: Sequence[Paper], others: Sequence[Paper] = ()) -> Page:
    """Make the page of a theme with links above its legend; `others` are folded away."""
    values = {"papers": _plain(papers), "others": _plain(others)}
    return Page(theme.scene(), Desk("papers.html", "", "css/papers.css", values))


def _plain(papers: Sequence[Paper]) -> list[dict[str, str | bool]]:
    return [
        {"zh": p.words.zh, "en": p.words.en, "address": p.address, "here": p.here} for p in papers
    ]
