"""Search in process over made-up names: python tests/bench/bench_search.py

Prints what share of those meant is among the first five, by the way they were typed, and the
processor that a question cost (the time of the thread, so that other load does not matter).
"""

import argparse
import time

import numpy as np
from served import _find_tests


def main() -> None:
    """Ask, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--missed", type=int, default=0, help="show so many that were not found")
    told = parser.parse_args()
    _find_tests()
    import people_typing

    from geo.finding import Names

    rng = np.random.default_rng(told.seed)
    every = people_typing.names(told.names, rng)
    asked_for = people_typing.typed(every, told.queries, rng)
    begun = time.process_time()
    index = Names(every)
    took_s, size_mb = time.process_time() - begun, index.nbytes / 1e6
    print(f"{told.names:,} names indexed in {took_s:.1f} s of CPU, {size_mb:.0f} MB")
    index.find("不在其中的名称")
    hits: dict[str, list[bool]] = {}
    took: dict[str, list[float]] = {}
    for one in asked_for:
        begun = time.thread_time()
        found = list(index.find(one.text))[:5]
        took.setdefault(one.how, []).append(1e3 * (time.thread_time() - begun))
        hits.setdefault(one.how, []).append(one.meant in found)
        if one.meant not in found and told.missed > 0:
            told.missed -= 1
            print("  ", one.how, one.text, every[one.meant], "->", [every[n] for n in found])
    print(f"{'typed as':20} {'asked':>6} {'recall@5':>9} {'p50 ms':>7} {'p99 ms':>7} {'worst':>6}")
    hits["all"] = [hit for way in hits.values() for hit in way]
    took["all"] = [cost for way in took.values() for cost in way]
    for how, found in hits.items():
        p50, p99 = np.percentile(took[how], [50, 99])
        print(
            f"{how:20} {len(found):6} {np.mean(found):9.3f} {p50:7.2f} {p99:7.2f} {max(took[how]):6.2f}"
        )


if __name__ == "__main__":
    main()
