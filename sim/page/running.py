"""The runs of one tab and the files that they leave, in a folder that goes when the tab does."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sim.jobs.compare import check as check_comparable
from sim.page.layout import FILES
from sim.page.runs import Places, Run, check_work, compare_files, plan_files
from sim.page.scenario import Scenario
from sim.page.texts import Plain
from sim.report.files import write_whole
from sim.report.saved import SavedRun, read_run
from sim.study.page import Page

COMPARE = "compare"
"""Beside the two scenarios' letters."""


@dataclass
class Running:
    """At most one run of each scenario, and one that compares them.

    Parameters
    ----------
    limits : Page
        The most that a run may ask for.
    places : Places
        Shared with the other tabs.
    """

    limits: Page
    places: Places
    runs: dict[str, Run] = field(default_factory=dict)
    _number: dict[str, int] = field(default_factory=dict)
    _started: dict[str, Plain] = field(default_factory=dict)
    _shown: dict[str, Plain] = field(default_factory=dict)
    _folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="mentorsim-")))

    def plan(self, scope: str, own: Scenario) -> None:
        """Start the run of a scenario; the one before it and its files are gone then.

        Raises
        ------
        StudyError
            Where it is not valid, too large, or too many go on.
        """
        study = own.study()
        check_work(study, self.limits)
        number = self._number.get(scope, 0)
        folder = self._folder_of(scope, number + 1)
        folder.mkdir(parents=True)
        write_whole(folder / "scenario.yaml", own.configuration())
        write_whole(folder / "command.txt", own.command("scenario") + "\n")
        self._start(scope, plan_files, (study, folder, self._store))
        shutil.rmtree(self._folder_of(scope, number), ignore_errors=True)
        self._number[scope] = number + 1
        self._started[scope] = own.data
        self._shown.pop(scope, None)

    def compare(self, first: Scenario, second: Scenario) -> None:
        """Start the comparison of two scenarios.

        Raises
        ------
        StudyError
            As by :meth:`plan`, and where the two cannot be compared.
        """
        studies = first.study(), second.study()
        for study in studies:
            check_work(study, self.limits)
        check_comparable(*studies)
        self._start(COMPARE, compare_files, (*studies, self._store))

    def _start(self, scope: str, work: Any, arguments: tuple[Any, ...]) -> None:
        self.runs[scope] = Run(self.places, work, arguments, self.limits.most_minutes)

    def news(self) -> Iterator[tuple[str, str, Any]]:
        """Give scope, kind and content of what the runs have said since."""
        for scope, run in list(self.runs.items()):
            for kind, said in run.news():
                if kind in {"done", "refused", "failed"}:
                    del self.runs[scope]
                if kind == "done" and scope != COMPARE:
                    self._pack(scope)
                yield scope, kind, said

    def cancel(self, scope: str) -> bool:
        """End a run at once; tell whether there was one."""
        run = self.runs.pop(scope, None)
        if run is not None:
            run.stop()
        return run is not None

    def saved(self, scope: str) -> SavedRun:
        """Read the results of a scenario's last run."""
        return read_run(self._folder_of(scope, self._number[scope]))

    def of_earlier(self, scope: str, own: Scenario) -> bool | None:
        """Tell whether the last results are of other settings; None where there are none."""
        return None if scope not in self._shown else self._shown[scope] != own.data

    def finished_file(self, scope: str, name: str) -> Path | None:
        """Find a file to hand out; None where there is none of that name, or none yet."""
        if scope not in self._shown or name not in FILES:
            return None
        path = self._folder_of(scope, self._number[scope]) / name
        return path if path.is_file() else None

    def close(self) -> None:
        """End every run and remove every file."""
        for scope in list(self.runs):
            self.cancel(scope)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _store(self) -> Path:
        return self._folder / "blocks.sqlite"

    def _folder_of(self, scope: str, number: int) -> Path:
        return self._folder / f"{scope}{number}"

    def _pack(self, scope: str) -> None:
        folder = self._folder_of(scope, self._number[scope])
        with zipfile.ZipFile(folder / "everything.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.name != "everything.zip":
                    packed.write(path, path.relative_to(folder))
        self._shown[scope] = self._started[scope]
