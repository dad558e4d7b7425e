"""``--language`` of every verb, and the words of the command line's own library in Chinese."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from planner.errors import UsageError, shown
from planner.language import LANGUAGES, Language, Message, Named, rendered, say, speak, spoken
from planner.pydantic_words import should

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

OPTION = "--language"
VARIABLE = "PLANNER_LANGUAGE"
TYPERS_OWN = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "DEFAULT_STRING": "[默认：{}]",
    "ENVVAR_STRING": "[环境变量：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
}
"""The words of ``--help`` that typer keeps in constants."""
USAGE_ERRORS = (
    (
        r"No such option: (\S+?)\.?(?: (?:\(Possible options: (.+)\)|Did you mean (.+)\?))?",
        "没有选项 {0}",
        "；相近的有 {0}",
    ),
    (r"No such command '(.+?)'\.(?: Did you mean (.+)\?)?", "没有命令“{0}”", "；是否指 {0}"),
    (r"Missing argument '(.+)'\.", "缺少参数 {0}", ""),
    (r"Missing option '(.+)'\.", "缺少选项 {0}", ""),
    (r"Missing command\.", "缺少命令", ""),
    (r"Option '(.+)' requires an argument\.", "选项 {0} 后缺少值", ""),
    (r"Option '(.+)' does not take a value\.", "选项 {0} 不带值", ""),
    (r"Got unexpected extra argument\(?s?\)? \((.+)\)", "多余的参数：{0}", ""),
)
INVALID = re.compile(r"(?P<head>Invalid value for '(?P<option>.+?)': )(?P<told>.*)", re.DOTALL)
"""How typer words the errors of a command line: pattern, Chinese, and what is added where the last group is there."""


def asked(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language that a command line asks for, before it is taken apart: its help must speak it as well.

    Raises
    ------
    UsageError
        The environment variable names none; the option is looked at when the command line is read.
    """
    words = [*arguments, ""]
    found = [after for word, after in pairwise(words) if word == OPTION]
    found += [word.partition("=")[2] for word in arguments if word.startswith(f"{OPTION}=")]
    if found:
        return language_of(found[-1], OPTION)
    return language_of(environment[VARIABLE], VARIABLE) if environment.get(VARIABLE) else "en"


def language_of(word: str, where: str = OPTION) -> Language:
    """Return the language that a word names.

    Raises
    ------
    UsageError
        It names none.
    """
    for language in LANGUAGES:
        if word == language:
            return language
    raise UsageError(
        say(
            "{where} {word}: zh and en are the languages",
            where=where,
            word=shown(word),
        )
    )


def translate_help() -> None:
    """Let typer's own words of ``--help`` be in the language that is spoken."""
    if spoken() == "en":
        return
    from typer import rich_utils  # noqa: PLC0415 - loaded for --help only

    for name, text in TYPERS_OWN.items():
        setattr(rich_utils, name, text)


def usage_text(text: str) -> Message:
    """Return how typer words a fault of the command line, in both languages; what is not known stays English."""
    if invalid := INVALID.fullmatch(text):
        told = should(invalid["told"])
        return Named(text, f"{invalid['option']} 的取值无效：{told.zh}")
    for pattern, zh, more in USAGE_ERRORS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            groups = [group for group in found.groups() if group is not None]
            added = more.format(groups[-1]) if len(groups) > 1 else ""
            return Named(text, zh.format(*groups[:1]) + added)
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


def _breakable(text: str | None) -> str | None:
    """Return Chinese with a space after each clause: rich breaks lines at spaces only, and cuts what is left."""
    return text if text is None or spoken() == "en" else re.sub("([，；：。、])(?=.)", r"\1 ", text)


class _Speaking:
    """What a verb and a group of verbs have in common: the option, and help in the language that is spoken."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params: list[Any] = [*self.params, _option()]
        self.help: str | None = _breakable(self.help)
        for param in self.params:
            param.help = _breakable(param.help)
        self.options_metavar: str | None = say("[OPTIONS]")

    def get_help_option(self, ctx: Any) -> Any:
        """Return ``--help`` with its own help rendered."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # of the class beside
        if option is not None:
            option.help = say("Show this message and exit.")
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line that shows how the verb is called."""
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]  # of the class beside
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=say("Usage: "))


class Verb(_Speaking, TyperCommand):
    """A verb of ``planner``: it has ``--language``, whether it says so or not."""


class Verbs(_Speaking, TyperGroup):
    """A group of verbs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subcommand_metavar = say("COMMAND [ARGS]...")


class App(typer.Typer):
    """An application whose verbs all have ``--language``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"cls": Verbs, **settings})

    def command(self, name: str | None = None, *, zh: str = "", **settings: Any) -> Callable[[Any], Any]:
        """Register a verb; its docstring is its help in English, ``zh`` that in Chinese."""
        if zh and spoken() == "zh":
            settings["help"] = zh
        return super().command(name, **{"cls": Verb, **settings})
