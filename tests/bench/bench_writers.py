"""Twenty writers over a thousand steps of one scenario: none is lost.

Run: ``WANGGE_DATABASE_URL=… python tests/bench/bench_writers.py [writers, 20] [each, 50]``; the
scenario is opened on the latest revision of that store and dropped in the end.
"""

import sys
import time
from pathlib import Path

from api.tasks.work import Work
from geo import store

sys.path.append(str(Path(__file__).parents[1]))


def main() -> None:
    """Print seconds, and how often a writer came too late."""
    import writers

    count, each = ([int(word) for word in sys.argv[1:]] + [20, 50])[:2]
    db = Work().db
    with db.session() as session:
        made = store.scenarios.open(session, "bench", "bench")
    began = time.perf_counter()
    refused = writers.at_once(db, made.number, count=count, each=each)
    spent = time.perf_counter() - began
    with db.read() as session:
        steps = [s.step for s in store.scenarios.steps(session, made.number)]
    with db.session() as session:
        store.scenarios.drop(session, made.number)
    whole = steps == list(range(1, count * each + 1))
    print(f"{count} writers, {len(steps):,} steps in {spent:.1f} s, {refused:,} came too late, "
          f"none lost: {whole}")  # fmt: skip


if __name__ == "__main__":
    main()
