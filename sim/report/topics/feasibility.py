"""What a pilot's progression criteria show: sentences and tables, once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sim.report.document.model import Paragraph, Section, Table, entries, text
from sim.report.document.numbers import at_most, nearly, number, percent
from sim.report.document.words import listed_words, short
from sim.report.results.feasibility import CriterionAnswer, FeasibilityAnswer
from sim.report.topics.pilot_errors import (
    criteria_warnings,
    error_tables,
    marked,
    pilot_words,
    shown_sizes,
    size_sentence,
    value_words,
    what_counts,
)
from sim.report.topics.pilot_sizes import size_notes, sizes_table
from sim.report.topics.programme import (
    learnt_blocks,
    main_words,
    programme_blocks,
    programme_sentence,
)
from sim.study import Study
from sim.study.feasibility import Criterion


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


def sites_words(study: Study) -> str:
    """Say at how many sites it takes place, to follow what does; nothing of one."""
    sites = study.feasibility_sites
    return f" at {study.words.counted(study.words.site, sites)}" if sites > 1 else ""


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
    if answer.needed is None:
        return size_sentence(answer)
    stop, amend, go = answer.decisions[answer.drawn]
    return (
        f"{size_sentence(answer)} If all is as expected, it then says go with a probability of "
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


def decisions_table(answer: FeasibilityAnswer) -> Table:
    """Give the probabilities of go, amend and stop by size, as simulated."""
    rows = []
    for k in shown_sizes(answer):
        stop, amend, go = (percent(share, 1) for share in answer.decisions[k])
        recruits = number(float(answer.recruits[k]), 0)
        rows.append((str(answer.sizes[k]), recruits, go, amend, stop))
    head = ("pilot", "recruited", "go", "amend", "stop")
    error = at_most(nearly(0.5 / answer.pilots**0.5, 1))
    caption = (
        f"Pilots by {answer.words.units} {what_counts(answer.study)}; {answer.pilots:,} simulated, "
        f"Monte Carlo error {error}"
    )
    return Table(caption, head, tuple(rows), marked=marked(answer))


def notes(answer: FeasibilityAnswer) -> tuple[str, ...]:
    """What a careful reader has to know."""
    return (*answer.warnings, main_words(answer))


def warnings_of(answer: FeasibilityAnswer) -> tuple[str, ...]:
    """Warn of criteria that cannot err or are expected to fail, and of a main study too large."""
    return (*criteria_warnings(answer), *_too_large(answer))


def _too_large(answer: FeasibilityAnswer) -> Iterator[str]:
    if answer.learnt.main_size is None:
        most = answer.words.count(answer.feasibility.main.largest)
        yield f"The main study would need more than {most} for the planned effect."


def front(answer: FeasibilityAnswer) -> tuple[Paragraph, ...]:
    """Say below the title what is piloted."""
    where = sites_words(answer.study)
    names = listed_words([short(one.name) for one in answer.criteria])
    sizes = f"{answer.sizes[0]} to {pilot_words(answer, answer.sizes[-1])}"
    if len(answer.sizes) == 1:
        sizes = pilot_words(answer, answer.sizes[0])
    return (text(f"A pilot of {sizes}{where}, judged by {names}."),)
