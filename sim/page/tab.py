"""What one tab of the browser holds and does; knows nothing of Shiny's session."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from htmltools import TagList, tags

from sim.errors import StudyError
from sim.jobs.compare import check as check_comparable
from sim.page.answers import answer_part, brief_part, comparison_part, differing_part, instant_part
from sim.page.fields import Plain
from sim.page.form import FILES, file_links, form
from sim.page.instant import PRIMARY, Instant, instant
from sim.page.runs import Places, Run, check_work, compare_files, plan_files
from sim.page.scenario import Compose, Scenario, blamed
from sim.report.files import write_whole
from sim.report.saved import read_run
from sim.study.page import Page

Choices = Mapping[str, Mapping[str, str]]
"""Of the ready-made settings: name by group, and what each is."""
COMPARE = "compare"
"""Beside the two scenarios' letters."""


@dataclass
class Shows:
    """What the browser is to show.

    Attributes
    ----------
    html : dict of str to str
        New content by element.
    value : dict of str to (str or float)
        New value by control.
    hidden, disabled : dict of str to bool
        By element.
    errors : dict of str to dict
        By scenario: the line of each field that has one.
    """

    html: dict[str, str] = field(default_factory=dict)
    value: dict[str, str | float] = field(default_factory=dict)
    hidden: dict[str, bool] = field(default_factory=dict)
    disabled: dict[str, bool] = field(default_factory=dict)
    errors: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Tab:
    """One tab: two scenarios, their runs, and a folder that goes when the tab does.

    Parameters
    ----------
    compose : callable
        From words of the command line to a study.
    choices : mapping
        Ready-made settings.
    limits : Page
        The most that a run may ask for.
    places : Places
        Shared with the other tabs.
    address : str
        At which the session offers files.
    """

    compose: Compose
    choices: Choices
    limits: Page
    places: Places
    address: str = ""
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    shows: Shows = field(default_factory=Shows)
    _asked: dict[str, str] = field(default_factory=dict)
    _done: dict[str, int] = field(default_factory=dict)
    _started: dict[str, Plain] = field(default_factory=dict)
    _ran: dict[str, Plain] = field(default_factory=dict)
    _folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="mentorsim-")))

    def take_shows(self) -> Shows:
        """Take what is to be shown since the last time."""
        taken, self.shows = self.shows, Shows()
        return taken

    def close(self) -> None:
        """End every run and remove every file."""
        for run in self.runs.values():
            run.stop()
        self.runs.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def file(self, scope: str, name: str) -> Path:
        """Name a file of a scenario's last run."""
        return self._folder_of(scope, self._done[scope]) / name

    def finished_file(self, scope: str, name: str) -> Path | None:
        """Find a file to hand out; None where there is none of that name, or none yet."""
        if scope not in self._done or scope in self.runs or name not in FILES:
            return None
        path = self.file(scope, name)
        return path if path.is_file() else None

    def _folder_of(self, scope: str, number: int) -> Path:
        return self._folder / f"{scope}{number}"

    def start(self, scope: str) -> None:
        """Show a scenario as the default study, or as the other one where there is one."""
        first = self.scenarios.get("a")
        self.scenarios[scope] = first or Scenario.of(self.compose)
        self._asked.setdefault(scope, self._asked.get("a", PRIMARY))
        self._show_form(scope)

    def change(self, scope: str, name: str, text: str) -> None:
        """Change a field of the form and answer at once."""
        if name == "asked":
            self._asked[scope] = text
            return self._answer(scope)
        try:
            self.scenarios[scope] = self.scenarios[scope].changed(name, text)
        except StudyError as error:
            self.shows.errors[scope] = {name: str(error)}
            return None
        if name in self.choices:
            return self._show_form(scope)
        return self._answer(scope)

    def rewrite(self, scope: str, text: str) -> None:
        """Take a whole scenario from YAML."""
        try:
            self.scenarios[scope] = self.scenarios[scope].rewritten(text)
        except StudyError as error:
            self.shows.html[f"{scope}-yaml-error"] = str(tags.span(str(error)))
            return
        self.shows.html[f"{scope}-yaml-error"] = ""
        self.shows.html[f"{scope}-status"] = "Settings taken from the YAML."
        self._show_form(scope)
        self.show_text(scope)

    def show_text(self, scope: str) -> None:
        """Show a scenario's YAML and command line."""
        own = self.scenarios[scope]
        self.shows.value[f"{scope}-yaml"] = own.yaml()
        try:
            own.study()
            command = own.command("scenario")
        except StudyError as error:
            command = f"none: {error}"
        self.shows.html[f"{scope}-command"] = str(TagList(command))

    def _show_form(self, scope: str) -> None:
        self.shows.html[f"{scope}-form"] = str(form(scope, self.scenarios[scope], self.choices))
        self._answer(scope)

    def _answer(self, scope: str) -> None:
        own = self.scenarios[scope]
        self.shows.errors[scope] = {}
        try:
            study = own.study()
            found = instant(study, self._asked[scope])
            self._show_choice(scope, found)
            part = instant_part(found, study.target.power)
            self.shows.html[f"{scope}-brief"] = str(brief_part(found, study.target.power))
        except StudyError as error:
            part = self._refused(scope, error)
        self.shows.html[f"{scope}-instant"] = str(part)
        if scope in self._ran and scope not in self.runs:
            self.shows.html[f"{scope}-status"] = self._earlier(scope)
        if len(self.scenarios) == 2:
            self.shows.html["compare-differing"] = str(differing_part(*self.scenarios.values()))

    def _earlier(self, scope: str) -> str:
        """Say whether what is shown is of other settings than those of the form."""
        same = self._ran[scope] == self.scenarios[scope].data
        return "Done." if same else "Done. The results below are of earlier settings."

    def _refused(self, scope: str, error: StudyError) -> TagList:
        """Put an error beside its field, or here where the form has no such field."""
        name = blamed(error, self.scenarios[scope].data)
        self.shows.html[f"{scope}-brief"] = "something needs mending"
        if name:
            self.shows.errors[scope] = {name: str(error)}
            return TagList(tags.h3("At once"), tags.p("One field needs mending first."))
        return TagList(tags.h3("At once"), tags.p(str(error), class_="error", role="alert"))

    def _show_choice(self, scope: str, found: Instant) -> None:
        own = f"{scope}-asked"
        options = [tags.option(text, value=key, selected="" if key == found.asked else None)
                   for key, text in found.endpoints.items()]  # fmt: skip
        select = tags.select(*options, {"id": own, "data-field": "asked", "data-scope": scope,
                                        "data-shiny-no-bind-input": ""})  # fmt: skip
        part = TagList(tags.label("Exact answer for", **{"for": own}), select)
        self.shows.html[f"{scope}-choice"] = str(part)

    def run(self, scope: str) -> None:
        """Start a simulation, or say in one line why not."""
        try:
            self._begin(scope)
        except StudyError as error:
            self._stopped(scope, str(error))
            name = "" if scope == COMPARE else blamed(error, self.scenarios[scope].data)
            if name:
                self.shows.errors[scope] = {name: str(error)}

    def _begin(self, scope: str) -> None:
        if scope in self.runs:
            return
        store, minutes = self._folder / "blocks.sqlite", self.limits.most_minutes
        if scope == COMPARE:
            studies = [own.study() for own in self.scenarios.values()]
            for study in studies:
                check_work(study, self.limits)
            check_comparable(*studies)
            self.runs[scope] = Run(self.places, compare_files, (*studies, store), minutes)
        else:
            own = self.scenarios[scope]
            check_work(own.study(), self.limits)
            folder = self._new_folder(scope, own)
            work = (own.study(), folder, store)
            self.runs[scope] = Run(self.places, plan_files, work, minutes)
            self.shows.hidden[f"{scope}-files"] = True
            self.shows.html[f"{scope}-answer"] = ""
            self._ran.pop(scope, None)
        self._going(scope, True)
        self.shows.html[f"{scope}-status"] = "Starting…"
        self.shows.value[f"{scope}-progress"] = 0.0

    def _new_folder(self, scope: str, own: Scenario) -> Path:
        """Make the folder of a run, in the place of the one before."""
        self._started[scope] = own.data
        number = self._done.pop(scope, 0)
        shutil.rmtree(self._folder_of(scope, number), ignore_errors=True)
        self._done[scope] = number + 1
        folder = self._folder_of(scope, number + 1)
        folder.mkdir(parents=True)
        write_whole(folder / "scenario.yaml", own.configuration())
        write_whole(folder / "command.txt", own.command("scenario") + "\n")
        return folder

    def cancel(self, scope: str) -> None:
        """End a run at once."""
        run = self.runs.pop(scope, None)
        if run is not None:
            run.stop()
            self._stopped(scope, "Cancelled. What was computed is kept while this tab is open.")

    def listen(self) -> None:
        """Show what the runs have said since."""
        for scope, run in list(self.runs.items()):
            for kind, said in run.news():
                self._heard(scope, kind, said)

    def _heard(self, scope: str, kind: str, said: Any) -> None:
        match kind:
            case "blocks":
                done, total = said
                self.shows.value[f"{scope}-progress"] = done / total
                self.shows.html[f"{scope}-status"] = f"{done} of {total} blocks"
            case "answer":
                found = read_run(self.file(scope, "results.csv").parent)
                self.shows.html[f"{scope}-answer"] = str(answer_part(found, said))
                self.shows.html[f"{scope}-status"] = "Drawing the files…"
            case "comparison":
                self.shows.html["compare-answer"] = str(comparison_part(said))
            case "done":
                self._finish(scope)
            case _:
                self.runs.pop(scope, None)
                self._stopped(scope, str(said))

    def _finish(self, scope: str) -> None:
        self.runs.pop(scope)
        self._stopped(scope, "Done.")
        if scope == COMPARE:
            return
        self._ran[scope] = self._started[scope]
        self.shows.html[f"{scope}-status"] = self._earlier(scope)
        folder = self.file(scope, "results.csv").parent
        with zipfile.ZipFile(folder / "everything.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.name != "everything.zip":
                    packed.write(path, path.relative_to(folder))
        self.shows.html[f"{scope}-files"] = str(file_links(scope, self.address))
        self.shows.hidden[f"{scope}-files"] = False

    def _going(self, scope: str, going: bool) -> None:  # noqa: FBT001 - what is set
        what = "compare" if scope == COMPARE else "run"
        self.shows.disabled |= {f"{scope}-{what}": going, f"{scope}-cancel": not going}
        self.shows.hidden[f"{scope}-progress"] = not going

    def _stopped(self, scope: str, said: str) -> None:
        self._going(scope, False)
        self.shows.html[f"{scope}-status"] = str(TagList(said))
