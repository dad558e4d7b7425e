"""What a plan may build or contract at a site, said once: where results hold it, what stood before, what limits it.

A feature declares it in ``BUILDS``. The comparison, the page's section on new build and the search for other plans take
it from there. No Pyomo here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Tables = Mapping[str, pd.DataFrame]

Kind = Literal["halls", "supply", "stores", "connections"]


@dataclass(frozen=True)
class Built:
    """Something that is built by site, and by kind where it has kinds.

    Parameters
    ----------
    table, column
        Where the results hold how much stands, or is built.
    unit
        Of the column.
    kind
        Of what it is a part.
    by
        The set that it is by besides the site; empty where there is none.
    variable
        The model's, indexed by site first; empty where another part says the same in other words.
    size
        The parameter by which the variable counts, such as the MW of a module.
    existing
        The parameter of what stood before, which the column contains.
    most
        The parameter that limits it.
    whole
        The table and the column of what stands in the end, where the column has what is new alone.
    place
        Its place among what is told of a comparison; 0: another part tells it.
    """

    table: str
    column: str
    unit: str
    kind: Kind
    by: str = ""
    variable: str = ""
    size: str = ""
    existing: str = ""
    most: str = ""
    whole: tuple[str, str] = ("", "")
    place: int = 0

    @property
    def new(self) -> str:
        """What a reader calls what comes new, such as ``capacity_new``."""
        return f"{self.column}_new" if self.existing else self.column

    @property
    def keys(self) -> list[str]:
        """The key columns of the table."""
        return ["site", self.by] if self.by else ["site"]

    def amounts(self, tables: Tables) -> pd.Series:
        """Return what the table holds, by its keys; no entries without the table."""
        if self.table not in tables:
            return pd.Series(dtype=float)
        return tables[self.table].set_index(self.keys)[self.column].astype(float)

    def standing(self, tables: Tables) -> pd.Series:
        """Return what stands in the end, by the keys."""
        table, column = self.whole
        rows = tables[table].drop_duplicates(self.keys)
        return rows.set_index(self.keys)[column].astype(float)

    def stood(self, inputs: Any, sites: Sequence[str]) -> float:
        """Return how much of the column stood before at some sites together."""
        if not self.existing:
            return 0.0
        existing = inputs.series(self.existing)
        return float(existing[existing.index.get_level_values("site").isin(sites)].sum())

    def added(self, m: Any, keys: Sequence[Any]) -> Any:
        """Return the expression of what comes new at some keys together."""
        variable = getattr(m, self.variable)
        if not self.size:
            return sum(variable[key] for key in keys)
        size = getattr(m, self.size)
        return sum(size[key] * variable[key] for key in keys)
