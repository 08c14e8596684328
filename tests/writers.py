"""Many planners who write to one scenario at once, each as fast as it can."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geo import store
from geo.errors import Conflict


def at_once(db: store.Database, scenario: int, *, count: int, each: int) -> int:
    """Let so many writers do so many steps each; give how often one came too late."""

    def write(n: int) -> int:
        rng, seen, refused, k = np.random.default_rng(n), 0, 0, 0
        while k < each:
            try:
                with db.session() as session:
                    if refused:  # look again before the next try
                        seen = store.scenarios.read(session, scenario).step
                    seen = store.scenarios.append(
                        session, scenario, "do", f"P{n}", expected=seen, label=f"{n}-{k}"
                    )
                k += 1
            except Conflict:
                refused += 1
                time.sleep(0.2 * rng.random())
        return refused

    with ThreadPoolExecutor(count) as pool:
        return sum(pool.map(write, range(count)))
