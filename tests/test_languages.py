"""Both languages are complete: every word, every sentence, every verb; and no file depends on which is spoken."""

from __future__ import annotations

import ast
import json
import pickle
import re
import string
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

import planner
from planner import cli
from planner.errors import PlannerError, shown
from planner.language import SEMICOLON, Named, join, padded, rendered, say, say_both, speak, spoken, written
from planner.models.declarations import declarations, feature_modules
from planner.views.words import catalogue, word
from tests.algebra import RICH, plan
from tests.chinese import HAN, NAMES, english_left
from tests.house import parsed
from tests.test_feature_contract import NAMES as FEATURES
from tests.test_feature_contract import constraints_of
from tests.words import COMPILED, SOURCE, compiled_of, current, said, source_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(planner.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
SAME = {"pue", "wue", "it"}
"""Words that are an abbreviation in Chinese as well."""
EXCEPTIONS = {
    name for name, error in vars(planner.errors).items() if isinstance(error, type) and issubclass(error, PlannerError)
}
EXCEPTIONS |= {"DrawingError", "UnreadableError", "LayerError"} - {"InvalidInputError"}
TELLING = {"Fault", "Finding", "at", "fault", "_fault", "note", "on_progress", "part_of", "working_on", *EXCEPTIONS}
"""What is called with sentences for a user."""
SAID_LATER = {"problem", "remedy", "why", "hint"}
"""Variables that hold a part of such a sentence."""
SENTENCE = re.compile(r"[A-Za-z]{2,}[,:;]? +[A-Za-z({]")
NOTED = RICH.with_cells("workload_timestep", "demand_profile", {"online;day": 1.3})
"""A world with a note: its profile's mean is not 1."""
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
READS_CHINESE = {
    "io/files/reference_systems.py": "names of Chinese datums in files",
    "io/hourly/hourly_layout.py": "headings of hourly tables",
    "io/hourly/place_columns.py": "headings of hourly tables",
    "io/hourly/times/hour_stamps.py": "dates as Chinese tools write them",
    "io/hourly/times/time_columns.py": "headings of hourly tables",
    "io/network/network_tables.py": "the letters by which a name is Chinese",
    "io/read/cells.py": "numbers and blanks as Chinese hands write them",
    "io/schema/starter.py": "names of places in the starter scenario",
    "io/workbook/readme.py": "names of sheets, which hold both languages",
    "io/workbook/tables.py": "headings of sheets, which hold both languages",
    "models/features/demand.py": "names of places in the example",
    "models/features/green_power_share.py": "the number of the rule's source",
    "models/features/power_supply.py": "a term of the trade, in brackets",
    "models/features/routes.py": "names of places in the example",
    "models/features/site_capacity.py": "a term of the trade, in brackets",
    "scenario/plausible.py": "units as Chinese tables give them",
    "views/data/build_basemap.py": "a property of the source's data",
    "views/maps/basemap.py": "kinds of provinces in their names",
    "views/maps/notes.py": "the term for a map's approval number",
    "views/report/controls.py": "the term for a map's approval number",
}
"""Files whose code holds Chinese, and why: what is read or named, not what is told."""
FOR_BUILDERS = ("bench/page/page.py", "bench/check/mps_reader.py", "bench/check/verify.py", "reference/pages.py")
"""Pages for those who build solvers or read the code are English: docs/decisions/0033."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Yield every file of the package as a tree."""
    for path in FILES:
        yield path.relative_to(PACKAGE), parsed(path)


def called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    function = node.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def text_of(node: ast.expr) -> str | None:
    """Return the text of a constant or of an f-string, its values left out; ``None`` for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
    return None


def bare(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the texts in an expression that are not said: through conditions, tuples and sums, not through calls."""
    if isinstance(node, ast.IfExp):
        yield from (*bare(node.body), *bare(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*bare(node.left), *bare(node.right))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in bare(value))
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (text for value in node.elts for text in bare(value))
    elif (text := text_of(node)) is not None and SENTENCE.search(text):
        yield node


def handed(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the expressions that become what a user reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in TELLING:
            yield from (*node.args, *(key.value for key in node.keywords if key.arg in {"problem", "remedy"}))
        elif isinstance(node, ast.Call) and called(node) in {"Argument", "Option", "Typer", "App", "command"}:
            yield from (key.value for key in node.keywords if key.arg == "help")
        elif (isinstance(node, ast.Call) and ast.unparse(node.func) in {"sys.stdout.write", "sys.stderr.write"}) or (
            isinstance(node, ast.Call) and called(node) == "append" and "notes" in ast.unparse(node.func)
        ):
            yield from node.args
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            if len(names) == len(values):
                yield from (
                    value
                    for name, value in zip(names, values, strict=True)
                    if isinstance(name, ast.Name) and name.id in SAID_LATER
                )
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name in {"warn", "obstacles"}:
            yield from (node.value for node in ast.walk(function) if isinstance(node, ast.Yield) and node.value)


def placeholders(text: str) -> set[str]:
    """Return the names in braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_nothing_is_told_in_one_language() -> None:
    """Every text handed to an error, a fault, a finding, a note, a help or a stream is said in both languages.

    Proves: by walking the source, so that a sentence no test meets is found. Sensitivity: an f-string in an error.
    """
    found = [
        f"{path}:{text.lineno} {text_of(text)}"
        for path, tree in trees()
        if str(path) not in FOR_BUILDERS
        for expression in handed(tree)
        for text in bare(expression)
    ]
    assert found == []


def test_the_catalogue_is_that_of_the_code() -> None:
    """Every sentence of the code is in the catalogue with its Chinese, and nothing else is; what is read is compiled of it.

    Proves: none is missing, untranslated, fuzzy or dead. Sensitivity: a sentence added or reworded without ``make words``,
    an emptied ``msgstr``, a ``.mo`` of yesterday.
    """
    catalog = current()
    assert SOURCE.read_bytes() == source_of(catalog), "run make words"
    assert COMPILED.read_bytes() == compiled_of(catalog), "run make words"
    known = read_po(SOURCE.read_bytes().splitlines(keepends=True), locale="zh_CN")
    assert len(known) > 2000
    assert not known.obsolete
    for message in known:
        if message.id:
            assert not message.fuzzy, message.id
            assert all(texts_of(message.string)), message.id


def test_both_texts_of_a_sentence_say_the_same() -> None:
    """Both texts have the same values, and the second is Chinese.

    Proves: no value is lost in one language. Sensitivity: a placeholder misspelt in Chinese, an English text twice.
    """
    for message in current():
        if not message.id:
            continue
        forms, zh = texts_of(message.id), texts_of(message.string)[0]
        only_values = set(re.findall("[A-Za-z]{3,}", re.sub(r"\{[^}]*\}", "", forms[0]))) <= NAMES
        assert only_values or CHINESE.search(zh) or forms[0].lower() in SAME, message.id
        assert len(forms) == 1 or "count" in placeholders(forms[1]), message.id
        assert placeholders(zh) == placeholders(forms[-1]), message.id
        for en in forms:
            assert not HAN.search(re.sub(r"\([^)]*\)", "", en)), en
            assert placeholders(en) | {"count"} == placeholders(forms[-1]) | {"count"}, en


def test_every_sentence_is_given_its_values() -> None:
    """A sentence is said with the values that it names, no more and no fewer.

    Proves: none fails when it is rendered. Sensitivity: a value left out where a fault is told that no test meets.
    """
    for path, call in said():
        forms = [text.value for text in call.args if isinstance(text, ast.Constant)]
        given = {key.arg for key in call.keywords if key.arg}
        if all(key.arg for key in call.keywords) and ast.unparse(call.func) == "say":
            assert {name for form in forms for name in placeholders(form)} == given, f"{path}:{call.lineno}"


def test_chinese_stands_in_the_catalogue() -> None:
    """Files of code hold no Chinese but in comments on names, and where Chinese input is read.

    Proves: a translator finds everything in one file. Sensitivity: a Chinese title in a chart's code.
    """
    found = set()
    for path, tree in trees():
        documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in documentation and HAN.search(text):
                found.add(path.as_posix())
    assert found == READS_CHINESE.keys()


def test_a_message_is_no_text() -> None:
    """A message cannot be taken for a text on its way.

    Proves: an f-string or a sum that would drop a language is found by the tests (``conftest.py``). Sensitivity:
    ``__str__`` of messages that renders in silence.
    """
    assert not isinstance(say("feasible"), str)
    with pytest.raises(AssertionError):
        f"{say('feasible')}"
    with pytest.raises(TypeError):
        ", ".join([say("feasible")])  # type: ignore[list-item]


def named() -> dict[str, str]:
    """Return everything that has a name and should have a word, with where it is from."""
    known = declarations()
    found: dict[str, str] = {}
    for parameter in known.parameters.values():
        found[parameter.name] = "parameter"
        found |= dict.fromkeys(parameter.choices, f"choice of {parameter.name}")
    found |= dict.fromkeys(known.sets, "set")
    found |= dict.fromkeys((*FEATURES, "objective"), "feature")
    found |= {rule: "rule" for name in FEATURES for rule in constraints_of(name)}
    results = plan(RICH)
    for table, frame in results.tables.items():
        found[table] = "result table"
        found |= dict.fromkeys(map(str, frame.columns), f"column of {table}")
    found |= dict.fromkeys(results.tables["cost"]["category"], "cost category")
    found |= dict.fromkeys(results.shadow_prices.columns, "column of shadow_prices")
    found |= dict.fromkeys(() if results.ranging is None else results.ranging.columns, "column of ranging")
    found |= dict.fromkeys(results.summary, "key of summary.json")
    for key in ("energy", "green_power_share", "counts", "seconds", "costs", "storage"):
        found |= dict.fromkeys(results.summary[key], f"key of {key} in summary.json")
    return found


def test_everything_that_has_a_name_has_a_word() -> None:
    """Parameters, sets, rules, tables, columns, cost categories and keys of the summary are in the catalogue.

    Proves: report, workbook and comparison can name everything in both languages. Sensitivity: a feature without
    ``WORDS``, a result column that was added in silence.
    """
    words = catalogue()
    assert {name: what for name, what in named().items() if name not in words} == {}


def test_every_word_is_one_in_both_languages() -> None:
    """The Chinese word has Chinese characters (or is an abbreviation), the English one none.

    Proves: the two are not swapped and none is a stub. Sensitivity: an English word twice.
    """
    for name, said_of in catalogue().items():
        en, zh = said_of.en, said_of.zh
        assert en.strip() == en != "", name
        assert zh.strip() == zh != "", name
        assert HAN.search(zh) or name in SAME, name
        assert not HAN.search(en), name
        assert re.match(r"[A-Za-z0-9]", en), name


def test_every_feature_says_its_own_words() -> None:
    """A feature's words stand in its own file.

    Proves: ``git grep`` of a parameter finds its word beside it. Sensitivity: words kept in a file of their own.
    """
    for name, module in feature_modules().items():
        own = {parameter.name for parameter in module.PARAMETERS if not parameter.per_table} | {name}
        assert own <= module.WORDS.keys(), name


def test_descriptions_are_in_both_languages() -> None:
    """Every parameter and set is described in both languages, as a sentence.

    Proves: notes of a workbook and the data dictionary are complete. Sensitivity: a description without its full stop.
    """
    for thing in (*declarations().parameters.values(), *declarations().sets.values()):
        assert thing.description.en.endswith((".", "…")), thing.name
        assert HAN.search(thing.description.zh), thing.name
        assert thing.description.zh.endswith("。"), thing.name


def test_what_was_said_joins_in_each_language() -> None:
    """Messages keep both languages through values, sums, joins, cuts, copies and other processes.

    Proves: a note made while English is spoken is Chinese in the manifest. Sensitivity: a value rendered when it is said.
    """
    inner = say_both("two", "二")
    told = join(["a", say_both("{x} and one", "{x}加一", x=inner)], SEMICOLON) + " !"
    assert (told.en, told.zh) == ("a; two and one !", "a；二加一 !")
    assert ("> " + inner).zh == "> 二"
    assert pickle.loads(pickle.dumps(told)) == told  # noqa: S301 - our own
    assert shown(Named("a\nb", "甲\n乙")).zh == "甲\\n乙"
    assert padded(Named("ab", "甲"), 4).zh == "甲  "
    parts = ["a"]
    kept = say_both("{parts}", "{parts}", parts=parts)
    parts.append("b")
    assert kept.en == "['a']"
    speak("zh")
    try:
        assert rendered(padded(Named("ab", "甲"), 4)) == "甲  "
        assert rendered(say_both("yes", "是")) == "是"
        assert rendered(word("site.hub")) == "枢纽"
    finally:
        speak("en")
    assert (
        rendered(say("{count} fault in the input:", "{count} faults in the input:", count=1)) == "1 fault in the input:"
    )


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["planner", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert spoken() == "en"  # as it was before
    return int(stop.value.code or 0)


def test_a_run_in_chinese_has_no_english_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Check, run, audit and draw in Chinese; what is printed holds names and units, but no English word.

    Proves: the headline, notes and answers. Sensitivity: a line of the headline without ``say``.
    """
    out = tmp_path / "out"
    ids = ["tiny", "qingyang", "beijing", "shanghai", "optimal", str(tmp_path), "scenarios/tiny"]
    for words in (
        ("check", "scenarios/tiny"),
        ("run", "scenarios/tiny", "--out", out),
        ("audit", out),
        ("map", out, "--format", "svg"),
        ("new", tmp_path / "mine"),
    ):
        assert call(monkeypatch, *words, "--language", "zh") == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        names = [*ids, *declarations().features]
        left = [left for line in printed.out.splitlines() for left in english_left(line, names)]
        assert left == [], printed.out
    assert (
        "最优，已核验"
        in (
            call(monkeypatch, "run", "scenarios/tiny", "--out", out, "--force", "--no-map", "--language=zh"),
            capsys.readouterr().out,
        )[1]
    )


@pytest.mark.parametrize(
    "words",
    [
        ("check", "/nowhere"),
        ("run", "scenarios/tiny", "--set", "site.peu=3"),
        ("run", "scenarios/tiny", "--set", "workload.latency_max=0.01"),
        ("run", "scenarios/tiny", "--gap", "abc"),
        ("run", "scenarios/tiny", "--gap", "7"),
        ("run", "scenarios/tiny", "--outt", "x"),
        ("run", "scenarios/tiny", "--quiet=3"),
        ("run", "scenarios/tiny", "x"),
        ("run",),
        ("bogus",),
        ("bench", "scenarios/tiny"),
        ("map", "/nowhere"),
        ("map", "scenarios/tiny", "--layer", "x"),
        ("chart", "/nowhere", "dispatch"),
        ("export", "--format", "mps"),
        ("export", "scenarios/tiny", "--format", "word"),
        ("green-cost", "scenarios/tiny", "--out", "nowhere", "--shares", "x"),
    ],
)
def test_errors_are_in_chinese(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong command ends in one Chinese block, with the exit code it has in English.

    Proves: errors of ours and of the command line itself. Sensitivity: an option's error left to typer.
    """
    code = call(monkeypatch, *words)
    english = capsys.readouterr().err
    assert call(monkeypatch, *words, "--language", "zh") == code != 0
    told = capsys.readouterr().err
    assert told.startswith("planner：")
    assert HAN.search(told)
    ids = [*re.findall(r"[\w/]*tiny[\w/]*|nowhere|peu|bogus|word|abc", english), *("sites", "regions", "flows")]
    places = [
        "beijing",
        "shanghai",
        "qingyang",
        "inference",
        "training",
        "online",
        "lanzhou",
        "qingpu",
        "general",
        "lp",
        "mps",
        "folder",
        "schema",
        "national",
    ]
    assert english_left(told, [*ids, *places]) == [], told


def test_files_do_not_change_with_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of a run are the same in both languages; its notes are in both beside each other.

    Proves: a script reads one form, and report.html can switch. Sensitivity: a Chinese note in ``notes``, a column
    named in Chinese.
    """
    found = {}
    for language in ("en", "zh"):
        out = tmp_path / language
        world = NOTED.write(tmp_path / "world")
        words = ["--no-map", "--no-deciding", "--quiet", "--language", language]
        assert call(monkeypatch, "run", world, "--out", out, *words) == 0
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        found[language] = (
            manifest["notes"],
            manifest["notes_zh"],
            {path.name: path.read_bytes() for path in sorted((out / "tables").glob("*.csv"))},
            (out / "shadow_prices.csv").read_bytes(),
        )
    assert found["en"] == found["zh"]
    notes, notes_zh = found["en"][:2]
    assert len(notes) == len(notes_zh) > 0
    assert all(HAN.search(note) for note in notes_zh)
    assert not any(HAN.search(note) for note in notes)
    read = planner.read_results(tmp_path / "zh").manifest["notes"]
    assert [written(note) for note in read] == notes
    assert [rendered(note, "zh") for note in read] == notes_zh


@pytest.mark.parametrize("how", ["option", "variable"])
def test_help_is_in_chinese(how: str) -> None:
    """Every verb's help is Chinese, and has ``--language``, by option and by environment variable.

    Proves: texts that are made when the verbs are loaded. Sensitivity: a verb without a Chinese description.
    """
    script = (
        "import sys\n"
        "from planner import cli\n"
        "from planner.cli.language import asked\n"
        "from planner.language import speak\n"
        "speak(asked(sys.argv))\n"
        "from importlib import import_module\n"
        "[import_module(f'planner.cli.{verb}') for verb in cli.VERBS]\n"
        "import typer\n"
        "from planner.cli.options import app\n"
        "def show(command, name):\n"
        "    for inner, found in sorted(getattr(command, 'commands', {}).items()):\n"
        "        show(found, f'{name} {inner}')\n"
        "    for param in command.params:\n"
        "        print(name, param.name, (param.help or '-').replace('\\n', ' '), sep='\\t')\n"
        "    print(name, '', command.help.replace('\\n', ' '), sep='\\t')\n"
        "show(typer.main.get_command(app), 'planner')\n"
    )
    words = ["--language", "zh"] if how == "option" else []
    variable = {"PLANNER_LANGUAGE": "zh"} if how == "variable" else {}
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env={"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", "PYTHONPATH": str(PACKAGE.parent), **variable},
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    verbs = {name for name, *_ in rows}
    assert len(verbs) > 10
    for name, option, text in rows:
        assert HAN.search(text) or text == "-", f"{name} {option}: {text}"
    assert {name for name, option, _ in rows if option == "language"} == verbs
