"""What is shown of each scenario at once: exact, or from the first simulated studies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from htmltools import Tag, TagList, tags

from sim.errors import StudyError
from sim.jobs.look import Look
from sim.page.answers import (
    exact_part,
    exact_sentence,
    look_part,
    look_reasons,
    look_sentence,
    warnings_part,
)
from sim.page.assumed import assumed_part
from sim.page.form import endpoint_choice
from sim.page.instant import PRIMARY, Asked, Instant, instant
from sim.page.live import Live, Who
from sim.page.runs import check_work
from sim.page.scenario import Scenario, blamed
from sim.page.shows import Shows
from sim.power.estimates import Estimate, column
from sim.power.sample_size import SampleSize
from sim.study import Study
from sim.study.page import Page
from sim.study.parse import complaints_of

SO_FAR = "Warnings so far; the whole answer may have more"


@dataclass
class AtOnce:
    """Answers what is typed into the scenarios of one tab.

    Parameters
    ----------
    number : int
        Tells the tab from the others.
    live : Live
        Looks at what cannot be had exactly; shared with the other tabs.
    limits : Page
        The most that a run may ask for.
    """

    number: int
    live: Live
    limits: Page
    asked: dict[str, str] = field(default_factory=dict)
    _known: dict[str, tuple[Study, Asked]] = field(default_factory=dict)

    def forget(self, scope: str) -> None:
        """Look no more at a scenario."""
        self.live.forget(self._who(scope))

    def is_waiting(self, scopes: Iterable[str]) -> bool:
        """Tell whether a look is to come."""
        return any(self.live.waits(self._who(scope)) for scope in scopes)

    def answer(self, shows: Shows, scope: str, own: Scenario, refused: Mapping[str, str]) -> None:
        """Show what is known at once of a scenario, and ask for what is not.

        Parameters
        ----------
        shows : Shows
            To which it is added.
        scope : str
            Letter of the scenario.
        own : Scenario
            The scenario.
        refused : mapping of str to str
            Lines of fields that were refused just now.
        """
        shows.errors[scope] = dict(refused)
        self.forget(scope)
        try:
            study = own.study()
            found = instant(study, self.asked.get(scope, PRIMARY))
            self._known[scope] = study, found.asked
            _show_known(shows, scope, study, found)
            if not _show_exact(shows, scope, study, found):
                check_work(study, self.limits)
                self._look(shows, scope, study, found)
        except StudyError as error:
            _show_refused(shows, scope, own, error, refused)

    def listen(self, shows: Shows, scope: str) -> None:
        """Show what has been found of a scenario since."""
        found = self.live.take(self._who(scope))
        if found is None:
            return None
        study, asked = self._known[scope]
        if isinstance(found, str):
            return _show_none(shows, scope, f"Nothing at once: {found}.")
        power, size = _asked_of(found, asked)
        said = look_sentence(size, look_reasons(study, asked))
        brief = TagList(*said, f" ({asked.name}, {found.replicates:,} studies)")
        part = look_part(study, asked, found, power, size)
        return _show(shows, scope, part, brief, last=found.last)

    def _who(self, scope: str) -> Who:
        return self.number, scope

    def _look(self, shows: Shows, scope: str, study: Study, found: Instant) -> None:
        self.live.ask(self._who(scope), study)
        if self.live.waits(self._who(scope)):
            shows.stale |= {f"{scope}-instant": True, f"{scope}-brief": True}
        else:
            _show_none(shows, scope, f"No exact answer: {found.refused}.")


def _show_known(shows: Shows, scope: str, study: Study, found: Instant) -> None:
    shows.html |= {
        f"{scope}-choice": str(endpoint_choice(scope, found.choices, found.asked)),
        f"{scope}-assumed": str(
            assumed_part(found.effects, study.scale.domains, study.analysis.side)
        ),
        f"{scope}-warnings": str(warnings_part(found.warnings, SO_FAR) or ""),
    }


def _show_exact(shows: Shows, scope: str, study: Study, found: Instant) -> bool:
    """Show the exact answer, if there is one; tell whether."""
    exact, target = found.exact, study.target.power
    if exact is None or (exact.needed is None and exact.further):
        return False
    brief = TagList(*exact_sentence(exact, target), f" (exact, {found.asked.name})")
    _show(shows, scope, exact_part(found.asked.name, exact, target), brief)
    return True


def _show_none(shows: Shows, scope: str, why: str) -> None:
    part = tags.p(f"{why} “Simulate” has the answer.")
    _show(shows, scope, part, "no answer at once: simulate")


def _show_refused(
    shows: Shows, scope: str, own: Scenario, error: StudyError, refused: Mapping[str, str]
) -> None:
    """Put errors beside their fields, or in the answer's place where the form has none."""
    beside, elsewhere = dict(refused), []
    for line in complaints_of(own.data) or (str(error),):
        name = blamed(line, own.data)
        if name:
            beside.setdefault(name, line)
        else:
            elsewhere.append(tags.p(line, class_="error", role="alert"))
    shows.errors[scope] = beside
    part = elsewhere or [tags.p("What is marked in the form needs to be corrected first.")]
    brief = "a setting needs to be corrected"
    _show(shows, scope, TagList(tags.h3("At once"), *part), brief, last=False)
    shows.html |= {f"{scope}-warnings": "", f"{scope}-assumed": ""}


def _show(
    shows: Shows, scope: str, part: TagList | Tag, brief: TagList | str, *, last: bool = True
) -> None:
    shows.html |= {f"{scope}-instant": str(part), f"{scope}-brief": str(TagList(brief))}
    shows.stale |= {f"{scope}-instant": False, f"{scope}-brief": False}
    if last:  # those who hear the page are told once
        shows.html[f"{scope}-said"] = str(TagList(brief))


def _asked_of(found: Look, asked: Asked) -> tuple[Estimate, SampleSize]:
    """Power and answer of what is asked for."""
    if asked.rule is not None:
        return column(found.rules, asked.rule), found.rule_sizes[asked.rule]
    e = asked.endpoint
    return column(found.endpoints[asked.role], e), found.endpoint_sizes[asked.role][e]
