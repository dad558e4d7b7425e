"""HiGHS for the planner's own process, whose standard output is the user's."""

from __future__ import annotations

import highspy


class SilentHighs(highspy.Highs):
    """HiGHS that never writes to standard output.

    From 1.16 on it prints its name and its licence while its constructor enables callbacks, before anyone can set an
    option. In a solver's process that belongs in the log; here it would stand in the midst of an exported model.
    """

    def enableCallbacks(self) -> None:  # noqa: N802  HiGHS's own name
        """Enable callbacks, silent already."""
        self.setOptionValue("log_to_console", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]
