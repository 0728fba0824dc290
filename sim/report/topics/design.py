"""The design in words: who is measured, what counts as a success, who is allocated to what."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.document.guidelines import reason, requirement
from sim.report.document.model import (
    LONG_NAME,
    Paragraph,
    Requirement,
    Section,
    clean,
    listed,
    text,
    words_of,
)
from sim.report.document.phrases import CHANGES
from sim.report.results.answer import PlanAnswer
from sim.report.topics.method import level_words, multiplicity_words, test_sentence
from sim.study import TOTAL, Study
from sim.study.control import ParallelControl
from sim.study.sections import Rule

SIGNIFICANT = {1: "significantly above zero", -1: "significantly below zero"}
"""Differences between arms by the sign of the change that is the success."""


def design_sentence(study: Study) -> str:
    """State the design in one sentence."""
    words, first, last = study.words, study.sizes[0], study.sizes[-1]
    sizes = words.count(last) if first == last else f"{first:,} to {words.count(last)}"
    ratio = " only" if len(study.roles) == 1 else " {}:{}".format(*study.design.ratio)
    return (
        f"{_groups(study)} measured before and after, {role_words(study)}{ratio}, {sizes}; "
        f"{_scale_words(study)}; "
        f"{test_sentence(study.analysis)}, {level_words(study.analysis)}; "
        f"{multiplicity_words(study)}."
    )


def role_words(study: Study) -> str:
    """Name the people of every role, in a row."""
    return words_of(listed([study.words.people(role) for role in study.role_names]))


def outcome_section(answer: PlanAnswer) -> Section:
    """Say what is measured, and when the study counts as a success."""
    study = answer.study
    words, there = reason(study, "outcome", "why this is the primary outcome")
    why = (text(words),) * there  # no guideline asks for it where the size is based on the outcome
    requirements = (
        requirement("DELTA2, item 1", "Primary outcome, and any other that the size is based on"),
        Requirement("DELTA2, item 1", "Reason for a size not based on it", "not applicable"),
    )
    blocks = (criterion(study), questionnaire(study), *why)
    return Section("Primary outcome", blocks, requirements)


def criterion(study: Study) -> Paragraph:
    """Say when the rule that sizes the study is met."""
    rule, side = study.decision.rules[study.decision.primary], study.analysis.side
    change = "the change from before to after"
    success = f"{change} is a significant {CHANGES[side]}"
    if study.has_controls:
        success = f"the difference between the arms in {change} is {SIGNIFICANT[side]}"
    roles = " and for the ".join(map(study.words.people, rule.roles))
    return text(
        f"The criterion that sizes the study, '{clean(study.decision.primary, LONG_NAME)}', is "
        f"met where {success} in {_met(study, rule)}, for the {roles}."
    )


def questionnaire(study: Study) -> Paragraph:
    """Say what is answered and how it is scored."""
    points, names = study.scale.points, study.scale.domains
    given = f"Answers are given before and after {study.words.intervention} in"
    listing = _names(names)
    if len(names) == 1:
        return text(f"{given} one domain ({listing}), scored 1 to {points}.")
    return text(
        f"{given} {len(names)} domains ({listing}), each scored 1 to {points}; their total runs "
        f"from {len(names)} to {len(names) * points}."
    )


def allocation_section(answer: PlanAnswer) -> Section:
    """Say who is allocated to what."""
    study, label, unequal = answer.study, "DELTA2, item 4", "Reason for unequal arms"
    who = f"{sentence_case(role_words(study))} take part {{}}:{{}}.".format(*study.design.ratio)
    if len(study.roles) == 1:
        who = f"All participants are {role_words(study)}."
    required, why = Requirement(label, unequal, "not applicable"), list[Paragraph]()
    control = study.control
    if isinstance(control, ParallelControl) and control.ratio[0] != control.ratio[1]:
        words, there = reason(study, "allocation", "why the arms are of unequal size")
        required, why = requirement(label, unequal, there=there), [text(words)]
    allocated = text(f"{who} {allocation_words(study, answer.pairs)}")
    return Section("Allocation", (allocated, *why), (requirement(label, "Allocation ratio"),
                                                     required))  # fmt: skip


def allocation_words(study: Study, size: int) -> str:
    """Say what is allocated to which arm, at a size."""
    words, control = study.words, study.control
    if not isinstance(control, ParallelControl):
        return f"There is one group: everybody is {words.treated}, before is compared with after."
    what = f"Whole {words.site}s"
    if control.unit == "person":
        what = f"Within every {words.site}, {words.units}"
    first, second = control.ratio
    treated, controls = study.arm_pairs(size)
    return (
        f"{what} are allocated to {words.intervention} or control {first}:{second}, in blocks in "
        f"order of accrual: {treated} {words.treated} and {controls} control of "
        f"{words.count(size)}."
    )


def sentence_case(words: str) -> str:
    """Begin a sentence."""
    return words[:1].upper() + words[1:]


def _scale_words(study: Study) -> str:
    count, scored = len(study.scale.domains), f"scored 1 to {study.scale.points}"
    return f"one domain {scored}" if count == 1 else f"{count} domains {scored} and their total"


def _groups(study: Study) -> str:
    control, words = study.control, study.words
    if not isinstance(control, ParallelControl):
        return "One group"
    unit = "" if control.unit == "person" else f" by {words.site}"
    first, second = control.ratio
    return f"{sentence_case(words.treated)} {words.units} and controls ({first}:{second}{unit})"


def _met(study: Study, rule: Rule) -> str:
    """Say in which endpoints, and in how many of them, a rule must be met."""
    named = _endpoints(study, rule)
    match rule.kind:
        case "any":
            return f"at least one of {named}"
        case "at_least":
            return f"at least {rule.k} of {named}"
        case "all" if rule.endpoints != TOTAL:
            return f"each of {named}"
    return named


def _endpoints(study: Study, rule: Rule) -> str:
    if rule.endpoints == "domains":
        count = len(study.scale.domains)
        return "the one domain" if count == 1 else f"the {count} domains"
    return _names(study.endpoints_of(rule), quote="'")


def _names(names: Sequence[str], quote: str = "") -> str:
    written = [
        "the total of all domains" if name == TOTAL else f"{quote}{clean(name, LONG_NAME)}{quote}"
        for name in names
    ]
    return words_of(listed(written))
