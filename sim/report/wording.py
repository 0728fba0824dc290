"""Sentences that more than one output uses."""

from __future__ import annotations

import numpy as np

from sim.power.sample_size import SampleSize
from sim.report.direction import level_words
from sim.report.results.answer import Assumption, PlanAnswer
from sim.report.sizes import interval_words, is_known
from sim.study import TOTAL, Analysis, Study
from sim.study.control import ParallelControl
from sim.study.methods import TESTS, TestFacts


def answer_place(answer: PlanAnswer) -> int:
    """Place of the answer's size, or of the largest one, among the sizes studied."""
    size = answer.sample_size
    return answer.characteristics.pairs.index(size.pairs or size.limit)


def has_saw_teeth(test: str, p_value: str) -> bool:
    """Tell whether power can fall as the size grows, because the p-value is exact."""
    return TESTS[test].has_exact and p_value != "asymptotic"


def test_sentence(analysis: Analysis) -> str:
    """Name the test and how its p-value is computed."""
    facts, details = analysis.test_facts, []
    if facts.ranks_zeros:
        details.append(
            "zeros dropped" if analysis.zeros == "wilcox" else "zeros ranked, then dropped (Pratt)"
        )
    details += [words for words in (facts.caution, facts.pvalue_words) if words]
    if facts.has_exact:
        details.append(
            {
                "exact": "exact p",
                "asymptotic": "normal approximation",
                "mid_p": "mid-p",
                "auto": f"exact p up to {analysis.exact_limit} {_informative(facts)}, "
                "normal approximation beyond",
            }[analysis.p_value]
        )
    if analysis.continuity:
        details.append("continuity-corrected")
    at_cut = "" if analysis.cut is None else f" of answers at {analysis.cut} or above"
    return facts.title + at_cut + (f" ({', '.join(details)})" if details else "")


def _informative(facts: TestFacts) -> str:
    return "discordant pairs" if facts.has_cut else "changes that are not zero"


def total_words(analysis: Analysis) -> str:
    """Say how the total is tested."""
    if not analysis.test_facts.has_total:
        return "the total not tested"
    if analysis.cut is None:
        return "the total tested on its own"
    if analysis.total_cut is None:
        return "the total not tested, for no cut of it is stated"
    return f"the total tested on its own, at {analysis.total_cut} or above"


def design_sentence(study: Study) -> str:
    """State the design in one sentence."""
    first, last = study.sizes[0], study.sizes[-1]
    sizes = f"{first} pairs" if first == last else f"{first} to {last} pairs"
    people = " and ".join(f"{role}s" for role in study.role_names)
    ratio = " only" if len(study.roles) == 1 else " {}:{}".format(*study.design.ratio)
    return (
        f"{_groups(study)} measured before and after, {people}{ratio}, {sizes}; "
        f"{_scale_words(study)}; "
        f"{test_sentence(study.analysis)}, {level_words(study.analysis)}; "
        f"{_adjusted_words(study)}."
    )


def _scale_words(study: Study) -> str:
    count, scored = len(study.scale.domains), f"scored 1 to {study.scale.points}"
    return f"one domain {scored}" if count == 1 else f"{count} domains {scored} and their total"


def _adjusted_words(study: Study) -> str:
    if len(study.scale.domains) == 1 and not study.analysis.adjustment_facts.with_total:
        return "nothing to adjust for multiplicity"
    return adjustment_words(study.analysis)


def _groups(study: Study) -> str:
    control = study.control
    if not isinstance(control, ParallelControl):
        return "One group"
    unit = "" if control.unit == "person" else " by site"
    return f"Mentored pairs and controls ({control.ratio[0]}:{control.ratio[1]}{unit})"


def adjustment_words(analysis: Analysis) -> str:
    """Say what is adjusted for multiplicity, how, and how the total is tested."""
    if analysis.sequence:
        return f"tested one after the other while significant: {', '.join(analysis.sequence)}"
    if analysis.graph:
        first = [f"{name} with {share:g}" for name, share in analysis.graph.weights.items()]
        return (
            "domains and total by the graphical procedure (Bretz et al. 2009), starting from "
            f"{', '.join(first)} of the level"
        )
    return f"domains {analysis.adjustment_facts.words}, {total_words(analysis)}"


def people(study: Study, pairs: int) -> str:
    """Write a number of pairs out per role."""
    parts = [f"{study.participants(r, pairs)} {role}s" for r, role in enumerate(study.role_names)]
    mentored, *controls = study.arm_pairs(pairs)
    arms = f"{mentored} mentored and {controls[0]} controls, " if any(controls) else ""
    return arms + " and ".join(parts)


def no_effect_words(study: Study) -> str:
    """Say what holds in the null run, to begin a sentence."""
    control = study.control
    if isinstance(control, ParallelControl) and control.effect.kind != "none":
        return "Where mentoring does no more than what the controls get"
    return "Where mentoring does nothing"


def estimated(study: Study, role: str, endpoint: str = TOTAL) -> str:
    """Name what is estimated of one endpoint of a role."""
    named = endpoint if endpoint == TOTAL else f"'{endpoint}'"
    if study.has_controls:
        return f"the difference between the arms in the {role}s' {named}"
    return f"the {role}s' mean change in {named}"


def answer_sentence(answer: PlanAnswer, size: SampleSize) -> str:
    """Answer how large the study must be, with its uncertainty."""
    target = f"power {size.target:g} for the rule '{size.rule}'"
    if size.pairs is None:
        why = f", nor can any: {size.impossible}" if size.impossible else " and keeps it"
        return (
            f"No size up to {size.limit} pairs reaches {target}{why}. At {size.limit} pairs the "
            f"power is {number(size.power)} ({error_words(size)})."
        )
    fields, counted = vars(size), people(answer.study, size.pairs)
    power = f"{number(size.power)} ({error_words(size)})"
    if size.at_least is not None and not is_known(fields):
        below = size.at_least - 1
        ends = f"{below} is too few, {size.pairs} suffices"
        if (size.low, size.high) != (size.pairs, size.pairs):  # within the simulation's error
            ends = f"the power is below that at {below} and reaches it at {size.pairs}"
        return (
            f"Between {size.at_least} and {size.pairs} pairs for {target}{interval_words(fields)}: "
            f"{ends}, and the sizes between were not studied. At {size.pairs} pairs, {counted}, "
            f"it is {power}{_stays_words(size)}."
        )
    pairs = f"{size.pairs} pairs"
    if size.at_least is None:
        pairs = f"At most {size.pairs} pairs, the smallest studied"
    return (
        f"{pairs}, {counted}, for {target}{interval_words(fields)}: there it is {power}"
        f"{_stays_words(size)}."
    )


def _stays_words(size: SampleSize) -> str:
    """Say how far the power is known to stay at the target."""
    if size.pairs == size.limit:
        return "; no larger size was studied"
    where = "" if size.every else "at every size studied "
    return f", and it stays at the target {where}up to {size.limit} pairs, the most studied"


def assumption_words(assumption: Assumption) -> str:
    """Write an assumption with its reason, or that none is given."""
    return f"{assumption.field} ({assumption.value}): {assumption.note or 'no reason given'}"


def error_words(size: SampleSize) -> str:
    """Say how precise a power is."""
    return f"Monte Carlo error {number(size.mcse)}" if size.replicates else "exact"


def number(value: float, digits: int = 3, sign: str = "-") -> str:
    """Write a number, or a dash where it is not defined; with the sign "+" always with a sign."""
    return "–" if np.isnan(value) else f"{value:{sign}.{digits}f}"


def with_error(value: float, mcse: float, digits: int = 3, sign: str = "-") -> str:
    """Write an estimate with its Monte Carlo error."""
    return f"{number(value, digits, sign)} ±{number(mcse, digits)}"


def with_interval(value: float, low: float, high: float, sign: str = "-") -> str:
    """Write an estimate to two digits and its interval, or a dash where it is not defined."""
    first, *ends = (number(amount, 2, sign) for amount in (value, low, high))
    return first if np.isnan(value) else f"{first} ({', '.join(ends)})"
