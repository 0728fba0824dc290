"""Which topics stand in which output of a plan, and in which order."""

from __future__ import annotations

from dataclasses import replace

from sim.manifest import Provenance
from sim.report.document.guidelines import cited
from sim.report.document.model import Block, Document, Section, entries, text
from sim.report.document.words import clean
from sim.report.results.answer import PlanAnswer
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.topics import (
    adjustments,
    arms,
    assumptions,
    assurance,
    design,
    detectable,
    effects,
    first_look,
    interim,
    method,
    participation,
    pilot,
    power,
    precision,
    record,
    sensitivity,
    size,
    sources,
    statement,
)
from sim.report.topics.pilot_form import OF_PILOTS, annex, pilot_statement

STATEMENT = "Statement"
"""Heading of the part that a form takes."""


def screen_sections(answer: PlanAnswer) -> tuple[Section, ...]:
    """Answer, warnings, and why, for the terminal; a section without anything is left out.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    tuple of Section
    """
    sizes: tuple[Block, ...] = size.people_table(answer), *power.other_rules_tables(answer)
    answered: tuple[Block, ...] = (
        *_sought(answer),
        text(size.answer_sentence(answer)),
        *power.level_paragraphs(answer),
        *sizes,
    )
    return _with_content(
        Section("Answer", answered),
        Section("Warnings", entries(answer.warnings, "warning")),
        Section("Design", (text(design.design_sentence(answer.study)),)),
        Section("Power", (*power.power_tables(answer), *power.endpoint_tables(answer))),
        *_explaining(answer),
        Section("Assumptions", _assumptions(answer)),
    )


def _sought(answer: PlanAnswer) -> tuple[Block, ...]:
    """Say what was sought where that is neither a size nor a power."""
    solve = answer.study.design.solve
    if solve == "effect":
        return detectable.detectable_blocks(answer)[:1]
    blocks = precision.precision_blocks(answer) if solve == "precision" else ()
    return blocks if answer.original.seeks_precision else blocks[:1]


def page_sections(answer: PlanAnswer) -> dict[str, Section]:
    """Sections of the page below its first screen, by the name of their place in its address."""
    sizes: tuple[Block, ...] = size.people_table(answer), *power.other_rules_tables(answer)
    rules: tuple[Block, ...] = *power.power_tables(answer), *sizes, *power.level_paragraphs(answer)
    return {
        "rules": Section("Power of every rule", rules),
        "items": Section(f"Each {answer.words.item}", power.endpoint_tables(answer)),
        **{_place(section): section for section in _explaining(answer)},
        **({"pilot": first_look.pilot_look(answer)} if answer.pilot_answers else {}),
        "precision": Section("Precision of the estimate", (precision.precision_table(answer),)),
        "assumptions": Section("Assumptions", _assumptions(answer)),
        "ademp": Section("The simulation study", (record.ademp_table(answer),)),
    }


def form(answer: PlanAnswer, provenance: Provenance) -> Document:
    """Justify a sample size as DELTA2, SPIRIT and CONSORT 2025 ask for it, in the order of a form.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    provenance : Provenance
        What it was computed with.

    Returns
    -------
    Document
        First the statement, then the annex.
    """
    from sim.report.charts.figures import power_pictures

    sections = (
        Section(STATEMENT, (statement.statement(answer), *power_pictures(answer)), is_apart=True),
        size.size_section(
            answer, *precision.precision_blocks(answer), *power.other_rules_tables(answer)
        ),
        design.outcome_section(answer),
        power.level_section(answer),
        effects.target_section(answer),
        effects.choice_section(answer),
        design.allocation_section(answer),
        method.method_section(answer),
        adjustments.adjustments_section(answer),
        sensitivity.sensitivity_section(answer),
        record.interim_section(answer),
        record.recruitment_section(answer),
        assumptions.assumptions_section(answer),
        record.limits_section(answer),
        record.replication_section(answer, provenance),
    )
    every = (*sections, record.completeness_section(sections), sources.sources_section(answer))
    document = Document(clean(answer.study.title), every)
    return replace(document, references=cited(document))


def pilot_form(answer: FeasibilityAnswer, provenance: Provenance) -> Document:
    """Justify a pilot by the items of the CONSORT extension for pilots.

    Parameters
    ----------
    answer : FeasibilityAnswer
        The answer.
    provenance : Provenance
        What it was computed with.

    Returns
    -------
    Document
        First the statement, then the annex.
    """
    from sim.report.charts.figures import pilot_pictures

    stated: tuple[Block, ...] = pilot_statement(answer), *pilot_pictures(answer)
    counts = (("Simulated pilots", f"{answer.pilots:,}"),
              ("Simulated programmes", f"{answer.programme.programmes:,}"))  # fmt: skip
    repeat = Section("Replication", (record.replication_table(provenance, counts),))
    sections = Section(STATEMENT, stated, is_apart=True), *annex(answer), repeat
    every = (*sections, record.completeness_section(sections, OF_PILOTS))
    document = Document(clean(answer.study.title), every)
    return replace(document, references=cited(document))


def _explaining(answer: PlanAnswer) -> tuple[Section, ...]:
    """What the answer rests on and what it depends on, for screen and page alike."""
    assumed = *effects.assumed_blocks(answer), *effects.published_tables(answer)
    believed = *assurance.assurance_by_size(answer), *assurance.assurance_blocks(answer)
    analysed = *participation.participation_blocks(answer), *precision.precision_blocks(answer)
    return _with_content(
        Section("What is assumed", (*assumed, *effects.worse_off_tables(answer))),
        Section("Where the change comes from", arms.change_blocks(answer)),
        Section("With and without a control arm", arms.one_group_blocks(answer)),
        Section("Interim looks", interim.interim_blocks(answer)),
        Section("Power averaged over what is believed", believed),
        Section("Who is analysed, and how precisely", analysed),
        Section("Size before adjustments", adjustments.before_blocks(answer)),
        Section("Smallest detectable effects", detectable.detectable_blocks(answer)),
        *pilot.pilot_sections(answer),
    )


def _assumptions(answer: PlanAnswer) -> tuple[Block, ...]:
    return (assumptions.assumptions_table(answer),) if answer.assumptions else ()


def _place(section: Section) -> str:
    return section.heading.lower().replace(",", "").replace("'", "").replace(" ", "-")


def _with_content(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.blocks)
