"""One process of several that serve the same store: tells when each of its tiles turned."""

import sys
import time

from api.settings import Settings
from api.tasks.tile_service import TileService
from api.tasks.work import Work
from geo import store, tiling


def main(url: str) -> None:
    """Answer, for every line ``z x y name``, the moment at which the tile says the name."""
    work = Work(settings=Settings(), database=store.connect(url))
    service = TileService(work)
    service.sheet("grid")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        z, x, y, name = line.split()
        at, wanted = tiling.address(int(z), int(x), int(y)), name.encode()
        limit = time.time() + 5
        dropped = service.cache.dropped
        while wanted not in _plain(service, at) and time.time() < limit:
            time.sleep(0.001)
        sys.stdout.write(f"{time.time()} {service.cache.dropped - dropped}\n")
        sys.stdout.flush()


def _plain(service: TileService, at: tiling.Address) -> bytes:
    import zlib

    body = service.tile(("grid",), at).body
    return zlib.decompress(body, 31) if body else b""


if __name__ == "__main__":
    main(sys.argv[1])
