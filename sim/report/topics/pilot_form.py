"""What a form is told of a pilot: by the items of the CONSORT extension for pilots."""

from __future__ import annotations

from collections.abc import Iterator

from sim import __version__
from sim.report.document.guidelines import cite, reasoned
from sim.report.document.model import Block, Paragraph, Requirement, Section, entries, text
from sim.report.document.numbers import nearly, number, percent
from sim.report.document.phrases import sentence_case
from sim.report.document.words import clean, listed_words, short
from sim.report.results.feasibility import CriterionAnswer, FeasibilityAnswer
from sim.report.topics.design import role_words
from sim.report.topics.feasibility import (
    answer_sentence,
    criteria_table,
    decisions_table,
    error_tables,
    judged_entries,
    judged_words,
    pilot_words,
    rule_words,
    value_words,
)
from sim.report.topics.pilot_sizes import size_notes, sizes_table
from sim.report.topics.programme import (
    learnt_blocks,
    main_words,
    programme_blocks,
    programme_sentence,
)
from sim.report.topics.statement import MOST_WORDS, count_words

GUIDELINE = "CONSORT extension for pilots"


def pilot_statement(answer: FeasibilityAnswer) -> Paragraph:
    """State objective, number and its rationale, decision rule and errors, in few words."""
    sentences = list(_sentences(answer))
    for rank in range(max(rank for rank, _ in sentences), -1, -1):
        words = " ".join(said for at, said in sentences if at <= rank)
        if count_words((words,)) <= MOST_WORDS or rank == 0:
            break
    return Paragraph((words,), "statement")


def _sentences(answer: FeasibilityAnswer) -> Iterator[tuple[int, str]]:
    """Give the sentences in order, each with its rank: the highest is left out first."""
    study, needed = answer.study, answer.needed
    size = answer.sizes[-1] if needed is None else needed
    k = answer.sizes.index(size)
    names = [_limits(one) for one in answer.criteria[:4]]
    more = len(answer.criteria) - len(names)
    names += [f"{more} more"] * (more > 0)
    yield (
        0,
        (
            f"This pilot asks whether a main study of {study.words.intervention} should follow, by "
            f"{listed_words(names)} (red up to, green from)."
        ),
    )
    yield 0, "It goes on if all are green, and stops if any is red."
    stated = answer.feasibility
    errors = percent(stated.wrong_go), percent(stated.wrong_stop)
    if needed is None:
        yield (
            0,
            (
                f"With {pilot_words(answer, size)} not every criterion keeps wrong decisions to "
                f"{errors[0]} and {errors[1]}."
            ),
        )
    else:
        yield (
            0,
            (
                f"With {pilot_words(answer, size)}, each criterion is green with probability at "
                f"most {errors[0]} at its red limit, and red with at most {errors[1]} at its green "
                "limit."
            ),
        )
    stop, _, go = answer.decisions[k]
    yield (
        1,
        (
            f"If all is as expected, the pilot goes on with probability {nearly(go)} and stops "
            f"with probability {nearly(stop)}."
        ),
    )
    learnt = answer.learnt
    if learnt.widths[0, k] == learnt.widths[0, k]:
        yield (
            2,
            (
                "The 95% interval of the standard deviation of the change is expected to be "
                f"{number(float(learnt.widths[0, k]), 2)} points wide."
            ),
        )
    how = f"{answer.pilots:,} simulated pilots (mentorsim {__version__})"
    yield 1, f"Exact probabilities, and {how}."


def _limits(one: CriterionAnswer) -> str:
    limits = f"{value_words(one, one.light.red)}, {value_words(one, one.light.green)}"
    return f"{short(one.name)} ({limits})"


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
