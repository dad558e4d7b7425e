"""Lines for a terminal on plans that are none in a future: which, where, what cannot hold, and what would have to give.

They are short: the tables have which places it is about.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from planner.language import SEMICOLON, Message, Named, Text, join, rendered, say
from planner.studies.explain.text import member_called
from planner.studies.futures.cure import gives_of
from planner.studies.futures.store import HERE, MEAN, REGRET
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.studies.futures.findings import Found
    from planner.studies.futures.trials import Trial

FAILING_MAX, FUTURES_MAX, RULES_MAX, GIVES_MAX = 8, 3, 5, 2
"""Of plans that fail, of futures in which one fails for the same reason, of rules, and of numbers that may give."""
LINE: Final = 100
"""Columns of a terminal."""


def plan_words(found: Found, plan: tuple[str, str]) -> Message:
    """Return what a plan is called."""
    kind, future = plan
    named = {HERE: say("the plan for all futures"), MEAN: say("the plan for the mean future")}
    return named.get(kind) or say("the plan for {plan} alone", plan=member_called(found.scenario, future))


def failing_lines(found: Found) -> Iterator[Message]:
    """Yield which plans are none in which futures, and what would have to give, the first of many."""
    groups: dict[tuple[object, ...], list[tuple[str, Trial]]] = {}
    plans = {}
    for plan in found.plans:
        for future, trial in found.failing(plan).items():
            key: tuple[object, ...] = plan, trial.rules, trial.cure, rendered(brief(found, trial))
            groups.setdefault(key, []).append((future, trial))
            plans[key] = plan
    for key, fails in list(groups.items())[:FAILING_MAX]:
        futures = [member_called(found.scenario, future) for future, _ in fails]
        trial = fails[0][1]
        yield _folded(
            say(
                "{plan} is none in {futures}: {why}",
                plan=plan_words(found, plans[key]),
                futures=_first(futures, FUTURES_MAX),
                why=brief(found, trial),
            )
        )
        if trial.cure:
            gives = [word(name) for name in gives_of(found.scenario, trial.cure)]
            told = say(
                "with {rule} left out there is a plan: look at {parameters}",
                rule=word(trial.cure),
                parameters=join(gives[:GIVES_MAX], say(" or ")),
            )
            yield _folded(told, "  ")
    if len(groups) > FAILING_MAX:
        yield say("and {rest} more, in {file}", rest=len(groups) - FAILING_MAX, file=REGRET)


def brief(found: Found, trial: Trial) -> Text:
    """Return why there is no plan, without the places: which rules, or what cannot be built."""
    if not trial.rules:
        return trial.why
    new = {each.variable: word(each.new) for each in found.scenario.declarations.builds}
    if set(trial.rules) <= set(new):
        named = list(dict.fromkeys(new[variable] for variable in trial.rules))
        return say("{what} cannot be built there", what=_first(named, RULES_MAX))
    rules = _first([word(rule) for rule in trial.rules], RULES_MAX)
    return say("these cannot hold together: {rules}", rules=rules)


def _first(texts: list[Message], most: int) -> Message:
    """Return the first of some texts, and how many more there are."""
    rest = len(texts) - most
    more = [say("and {rest} more", rest=rest)] if rest > 0 else []
    return join([*texts[:most], *more], SEMICOLON)


def _folded(text: Message, begin: str = "") -> Message:
    """Return a text in lines of a terminal, further ones set in; Chinese is short, and has no words to fold between."""
    lines = wrap(rendered(text, "en"), LINE, initial_indent=begin, subsequent_indent=f"{begin}  ")
    return Named("\n".join(lines), begin + rendered(text, "zh"))
