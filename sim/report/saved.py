"""Saved results, read back: what figures, report and justification are drawn from."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from sim.errors import StudyError
from sim.report.results.rows import Row
from sim.study.spreadsheet import harmless

Job = Literal["plan", "calibrate", "sweep"]
MARKS: dict[Job, str] = {"plan": "results.csv", "calibrate": "patterns.csv", "sweep": "sweep.csv"}
"""The file that tells which job wrote a folder."""
DATA: dict[Job, str] = {"plan": "summary.json", "calibrate": "summary.json", "sweep": "sweep.json"}
"""Where each job writes its answer."""
PATTERNS = ("role", "outcome", "test", "changes", "data_sets", "share", "exact_p")
"""Columns of patterns.csv."""


class Results:
    """Rows of results.csv, looked up by what they are of.

    Parameters
    ----------
    rows : sequence of Row
        All of them.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {
            (row.kind, row.role if row.kind == "endpoint" else "", row.name, row.measure,
             row.pairs): row
            for row in rows
        }  # fmt: skip
        self.pairs = tuple(sorted({row.pairs for row in rows}))

    def rule(self, name: str, measure: str, pairs: int) -> Row | None:
        """One measure of a rule at one size; None where it is not defined."""
        return self._rows.get(("rule", "", name, measure, pairs))

    def by_size(self, name: str, measure: str) -> tuple[Row, ...]:
        """One measure of a rule at every size where it is defined."""
        rows = (self.rule(name, measure, pairs) for pairs in self.pairs)
        return tuple(row for row in rows if row is not None)

    def endpoint(self, role: str, name: str, measure: str, pairs: int) -> Row | None:
        """One measure of a role's endpoint at one size; None where it is not defined."""
        return self._rows.get(("endpoint", role, name, measure, pairs))


@dataclass(frozen=True)
class SavedRun:
    """What a run left behind, as plain data.

    Attributes
    ----------
    job : {'plan', 'calibrate', 'sweep'}
        What wrote it.
    folder : Path
        Where it lies.
    summary : mapping
        The answer: summary.json, or sweep.json.
    manifest : mapping
        manifest.json: config, seed, versions and hashes.
    """

    job: Job
    folder: Path
    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        """The study's settings."""
        config: Mapping[str, Any] = self.manifest["config"]
        return config

    @property
    def primary(self) -> Mapping[str, Any]:
        """Sample size of the primary rule, of a run of `plan`."""
        sizes: list[Mapping[str, Any]] = self.summary["sample_sizes"]
        return next(size for size in sizes if size["rule"] == self.summary["primary_rule"])

    @property
    def at(self) -> int:
        """The primary rule's sample size, or the largest studied, in pairs."""
        return int(self.primary["pairs"] or self.primary["limit"])

    @cached_property
    def results(self) -> Results:
        """The rows of a run of `plan`, to be looked up."""
        return Results(self.rows())

    def rows(self) -> tuple[Row, ...]:
        """Read results.csv, which can be long, of a run of `plan`; names are as in its settings.

        Raises
        ------
        StudyError
            Where it is not what `plan` writes.
        """
        return self._rows

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        config = self.config
        names = [*config["scale"]["domains"], *config["decision"]["rules"]]
        return read_rows(self.folder / MARKS["plan"], names)


@contextmanager
def drawn_from(run: SavedRun, what: str, *further: type[Exception]) -> Iterator[None]:
    """Say in one line that saved results are not what this version writes."""
    net: tuple[type[Exception], ...] = (LookupError, TypeError, ValueError, AttributeError)
    try:
        yield
    except (*net, *further) as error:
        raise StudyError(
            f"{str(run.folder)!r}: no {what} from what is saved there "
            f"({type(error).__name__}: {str(error)[:80]})"
        ) from error


def read_run(folder: Path) -> SavedRun:
    """Read what a run left in its folder.

    Parameters
    ----------
    folder : Path
        The folder of a run.

    Returns
    -------
    SavedRun

    Raises
    ------
    StudyError
        Naming the folder or file and what is wrong with it.
    """
    job = next((job for job, mark in MARKS.items() if (folder / mark).is_file()), None)
    if job is None:
        raise StudyError(f"{str(folder)!r}: no results of plan, calibrate or sweep in this folder")
    return SavedRun(job, folder, _read(folder / DATA[job]), _read(folder / "manifest.json"))


def read_rows(path: Path, known_names: Iterable[str] = ()) -> tuple[Row, ...]:
    """Read a results.csv back.

    Parameters
    ----------
    path : Path
        The file.
    known_names : iterable of str
        Names of endpoints and rules, which the file may hold with an
        apostrophe before them or with blanks for line breaks; others are
        given as they are there. Of two that are the same there, the first.

    Returns
    -------
    tuple of Row

    Raises
    ------
    StudyError
        Where it cannot be read, or holds other columns or no numbers.
    """
    kinds: dict[str, Callable[[str], Any]]
    kinds = {"pairs": int, "n": int, "replicates": int, "value": float, "mcse": float}
    names = [field.name for field in fields(Row)]
    written = {harmless(name): name for name in reversed([*known_names])}
    kinds["name"] = lambda cell: written.get(cell, cell)
    as_read = [kinds.get(name, str) for name in names]
    with saved_lines(path, names) as lines:
        return tuple(_row(as_read, line) for line in lines)


@contextmanager
def saved_lines(
    path: Path, columns: Sequence[str], *, alone: bool = True
) -> Iterator[Iterator[list[str]]]:
    """Read the cells of some columns line by line; what goes wrong meanwhile is a StudyError.

    Parameters
    ----------
    path : Path
        A table that a job wrote.
    columns : sequence of str
        Their names.
    alone : bool
        Whether the file has these columns alone, in that order.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            head = next(lines, [])
            if head != [*columns] if alone else not {*columns} <= {*head}:
                raise StudyError(f"{str(path)!r}: not the columns of a {path.name}")
            places = [head.index(name) for name in columns]
            yield lines if alone else ([line[place] for place in places] for line in lines)
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise StudyError(f"{str(path)!r}: cannot be read ({_why(error)})") from None


def _row(as_read: list[Callable[[str], Any]], line: list[str]) -> Row:
    if len(line) != len(as_read):
        raise ValueError(f"a line of {len(line)} cells instead of {len(as_read)}")
    return Row(*[read(cell) for read, cell in zip(as_read, line, strict=True)])


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise StudyError(f"{str(path)!r}: cannot be read ({_why(error)})") from None
    if not isinstance(data, dict):
        raise StudyError(f"{str(path)!r}: not what a run writes")
    return data


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
