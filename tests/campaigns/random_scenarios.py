"""In-schema random scenarios through the whole line, by the thousand.

    python tests/campaigns/random_scenarios.py --trials 10000 --workers 2

One line of counts at the end; every failure is printed with its seed, and ``--seed N --trials 1`` runs it alone.
Exit 1 if anything but a plan or one of the planner's own errors came of a scenario.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.reliability.random_world import is_wild, random_world  # noqa: E402 - the path comes first
from tests.reliability.trial import assert_written, attempt  # noqa: E402

WRITTEN_EVERY = 50


def trial(seed: int) -> tuple[int, str, int, tuple[str, ...]]:
    """Run one scenario; return its seed, how it ended, rows left out, and the solver's warnings or the failure."""
    with tempfile.TemporaryDirectory(prefix="random-scenario-") as folder:
        try:
            outcome = attempt(random_world(seed), Path(folder) / "world", wild=is_wild(seed))
            if outcome.results is not None and seed % WRITTEN_EVERY == 0:
                assert_written(outcome.results, Path(folder) / "run")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what the campaign looks for
            where = traceback.extract_tb(error.__traceback__)[-1]
            return seed, "FAILED", 0, (f"{type(error).__name__} ({Path(where.filename).name}:{where.lineno}): {error}",)
    return seed, outcome.kind, outcome.rows_left_out, outcome.warned


def main() -> int:
    """Run the campaign, print its counts, return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1_000_000, help="of the first scenario")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    began, kinds, left_out, warned, failed = time.monotonic(), Counter[str](), 0, Counter[str](), 0
    with ProcessPoolExecutor(options.workers) as pool:
        seeds = range(options.seed, options.seed + options.trials)
        for seed, kind, rows, words in pool.map(trial, seeds, chunksize=5):
            kinds[kind] += 1
            left_out += rows > 0
            if kind == "FAILED":
                failed += 1
                sys.stdout.write(f"seed {seed}: {words[0][:600]}\n")
                sys.stdout.flush()
            else:
                warned.update(word.split(";")[0][:60] for word in words)
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    bound = f"95 % bound on a failure: {3 / options.trials:.3%}" if not failed else "FAILED"
    sys.stdout.write(
        f"{options.trials} trials: {counts}; {left_out} with rows left out; {bound} ({time.monotonic() - began:.0f} s)\n"
    )
    for word, number in warned.most_common(20):
        sys.stdout.write(f"  {number} x solver says: {word}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
