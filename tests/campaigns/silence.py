"""How long a command is silent: each verb on a pseudo-terminal, its first word and its longest silence, as a table.

``python -m tests.campaigns.silence [--only VERB] [SCENARIO …]``; not a test, since it depends on the machine and what else it does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.campaigns.uncertain import with_futures

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FIRST_MAX, SILENCE_MAX = 1.0, 5.0
"""[s] that are promised."""


def verbs(scenario: Path, place: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each verb with its words, in an order in which each finds what it needs."""
    run, other, book = place / "run", place / "other", place / "book.xlsx"
    short = ["--time-limit", "60"]
    yield "check", ["check", str(scenario)]
    yield "run", ["run", str(scenario), "--out", str(run)]
    yield "run, another", ["run", str(scenario), "--out", str(other), "--set", "carbon_price=200", "--no-deciding"]
    yield "explain", ["explain", str(scenario), *short]
    yield "compare", ["compare", str(run), str(other), "--out", str(place / "compared")]
    yield "report", ["report", str(run), "--baseline", str(other)]
    yield "map", ["map", str(run)]
    yield "audit", ["audit", str(run)]
    yield "export", ["export", str(scenario), "--format", "xlsx", "--out", str(book)]
    yield "import", ["import", str(book), str(place / "imported")]
    yield "sweep", ["sweep", str(scenario), "--vary", "carbon_price=0,100,200", "--out", str(place / "sweep")]
    yield "pareto", ["pareto", str(scenario), "--points", "3", "--out", str(place / "pareto"), *short]
    wanted = ["--what", "side", "--plans", "1"]
    yield "alternatives", ["alternatives", str(scenario), "--out", str(place / "alternatives"), *wanted, *short]
    yield "bench", ["bench", str(scenario), "--solvers", "highs", "--out", str(place / "bench"), *short]
    uncertain = with_futures(scenario, place / "uncertain")
    yield "futures", ["futures", str(uncertain), "--out", str(place / "futures"), *short]


def heard(words: list[str]) -> tuple[int, float, float, float]:
    """Run a command on a pseudo-terminal; return its exit code, seconds, the first word's, and its longest silence."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "planner", *words]
    begin = last = time.monotonic()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    first, longest = 0.0, 0.0
    try:
        while os.read(ours, 65536):
            now = time.monotonic()
            first, longest, last = first or now - begin, max(longest, now - last), now
    except OSError:  # all who had the other end are gone
        pass
    finally:
        os.close(ours)
    code = process.wait()
    end = time.monotonic()
    return code, end - begin, first, max(longest, end - last)


def main(scenarios: list[Path], only: str | None) -> int:
    """Print the table, of all verbs or of one; return 1 where a promise is not kept."""
    print("| scenario | verb | exit | seconds | first word [s] | longest silence [s] |")  # noqa: T201
    print("|---|---|---:|---:|---:|---:|", flush=True)  # noqa: T201
    is_kept = True
    for scenario in scenarios:
        with tempfile.TemporaryDirectory() as place:
            for verb, words in verbs(scenario, Path(place)):
                if only not in {None, verb}:
                    continue
                code, seconds, first, silence = heard(words)
                is_kept &= first <= FIRST_MAX and silence <= SILENCE_MAX
                row = f"| {scenario.name} | {verb} | {code} | {seconds:.1f} | {first:.2f} | {silence:.2f} |"
                print(row, flush=True)  # noqa: T201
    return 0 if is_kept else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", type=Path, metavar="SCENARIO")
    parser.add_argument("--only", metavar="VERB", help="one that needs nothing of those before it")
    asked = parser.parse_args()
    shipped = [ROOT / "scenarios" / name for name in ("tiny", "national-2025")]
    sys.exit(main(asked.scenarios or shipped, asked.only))
