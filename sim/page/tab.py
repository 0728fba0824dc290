"""What one tab of the browser holds and does; knows nothing of Shiny's session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from htmltools import Tag, TagList, tags

from sim.errors import StudyError
from sim.jobs.look import Look
from sim.page.answers import (
    answer_part,
    exact_part,
    exact_sentence,
    look_part,
    look_sentence,
    warnings_part,
)
from sim.page.assumed import assumed_part
from sim.page.compared import comparison_part, differing_part
from sim.page.fields import CHOSEN, FORM, shown_names
from sim.page.form import endpoint_choice, form
from sim.page.instant import PRIMARY, Asked, Instant, instant
from sim.page.layout import file_links
from sim.page.live import Live, Who
from sim.page.running import COMPARE, Running
from sim.page.runs import check_work
from sim.page.scenario import Compose, Scenario, blamed
from sim.page.shows import Shows
from sim.power.estimates import Estimate, column
from sim.power.sample_size import SampleSize
from sim.study import Study

Choices = Mapping[str, Mapping[str, str]]
"""Of the ready-made settings: name by group, and what each is."""


@dataclass
class Tab:
    """One tab: two scenarios, what is known of them, and their runs.

    Parameters
    ----------
    number : int
        Tells it from the other tabs.
    compose : callable
        Composes studies.
    choices : mapping
        Ready-made settings.
    running : Running
        Its runs and files.
    live : Live
        Looks at what is typed; shared with the other tabs.
    address : str
        At which the session offers files.
    """

    number: int
    compose: Compose
    choices: Choices
    running: Running
    live: Live
    address: str = ""
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    shows: Shows = field(default_factory=Shows)
    _asked: dict[str, str] = field(default_factory=dict)
    _known: dict[str, Instant] = field(default_factory=dict)

    def take_shows(self) -> Shows:
        """Take what is to be shown since the last time."""
        taken, self.shows = self.shows, Shows()
        return taken

    def close(self) -> None:
        """End every run, ask no more, and remove every file."""
        for scope in self.scenarios:
            self.live.forget(self._who(scope))
        self.running.close()

    def is_waiting(self) -> bool:
        """Tell whether something goes on that will be heard of."""
        looked = any(self.live.waits(self._who(scope)) for scope in self.scenarios)
        return looked or bool(self.running.runs)

    def finished_file(self, scope: str, name: str) -> Path | None:
        """Find a file to hand out; None where there is none."""
        return self.running.finished_file(scope, name)

    # ------------------------------------------------------------------------ settings

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
        before = self.scenarios[scope]
        try:
            after = self.scenarios[scope] = before.changed(name, text)
        except StudyError as error:
            self.shows.errors[scope] = {name: str(error)}
            return None
        if name in CHOSEN or _fields(before) != _fields(after):
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

    # ------------------------------------------------------------------------- at once

    def _who(self, scope: str) -> Who:
        return self.number, scope

    def _answer(self, scope: str) -> None:
        """Show what is known at once, and ask for what is not."""
        own = self.scenarios[scope]
        self.shows.errors[scope] = {}
        self.live.forget(self._who(scope))
        try:
            study = own.study()
            self._show_known(scope, study, instant(study, self._asked[scope]))
        except StudyError as error:
            self._refuse(scope, error)
        earlier = self.running.of_earlier(scope, own)
        if earlier is not None and scope not in self.running.runs:
            self._show_done(scope)
        if len(self.scenarios) == 2:
            self.shows.html["compare-differing"] = str(differing_part(*self.scenarios.values()))

    def _show_known(self, scope: str, study: Study, found: Instant) -> None:
        self._known[scope] = found
        domains = study.scale.domains
        self.shows.html |= {
            f"{scope}-choice": str(endpoint_choice(scope, found.choices, found.asked)),
            f"{scope}-assumed": str(assumed_part(found.effects, domains)),
            f"{scope}-warnings": str(warnings_part(found.warnings) or ""),
        }
        exact, target = found.exact, study.target.power
        if exact is not None and (exact.needed is not None or not exact.further):
            part = exact_part(found.asked.name, exact, target)
            brief = TagList(*exact_sentence(exact, target), f" (exact, {found.asked.name})")
            self._show_instant(scope, part, brief)
            return
        try:
            check_work(study, self.running.limits)
        except StudyError as error:
            self._looked(scope, str(error))
        else:
            self.shows.stale[f"{scope}-instant"] = True
            self.live.ask(self._who(scope), study)

    def _show_instant(self, scope: str, part: TagList | Tag, brief: TagList | str) -> None:
        self.shows.html[f"{scope}-instant"] = str(part)
        self.shows.html[f"{scope}-brief"] = str(TagList(brief))
        self.shows.stale[f"{scope}-instant"] = False

    def _refuse(self, scope: str, error: StudyError) -> None:
        """Put an error beside its field, or in the answer's place where the form has none."""
        name = blamed(error, self.scenarios[scope].data)
        part = tags.p(str(error), class_="error", role="alert")
        if name:
            self.shows.errors[scope] = {name: str(error)}
            part = tags.p("One field needs mending first.")
        self._show_instant(scope, TagList(tags.h3("At once"), part), "something needs mending")
        self.shows.html |= {f"{scope}-warnings": "", f"{scope}-assumed": ""}

    def _looked(self, scope: str, found: Look | str) -> None:
        """Show what the first simulated studies say, or why there is nothing."""
        asked = self._known[scope].asked
        if isinstance(found, str):
            said = f"Nothing at once: {found}. “Simulate” has the answer."
            return self._show_instant(scope, tags.p(said), "no answer at once: simulate")
        power, size = _asked_of(found, asked)
        brief = TagList(*look_sentence(size), f" ({asked.name}, {found.replicates:,} studies)")
        return self._show_instant(scope, look_part(asked.name, found, power, size), brief)

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
                self.shows.hidden[f"{scope}-files"] = True
                self.shows.html[f"{scope}-answer"] = ""
                self.shows.hidden[f"{scope}-warnings"] = False
        except StudyError as error:
            self._stopped(scope, str(error))
            name = "" if scope == COMPARE else blamed(error, self.scenarios[scope].data)
            if name:
                self.shows.errors[scope] = {name: str(error)}
            return
        self._going(scope, True)
        self.shows.html[f"{scope}-status"] = "Starting…"
        self.shows.value[f"{scope}-progress"] = 0.0

    def cancel(self, scope: str) -> None:
        """End a run at once."""
        if self.running.cancel(scope):
            self._stopped(scope, "Cancelled. What was computed is kept while this tab is open.")

    def listen(self) -> None:
        """Show what has been found since."""
        for scope in self.scenarios:
            found = self.live.take(self._who(scope))
            if found is not None:
                self._looked(scope, found)
        for scope, kind, said in self.running.news():
            self._heard(scope, kind, said)

    def _heard(self, scope: str, kind: str, said: Any) -> None:
        match kind:
            case "blocks":
                done, total = said
                self.shows.value[f"{scope}-progress"] = done / total
                self.shows.html[f"{scope}-status"] = f"{done} of {total} blocks"
            case "answer":
                part = answer_part(self.running.saved(scope), said)
                self.shows.html[f"{scope}-answer"] = str(part)
                self.shows.html[f"{scope}-status"] = "Drawing the files…"
            case "comparison":
                target = float(self.scenarios["a"].data["target"]["power"])
                self.shows.html["compare-answer"] = str(comparison_part(said, target))
            case "done" if scope == COMPARE:
                self._stopped(scope, "Done.")
            case "done":
                self._going(scope, False)
                self._show_done(scope)
                self.shows.html[f"{scope}-files"] = str(file_links(scope, self.address))
                self.shows.hidden[f"{scope}-files"] = False
            case _:
                self._stopped(scope, str(said))

    def _show_done(self, scope: str) -> None:
        """Say whether the results shown are of the settings shown."""
        earlier = self.running.of_earlier(scope, self.scenarios[scope])
        said = "Done. The results below are of earlier settings." if earlier else "Done."
        self.shows.html[f"{scope}-status"] = said
        self.shows.hidden[f"{scope}-warnings"] = not earlier  # the answer has them, and more

    def _going(self, scope: str, going: bool) -> None:  # noqa: FBT001 - what is set
        what = "compare" if scope == COMPARE else "run"
        self.shows.disabled |= {f"{scope}-{what}": going, f"{scope}-cancel": not going}
        self.shows.hidden[f"{scope}-progress"] = not going

    def _stopped(self, scope: str, said: str) -> None:
        self._going(scope, False)
        self.shows.html[f"{scope}-status"] = str(TagList(said))


def _fields(own: Scenario) -> list[list[str]]:
    return [shown_names(part, own.data) for part in FORM]


def _asked_of(found: Look, asked: Asked) -> tuple[Estimate, SampleSize]:
    """Power and answer of what is asked for."""
    if asked.rule is not None:
        return column(found.rules, asked.rule), found.rule_sizes[asked.rule]
    e = asked.endpoint
    return column(found.endpoints[asked.role], e), found.endpoint_sizes[asked.role][e]
