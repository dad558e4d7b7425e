"""A scenario folder and its bases, from files to one merged layer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InvalidInputError, reason
from planner.faults import Gathering, nearest
from planner.io.files.geofiles import read_geofile
from planner.io.files.parquet import read_parquet
from planner.io.files.tables import Table, read_csv
from planner.io.files.toml_file import TomlPath, line_of, read_toml
from planner.io.read.cells import id_fault
from planner.io.read.edits import Editor, codes_of, drop, edits_of
from planner.io.read.merge import PARAMETERS, Layer, check_given_once, given_at, merged, replace_other_indices
from planner.io.read.replacing import replace_excluded
from planner.language import Text, say
from planner.scenario.schema import SOURCE, Schema
from planner.scenario.settings import check_file

if TYPE_CHECKING:
    from pathlib import Path

TOML = "scenario.toml"
CHAIN_MAX = 32

Reader = Callable[[bytes, str, str, Gathering], Table | None]
READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".geojson": read_geofile,
    ".gpkg": read_geofile,
}
"""Files that are tables, by suffix; any other file in the folder is the author's own."""


def existing_folder(given: Path, remedy: Text) -> Path:
    """Return a folder that somebody named, links followed."""
    problem: Text = say("not a folder") if given.name == TOML else say("there is no such folder")
    try:
        path = given.resolve()
        if path.is_dir():
            return path
    except PermissionError as error:
        problem = reason(error)
    except (OSError, ValueError, RuntimeError):  # a loop of links, a name that no file system holds
        pass
    raise InvalidInputError([Fault(str(given), problem, remedy=remedy)])


@dataclass
class FolderReader:
    """Reads folders of one scenario."""

    schema: Schema
    gathering: Gathering

    def read(self, folder: Path, trail: tuple[Path, ...] = ()) -> Layer | None:
        """Return a folder over its bases, its ``[set]`` and ``[drop]`` applied; ``None`` where one lacks its TOML."""
        document, lines = self._document(folder)
        base = None if document is None else self._base(document, lines, folder, (*trail, folder))
        if document is None or base is None:  # what would be missing is not worth telling
            self._tables(folder)
            return None
        own = Layer(document, self._places(document, lines, folder), self._tables(folder))
        check_given_once(own, self.schema, self.gathering)
        given = {
            parameter.key: [index for index, _ in given_at(own, parameter)]
            for parameter in self.schema.declarations.parameters.values()
            if parameter.also_index
        }
        replace_other_indices(base, own, self.schema, self.gathering)
        replace_excluded(base, own, self.schema, self.gathering)
        layer = merged(base, own, self.schema)
        self._edit(layer, document, lines, folder, given)
        return layer

    def _document(self, folder: Path) -> tuple[dict[str, Any] | None, dict[TomlPath, int]]:
        path = folder / TOML
        file = self.gathering.shown_path(path)
        data = self._bytes(path, None) if path.exists() or path.is_symlink() else None
        if data is None:
            if not path.exists():
                remedy = say("every scenario folder has one; 'planner new' writes it")
                self.gathering.add(Fault(file, say("the file is missing"), remedy=remedy), TOML)
            return None, {}
        found = read_toml(data, file, self.gathering)
        if found is None:
            self.gathering.broken.add(TOML)
            return None, {}
        document, lines = found
        bad = check_file(document, file, lambda path: line_of(path, lines), self.gathering)
        if bad:
            self.gathering.broken.add(TOML)
        return {name: value for name, value in document.items() if name not in bad}, lines

    def _places(self, document: dict[str, Any], lines: dict[TomlPath, int], folder: Path) -> dict[TomlPath, int]:
        base = self.gathering.places.base(self.gathering.shown_path(folder / TOML))
        places: dict[TomlPath, int] = {(name,): base + lines.get((name,), 0) for name in document}
        for name, code in codes_of(document.get(PARAMETERS, {}), (PARAMETERS,), lines, base).items():
            places[PARAMETERS, name] = code
        for made in self.schema.declarations.case_sets.values():
            for member, table in document.get(made.index_set, {}).items():
                path = (made.index_set, member)
                places[path] = base + (line_of(path, lines) or 0)
                named = codes_of(table.get("set", {}), (*path, "set"), lines, base)
                places |= {(*path, "set", name): code for name, code in named.items()}
        return places

    def _base(
        self, document: dict[str, Any], lines: dict[TomlPath, int], folder: Path, trail: tuple[Path, ...]
    ) -> Layer | None:
        extends = document.get("extends")
        if extends is None:
            return Layer()
        file = self.gathering.shown_path(folder / TOML)
        problem, remedy, base = self._followed(extends, folder, trail)
        if base is None:
            self.gathering.add(Fault(file, problem, lines.get(("extends",)), "extends", extends, remedy), TOML)
            return None
        return self.read(base, trail)

    def _followed(self, extends: str, folder: Path, trail: tuple[Path, ...]) -> tuple[Text, Text, Path | None]:
        """Return the folder that ``extends`` names, or problem and remedy."""
        try:
            base = (folder / extends).resolve()
            is_folder = base.is_dir()
        except (OSError, ValueError, RuntimeError):
            return (say("not a path"), say("name another scenario folder, such as '../base'"), None)
        root = self.gathering.root
        if root not in base.parents:
            return (say("it leaves the scenarios' root"), say("name a folder inside {name}", name=root.name), None)
        if base in trail:
            names = " → ".join(path.name for path in (*trail[trail.index(base) :], base))
            return (
                say("the scenarios extend each other in a circle: {names}", names=names),
                say("take one of the links away"),
                None,
            )
        if len(trail) > CHAIN_MAX:
            return (
                say("more than {CHAIN_MAX} scenarios extend each other", CHAIN_MAX=CHAIN_MAX),
                say("merge some of them"),
                None,
            )
        if not is_folder:
            siblings = [path.name for path in base.parent.iterdir()] if base.parent.is_dir() else []
            return say("there is no such folder"), nearest(base.name, siblings), None
        return "", "", base

    def _tables(self, folder: Path) -> dict[str, Table]:
        tables: dict[str, Table] = {}
        files: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            suffix, name = path.suffix.casefold(), path.stem
            if suffix not in READERS or path.name.startswith("."):
                continue
            file = self.gathering.shown_path(path)
            if name not in self.schema.tables:
                remedy = nearest(name, self.schema.tables, say("known tables"))
                self.gathering.add(Fault(file, say("unknown table"), remedy=remedy))
            elif suffix in {".geojson", ".gpkg"} and not self.schema.tables[name].is_placed:
                self.gathering.add(
                    Fault(file, say("the table has no coordinates"), remedy=say("write {name}.csv", name=name)), name
                )
            elif name in files:
                problem = say("the table is given by {files} as well", files=files[name])
                self.gathering.add(Fault(file, problem, remedy=say("keep one of the two files")), name)
            else:
                files[name] = file
                data = self._bytes(path, name)
                table = READERS[suffix](data, file, name, self.gathering) if data is not None else None
                if table is not None and self._is_sound(table):
                    tables[name] = table
        return tables

    def _bytes(self, path: Path, name: str | None) -> bytes | None:
        """Return a file's bytes; it must be a file inside the root."""
        file = self.gathering.shown_path(path)
        try:
            if self.gathering.root not in path.resolve().parents:
                problem = say("the link leaves the scenarios' root")
                remedy: Text = say("copy the file into the folder")
            elif not path.is_file():
                problem, remedy = say("not a file"), say("replace it by a file")
            else:
                data = path.read_bytes()
                self.gathering.hashes[file] = hashlib.sha256(data).hexdigest()
                return data
        except (OSError, RuntimeError) as error:
            problem = say("the file cannot be read")
            remedy = reason(error) if isinstance(error, OSError) else say("the link leads nowhere")
        self.gathering.add(Fault(file, problem, remedy=remedy), name or TOML)
        return None

    def _is_sound(self, table: Table) -> bool:
        """Check columns and keys, so that the table can be merged by key."""
        schema = self.schema.tables[table.name]
        known = [*schema.keys, *schema.columns]
        header = self.gathering.places.base(table.files[0]) + 1
        missing = [key for key in schema.keys if key not in table.columns]
        for column in [column for column in table.columns if column not in known]:
            near = nearest(column, missing or [name for name in known if name not in table.columns] or known)
            self.gathering.at(header, column, None, say("unknown column"), near, table.name)
            del table.columns[column], table.origins[column]
        for key in missing:
            remedy = say("{name}.csv has the key columns {listed}", name=table.name, listed=", ".join(schema.keys))
            self.gathering.at(header, key, None, say("the key column is missing"), remedy, table.name)
        return not missing and self._keys_are_sound(table, schema.keys)

    def _keys_are_sound(self, table: Table, keys: tuple[str, ...]) -> bool:
        found = len(self.gathering.faults)
        if table.name != SOURCE:
            for key in keys:
                bad = {cell: fault for cell in set(table.columns[key]) if (fault := id_fault(cell))}
                if bad:
                    for code, cell in zip(table.origins[key], table.columns[key], strict=True):
                        if cell in bad:
                            self.gathering.at(code, key, cell, *bad[cell], table=table.name)
        rows = table.keys(keys)
        if len(set(rows)) < len(rows):
            first: dict[tuple[str, ...], int] = {}
            for row, code in zip(rows, table.origins[keys[0]], strict=True):
                if row in first:
                    problem = say("the key stands twice, first in row {row}", row=self.gathering.places.row(first[row]))
                    self.gathering.at(code, ", ".join(keys), ", ".join(row), problem, say("keep one row"), table.name)
                first.setdefault(row, code)
        return len(self.gathering.faults) == found

    def _edit(
        self,
        layer: Layer,
        document: dict[str, Any],
        lines: dict[TomlPath, int],
        folder: Path,
        given: dict[str, list[tuple[str, ...]]],
    ) -> None:
        base = self.gathering.places.base(self.gathering.shown_path(folder / TOML))
        editor = Editor(layer, self.schema, self.gathering, given)
        assignments = document.get("set", {})
        for edit in edits_of(assignments, codes_of(assignments, ("set",), lines, base), self.schema, self.gathering):
            editor.apply(edit)
        drops = document.get("drop", {})
        drop(layer, drops, codes_of(drops, ("drop",), lines, base), self.schema, self.gathering)
