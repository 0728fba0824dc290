"""The runs of one tab and the files that they leave, in a folder that goes when the tab does."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sim.errors import StudyError, reason_of
from sim.folders import write_whole
from sim.jobs.compare import check as check_comparable
from sim.page.layout import FILES
from sim.page.runs import Places, Run, check_work, compare_files, plan_files
from sim.page.scenario import Scenario
from sim.page.texts import Plain
from sim.report.saved import SavedRun, read_run
from sim.study import Study, parse_study
from sim.study.local_page import LocalPage

COMPARE = "compare"
"""Name of the comparison, where a scenario has its letter."""


@dataclass
class Running:
    """At most one run of each scenario, and one that compares them.

    The results of a run stay until those of the next are there.

    Parameters
    ----------
    limits : LocalPage
        The most that a run may ask for.
    places : Places
        Shared with the other tabs.
    """

    limits: LocalPage
    places: Places
    runs: dict[str, Run] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)
    _begun: dict[str, Path] = field(default_factory=dict)
    _done: dict[str, Path] = field(default_factory=dict)
    _started: dict[str, list[Plain]] = field(default_factory=dict)
    _shown: dict[str, list[Plain]] = field(default_factory=dict)
    _folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="mentorsim-")))

    def plan(self, scope: str, scenario: Scenario) -> None:
        """Start the run of a scenario.

        Raises
        ------
        StudyError
            Where it is not valid, too large, or too many go on.
        """
        study = scenario.study()
        check_work(study, self.limits)
        folder = self._folder / f"{scope}{next(self._numbers)}"
        try:
            folder.mkdir(parents=True)
            write_whole(folder / f"{scope}_scenario.yaml", scenario.file_text())
            command = scenario.command(f"{scope}_scenario")
            write_whole(folder / f"{scope}_command.txt", command + "\n")
            self._start(scope, plan_files, (study, folder, self._store), [scenario])
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise StudyError(f"a run cannot be started ({reason_of(error)})") from None
            raise
        self._begun[scope] = folder

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
        self._start(COMPARE, compare_files, (*studies, self._store), [first, second])

    def _start(
        self, scope: str, work: Any, arguments: tuple[Any, ...], of: Sequence[Scenario]
    ) -> None:
        self.runs[scope] = Run(self.places, work, arguments, self.limits.most_minutes)
        self._started[scope] = [scenario.data for scenario in of]

    def news(self) -> Iterator[tuple[str, str, Any]]:
        """Give scope, kind and content of the messages that have come since."""
        for scope, run in list(self.runs.items()):
            for kind, content in run.news():
                if kind in {"answer", "comparison"}:
                    self._shown[scope] = self._started[scope]
                elif kind == "done":
                    self._finish(scope)
                elif kind in {"refused", "failed"}:
                    self._drop(scope)
                yield scope, kind, content

    def cancel(self, scope: str) -> bool:
        """End a run at once; tell whether there was one."""
        run = self.runs.get(scope)
        if run is None:
            return False
        run.stop()
        self._drop(scope)
        return True

    def begun(self, scope: str) -> SavedRun:
        """Read the results that the run which goes on has written."""
        return read_run(self._begun[scope])

    def begun_study(self, scope: str) -> Study:
        """Give the first study with which the run that goes on began."""
        return parse_study(self._started[scope][0])

    def of_earlier(self, scope: str, *of: Scenario) -> bool | None:
        """Tell whether the results shown are of other settings; None where there are none."""
        return (
            None
            if scope not in self._shown
            else self._shown[scope] != [scenario.data for scenario in of]
        )

    def finished_file(self, scope: str, name: str) -> Path | None:
        """Find a file of the last finished run; None where there is none of that name."""
        if scope not in self._done or name not in FILES:
            return None
        folder = self._done[scope]
        paths = (folder / name, folder / f"{scope}_{name}")
        return next(filter(Path.is_file, paths), None)

    def close(self) -> None:
        """End every run and remove every file."""
        for scope in list(self.runs):
            self.cancel(scope)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _store(self) -> Path:
        return self._folder / "blocks.sqlite"

    def _drop(self, scope: str) -> None:
        """Forget a run that has ended without an answer, and what it has written."""
        del self.runs[scope]
        if scope in self._begun:
            shutil.rmtree(self._begun.pop(scope), ignore_errors=True)

    def _finish(self, scope: str) -> None:
        """Keep what a run has written in the place of what the one before has."""
        del self.runs[scope]
        if scope not in self._begun:
            return
        folder = self._begun.pop(scope)
        try:
            _pack(folder, folder / "everything.zip")
        except OSError:  # no room for them twice: each file is there all the same
            (folder / "everything.zip").unlink(missing_ok=True)
        before = self._done.get(scope)
        self._done[scope] = folder
        if before is not None:
            shutil.rmtree(before, ignore_errors=True)


def _pack(folder: Path, target: Path) -> None:
    """Put all files of a folder into one."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path != target:
                packed.write(path, path.relative_to(folder))
