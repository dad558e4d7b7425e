"""``--language`` of every verb, and the words of the command line's own library in it."""

from __future__ import annotations

import os
import re
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer import completion
from typer.core import TyperCommand, TyperGroup

from planner.errors import UsageError, shown
from planner.language import LANGUAGES, Language, Message, Named, rendered, say, speak, spoken
from planner.pydantic_words import should

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

OPTION = "--language"
VARIABLE = "PLANNER_LANGUAGE"
TYPERS_OWN: Final = {
    "ARGUMENTS_PANEL_TITLE": say("Arguments"),
    "OPTIONS_PANEL_TITLE": say("Options"),
    "COMMANDS_PANEL_TITLE": say("Commands"),
    "DEFAULT_STRING": say("[default: {value}]", value="{}"),
    "ENVVAR_STRING": say("[env var: {name}]", name="{}"),
    "REQUIRED_LONG_STRING": say("[required]"),
}
"""The words of ``--help`` that typer keeps in constants."""
USAGE_ERRORS: Final[Sequence[tuple[str, Callable[..., Message]]]] = (
    (
        r"No such option: (\S+?)\.? (?:\(Possible options: (.+)\)|Did you mean (.+)\?)",
        lambda name, near: say("No such option: {name}. Did you mean {near}?", name=name, near=near),
    ),
    (r"No such option: (\S+?)\.?", lambda name: say("No such option: {name}", name=name)),
    (
        r"No such command '(.+?)'\. Did you mean (.+)\?",
        lambda name, near: say("No such command '{name}'. Did you mean {near}?", name=name, near=near),
    ),
    (r"No such command '(.+?)'\.", lambda name: say("No such command '{name}'.", name=name)),
    (r"Missing argument '(.+)'\.", lambda name: say("Missing argument '{name}'.", name=name)),
    (r"Missing option '(.+)'\.", lambda name: say("Missing option '{name}'.", name=name)),
    (r"Missing command\.", lambda: say("Missing command.")),
    (r"Option '(.+)' requires an argument\.", lambda name: say("Option '{name}' requires an argument.", name=name)),
    (r"Option '(.+)' does not take a value\.", lambda name: say("Option '{name}' does not take a value.", name=name)),
    (
        r"Got unexpected extra argument\(?s?\)? \((.+)\)",
        lambda words: say("Got unexpected extra arguments ({words})", words=words),
    ),
    (
        r"Invalid value for '(.+?)': (.*)",
        lambda name, told: say("Invalid value for '{name}': {told}", name=name, told=should(told)),
    ),
)
"""Patterns of typer's error messages, and the same as messages of ours."""
HAN, OPENS, CLOSES = r"\u4e00-\u9fff", r"\u201c\uff08", r"\u201d\u3001\u3002\uff09\uff0c\uff1a\uff1b"
WORD: Final = re.compile(rf"\s*(?:[{OPENS}]*[{HAN}]|[^\s,{HAN}{OPENS}{CLOSES}]+|\S)[,{CLOSES}]*\s*")
"""Between two of these a line may be broken: one Chinese character with the marks around it, or a word of letters."""


def asked(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language that a command line asks for, before it is taken apart: its help must speak it as well."""
    words = [*arguments, ""]
    found = [after for word, after in pairwise(words) if word == OPTION]
    found += [word.partition("=")[2] for word in arguments if word.startswith(f"{OPTION}=")]
    if found:
        return language_of(found[-1], OPTION)
    return language_of(environment[VARIABLE], VARIABLE) if environment.get(VARIABLE) else "en"


def language_of(word: str, where: str = OPTION) -> Language:
    """Return the language that a word names."""
    for language in LANGUAGES:
        if word == language:
            return language
    raise UsageError(say("{where} {word}: zh and en are the languages", where=where, word=shown(word)))


def translate_completion() -> None:
    """Let typer's two options of shell completion be in the language that is spoken: it holds them as defaults."""
    texts = {
        "--install-completion": say("Install completion for the current shell."),
        "--show-completion": say("Show completion for the current shell, to copy it or to change it."),
    }
    for option in completion._install_completion_placeholder_function.__defaults__ or ():  # noqa: SLF001 - no other door
        option.help = rendered(texts[option.param_decls[0]])


def translate_help() -> None:
    """Let typer's own words of ``--help`` be in the language that is spoken, and its lines be broken as it asks."""
    if spoken() == "en":
        return
    from typer import rich_utils  # noqa: PLC0415 - loaded for --help only

    for name, text in TYPERS_OWN.items():
        setattr(rich_utils, name, rendered(text))
    vars(import_module("rich._wrap"))["words"] = _words  # rich breaks lines at blanks only, and cuts what is left


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a text with their ends, each as long as with its blanks: rich cuts a line that ends in one."""
    for found in WORD.finditer(text):
        yield *found.span(), found[0].replace(" ", "_")


def usage_text(text: str) -> Message:
    """Return how typer words a fault of the command line, in both languages; what is not known stays English."""
    for pattern, said in USAGE_ERRORS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return Named(text, said(*(group for group in found.groups() if group is not None)).zh)
    return Named(text, text)


def _take(word: str | None) -> str | None:
    if word:
        speak(language_of(word))
    return word


def _option() -> Any:
    """Return the option as typer makes it of a declaration: its constructor is not the same in all versions."""
    one = typer.Typer(add_completion=False)

    @one.command()
    def verb(
        language: Annotated[
            str | None,
            typer.Option(
                OPTION,
                metavar="zh|en",
                envvar=VARIABLE,
                is_eager=True,
                expose_value=False,
                callback=_take,
                show_default="en",
                help=rendered(say("Language of all that is printed and drawn.")),
            ),
        ] = None,
    ) -> None:
        del language

    [option] = [option for option in typer.main.get_command(one).params if option.name == "language"]
    return option


class _Speaking:
    """Common to verbs and groups of verbs: the option, and help in the language that is spoken."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params: list[Any] = [*self.params, _option()]
        self.options_metavar: str | None = rendered(say("[OPTIONS]"))

    def get_help_option(self, ctx: Any) -> Any:
        """Return ``--help`` with its own help rendered."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # of the class beside
        if option is not None:
            option.help = rendered(say("Show this message and exit."))
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line that shows how the verb is called."""
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]  # of the class beside
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=rendered(say("Usage: ")))


class Verb(_Speaking, TyperCommand):
    """A verb of ``planner``: it has ``--language``, whether it says so or not."""


class Verbs(_Speaking, TyperGroup):
    """A group of verbs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subcommand_metavar = rendered(say("COMMAND [ARGS]..."))


class App(typer.Typer):
    """An application whose verbs all have ``--language``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"cls": Verbs, **settings})

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Register a verb; its ``help`` is a message."""
        return super().command(name, **{**settings, "cls": Verb, "help": rendered(settings["help"])})
