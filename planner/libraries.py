"""Libraries on their own, without what Pyomo would have come with them.

Pyomo watches the imports of a process: as soon as anybody imports scipy or matplotlib it imports ``scipy.stats`` or
``matplotlib.pyplot`` as well, half a second each, of which the planner uses nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module


def import_alone(name: str) -> None:
    """Import a library unwatched; Pyomo fetches the rest by itself if ever it needs it."""
    watchers = [finder for finder in sys.meta_path if type(finder).__module__.startswith("pyomo.")]
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in watchers]
    try:
        import_module(name)
    finally:
        sys.meta_path[:] = [*watchers, *sys.meta_path]  # a library may have added finders of its own
