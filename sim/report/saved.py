"""Saved results, read back: what figures, report and justification are drawn from."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.errors import StudyError
from sim.report.results.answer import PlanAnswer
from sim.report.results.calibration import CalibrationReport
from sim.report.results.encoding import ANSWER, Job, decode, job_of
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.results.sweep import SweepReport

Reported = PlanAnswer | CalibrationReport | SweepReport | FeasibilityAnswer
KINDS: dict[Job, type[Reported]] = {
    "plan": PlanAnswer, "calibrate": CalibrationReport, "sweep": SweepReport,
    "feasibility": FeasibilityAnswer,
}  # fmt: skip
"""What is reported of the run of each job."""
Settings = Mapping[str, Any]
"""Plain data by name."""
MARKS: dict[Job, str] = {
    "plan": "results.csv", "calibrate": "patterns.csv", "sweep": "sweep.csv",
    "feasibility": "feasibility.csv",
}  # fmt: skip
"""The table that each job writes."""


@dataclass(frozen=True)
class SavedRun:
    """What a run left behind.

    Attributes
    ----------
    job : {'plan', 'calibrate', 'sweep', 'feasibility'}
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
    def report(self) -> Reported:
        """What is reported of the run, as it was when it was written.

        Raises
        ------
        StudyError
            Where the file is not there, not whole, or of another format.
        """
        path = self.folder / ANSWER
        with _one_line(path):
            report: Reported = decode(KINDS[self.job], path.read_bytes())
        return report

    @property
    def answer(self) -> PlanAnswer:
        """The answer of a run of `plan`; also refused where it is of another job."""
        if not isinstance(self.report, PlanAnswer):
            raise StudyError(f"{str(self.folder)!r}: of {self.job}, not of plan")
        return self.report


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
        jobs = "plan, calibrate, sweep or feasibility"
        raise StudyError(f"{str(folder)!r}: no results of {jobs} in this folder")
    with _one_line(path):
        job = job_of(path)
    return SavedRun(job, folder, _read(folder / "manifest.json"))


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Say in one line which file cannot be read, and why."""
    try:
        yield
    except (StudyError, OSError, ValueError, IndexError, csv.Error) as error:
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
    with _one_line(path), path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        head = next(lines, [])
        if not {*columns} <= {*head}:
            raise StudyError(f"not the columns of a {path.name}")
        places = [head.index(name) for name in columns]
        yield ([line[place] for place in places] for line in lines)


def _read(path: Path) -> Settings:
    with _one_line(path):
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(data, dict):
            raise StudyError("not what a run writes")
    return data


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
