"""Previews of the scenarios: exact, from sampled changes, or the first simulated studies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from htmltools import Tag, TagList, tags

from sim.errors import StudyError
from sim.jobs.preview import PRIMARY, Criterion, Preview, preview
from sim.jobs.simulated_preview import SimulatedPreview, sampled_preview
from sim.page.answers import (
    basis_of,
    exact_part,
    exact_said,
    simulated_part,
    simulated_said,
    warnings_part,
)
from sim.page.asked import asks_for_size
from sim.page.assumed import assumed_part
from sim.page.complaints import beside, by_field
from sim.page.form import criterion_choice
from sim.page.pilot_part import pilot_part
from sim.page.preview_process import PreviewProcess, Who
from sim.page.runs import check_work
from sim.page.scenario import Scenario
from sim.page.texts import Plain
from sim.page.updates import Updates
from sim.report.topics.warnings import early_warnings
from sim.study import Study
from sim.study.local_page import LocalPage
from sim.study.study import complaints_of

SO_FAR = "Warnings so far; the whole answer may have more"


@dataclass
class Previews:
    """Previews what is typed into the scenarios of one tab.

    Parameters
    ----------
    number : int
        Tells the tab from the others.
    process : PreviewProcess
        Simulates what cannot be had exactly; shared with the other tabs.
    limits : LocalPage
        The most that a run may ask for.
    criteria : dict of str to str
        Key of the criterion that is previewed, by scenario.
    lights : dict of str to str
        Name of the pilot's criterion that is drawn, by scenario.
    """

    number: int
    process: PreviewProcess
    limits: LocalPage
    criteria: dict[str, str] = field(default_factory=dict)
    lights: dict[str, str] = field(default_factory=dict)
    _known: dict[str, tuple[Study, Criterion]] = field(default_factory=dict)

    def forget(self, scope: str) -> None:
        """Preview a scenario no more."""
        self.process.forget(self._who(scope))

    def is_waiting(self, scopes: Iterable[str]) -> bool:
        """Tell whether a simulated preview is to come."""
        return any(self.process.waits(self._who(scope)) for scope in scopes)

    def show(
        self, updates: Updates, scope: str, scenario: Scenario, refused: Mapping[str, str]
    ) -> None:
        """Show what is known at once of a scenario, and have the rest simulated.

        Parameters
        ----------
        updates : Updates
            To which it is added.
        scope : str
            Letter of the scenario.
        scenario : Scenario
            The scenario.
        refused : mapping of str to str
            Lines of fields that were refused just now.
        """
        self.forget(scope)
        _show_pilot(updates, scope, "")
        try:
            study = scenario.study()
            refused = {**self._judge(updates, scope, study, scenario.data), **refused}
            updates.errors[scope] = beside(refused)
            known = preview(study, self.criteria.get(scope, PRIMARY))
            self._known[scope] = study, known.criterion
            _show_known(updates, scope, known)
            if not _show_exact(updates, scope, known):
                check_work(study, self.limits)
                if not self._show_sampled(updates, scope):
                    self._simulate(updates, scope, study, known)
        except StudyError as error:
            _show_refused(updates, scope, scenario, error, refused)

    def draw(self, updates: Updates, scope: str, scenario: Scenario, criterion: str) -> None:
        """Draw another criterion of the pilot."""
        self.lights[scope] = criterion
        with suppress(StudyError):  # what is wrong is marked already
            self._judge(updates, scope, scenario.study(), scenario.data)

    def _judge(self, updates: Updates, scope: str, study: Study, data: Plain) -> dict[str, str]:
        """Show what the pilot finds out; give lines of what is wrong with it by field."""
        part, wrong = pilot_part(scope, study, data, self.lights.get(scope, ""))
        _show_pilot(updates, scope, str(part))
        return wrong

    def listen(self, updates: Updates, scope: str) -> None:
        """Show what has been simulated of a scenario since."""
        news = self.process.take(self._who(scope))
        if news is None:
            return None
        if isinstance(news, str):
            return _show_none(updates, scope, f"Nothing at once: {news}.")
        return self._show_news(updates, scope, news)

    def _show_sampled(self, updates: Updates, scope: str) -> bool:
        """Show the answer from sampled changes, if there is one; tell whether."""
        news = sampled_preview(*self._known[scope])
        if news is not None:
            self._show_news(updates, scope, news)
        return news is not None

    def _show_news(self, updates: Updates, scope: str, news: SimulatedPreview) -> None:
        study, criterion = self._known[scope]
        sentence = simulated_said(study, criterion, news)
        brief = TagList(*sentence, f" ({criterion.name}, {basis_of(criterion, news)})")
        _show(updates, scope, simulated_part(study, criterion, news), brief, last=news.last)

    def _who(self, scope: str) -> Who:
        return self.number, scope

    def _simulate(self, updates: Updates, scope: str, study: Study, known: Preview) -> None:
        self.process.ask(self._who(scope), study)
        if self.process.waits(self._who(scope)):
            updates.stale |= {f"{scope}-instant": True, f"{scope}-brief": True}
        else:
            _show_none(updates, scope, f"No exact answer: {known.refused}.")


def _show_known(updates: Updates, scope: str, known: Preview) -> None:
    updates.html |= {
        f"{scope}-choice": str(criterion_choice(scope, known.criteria, known.criterion)),
        f"{scope}-assumed": str(assumed_part(known.facts)),
        f"{scope}-warnings": str(warnings_part(early_warnings(known.facts), SO_FAR) or ""),
    }


def _show_pilot(updates: Updates, scope: str, part: str) -> None:
    updates.html.pop(f"{scope}-pilot", None)  # put in after the form, in which it stands
    updates.html[f"{scope}-pilot"] = part


def _show_exact(updates: Updates, scope: str, known: Preview) -> bool:
    """Show the exact answer, if there is one; tell whether."""
    curve, name = known.curve, known.criterion.name
    study = known.facts.study
    needs_whole = curve is not None and (curve.size.size is None or not asks_for_size(study))
    if curve is None or (needs_whole and not curve.is_whole):
        return False
    brief = TagList(*exact_said(study, curve), f" (exact, {name})")
    _show(updates, scope, exact_part(study, name, curve), brief)
    return True


def _show_none(updates: Updates, scope: str, why: str) -> None:
    part = tags.p(f"{why} “Simulate” has the answer.")
    _show(updates, scope, part, "no answer at once: simulate")


def _show_refused(
    updates: Updates,
    scope: str,
    scenario: Scenario,
    error: StudyError,
    refused: Mapping[str, str],
) -> None:
    """Put errors at their fields, or in the answer's place where the form has none."""
    lines, elsewhere = by_field(complaints_of(scenario.data) or (str(error),), scenario.data)
    updates.errors[scope] = beside({**lines, **refused})
    part = elsewhere or [tags.p("What is marked in the form needs to be corrected first.")]
    brief = "a setting needs to be corrected"
    _show(updates, scope, TagList(tags.h3("At once"), *part), brief, last=False)
    updates.html |= {f"{scope}-warnings": "", f"{scope}-assumed": ""}


def _show(
    updates: Updates, scope: str, part: TagList | Tag, brief: TagList | str, *, last: bool = True
) -> None:
    updates.html |= {f"{scope}-instant": str(part), f"{scope}-brief": str(TagList(brief))}
    updates.stale |= {f"{scope}-instant": False, f"{scope}-brief": False}
    if last:  # those who hear the page are told once
        updates.html[f"{scope}-said"] = str(TagList(brief))
