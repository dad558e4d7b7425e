"""What a feature reads, declared once: tables, checks, the data dictionary and the JSON schema follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar

from planner.language import Message, say
from planner.scenario.plausible import Plausible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from planner.scenario.built import Built
    from planner.scenario.column import Chapter, Column, Measure, Series
    from planner.scenario.lines import Lines

    Admits = Callable[[Any, pd.DataFrame], pd.Series]
    Supplies = Callable[[Any], pd.DataFrame]
    Occupies = Callable[[Any], pd.DataFrame]
    AuditTerms = Callable[[Any, Mapping[str, pd.DataFrame]], Mapping[str, pd.Series]]
    Ways = Callable[[Any], pd.DataFrame]

Made = TypeVar("Made")
Kind = Literal["number", "integer", "text", "choice", "flag", "reference"]
Value = float | int | str | bool


class Missing(Enum):
    """The default of a parameter that must be given."""

    REQUIRED = "required"


REQUIRED: Final = Missing.REQUIRED
FLAGS: Final = {"true": True, "false": False}
"""The words of a parameter of kind ``flag``, in lower case."""
INFINITY: Final = float("inf")
COMPUTED: Final = "computed by the planner"
"""What is said of a parameter in place of what it usually is, where nobody types it."""


@dataclass(frozen=True)
class IndexSet:
    """A set of the model, whose members are the rows of a one-index table.

    Parameters
    ----------
    name
        The key column and the name of the table, such as ``site`` for ``site.csv``.
    plural
        The name of the Pyomo set, such as ``SITES``.
    description
        One sentence for the data dictionary.
    members_default
        The members when the table is absent; ``None`` makes the table obligatory.
    from_references
        Without the table, the members are those that other tables' reference columns name.
    """

    name: str
    plural: str
    description: Message
    members_default: tuple[str, ...] | None = None
    from_references: bool = False


@dataclass(frozen=True)
class CaseSet:
    """A set of cases: a feature that declares it makes of every member a year that is planned beside the others.

    Parameters
    ----------
    index_set
        The set; a parameter may be given by its members in tables that bear its name at the end.
    year, years
        The parameters that say with which year a member begins, and for how many it stands; empty where it has none.
    probability
        The parameter that says how likely a member is; empty where it has none.
    """

    index_set: str
    year: str = ""
    years: str = ""
    probability: str = ""


@dataclass(frozen=True)
class Parameter:
    """One input of the model.

    Parameters
    ----------
    name
        The column in the table, the component in the model, the word in the docs.
    index
        The key columns; ``()`` is a scalar of ``[parameters]``.
    unit
        The unit in the model's own words, ``"1"`` for a plain ratio, ``""`` for text.
    description
        One sentence for the data dictionary.
    default
        The value where none is given; ``REQUIRED`` where leaving it out is an error;
        ``None`` where not given means there is no such limit, price or link.
    kind
        How a cell is read.
    low, high
        The closed interval a number must lie in; ``low_open`` leaves out ``low`` itself.
    plausible
        The interval in which a number usually lies, and the units in which people type it by mistake: what lies
        outside is read, and named. Of a number that has none, in a few words why.
    choices
        The words allowed for ``kind="choice"``.
    retired
        Words that were allowed once, each with what to write in its place.
    refers_to
        The index set whose members are allowed for ``kind="reference"``.
    also_index
        Other indices at which it may be given instead, coarser or finer.
    excludes
        Other parameters (keys) that say the same in other words: at one key only one of them is given, and a newer
        statement, a child's or ``--set``, takes an older one away.
    source
        Where the rule or the default comes from.
    per_table
        The same word stands in several tables (``name_zh``, ``hub``, ``longitude`` …), so that the
        parameter is known as ``site.hub``, not as ``hub``.
    accounting_of
        The measure of the summary that is counted by this choice: of two plans that differ in it, it does not compare.
    caps
        The objective that it limits for the whole plan.
    by_case
        Whether it may be given by stage and future as well; without a word it follows from the kind, see
        :attr:`is_by_case`.
    multiplies
        The parameter that the reader multiplies with it; nobody else sees it.
    case_of
        Of a value by stage or future: the parameter (key) whose value it is.
    """

    name: str
    index: tuple[str, ...]
    unit: str
    description: Message
    default: Value | Missing | None = REQUIRED
    kind: Kind = "number"
    low: float = 0.0
    high: float = INFINITY
    low_open: bool = False
    plausible: Plausible | str | None = None
    choices: tuple[str, ...] = ()
    retired: Mapping[str, Message] = field(default_factory=dict)
    refers_to: str | None = None
    also_index: tuple[tuple[str, ...], ...] = ()
    excludes: tuple[str, ...] = ()
    source: str = ""
    per_table: bool = False
    accounting_of: str = ""
    caps: str = ""
    by_case: bool | None = None
    multiplies: str = ""
    case_of: str = ""

    @property
    def key(self) -> str:
        """The word by which the rest of the planner asks for it."""
        return f"{table_of(self.index)}.{self.name}" if self.per_table else self.name

    @property
    def indices(self) -> tuple[tuple[str, ...], ...]:
        """Every index at which the parameter may be given, its own first."""
        return (self.index, *self.also_index)

    @property
    def is_numeric(self) -> bool:
        """Whether the model can calculate with it."""
        return self.kind in {"number", "integer"}

    @property
    def is_by_case(self) -> bool:
        """Whether a stage or a future may have a value of its own.

        Numbers, flags and choices may, but for the columns of timesteps, what the planner computes and what sums of
        cases are counted by; names, places and memberships may not.
        """
        if self.by_case is not None:
            return self.by_case
        kept = self.index == ("timestep",) or self.plausible == COMPUTED or self.accounting_of
        return self.kind in {"number", "integer", "flag", "choice"} and not kept


class Shown(Protocol):
    """What a reader of results asks of a feature's figure, which :mod:`planner.figures.figure` makes."""

    @property
    def name(self) -> str:
        """The column of the layer."""

    @property
    def of(self) -> Literal["site", "region", "flow"]:
        """Whose number it is."""

    @property
    def unit(self) -> str:
        """Of the number shown."""

    @property
    def unlisted(self) -> float:
        """The number of every member in a plan without the feature."""

    @property
    def gone(self) -> float:
        """The number of a member that one of two plans does not have."""

    @property
    def rank(self) -> int:
        """Its place among what is compared; 0: it is not."""

    @property
    def page(self) -> str:
        """What the page's script calls it; empty: the page does not have it."""

    @property
    def says(self) -> Message | None:
        """What the page calls it."""

    @property
    def basis(self) -> Callable[[Any], str] | None:
        """By which of several accountings it is."""

    @property
    def basis_name(self) -> str:
        """The column of the layer that says so."""

    @property
    def amount(self) -> Callable[[Any, Mapping[str, pd.DataFrame]], pd.Series]:
        """What adds up over the members."""

    def by_member(self, inputs: Any, tables: Mapping[str, pd.DataFrame], /) -> pd.Series:
        """Return the number of each member, in the scenario's order."""


def in_order(names: Iterable[str], requires: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return names as they come, but each after those of them that it requires.

    Raises
    ------
    ValueError
        Some require each other in a circle.
    """
    listed = dict.fromkeys(names)
    ordered: dict[str, None] = {}

    def place(name: str, trail: tuple[str, ...]) -> None:
        if name in ordered:
            return
        if name in trail:
            message = f"features require each other in a circle: {' → '.join((*trail, name))}"
            raise ValueError(message)
        for needed in requires[name]:
            if needed in listed:
                place(needed, (*trail, name))
        ordered[name] = None

    for name in listed:
        place(name, ())
    return tuple(ordered)


@dataclass(frozen=True)
class Declarations:
    """All that the features declare, handed to the readers so that they need not know the model."""

    features: tuple[str, ...]
    requires: dict[str, tuple[str, ...]]
    sets: dict[str, IndexSet]
    parameters: dict[str, Parameter]
    """By ``Parameter.key``."""
    owner: dict[str, str]
    """The feature that declares each parameter (by key) or set (by name)."""
    figures: tuple[tuple[str, Shown], ...] = ()
    """Each feature's figures of sites and regions, with the feature, in canonical order."""
    audit_terms: Mapping[str, AuditTerms] = field(default_factory=dict)
    """What gives a feature's parts of open totals to the audits of others, by feature in canonical order."""
    ways: Mapping[str, Ways] = field(default_factory=dict)
    """What knows the ways between regions and sites, and their latencies, by feature in canonical order."""
    columns: tuple[tuple[str, Column], ...] = ()
    """Each column of the result tables, with the feature that reports it, in canonical order, the objective's last."""
    builds: tuple[Built, ...] = ()
    """What a plan may build, in canonical order."""
    measures: tuple[Measure, ...] = ()
    """The numbers of the summary, in canonical order."""
    flows: tuple[tuple[str, Shown], ...] = ()
    """The figures of the work between a region and a site, beside its load and its latency, with the feature."""
    series: tuple[Series, ...] = ()
    """What is known by timestep, in canonical order."""
    lines: Lines | None = None
    """The links of a network, where a feature has any."""
    chapters: tuple[tuple[str, Chapter], ...] = ()
    """Tables that the page has of a feature's results, with the feature, in canonical order."""
    guests: frozenset[str] = frozenset()
    """The features of other packages."""
    admits: Mapping[str, Admits] = field(default_factory=dict)
    """What says which routes a feature admits, by feature in canonical order."""
    supplies: Mapping[str, Supplies] = field(default_factory=dict)
    """What says to which sites a feature brings green power, and of which technology, by feature."""
    occupies: Mapping[str, Occupies] = field(default_factory=dict)
    """What says which room a feature may take at which sites beside the work that is served there, by feature."""
    case_sets: Mapping[str, CaseSet] = field(default_factory=dict)
    """What makes several years of a scenario, by feature in canonical order: stages before futures."""
    _known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What is made of the declarations, which are the same for every scenario."""

    def once(self, made: Callable[[Declarations], Made]) -> Made:
        """Return what a module's function makes of the declarations; it is made the first time it is asked for.

        Nobody may write to it.
        """
        if made not in self._known:
            self._known[made] = made(self)
        found: Made = self._known[made]
        return found

    def ordered(self, features: Collection[str]) -> tuple[str, ...]:
        """Return the features of a scenario in canonical order, in which none that it does not list has a say."""
        listed = [name for name in self.features if name in features]
        return in_order(sorted(listed, key=lambda name: (name in self.guests, name)), self.requires)

    def columns_of(self, table: str) -> dict[str, Column]:
        """Return the columns that may stand in a result table, by name; none of a table that no feature reports."""
        return self.once(_columns).get(table, {})


def _columns(declarations: Declarations) -> dict[str, dict[str, Column]]:
    tables: dict[str, dict[str, Column]] = {}
    for _, column in declarations.columns:
        tables.setdefault(column.table, {})[column.name] = column
    return tables


def table_of(index: tuple[str, ...]) -> str:
    """Return the table that holds parameters of this index: ``("site", "timestep")`` → ``"site_timestep"``."""
    return "_".join(index)


def names_of(index_set: str) -> tuple[Parameter, Parameter]:
    """Return the two name columns that every one-index table may carry."""
    zh = say("Name shown in Chinese tables, maps and reports; the id where empty.")
    en = say("Name shown in English tables, maps and reports; the id where empty.")
    return (
        Parameter("name_zh", (index_set,), "", zh, None, "text", per_table=True),
        Parameter("name_en", (index_set,), "", en, None, "text", per_table=True),
    )


def place_of(index_set: str) -> tuple[Parameter, ...]:
    """Return the columns that say where the members of a set stand."""
    units = (
        Parameter(
            "hub",
            (index_set,),
            "",
            say("National hub node it belongs to."),
            None,
            "reference",
            refers_to="hub",
            per_table=True,
        ),
        Parameter(
            "side",
            (index_set,),
            "",
            say("Side of the country, such as east or west."),
            None,
            "reference",
            refers_to="side",
            per_table=True,
        ),
        Parameter(
            "province",
            (index_set,),
            "",
            say("Province it lies in, one spelling throughout."),
            None,
            "text",
            per_table=True,
        ),
    )
    axes = (
        Parameter(
            "longitude",
            (index_set,),
            "degrees",
            say("Longitude, WGS84, east positive."),
            None,
            low=-180,
            high=180,
            plausible=Plausible(60.0, 150.0),
            by_case=False,
            per_table=True,
        ),
        Parameter(
            "latitude",
            (index_set,),
            "degrees",
            say("Latitude, WGS84, north positive."),
            None,
            low=-90,
            high=90,
            plausible=Plausible(0.0, 60.0),
            by_case=False,
            per_table=True,
        ),
    )
    return (*units, *axes)
