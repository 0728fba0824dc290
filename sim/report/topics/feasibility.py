"""What a pilot's progression criteria show: sentences and tables, once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from sim.report.document.model import Paragraph, Section, Table, entries, text
from sim.report.document.numbers import number, percent
from sim.report.document.words import Cell, listed_words, short
from sim.report.results.feasibility import CriterionAnswer, FeasibilityAnswer
from sim.report.topics.pilot_sizes import size_notes, sizes_table
from sim.report.topics.programme import (
    learnt_blocks,
    main_words,
    programme_blocks,
    programme_sentence,
)
from sim.study import Study
from sim.study.feasibility import Criterion

MISSING = {"retention": "missing.rate", "completeness": "missing.item_rate"}
"""Setting from which follows what is expected of a measure."""
MOST_ROWS = 12
"""Most sizes in a table."""


def sections(answer: FeasibilityAnswer) -> tuple[Section, ...]:
    """All that a pilot has to say, the answer first."""
    return (
        Section("Answer", (text(answer_sentence(answer)), text(programme_sentence(answer)))),
        Section("What the pilot is judged by",
                (*judged_entries(answer), criteria_table(answer), text(rule_words(answer)))),
        Section("What it decides, if all is as expected", (decisions_table(answer),)),
        Section("How often each criterion errs", error_tables(answer)),
        Section("How many people each criterion must look at",
                (sizes_table(answer), *entries(size_notes(answer)))),
        Section("What is to be learnt", learnt_blocks(answer)),
        Section("The programme", programme_blocks(answer)),
        Section("How to read this", entries(notes(answer))),
    )  # fmt: skip


# ------------------------------------------------------------------------------ sentences


def what_counts(study: Study) -> str:
    """Say of whom the pilot's size is a count: who is approached, planned or recruited."""
    pilot = study.feasibility
    measures = {criterion.measure for criterion in pilot.criteria.values()} if pilot else set()
    if "rate" in measures:
        return "planned to be recruited"
    return "approached" if "recruitment" in measures else "recruited"


def pilot_words(answer: FeasibilityAnswer, size: int) -> str:
    """Write a size of the pilot: 40 nurses approached."""
    return f"{answer.words.count(size)} {what_counts(answer.study)}"


def in_one_line(answer: FeasibilityAnswer) -> str:
    """Answer in one line, for many runs in a row."""
    stop, amend, go = answer.decisions[-1]
    needed = answer.needed
    size = f"{needed} needed" if needed else f"more than {answer.sizes[-1]} needed"
    return (
        f"with {pilot_words(answer, answer.sizes[-1])}: go {percent(go)}, amend "
        f"{percent(amend)}, stop {percent(stop)}; {size}"
    )


def answer_sentence(answer: FeasibilityAnswer) -> str:
    """Say how large the pilot must be, and what it then decides."""
    stated, needed = answer.feasibility, answer.needed
    errors = (
        f"goes on wrongly at most {percent(stated.wrong_go, 1)} of the time at its red limit and "
        f"stops wrongly at most {percent(stated.wrong_stop, 1)} of the time at its green limit"
    )
    if needed is None:
        lacking = [short(one.name) for one in answer.criteria
                   if not answer.suffices(one, len(answer.sizes) - 1)]  # fmt: skip
        return (
            f"No pilot of the sizes studied, up to {pilot_words(answer, answer.sizes[-1])}, is "
            f"large enough that every criterion {errors}: too few people are looked at by "
            f"{listed_words(lacking)}."
        )
    stop, amend, go = answer.decisions[answer.sizes.index(needed)]
    return (
        f"A pilot of {pilot_words(answer, needed)} is the smallest of the sizes studied at which "
        f"every criterion {errors}. If all is as expected, it then says go with a probability of "
        f"{percent(go, 1)}, amend {percent(amend, 1)} and stop {percent(stop, 1)}."
    )


def rule_words(answer: FeasibilityAnswer) -> str:
    """Say what is decided by all criteria together."""
    after = answer.feasibility.main.after_amber
    follows = "follows, amended" if after == "go" else "does not follow"
    if len(answer.criteria) == 1:
        return f"Go if it is green, stop if it is red, else amend: then the main study {follows}."
    return (
        "Go if all criteria are green, stop if any is red, else amend: then the main study "
        f"{follows}."
    )


# ------------------------------------------------------------------------------- criteria


def judged_words(study: Study, criterion: Criterion) -> str:
    """Say what a criterion judges."""
    words = study.words
    people = words.people(criterion.role or study.role_names[0])
    match criterion.measure:
        case "recruitment":
            return f"{words.units} recruited of those approached"
        case "rate":
            return f"{words.units} recruited a {words.site} and month"
        case "retention":
            return f"{people} who answer {words.after}, of those recruited"
        case "completeness":
            return f"{people} who answer everything both times, of those who answer {words.after}"
    return (
        f"{people} who answer '{short(criterion.item or '')}' with {criterion.at_least} or more "
        f"{words.after}, of those who answer it"
    )


def value_words(one: CriterionAnswer, value: float) -> str:
    """Write a share or a rate."""
    if one.light.kind == "rate":
        return f"{value:g}"
    return percent(value, 0 if abs(100 * value - round(100 * value)) < 1e-6 else 1)


def criteria_table(answer: FeasibilityAnswer) -> Table:
    """List the criteria with their limits and what is expected."""
    rows = tuple(
        (short(one.name), *(value_words(one, of) for of in (one.light.red, one.light.green)),
         value_words(one, one.expected))
        for one in answer.criteria
    )  # fmt: skip
    return Table("", ("criterion", "red up to", "green from", "expected"), rows)


def judged_entries(answer: FeasibilityAnswer) -> tuple[Paragraph, ...]:
    """Say what each criterion judges, and how."""
    return entries(map(partial(_judged, answer), answer.criteria, _stated(answer)))


def _stated(answer: FeasibilityAnswer) -> Iterator[Criterion]:
    yield from answer.feasibility.criteria.values()


def _judged(answer: FeasibilityAnswer, one: CriterionAnswer, of: Criterion) -> str:
    more = ""
    if of.by == "test":
        more = f"; green also needs a significant test of the red limit ({one.light.alpha:g})"
    if of.icc:
        more += f"; intraclass correlation {of.icc:g} within a {answer.words.site}"
    if of.variation:
        sites = answer.words.sites
        more += f"; coefficient of variation {of.variation:g} between {sites}"
    return f"{short(one.name)}: {judged_words(answer.study, of)}{more}."


def shown_sizes(answer: FeasibilityAnswer) -> list[int]:
    """Places of the sizes that tables show; the one that is needed is among them."""
    places = np.linspace(0, len(answer.sizes) - 1, min(len(answer.sizes), MOST_ROWS))
    chosen = {round(place) for place in places}
    if answer.needed is not None:
        chosen.add(answer.sizes.index(answer.needed))
    return sorted(chosen)


def marked(answer: FeasibilityAnswer) -> int | None:
    """Row of the size that is needed, in tables by size."""
    if answer.needed is None:
        return None
    return shown_sizes(answer).index(answer.sizes.index(answer.needed))


def decisions_table(answer: FeasibilityAnswer) -> Table:
    """Give the probabilities of go, amend and stop by size, as simulated."""
    rows = []
    for k in shown_sizes(answer):
        stop, amend, go = (percent(share, 1) for share in answer.decisions[k])
        recruits = number(float(answer.recruits[k]), 0)
        rows.append((str(answer.sizes[k]), recruits, go, amend, stop))
    head = ("pilot", "recruited", "go", "amend", "stop")
    error = percent(0.5 / answer.pilots**0.5, 1)
    caption = (
        f"Pilots by {answer.words.units} {what_counts(answer.study)}; {answer.pilots:,} simulated, "
        f"Monte Carlo error at most {error}"
    )
    return Table(caption, head, tuple(rows), marked=marked(answer))


def error_tables(answer: FeasibilityAnswer) -> tuple[Table, ...]:
    """Give every criterion's errors at its limits, and its colours if all is as expected."""
    return tuple(_error_table(answer, one) for one in answer.criteria)


def _error_table(answer: FeasibilityAnswer, one: CriterionAnswer) -> Table:
    red, green, expected = (one.light.red, one.light.green, one.expected)
    at_red, at_green, at = map(one.row_of, (red, green, expected))
    columns: dict[str, list[Cell]] = {
        "pilot": [str(n) for n in answer.sizes],
        "looked at": [number(float(n), 0) for n in one.looked_at],
        "wrong go": _percents(one.green[at_red]),
        "wrong stop": _percents(one.red[at_green]),
        **({} if one.tested is None else {"power": _percents(one.tested[at_green])}),
        **{colour: _percents(getattr(one, colour)[at]) for colour in ("green", "amber", "red")},
    }
    rows = tuple(tuple(cells[k] for cells in columns.values()) for k in shown_sizes(answer))
    low, high, true = (value_words(one, value) for value in (red, green, expected))
    power = f", power of the test if {high}" * (one.tested is not None)
    looked = "months" if one.light.kind == "rate" else "people"
    caption = (
        f"'{short(one.name)}': wrong go (green) if {low} is true, wrong stop (red) if {high}"
        f"{power}; colours if {true}; looks at so many {looked} on average"
    )
    return Table(caption, tuple(columns), rows, marked=marked(answer))


def _percents(shares: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Cell]:
    return [percent(float(share), 1) for share in shares]


def notes(answer: FeasibilityAnswer) -> tuple[str, ...]:
    """What a careful reader has to know."""
    return (*answer.warnings, main_words(answer))


def warnings_of(answer: FeasibilityAnswer) -> tuple[str, ...]:
    """Warn of criteria that cannot err, or that are expected to fail."""
    return tuple(_warnings(answer))


def _warnings(answer: FeasibilityAnswer) -> Iterator[str]:
    judged = answer.feasibility.criteria
    for one in answer.criteria:
        name = f"'{short(one.name)}'"
        if one.light.kind == "share" and one.expected == 1:
            missing = MISSING.get(judged[one.name].measure)
            yield (
                f"{name} is expected to be 100%, so that it is always green: state what is "
                f"expected{f', or {missing}' if missing else ''}."
            )
        elif one.expected <= one.light.red:
            yield f"{name} is expected to be red: the pilot is planned to stop."
        elif one.expected < one.light.green:
            yield f"{name} is expected to be amber, not green."
    if answer.learnt.main_size is None:
        most = answer.words.count(answer.feasibility.main.largest)
        yield f"The main study would need more than {most} for the planned effect."


def front(answer: FeasibilityAnswer) -> tuple[Paragraph, ...]:
    """Say below the title what is piloted."""
    study = answer.study
    sites = study.feasibility_sites
    where = f" at {study.words.counted(study.words.site, sites)}" if sites > 1 else ""
    names = listed_words([short(one.name) for one in answer.criteria])
    sizes = f"{answer.sizes[0]} to {pilot_words(answer, answer.sizes[-1])}"
    if len(answer.sizes) == 1:
        sizes = pilot_words(answer, answer.sizes[0])
    return (text(f"A pilot of {sizes}{where}, judged by {names}."),)
