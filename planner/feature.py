"""What a feature's file is made of: one place to import it from, for features of other packages.

The planner's own features import the same from where it stands; this place stays where it is.
"""

from planner.errors import Fault
from planner.language import say
from planner.models import ledger, scopes
from planner.models.example import Example, Variants
from planner.models.finding import Finding
from planner.models.gives import Amount, Never, Rank, Steps
from planner.models.parameter import REQUIRED, IndexSet, Parameter
from planner.models.plausible import Plausible

__all__ = [
    "REQUIRED",
    "Amount",
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
    "ledger",
    "say",
    "scopes",
]
