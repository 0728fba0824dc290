"""One tab of the browser: what it holds and does; knows nothing of Shiny's session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from htmltools import TagList, tags

from sim.errors import StudyError
from sim.jobs.preview import PRIMARY
from sim.page.answers import answer_part
from sim.page.compared import comparison_part, differing_part
from sim.page.complaints import beside, said
from sim.page.data_field import DataField
from sim.page.editors import EDITED, editors, lines_beside, lines_of
from sim.page.fields import shown_names
from sim.page.form import Choices, form
from sim.page.layout import file_links
from sim.page.lines import is_lines
from sim.page.parts import form_parts, group_of
from sim.page.pilot_part import LIGHT
from sim.page.previews import Previews
from sim.page.renaming import totals_of
from sim.page.run_updates import aged, going, stopped
from sim.page.running import COMPARE, Running
from sim.page.scenario import Compose, Scenario, blamed
from sim.page.updates import Updates

NAMED = ("title",)
"""Fields that are in no number."""


@dataclass
class BrowserTab:
    """One tab: two scenarios, what is known of them, and their runs.

    Parameters
    ----------
    compose : callable
        Composes studies.
    choices : mapping
        Ready-made settings.
    running : Running
        Its runs and files.
    previews : Previews
        Of what is typed.
    address : str
        At which the session offers files.
    """

    compose: Compose
    choices: Choices
    running: Running
    previews: Previews
    address: str = ""
    data: DataField = field(default_factory=DataField)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    updates: Updates = field(default_factory=Updates)
    _refused: dict[str, dict[str, str]] = field(default_factory=dict)
    _texts: set[str] = field(default_factory=set)
    _old_forms: set[str] = field(default_factory=set)
    _edited: set[str] = field(default_factory=set)

    def take_updates(self) -> Updates:
        """Take what is to be shown since the last time."""
        taken, self.updates = self.updates, Updates()
        return taken

    def close(self) -> None:
        """End every run and preview, and remove every file."""
        for scope in self.scenarios:
            self.previews.forget(scope)
        self.data.close()
        self.running.close()

    def is_waiting(self) -> bool:
        """Tell whether something goes on that will be heard of."""
        return self.previews.is_waiting(self.scenarios) or bool(self.running.runs)

    # ------------------------------------------------------------------------ settings

    def start(self, scope: str) -> None:
        """Show a scenario as the default study, or as the other one where there is one."""
        first = self.scenarios.get("a")
        self.scenarios[scope] = first or Scenario.of(self.compose)
        self.previews.criteria[scope] = self.previews.criteria.get("a", PRIMARY)
        self._show_form(scope)
        self.answer(scope)

    def remove(self, scope: str) -> None:
        """Take a scenario away, with its run."""
        for run in (scope, COMPARE):
            self.cancel(run)
        self.previews.forget(scope)
        self.data.remove(scope)
        del self.scenarios[scope]
        self._texts.discard(scope)

    def change(self, scope: str, name: str, text: str) -> bool:
        """Change a field of the form; tell whether that can change the answer."""
        if name == "criterion":
            self.previews.criteria[scope] = text
            return True
        if name == LIGHT:
            self.previews.draw(self.updates, scope, self.scenarios[scope], text)
            return False
        before, self._refused = self.scenarios[scope], {}
        try:
            self._check_choice(name, text)
            after = before.changed(name, text)
            if name == "experiment":
                after = after.within(self.running.limits.most_size)
            self.scenarios[scope] = after
        except StudyError as error:
            self._refused = {scope: {lines_of(name): str(error)}}
            self._old_forms.add(scope)  # what cannot be chosen does not stay chosen
            return True
        if group_of(name) or _fields(before) != _fields(after):
            self._old_forms.add(scope)
        if name.startswith(EDITED) or is_lines(name):
            self._edited.add(scope)
        return name not in NAMED

    def settle(self, scope: str, *, answers: bool) -> None:
        """Show what follows from the changes of a scenario, once all are taken."""
        if scope in self._old_forms:
            self._old_forms.discard(scope)
            self._show_form(scope)
        elif scope in self._edited:
            data = self.scenarios[scope].data
            self.updates.html |= {place: str(part) for place, part in editors(scope, data).items()}
            self.updates.value |= lines_beside(scope, data)
        self._edited.discard(scope)
        if answers:
            self.answer(scope)
        else:
            self._compare_settings(scope)

    def edit(self, scope: str, name: str, text: str) -> None:
        """Do what a button of an editor says, or paste into it."""
        if name.startswith(EDITED):
            self.settle(scope, answers=self.change(scope, name, text))

    def _check_choice(self, name: str, text: str) -> None:
        """Take only what is offered: other words might mean something to Hydra."""
        group = group_of(name)
        if group and text and text not in self.choices[group.folder]:
            raise StudyError(f"{name}: there is no such choice")

    def rewrite(self, scope: str, text: str) -> None:
        """Take a whole scenario from YAML."""
        try:
            self.scenarios[scope] = self.scenarios[scope].rewritten(text)
        except StudyError as error:
            self.updates.html[f"{scope}-yaml-error"] = str(tags.span(str(error)))
            return
        self.updates.html[f"{scope}-yaml-error"] = ""
        self.updates.html[f"{scope}-status"] = "Settings taken from the YAML."
        self._show_form(scope)
        self.answer(scope)

    def open_file(self, scope: str, text: str) -> None:
        """Take a whole scenario from a file, whose name is the first line; or say what is wrong."""
        name, _, content = text.partition("\n")
        self._open(scope, content, name, f"{scope}-file-error")

    def plan_from_answers(self, scope: str) -> None:
        """Take the study that is planned from the answers of a scenario."""
        planned = self.data.planned(scope)
        if planned is not None:
            name, content = planned
            self._open(scope, content, name, f"{scope}-data-error")

    def _open(self, scope: str, content: str, name: str, place: str) -> None:
        try:
            taken = self.scenarios[scope].loaded(content, name)
        except StudyError as error:
            lines = "\n".join(map(str, error.faults))
            self.updates.html[place] = str(TagList(lines))
            return
        self.scenarios[scope] = taken.within(self.running.limits.most_size)
        self.updates.html[place] = ""
        self.updates.html[f"{scope}-status"] = str(TagList(f"Settings taken from {name}."))
        self._show_form(scope)
        self.answer(scope)

    def restore(self, scope: str, text: str) -> None:
        """Go on where a reloaded tab was; what cannot be read is as if it were not there."""
        try:
            self.scenarios[scope] = self.scenarios[scope].restored(text)
        except StudyError:
            return
        self._show_form(scope)
        self.answer(scope)

    def show_text(self, scope: str) -> None:
        """Show a scenario's YAML and command line, now and after every change."""
        self._texts.add(scope)
        scenario = self.scenarios[scope]
        self.updates.value[f"{scope}-yaml"] = scenario.yaml()
        try:
            scenario.study()
            command = scenario.command(f"{scope}_scenario")
        except StudyError as error:
            command = f"none: {error}"
        self.updates.html[f"{scope}-command"] = str(TagList(command))

    def _show_form(self, scope: str) -> None:
        self.updates.html[f"{scope}-form"] = str(form(scope, self.scenarios[scope], self.choices))

    # ------------------------------------------------------------------------ previews

    def answer(self, scope: str) -> None:
        """Show what is known at once, and have the rest simulated."""
        refused = self._refused.get(scope, {})
        self.previews.show(self.updates, scope, self.scenarios[scope], refused)
        self._compare_settings(scope)

    def _compare_settings(self, scope: str) -> None:
        """Say which results are of other settings than those of the form, and how these differ."""
        if scope in self._texts:
            self.show_text(scope)
        self.updates.kept[scope] = self.scenarios[scope].kept()
        self._show_age(scope)
        if len(self.scenarios) == 2:
            self.updates.html["compare-differing"] = str(differing_part(*self.scenarios.values()))
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
            stopped(self.updates, scope, said(str(error)))
            name = "" if scope == COMPARE else blamed(str(error), self.scenarios[scope].data)
            if name:
                self.updates.errors[scope] = beside({name: str(error)})
            return
        going(self.updates, scope)

    def cancel(self, scope: str) -> None:
        """End a run at once."""
        if self.running.cancel(scope):
            stopped(
                self.updates, scope, "Cancelled. Finished parts are kept while this tab is open."
            )

    def listen(self) -> None:
        """Show what has come since."""
        for scope in self.scenarios:
            self.previews.listen(self.updates, scope)
        for scope, kind, content in self.running.news():
            self._heard(scope, kind, content)

    def _heard(self, scope: str, kind: str, content: Any) -> None:
        match kind:
            case "blocks":
                done, total = content
                self.updates.value[f"{scope}-progress"] = done / total
                self.updates.html[f"{scope}-blocks"] = f"{done} of {total} blocks of studies"
            case "answer":
                part = answer_part(self.running.begun(scope).answer, content)
                self.updates.html[f"{scope}-answer"] = str(part)
                self.updates.html[f"{scope}-blocks"] = "drawing the files"
                self._show_age(scope)
            case "comparison":
                self.updates.html["compare-answer"] = str(
                    comparison_part(content, self.running.begun_study(scope).words)
                )
                self._show_age(scope)
            case "done":
                stopped(self.updates, scope, "Done.")
                self._show_age(scope)
                if scope != COMPARE:
                    self.updates.html[f"{scope}-files"] = str(file_links(scope, self.address))
                    self.updates.hidden[f"{scope}-files"] = False
            case _:
                stopped(self.updates, scope, str(content))

    def _show_age(self, scope: str) -> None:
        """Mark results that are of other settings than those of the form."""
        of = self.scenarios.values() if scope == COMPARE else (self.scenarios[scope],)
        earlier = self.running.of_earlier(scope, *of)
        if earlier is not None:
            aged(self.updates, scope, earlier=earlier)


def _fields(scenario: Scenario) -> list[list[str]]:
    """List what the form is made of: fields, and names that others are chosen from."""
    data = scenario.data
    fields = [shown_names(part, data) for part in form_parts(data)]
    return [*fields, [*data["questionnaire"]["items"]], [*totals_of(data)], [*data["success"]]]
