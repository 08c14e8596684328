"""One process of several that serve the same store: tells when it showed each change.

Asked with a line ``code z x y name``, it looks at the tile, at the feature and at search by
turns until each says the name, and answers of each with the moment at which it did, and with
that at which the last look was begun that was told the old name.
"""

import sys
import time
import zlib
from collections.abc import Callable

from api.settings import Settings
from api.tasks.ask_items import AskItems
from api.tasks.search_places import SearchPlaces
from api.tasks.tile_service import TileService
from api.tasks.work import Work
from geo import store, tiling

LIMIT_S = 10.0


def main(url: str) -> None:
    """Answer line by line until there are no more."""
    work = Work(settings=Settings(), database=store.connect(url))
    service = TileService(work)
    service.sheet("grid")
    SearchPlaces(q="网格", kinds="grid").run(work)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        code, z, x, y, name = line.split()
        at = tiling.address(int(z), int(x), int(y))
        shown: dict[str, Callable[[], bool]] = {
            "tile": lambda at=at, name=name: name.encode() in _plain(service, at),
            "feature": lambda code=code, name=name: name.encode() in _feature(work, code),
            "search": lambda code=code, name=name: code in _found(work, name),
        }
        told = [f"{seen:.6f} {old:.6f}" for seen, old in _seen(shown).values()]
        sys.stdout.write(" ".join(told) + "\n")
        sys.stdout.flush()


def _seen(shown: dict[str, Callable[[], bool]]) -> dict[str, tuple[float, float]]:
    """Give when each was true first, and when the last look was begun at which it was not."""
    seen: dict[str, tuple[float, float]] = {}
    old = dict.fromkeys(shown, 0.0)
    limit = time.time() + LIMIT_S
    while len(seen) < len(shown):
        for word in [word for word in shown if word not in seen]:
            begun = time.time()
            if shown[word]() or begun > limit:
                seen[word] = time.time(), old[word]
            else:
                old[word] = begun
        time.sleep(0.002)
    return {word: seen[word] for word in shown}


def _plain(service: TileService, at: tiling.Address) -> bytes:
    body = service.tile(("grid",), at).body
    return zlib.decompress(body, 31) if body else b""


def _feature(work: Work, code: str) -> bytes:
    return b"".join(AskItems(collection="grid", values=(("code", code),)).run(work).features())


def _found(work: Work, name: str) -> list[str]:
    return [str(hit["key"]) for hit in SearchPlaces(q=name, kinds="grid").run(work)]


if __name__ == "__main__":
    main(sys.argv[1])
