"""Saved results, read back: what figures, report and justification are drawn from."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from sim.errors import StudyError
from sim.power.result_rows import Row
from sim.study.spreadsheet import harmless

Job = Literal["plan", "calibrate", "sweep"]
MARKS: dict[Job, str] = {"plan": "results.csv", "calibrate": "patterns.csv", "sweep": "sweep.csv"}
"""The file that tells which job wrote a folder."""
DATA: dict[Job, str] = {"plan": "summary.json", "calibrate": "summary.json", "sweep": "sweep.json"}
"""Where each job writes its answer."""


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
        """The study as it was stated."""
        config: Mapping[str, Any] = self.manifest["config"]
        return config

    def rows(self) -> tuple[Row, ...]:
        """Read results.csv, which can be long, of a run of `plan`; names are as stated.

        Raises
        ------
        StudyError
            Where it is not what `plan` writes.
        """
        return self._rows

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        config = self.config
        stated = [*config["scale"]["domains"], *config["decision"]["rules"]]
        return read_rows(self.folder / MARKS["plan"], stated)


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


def read_rows(path: Path, stated: Iterable[str] = ()) -> tuple[Row, ...]:
    """Read a results.csv back.

    Parameters
    ----------
    path : Path
        The file.
    stated : iterable of str
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
    written = {harmless(name): name for name in reversed([*stated])}
    kinds["name"] = lambda cell: written.get(cell, cell)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            if next(lines, None) != names:
                raise StudyError(f"{str(path)!r}: not the columns of a results.csv")
            as_read = [kinds.get(name, str) for name in names]
            return tuple(_row(as_read, line) for line in lines)
    except (OSError, ValueError, csv.Error) as error:
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
