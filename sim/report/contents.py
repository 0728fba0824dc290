"""Which topics stand in which output of a plan, and in which order."""

from __future__ import annotations

from dataclasses import replace

from sim.report.document.guidelines import cited, requirement
from sim.report.document.model import Block, Document, Paragraph, Picture, Section, clean, text
from sim.report.results.answer import PlanAnswer
from sim.report.saved import Provenance
from sim.report.topics.adjustments import adjustments_section, before_blocks
from sim.report.topics.arms import change_blocks, one_group_blocks
from sim.report.topics.assumptions import assumptions_section, assumptions_table
from sim.report.topics.assurance import assurance_blocks, assurance_by_size
from sim.report.topics.design import allocation_section, design_sentence, outcome_section
from sim.report.topics.detectable import detectable_table
from sim.report.topics.effects import (
    assumed_blocks,
    choice_section,
    published_tables,
    target_section,
)
from sim.report.topics.least_favourable import least_favourable_sentences
from sim.report.topics.method import aim, method_section
from sim.report.topics.participation import participation_blocks
from sim.report.topics.pilot import pilot_sections
from sim.report.topics.power import endpoint_tables, level_sentence, near_table, power_tables
from sim.report.topics.precision import precision_blocks, precision_table
from sim.report.topics.record import (
    completeness_section,
    interim_section,
    limits_section,
    recruitment_section,
    replication_section,
)
from sim.report.topics.sensitivity import sensitivity_section
from sim.report.topics.simulation import ademp_table
from sim.report.topics.size import answer_sentence, other_rules_table, people_table, size_tables
from sim.report.topics.size_form import answer_paragraphs, size_requirements
from sim.report.topics.sources import sources_section
from sim.report.topics.statement import statement
from sim.report.topics.worse_off import worse_off_tables

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
    answered = text(answer_sentence(answer)), text(level_sentence(answer)), *_levels(answer)
    return _with_content(
        Section("Answer", (*answered, *size_tables(answer))),
        Section("Warnings", warning_entries(answer)),
        Section("Design", (text(design_sentence(answer.study)),)),
        Section("Power", (*power_tables(answer), *_affected_endpoints(answer))),
        *_explaining(answer),
        Section("Assumptions", _assumptions(answer)),
    )


def page_sections(answer: PlanAnswer) -> dict[str, Section]:
    """Sections of the page below its first screen, by the name of their place in its address."""
    return {
        "rules": Section("Power of every rule", (*power_tables(answer), *size_tables(answer),
                                                 text(level_sentence(answer)), *_levels(answer))),
        "domains": Section("Each domain", _affected_endpoints(answer)),
        **{_place(section): section for section in _explaining(answer)},
        "precision": Section("Precision of the estimate", (precision_table(answer),)),
        "assumptions": Section("Assumptions", _assumptions(answer)),
        "ademp": Section("The simulation study", (ademp_table(answer),)),
    }  # fmt: skip


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
    sections = (
        Section(STATEMENT, (statement(answer), *_power_picture(answer)), is_apart=True),
        _size_section(answer),
        outcome_section(answer),
        _level_section(answer),
        _extended(target_section(answer), *worse_off_tables(answer)),
        choice_section(answer),
        allocation_section(answer),
        method_section(answer),
        adjustments_section(answer),
        sensitivity_section(answer, near_table(answer)),
        interim_section(answer),
        recruitment_section(answer),
        assumptions_section(answer),
        limits_section(answer),
        replication_section(answer, provenance),
    )
    every = (*sections, completeness_section(sections), sources_section(answer))
    document = Document(clean(answer.study.title), every)
    return replace(document, references=cited(document))


def _power_picture(answer: PlanAnswer) -> tuple[Picture, ...]:
    """Draw the power curve with the answer; nothing where one size was studied."""
    from sim.report.charts.figures import power_figure
    from sim.report.charts.render import as_png, as_svg

    figure = power_figure(answer)
    if figure is None:
        return ()
    png = as_png(as_svg(figure.spec))
    return (Picture(figure.name, figure.caption, figure.alt, png),)


def warning_entries(answer: PlanAnswer) -> tuple[Paragraph, ...]:
    """List the warnings."""
    return tuple(Paragraph((warning,), "warning") for warning in answer.warnings)


def _explaining(answer: PlanAnswer) -> tuple[Section, ...]:
    """What the answer rests on and what it depends on, for screen and page alike."""
    return _with_content(
        Section("What is assumed", (*assumed_blocks(answer), *published_tables(answer),
                                    *worse_off_tables(answer))),
        Section("Where the change comes from", change_blocks(answer)),
        Section("With and without a control arm", one_group_blocks(answer)),
        Section("Power averaged over what is believed", (*assurance_by_size(answer),
                                                         *assurance_blocks(answer))),
        Section("Who is analysed, and how precisely", (*participation_blocks(answer),
                                                       *precision_blocks(answer))),
        Section("Size before adjustments", before_blocks(answer)),
        Section("Smallest detectable effects", detectable_table(answer)),
        *pilot_sections(answer),
    )  # fmt: skip


def _assumptions(answer: PlanAnswer) -> tuple[Block, ...]:
    return (assumptions_table(answer),) if answer.assumptions else ()


def _affected_endpoints(answer: PlanAnswer) -> tuple[Block, ...]:
    """Power of the endpoints of the roles on which there is an effect."""
    affected = [role for role, effects in answer.effects.items() if not effects.true_null.all()]
    return endpoint_tables(answer, affected)


def _levels(answer: PlanAnswer) -> tuple[Paragraph, ...]:
    """Say which null the level is of, where that needs saying."""
    said = " ".join(least_favourable_sentences(answer))
    return (text(said),) if said else ()


def _size_section(answer: PlanAnswer) -> Section:
    others = other_rules_table(answer)
    blocks: list[Block] = [*answer_paragraphs(answer), people_table(answer)]
    blocks += precision_blocks(answer)
    blocks += [] if others is None else [others]
    return Section("Sample size", tuple(blocks), size_requirements(answer))


def _level_section(answer: PlanAnswer) -> Section:
    """State level, sidedness and power, and the error rate that is attained."""
    required = requirement("DELTA2, item 2", "Significance level, sidedness and power")
    attained = text(level_sentence(answer)), *_levels(answer)
    return Section("Significance level and power", (aim(answer.study), *attained), (required,))


def _extended(section: Section, *further: Block) -> Section:
    """Put more into a section."""
    return replace(section, blocks=(*section.blocks, *further))


def _place(section: Section) -> str:
    return section.heading.lower().replace(",", "").replace("'", "").replace(" ", "-")


def _with_content(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.blocks)
