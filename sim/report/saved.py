"""Saved results, read back: what figures, report and justification are drawn from."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sim.errors import StudyError
from sim.report.results.answer import PlanAnswer
from sim.report.results.calibration import CalibrationReport
from sim.report.results.encoding import ANSWER, Job, decode, job_of
from sim.report.results.sweep import SweepReport

_T = TypeVar("_T")
Settings = Mapping[str, Any]
"""Plain data by name."""
MARKS: dict[Job, str] = {"plan": "results.csv", "calibrate": "patterns.csv", "sweep": "sweep.csv"}
"""The table that each job writes."""


@dataclass(frozen=True)
class Provenance:
    """What a run was computed with.

    Attributes
    ----------
    seed : int
        Seed of all random numbers.
    versions : mapping of str to str
        Versions of this package, of Python and of the libraries, by name.
    config_sha256, code_sha256 : str
        Hashes of the settings and of this package's code.
    """

    seed: int
    versions: Mapping[str, str]
    config_sha256: str
    code_sha256: str


@dataclass(frozen=True)
class SavedRun:
    """What a run left behind.

    Attributes
    ----------
    job : {'plan', 'calibrate', 'sweep'}
        What wrote it.
    folder : Path
        Where it lies.
    manifest : mapping
        manifest.json: config, seed, versions and hashes.
    """

    job: Job
    folder: Path
    manifest: Settings

    @cached_property
    def answer(self) -> PlanAnswer:
        """The answer of a run of `plan`, as it was when it was written.

        Raises
        ------
        StudyError
            Where the file is not there, not whole, of another format, or of another job.
        """
        return self._decoded("plan", PlanAnswer)

    @cached_property
    def calibration(self) -> CalibrationReport:
        """What a run of `calibrate` reports; errors as of :attr:`answer`."""
        return self._decoded("calibrate", CalibrationReport)

    @cached_property
    def sweep(self) -> SweepReport:
        """What a run of `sweep` reports; errors as of :attr:`answer`."""
        return self._decoded("sweep", SweepReport)

    def _decoded(self, job: Job, kind: type[_T]) -> _T:
        path = self.folder / ANSWER
        with _one_line(path):
            if self.job != job:
                raise StudyError(f"it is of {self.job}, not of {job}")
            return decode(kind, path.read_bytes())

    @property
    def provenance(self) -> Provenance:
        """What it was computed with."""
        return Provenance(*(self.manifest[field.name] for field in fields(Provenance)))

    @property
    def config(self) -> Settings:
        """The study's settings."""
        config: Settings = self.manifest["config"]
        return config


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
    path = folder / ANSWER
    if not path.is_file() and not any((folder / mark).is_file() for mark in MARKS.values()):
        raise StudyError(f"{str(folder)!r}: no results of plan, calibrate or sweep in this folder")
    with _one_line(path):
        job = job_of(path)
    return SavedRun(job, folder, _read(folder / "manifest.json"))


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Say in one line which answer cannot be read, and why."""
    try:
        yield
    except (OSError, StudyError) as error:
        why = str(error) if isinstance(error, StudyError) else _why(error)
        raise StudyError(f"{str(path)!r}: cannot be read ({why}); run it again") from None


@contextmanager
def saved_lines(path: Path, columns: Sequence[str]) -> Iterator[Iterator[list[str]]]:
    """Read the cells of some columns line by line; what goes wrong meanwhile is a StudyError.

    Parameters
    ----------
    path : Path
        A table that a job wrote.
    columns : sequence of str
        Their names; the table may have others.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            head = next(lines, [])
            if not {*columns} <= {*head}:
                raise StudyError(f"{str(path)!r}: not the columns of a {path.name}")
            places = [head.index(name) for name in columns]
            yield ([line[place] for place in places] for line in lines)
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise StudyError(f"{str(path)!r}: cannot be read ({_why(error)})") from None


def _read(path: Path) -> Settings:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise StudyError(f"{str(path)!r}: cannot be read ({_why(error)})") from None
    if not isinstance(data, dict):
        raise StudyError(f"{str(path)!r}: not what a run writes")
    return data


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
