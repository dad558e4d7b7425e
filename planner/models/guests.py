"""Features of other packages: found by the entry-point group ``planner.features``, and looked at before they are used.

A package names its module in its ``pyproject.toml``; once it is installed, the planner and each of its processes find
the feature beside their own::

    [project.entry-points."planner.features"]
    curtailment = "curtailment_feature"

What such a feature brings is audited by its own file alone, so that results name its package and version.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any

from planner.errors import GuestFeatureError, shown
from planner.language import SEMICOLON, Message, Sentence, Text, join, say
from planner.scenario.column import Column
from planner.scenario.parameter import IndexSet, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

GROUP = "planner.features"
HOOKS: Mapping[str, list[str]] = {
    "build": ["m"],
    "report": ["m"],
    "audit": ["inputs", "tables"],
    "audit_terms": ["inputs", "tables"],
    "audit_built": ["inputs", "tables"],
    "join": ["m"],
    "report_cases": ["inputs", "worth", "values"],
    "audit_cases": ["inputs", "tables", "planned"],
    "derive": ["inputs"],
    "ways": ["inputs"],
    "lists_part": ["inputs"],
    "unlisted": ["m", "prices"],
    "check": ["inputs"],
    "warn": ["inputs"],
    "obstacles": ["inputs"],
    "admits": ["inputs", "routes"],
    "supplies": ["inputs"],
    "occupies": ["inputs"],
    "summary": ["inputs", "tables"],
}
"""The functions by which the planner asks a feature, and what it hands them."""
NEEDED_HOOKS = ("build", "report", "audit")


@dataclass(frozen=True)
class Guest:
    """A feature of another package.

    Attributes
    ----------
    name
        The feature's name: that of its entry point.
    package, version
        Whose it is.
    module
        Its file.
    """

    name: str
    package: str
    version: str
    module: ModuleType


@cache
def guests(own: tuple[str, ...]) -> dict[str, Guest]:
    """Return the features of other packages by name."""
    found: dict[str, Guest] = {}
    entries = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))
    for entry in entries:
        guest = _loaded(entry, own, found)
        found[guest.name] = guest
    known = {*own, *found}
    for guest in found.values():
        if missing := list(lacks(guest.name, guest.module, known)):
            raise refused(guest, join(missing, SEMICOLON))
    return found


def _loaded(entry: EntryPoint, own: Sequence[str], others: Mapping[str, Guest]) -> Guest:
    package, version = (entry.dist.name, entry.dist.version) if entry.dist is not None else ("?", "?")
    guest = Guest(entry.name, package, version, ModuleType(entry.name))
    if entry.name in (*own, "objective"):
        raise refused(guest, say("the planner has a feature of this name"))
    if entry.name in others:
        other = others[entry.name].package
        raise refused(guest, say("{other} has a feature of this name", other=shown(other)))
    try:
        module = entry.load()
    except Exception as error:
        why = say("it cannot be imported: {kind}: {error}", kind=type(error).__name__, error=shown(error, 300))
        raise refused(guest, why) from error
    if not isinstance(module, ModuleType):
        raise refused(guest, say("{value} is no module", value=shown(entry.value)))
    return Guest(entry.name, package, version, module)


def refused(guest: Guest, why: Text) -> GuestFeatureError:
    """Return the error that a guest's feature cannot be used, and what to do."""
    return GuestFeatureError(
        say(
            "the feature {name} of the package {package} {version} cannot be used: {why} (mend the package, or take it "
            "away: pip uninstall {package})",
            name=shown(guest.name),
            package=shown(guest.package),
            version=shown(guest.version),
            why=why,
        )
    )


def lacks(name: str, module: ModuleType, known: Iterable[str]) -> Iterator[Message]:
    """Yield what a feature's module lacks, or has in another form than the planner asks for."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield say("its name is not in lower_snake")
    if not re.match(r"\S[^\n]*: \S", module.__doc__ or ""):
        yield say("its docstring does not begin 'Name: what it does.'")
    requires = getattr(module, "REQUIRES", None)
    if not isinstance(requires, tuple):
        yield say("REQUIRES is no tuple of names")
    elif unknown := sorted(set(requires) - set(known)):
        yield say("it requires {names}, which is no feature", names=join(unknown))
    columns = getattr(module, "COLUMNS", None)
    if not (isinstance(columns, tuple) and all(isinstance(one, Column) for one in columns)):
        yield say("COLUMNS is no tuple of Column")
    if not isinstance(getattr(module, "EXAMPLE", None), Mapping):
        yield say("EXAMPLE is no mapping of values")
    yield from _declarations_lack(name, module)
    yield from _hooks_lack(module)


def _declarations_lack(name: str, module: ModuleType) -> Iterator[Message]:
    """Yield what is wrong with the parameters, the sets and their words."""
    parameters, sets = getattr(module, "PARAMETERS", None), getattr(module, "SETS", ())
    if not (isinstance(parameters, tuple) and all(isinstance(one, Parameter) for one in parameters)):
        yield say("PARAMETERS is no tuple of Parameter")
        return
    if not (isinstance(sets, tuple) and all(isinstance(one, IndexSet) for one in sets)):
        yield say("SETS is no tuple of IndexSet")
        return
    for one in (*parameters, *sets):
        if not _is_said(one.description):
            yield say("{name} is not described in both languages (say_both)", name=shown(one.name))
    words = getattr(module, "WORDS", None)
    words = words if isinstance(words, Mapping) else {}
    for word in (name, *(one.name for one in parameters if not one.per_table), *(one.name for one in sets)):
        if not _is_said(words.get(word)):
            yield say('WORDS does not say "{word}" in both languages', word=shown(word))


def _is_said(text: Any) -> bool:
    """Return whether a text is there in both languages; one of the planner's sentences has Chinese of its own."""
    if not isinstance(text, Message) or not (text.en.strip() and text.zh.strip()):
        return False
    return text.en != text.zh or text.en.isupper() or not isinstance(text, Sentence) or bool(text.given)


def _hooks_lack(module: ModuleType) -> Iterator[Message]:
    """Yield the functions that are missing or take something else."""
    for hook, arguments in HOOKS.items():
        function = getattr(module, hook, None)
        if function is None and hook not in NEEDED_HOOKS:
            continue
        takes = list(inspect.signature(function).parameters) if inspect.isfunction(function) else None
        if takes != arguments:
            wanted = f"{hook}({', '.join(arguments)})"
            yield say("it has no function {wanted}", wanted=wanted)


def check_tables(guest: Guest, made: Iterable[str], others: Iterable[str]) -> None:
    """Refuse result tables that are not called after their feature, or that are another's."""
    taken = set(others)
    for name in made:
        if name in taken or not (name == guest.name or name.startswith(f"{guest.name}_")):
            why = say("its result table {table} is not called after it", table=shown(name))
            raise refused(guest, why)


def document(listed: Iterable[Guest]) -> list[dict[str, str]]:
    """Return whose features these are for the manifest."""
    return [{"feature": guest.name, "package": guest.package, "version": guest.version} for guest in listed]


def sentences(document: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Say which features are not part of the planner, as the manifest's ``guest_features`` has them."""
    return [
        say(
            "the feature {feature} is of the package {package} {version}, not part of the planner: its rules are "
            "audited by that package alone",
            feature=shown(one["feature"]),
            package=shown(one["package"]),
            version=shown(one["version"]),
        )
        for one in document
    ]
