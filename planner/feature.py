"""What a feature's file is made of: one place to import it from, for features of other packages.

The planner's own features import the same from where it stands; this place stays where it is.
"""

from planner.errors import Fault
from planner.figures import ledger
from planner.language import say, say_both
from planner.models.rules import scopes
from planner.models.rules.example import Example, Variants
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Never, Rank, Steps
from planner.scenario.column import Column, keys_of
from planner.scenario.parameter import REQUIRED, IndexSet, Parameter
from planner.scenario.plausible import Plausible

__all__ = [
    "REQUIRED",
    "Amount",
    "Column",
    "Example",
    "Fault",
    "Finding",
    "IndexSet",
    "Never",
    "Parameter",
    "Plausible",
    "Rank",
    "Steps",
    "Variants",
    "keys_of",
    "ledger",
    "say",
    "say_both",
    "scopes",
]
