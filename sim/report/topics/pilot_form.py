"""What a form is told of a pilot: by the items of the CONSORT extension for pilots."""

from __future__ import annotations

from collections.abc import Iterator

from sim import __version__
from sim.report.document.guidelines import cite, reasoned
from sim.report.document.model import Block, Paragraph, Requirement, Section, entries, text
from sim.report.document.numbers import nearly, number, percent
from sim.report.document.phrases import sentence_case
from sim.report.document.words import clean, line, listed_words, short
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.topics.design import role_words
from sim.report.topics.feasibility import (
    answer_sentence,
    criteria_table,
    decisions_table,
    judged_entries,
    judged_words,
    rule_words,
    sites_words,
)
from sim.report.topics.pilot_errors import error_tables, pilot_words, value_words
from sim.report.topics.pilot_sizes import size_notes, sizes_table
from sim.report.topics.programme import (
    learnt_blocks,
    main_words,
    programme_blocks,
    programme_sentence,
)
from sim.report.topics.statement import fitted

GUIDELINE = "CONSORT extension for pilots"
OF_PILOTS = (
    f"the extension of CONSORT 2010 to pilot and feasibility trials{cite('Eldridge 2016')}, which "
    "is written for randomised ones and is followed here as far as it applies"
)
"""Guideline of a pilot's form, and how it is followed."""
MOST_JUDGED = 4
"""Most criteria of which a statement gives the limits."""


def pilot_statement(answer: FeasibilityAnswer) -> Paragraph:
    """State objective, number and its rationale, decision rule and errors, in few words."""
    return fitted((rank, *(line(words) for words in forms)) for rank, *forms in _sentences(answer))


def _sentences(answer: FeasibilityAnswer) -> Iterator[tuple[int, *tuple[str, ...]]]:
    study, needed, learnt = answer.study, answer.needed, answer.learnt
    size = answer.sizes[-1] if needed is None else needed
    k = answer.sizes.index(size)
    recruits = number(float(answer.recruits[k]), 0)
    who = pilot_words(answer, size)
    who += f" ({recruits} expected to be recruited)" * (recruits != str(size))
    asks = f"whether a main study of {study.words.intervention} should follow"
    first = f"This pilot of {who}{sites_words(study)} asks {asks}, judged by"
    yield 0, f"{first} {_judged(answer, 2)}.", f"{first} {_judged(answer, MOST_JUDGED)}."
    yield 0, "It goes on if all are green, and stops if any is red."
    red, green = percent(answer.feasibility.wrong_go), percent(answer.feasibility.wrong_stop)
    if needed is None:
        yield 0, f"It is too small to keep wrong decisions by every criterion to {red} and {green}."
    else:
        yield (
            0,
            f"Each is green with probability at most {red} at its red limit, and red with at most "
            f"{green} at its green limit.",
        )
    stop, _, go = map(nearly, answer.decisions[k].tolist())
    decides = f"with probability {go} and stops with {stop}"
    yield 1, f"If all is as expected, it goes on {decides}."
    if learnt.widths[0, k] == learnt.widths[0, k]:
        wide = number(float(learnt.widths[0, k]), 2)
        yield (
            3,
            "The 95% interval of the standard deviation of the change is expected to be "
            f"{wide} points wide.",
        )
    how = f"{answer.pilots:,} simulated pilots (mentorsim {__version__})"
    yield 2, f"Exact probabilities, and {how}."


def _judged(answer: FeasibilityAnswer, most: int) -> str:
    """Name the criteria with their limits: in words the first, of the others these alone."""
    named = list[str]()
    for one in answer.criteria[:most]:
        red, green = value_words(one, one.light.red), value_words(one, one.light.green)
        limits = f"{red}, {green}" if named else f"red up to {red}, green from {green}"
        named.append(f"{short(one.name)} ({limits})")
    more = len(answer.criteria) - len(named)
    return listed_words([*named, *[f"{more} more"] * (more > 0)])


# --------------------------------------------------------------------------------- annex


def annex(answer: FeasibilityAnswer) -> tuple[Section, ...]:
    """Give the sections below the statement, in the order of the guideline's items."""
    return (
        _objectives(answer),
        _participants(answer),
        _decision(answer),
        _rationale(answer),
        _learning(answer),
        _programme(answer),
        _interim(answer),
        _recruitment(answer),
        _limitations(answer),
    )


def _objectives(answer: FeasibilityAnswer) -> Section:
    stated = zip(answer.criteria, answer.feasibility.criteria.values(), strict=True)
    asked = [
        f"{short(one.name)} ({judged_words(answer.study, of)}): is it enough?" for one, of in stated
    ]
    asked.append("What the main study's size rests on: how precisely is it known afterwards?")
    required = Requirement(f"{GUIDELINE}, item 2b", "Objectives or questions of the pilot")
    why = f"A pilot is to find out whether the main study can be done{cite('Eldridge 2016')}."
    return Section("Objectives", (text(why), *entries(asked)), (required,))


def _participants(answer: FeasibilityAnswer) -> Section:
    study = answer.study
    who = f"{sentence_case(role_words(study))} answer {study.words.around}."
    required = Requirement(f"{GUIDELINE}, item 6a", "Assessments for each objective")
    return Section("Participants and assessments", (text(clean(who)),), (required,))


def _decision(answer: FeasibilityAnswer) -> Section:
    required = Requirement(f"{GUIDELINE}, item 6c", "Criteria to judge whether to proceed")
    entered: tuple[Block, ...] = judged_entries(answer)
    blocks = *entered, criteria_table(answer), text(rule_words(answer))
    return Section("Decision rules", blocks, (required,))


def _rationale(answer: FeasibilityAnswer) -> Section:
    required = Requirement(f"{GUIDELINE}, item 7a", "Rationale for numbers in the pilot")
    blocks: tuple[Block, ...] = (
        text(answer_sentence(answer)),
        decisions_table(answer),
        *error_tables(answer),
        sizes_table(answer),
        *entries(size_notes(answer)),
    )
    return Section("Rationale for numbers", blocks, (required,))


def _learning(answer: FeasibilityAnswer) -> Section:
    required = Requirement(f"{GUIDELINE}, item 12a", "Methods for each objective")
    return Section("What is to be learnt", learnt_blocks(answer), (required,))


def _programme(answer: FeasibilityAnswer) -> Section:
    blocks = text(programme_sentence(answer)), text(main_words(answer)), *programme_blocks(answer)
    return Section("The programme: pilot and main study", blocks)


def _interim(answer: FeasibilityAnswer) -> Section:
    wanted = "interim analyses and rules for stopping the pilot, or none"
    asked = f"{GUIDELINE}, item 7b", "Interim analyses and stopping guidelines"
    words, required = reasoned(answer.study, "interim", wanted, *asked)
    return Section("Interim analyses", (words,), (required,))


def _recruitment(answer: FeasibilityAnswer) -> Section:
    wanted = "how so many people are recruited, where and by when"
    asked = f"{GUIDELINE}, item 14a", "Periods of recruitment and follow-up"
    words, required = reasoned(answer.study, "recruitment", wanted, *asked)
    return Section("Recruitment", (words,), (required,))


def _limitations(answer: FeasibilityAnswer) -> Section:
    warnings = entries(map(clean, answer.warnings), "warning")
    return Section("Limitations", warnings or (text("The calculation raised no warning."),))
