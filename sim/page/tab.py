"""What one tab of the browser holds and does; knows nothing of Shiny's session."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from htmltools import TagList, tags

from sim.errors import StudyError
from sim.page.answers import answer_part
from sim.page.at_once import AtOnce
from sim.page.compared import comparison_part, differing_part
from sim.page.fields import CHOSEN, FORM, shown_names
from sim.page.form import Choices, form
from sim.page.instant import PRIMARY
from sim.page.layout import file_links
from sim.page.running import COMPARE, Running
from sim.page.scenario import Compose, Scenario, blamed
from sim.page.shows import Shows

NAMED = ("report.title",)
"""Fields that are in no number."""


@dataclass
class Tab:
    """One tab: two scenarios, what is known of them, and their runs.

    Parameters
    ----------
    compose : callable
        Composes studies.
    choices : mapping
        Ready-made settings.
    running : Running
        Its runs and files.
    at_once : AtOnce
        Answers what is typed.
    address : str
        At which the session offers files.
    """

    compose: Compose
    choices: Choices
    running: Running
    at_once: AtOnce
    address: str = ""
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    shows: Shows = field(default_factory=Shows)
    _refused: dict[str, dict[str, str]] = field(default_factory=dict)
    _texts: set[str] = field(default_factory=set)
    _drawn_anew: set[str] = field(default_factory=set)

    def take_shows(self) -> Shows:
        """Take what is to be shown since the last time."""
        taken, self.shows = self.shows, Shows()
        return taken

    def close(self) -> None:
        """End every run, ask no more, and remove every file."""
        for scope in self.scenarios:
            self.at_once.forget(scope)
        self.running.close()

    def is_waiting(self) -> bool:
        """Tell whether something goes on that will be heard of."""
        return self.at_once.is_waiting(self.scenarios) or bool(self.running.runs)

    def finished_file(self, scope: str, name: str) -> Path | None:
        """Find a file to hand out; None where there is none."""
        return self.running.finished_file(scope, name)

    # ------------------------------------------------------------------------ settings

    def start(self, scope: str) -> None:
        """Show a scenario as the default study, or as the other one where there is one."""
        first = self.scenarios.get("a")
        self.scenarios[scope] = first or Scenario.of(self.compose)
        self.at_once.asked[scope] = self.at_once.asked.get("a", PRIMARY)
        self._show_form(scope)
        self.answer(scope)

    def remove(self, scope: str) -> None:
        """Take a scenario away, with its run."""
        for own in (scope, COMPARE):
            self.cancel(own)
        self.at_once.forget(scope)
        del self.scenarios[scope]
        self._texts.discard(scope)

    def change(self, scope: str, name: str, text: str) -> bool:
        """Change a field of the form; tell whether that can change the answer."""
        if name == "asked":
            self.at_once.asked[scope] = text
            return True
        before, self._refused = self.scenarios[scope], {}
        try:
            self._check_choice(name, text)
            after = self.scenarios[scope] = before.changed(name, text)
        except StudyError as error:
            self._refused = {scope: {name: str(error)}}
            self._drawn_anew.add(scope)  # what cannot be chosen does not stay chosen
            return True
        if name in CHOSEN or _fields(before) != _fields(after):
            self._drawn_anew.add(scope)
        return name not in NAMED

    def settle(self, scope: str, *, answers: bool) -> None:
        """Show what follows from the changes of a scenario, once all are taken."""
        if scope in self._drawn_anew:
            self._drawn_anew.discard(scope)
            self._show_form(scope)
        if answers:
            self.answer(scope)
        else:
            self._compare_settings(scope)

    def _check_choice(self, name: str, text: str) -> None:
        """Take only what is offered: other words might mean something to Hydra."""
        if name in CHOSEN and text and text not in self.choices[name]:
            raise StudyError(f"{CHOSEN[name].word}: there is no such choice")

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
        self.answer(scope)

    def show_text(self, scope: str) -> None:
        """Show a scenario's YAML and command line, now and after every change."""
        self._texts.add(scope)
        own = self.scenarios[scope]
        self.shows.value[f"{scope}-yaml"] = own.yaml()
        try:
            own.study()
            command = own.command(f"{scope}_scenario")
        except StudyError as error:
            command = f"none: {error}"
        self.shows.html[f"{scope}-command"] = str(TagList(command))

    def _show_form(self, scope: str) -> None:
        self.shows.html[f"{scope}-form"] = str(form(scope, self.scenarios[scope], self.choices))

    # ------------------------------------------------------------------------- at once

    def answer(self, scope: str) -> None:
        """Show what is known at once, and ask for what is not."""
        own, refused = self.scenarios[scope], self._refused.get(scope, {})
        self.at_once.answer(self.shows, scope, own, refused)
        self._compare_settings(scope)

    def _compare_settings(self, scope: str) -> None:
        """Say which results are of other settings than those of the form, and how these differ."""
        if scope in self._texts:
            self.show_text(scope)
        self._show_age(scope)
        if len(self.scenarios) == 2:
            self.shows.html["compare-differing"] = str(differing_part(*self.scenarios.values()))
            self._show_age(COMPARE)

    # ---------------------------------------------------------------------------- runs

    def run(self, scope: str) -> None:
        """Start a simulation, or say in one line why not."""
        if scope in self.running.runs:
            return
        try:
            if scope == COMPARE:
                self.running.compare(*self.scenarios.values())
            else:
                self.running.plan(scope, self.scenarios[scope])
        except StudyError as error:
            self._stopped(scope, str(error))
            name = "" if scope == COMPARE else blamed(str(error), self.scenarios[scope].data)
            if name:
                self.shows.errors[scope] = {name: str(error)}
            return
        self._going(scope, True)
        self.shows.html |= {f"{scope}-status": "Simulating…", f"{scope}-blocks": "starting"}
        self.shows.value[f"{scope}-progress"] = 0.0

    def cancel(self, scope: str) -> None:
        """End a run at once."""
        if self.running.cancel(scope):
            self._stopped(scope, "Cancelled. Finished parts are kept while this tab is open.")

    def listen(self) -> None:
        """Show what has been found since."""
        for scope in self.scenarios:
            self.at_once.listen(self.shows, scope)
        for scope, kind, said in self.running.news():
            self._heard(scope, kind, said)

    def _heard(self, scope: str, kind: str, said: Any) -> None:
        match kind:
            case "blocks":
                done, total = said
                self.shows.value[f"{scope}-progress"] = done / total
                self.shows.html[f"{scope}-blocks"] = f"{done} of {total} blocks of studies"
            case "answer":
                part = answer_part(self.running.begun(scope), said)
                self.shows.html[f"{scope}-answer"] = str(part)
                self.shows.html[f"{scope}-blocks"] = "drawing the files"
                self._show_age(scope)
            case "comparison":
                self.shows.html["compare-answer"] = str(comparison_part(said))
                self._show_age(scope)
            case "done":
                self._stopped(scope, "Done.")
                self._show_age(scope)
                if scope != COMPARE:
                    self.shows.html[f"{scope}-files"] = str(file_links(scope, self.address))
                    self.shows.hidden[f"{scope}-files"] = False
            case _:
                self._stopped(scope, str(said))

    def _show_age(self, scope: str) -> None:
        """Mark results that are of other settings than those of the form."""
        of = self.scenarios.values() if scope == COMPARE else (self.scenarios[scope],)
        earlier = self.running.of_earlier(scope, *of)
        if earlier is None:
            return
        said = "The results below are of earlier settings." if earlier else ""
        self.shows.html[f"{scope}-age"] = said
        self.shows.stale[f"{scope}-answer"] = earlier
        if scope != COMPARE:
            self.shows.stale[f"{scope}-files"] = earlier
            self.shows.hidden[f"{scope}-warnings"] = not earlier  # the answer has them, and more

    def _going(self, scope: str, going: bool) -> None:  # noqa: FBT001 - what is set
        what = "compare" if scope == COMPARE else "run"
        self.shows.disabled |= {f"{scope}-{what}": going, f"{scope}-cancel": not going}
        self.shows.hidden |= {f"{scope}-progress": not going, f"{scope}-blocks": not going}

    def _stopped(self, scope: str, said: str) -> None:
        self._going(scope, False)
        self.shows.html[f"{scope}-status"] = str(TagList(said))


def _fields(own: Scenario) -> list[list[str]]:
    return [shown_names(part, own.data) for part in FORM]
