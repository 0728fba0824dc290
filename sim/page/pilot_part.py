"""How often a pilot's criteria err, exactly, while they are typed: in words, drawn, tabulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from htmltools import Tag, TagList, tags

from sim.errors import StudyError
from sim.jobs.pilot_exact import judged_at_once
from sim.page.answers import table, warnings_part
from sim.page.complaints import by_field
from sim.page.form import TagAttrs
from sim.page.texts import Plain
from sim.page.traffic_light import traffic_light
from sim.report.document.words import short
from sim.report.results.feasibility import ExactCriterion, JudgedPilot
from sim.report.topics.pilot_errors import (
    criteria_warnings,
    error_table,
    light_title,
    light_words,
    size_sentence,
)
from sim.study import Study

LIGHT = "light"
"""Name of the choice of the criterion that is drawn."""
FROM_BOTTOM = "From the bottom: red, amber, green."
REST = (
    "What the pilot decides and teaches, and the programme of pilot and main study, ",
    tags.code("mentorsim feasibility"),
    " tells: the command line under “All settings as YAML”, with feasibility in the place of plan.",
)
LONG = (
    "With an intraclass correlation, so many people take longer than an instant: ",
    tags.code("mentorsim feasibility"),
    " tells how often each criterion errs.",
)


def pilot_part(
    scope: str, study: Study, data: Plain, chosen: str
) -> tuple[TagList, dict[str, str]]:
    """Show what a study's pilot finds out, and one of its criteria in full.

    Parameters
    ----------
    scope : str
        Letter of the scenario.
    study : Study
        With or without a pilot; without one nothing is shown.
    data : dict
        The same as plain data.
    chosen : str
        Name of the criterion; an unknown one stands for the first.

    Returns
    -------
    TagList
        The part.
    dict of str to str
        By field of the form: lines of what is wrong with it.
    """
    if study.feasibility is None:
        return TagList(), {}
    try:
        pilot = judged_at_once(study)
    except StudyError as error:
        fields, elsewhere = by_field(map(str, error.faults), data)
        return TagList(elsewhere), fields
    if pilot is None:
        return TagList(tags.p(*LONG)), {}
    known = {one.name: one for one in pilot.criteria}
    return _shown(scope, pilot, known.get(chosen, pilot.criteria[0])), {}


def _shown(scope: str, pilot: JudgedPilot, one: ExactCriterion) -> TagList:
    title = f"'{short(one.name)}' {light_title(one, pilot.drawn)}"
    return TagList(
        tags.p(size_sentence(pilot), class_="sentence"),
        warnings_part([*criteria_warnings(pilot)]),
        *_choice(scope, [of.name for of in pilot.criteria], one.name),
        tags.p(f"{title}. {light_words(pilot, one, pilot.drawn)} {FROM_BOTTOM}", class_="help"),
        traffic_light(one, pilot.drawn, title),
        table(error_table(pilot, one)),
        tags.p(*REST, class_="help"),
    )


def _choice(scope: str, names: Sequence[str], chosen: str) -> Iterator[Tag]:
    """Offer the criteria, where there are several."""
    if len(names) == 1:
        return
    place = f"{scope}-{LIGHT}"
    known: TagAttrs = {
        "id": place,
        "data-field": LIGHT,
        "data-scope": scope,
        "data-shiny-no-bind-input": "",
    }
    yield tags.label("Criterion that is drawn", **{"for": place})
    yield tags.select(*(tags.option(short(name), value=name, selected="" if name == chosen else
                                    None) for name in names), known)  # fmt: skip
