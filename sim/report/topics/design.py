"""The design in words: who is measured, what counts as a success, who is allocated to what."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.document.guidelines import reasoned
from sim.report.document.model import Paragraph, Requirement, Section, text
from sim.report.document.phrases import CHANGES, endpoint_words, sentence_case, the_endpoint
from sim.report.document.words import listed_words, short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.method import level_words, multiplicity_words, test_sentence
from sim.study import TOTAL, Study
from sim.study.success import ITEMS, Rule

SIGNIFICANT = {1: "significantly above zero", -1: "significantly below zero"}
"""Differences between arms by the sign of the change that is the success."""


def design_sentence(study: Study) -> str:
    """State the design in one sentence."""
    words, first, last = study.words, study.sizes[0], study.sizes[-1]
    sizes = words.count(last) if first == last else f"{first:,} to {words.count(last)}"
    ratio = " only" if len(study.roles) == 1 else " {}:{}".format(*study.design.ratio)
    return (
        f"{_groups(study)} measured {words.both_times}, {role_words(study)}{ratio}, {sizes}; "
        f"{scale_words(study)}; {test_sentence(study)}, {level_words(study.analysis)}; "
        f"{multiplicity_words(study)}."
    )


def role_words(study: Study) -> str:
    """Name the people of every role, in a row."""
    return listed_words([study.words.people(role) for role in study.role_names])


def outcome_section(answer: PlanAnswer) -> Section:
    """Say what is measured, and when the study counts as a success."""
    study = answer.study
    why, given = reasoned(study, "outcome", "why this is the primary outcome")
    requirements = (
        Requirement("DELTA2, item 1", "Primary outcome, and any other that the size is based on"),
        Requirement("DELTA2, item 1", "Reason for a size not based on it", "not applicable"),
    )
    # no guideline asks why where the size is based on the outcome
    reasons = (why,) if given.status == "complete" else ()
    blocks = (criterion(study), questionnaire(study), *reasons)
    return Section("Primary outcome", blocks, requirements)


def criterion(study: Study) -> Paragraph:
    """Say when the rule that sizes the study is met."""
    rule = study.success[study.primary]
    return text(
        f"The criterion that sizes the study, '{short(study.primary)}', is met where the "
        f"change {study.words.from_to} shows {success(study, _endpoints(study, rule))}."
    )


def success(study: Study, endpoints: str) -> str:
    """Say what meets the rule that sizes the study, given its endpoints in words."""
    rule, side = study.success[study.primary], study.analysis.side
    shown = f"a significant {CHANGES[side]}"
    if study.has_controls:
        shown = f"a difference between the arms that is {SIGNIFICANT[side]}"
    needed = {"any": "at least one of ", "at_least": f"at least {rule.k} of ",
              "all": "each of " * (len(study.endpoints_of(rule)) > 1), "one": ""}  # fmt: skip
    roles = listed_words([f"the {study.words.people(role)}" for role in rule.roles])
    whose = f", for {roles}" if len(study.roles) > 1 else ""
    return f"{shown} in {needed[rule.kind]}{endpoints}{whose}"


def questionnaire(study: Study) -> Paragraph:
    """Say what is answered and how it is scored."""
    words, names, scored = study.words, study.domains, scored_words(study)
    if len(names) == 1:
        return text(f"One {words.item} ({_names(names)}) is answered {words.around}, {scored}.")
    given = (
        f"{len(names)} {words.items} ({_names(names)}) are answered {words.around}, each {scored}"
    )
    return text("; ".join([given, *(_sum_words(study, name) for name in study.totals)]) + ".")


def _sum_words(study: Study, name: str) -> str:
    """Say what a sum sums, and between which values it lies."""
    asked, members = study.questionnaire, study.totals[name]
    range_ = f"runs from {len(members) * asked.lowest} to {len(members) * asked.highest}"
    if name == study.sum_of_all:
        return f"{_sum_of_all(name)} {range_}"
    return f"{the_endpoint(name)} sums {_names(members)} and {range_}"


def allocation_section(answer: PlanAnswer) -> Section:
    """Say who is allocated to what."""
    study, label, unequal = answer.study, "DELTA2, item 4", "Reason for unequal arms"
    who = f"{sentence_case(role_words(study))} take part {{}}:{{}}.".format(*study.design.ratio)
    if len(study.roles) == 1:
        who = f"All participants are {role_words(study)}."
    required, why = Requirement(label, unequal, "not applicable"), list[Paragraph]()
    control = study.control
    if control is not None and control.ratio[0] != control.ratio[1]:
        wanted = "why the arms are of unequal size"
        reason, required = reasoned(study, "allocation", wanted, label, unequal)
        why = [reason]
    allocated = text(f"{who} {allocation_words(study, answer.size)}")
    requirements = Requirement(label, "Allocation ratio"), required
    return Section("Allocation", (allocated, *why), requirements)


def allocation_words(study: Study, size: int) -> str:
    """Say what is allocated to which arm, at a size."""
    words, control = study.words, study.control
    if control is None:
        return (
            f"There is one group: everybody is {words.treated}, and answers {words.before} are "
            f"compared with those {words.after}."
        )
    what = f"Whole {words.sites}"
    if control.unit == "person":
        what = f"Within every {words.site}, {words.units}"
    first, second = control.ratio
    treated, controls = study.arm_pairs(size)
    return (
        f"{what} are allocated to {words.intervention} or control {first}:{second}, in blocks in "
        f"order of accrual: {treated} {words.treated} and {controls} control of "
        f"{words.count(size)}."
    )


def scored_words(study: Study) -> str:
    """Say from which to which score an answer runs."""
    return f"scored {study.questionnaire.lowest} to {study.questionnaire.highest}"


def scale_words(study: Study) -> str:
    """Say how many items there are, how they are scored, and what sums them."""
    count, scored = len(study.domains), scored_words(study)
    if count == 1:
        return f"one {study.words.item} {scored}"
    sums = [
        _sum_of_all(name) if name == study.sum_of_all else f"the sum {endpoint_words(name)}"
        for name in study.totals
    ]
    return listed_words([f"{count} {study.words.items} {scored}", *sums])


def _sum_of_all(name: str) -> str:
    return "their total" if name == TOTAL else f"their sum {endpoint_words(name)}"


def _groups(study: Study) -> str:
    control, words = study.control, study.words
    if control is None:
        return "One group"
    unit = "" if control.unit == "person" else f" by {words.site}"
    first, second = control.ratio
    return f"{sentence_case(words.treated)} {words.units} and controls ({first}:{second}{unit})"


def _endpoints(study: Study, rule: Rule) -> str:
    if rule.endpoints == ITEMS:
        count = len(study.domains)
        return f"the one {study.words.item}" if count == 1 else f"the {count} {study.words.items}"
    every = f"the total of all {study.words.items}"
    return listed_words(
        [every if name == TOTAL == study.sum_of_all else the_endpoint(name)
         for name in study.endpoints_of(rule)]
    )  # fmt: skip


def _names(names: Sequence[str]) -> str:
    return listed_words([short(name) for name in names])
