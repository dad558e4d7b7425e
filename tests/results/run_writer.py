"""Write the run made by hand to a place, as a process of its own: ``run_writer.py OUT MARK [--force] [--numbered] …``.

``MARK`` stands in every kind of file, so that a mixture of two runs would show. Prints ``ready`` once everything is
imported, waits for ``--at`` [s since the epoch], and writes ``--times`` runs (0: until it is killed).
Exit codes are the planner's.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import resource
import sys
import tempfile
import time
from pathlib import Path

from results_world import make_results, make_scenario

import planner.io.results.layers
from planner.errors import PlannerError
from planner.io.results.results import write_manifest, write_results
from planner.io.results.run_folder import run_folder


def main() -> int:
    """Write, and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("mark", type=float)
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--numbered", action="store_true")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--at", type=float, default=0.0)
    parser.add_argument("--file-size", type=int, help="largest file the system lets this process write [bytes]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scenario = make_scenario(Path(folder))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(max(0.0, options.at - time.time()))
    if options.file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.file_size, options.file_size))
    for number in itertools.count() if options.times == 0 else range(options.times):
        results = make_results(scenario, options.mark + number / 1000)
        results = dataclasses.replace(results, summary={**results.summary, "writer": options.mark})
        try:
            with run_folder(options.out, force=options.force, numbered=options.numbered) as draft:
                write_results(results, draft)
                write_manifest(results, draft)
        except PlannerError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
    return 0


if __name__ == "__main__":
    assert planner.io.results.layers
    sys.exit(main())
