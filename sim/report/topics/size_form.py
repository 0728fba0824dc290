"""The answer as a form states it: in words for a panel, with what guidelines ask for."""

from __future__ import annotations

from sim.power.sample_size import SampleSize
from sim.report.document.guidelines import cite, requirement
from sim.report.document.model import Paragraph, Requirement, text
from sim.report.document.numbers import number
from sim.report.document.phrases import has_saw_teeth
from sim.report.document.sizes import CONFIDENCE, interval, is_known, pairs_words
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import both_sizes
from sim.report.topics.size import (
    answer_sentence,
    choices,
    is_choice,
    is_fixed,
    is_justified,
    people_words,
    short,
)
from sim.report.topics.soundness import reasons


def answer_paragraphs(answer: PlanAnswer) -> tuple[Paragraph, ...]:
    """State the answer for a form: highlighted, and how sure it is."""
    size = answer.sample_size
    if is_justified(answer) and not is_fixed(answer):
        stays, between = _stays(answer, size), _between(answer, size)
        both = map(text, both_sizes(answer, size))
        return _needed(answer, size), text(f"{stays} {_precision(size)}{between}"), *both
    words = f"This design does not justify a sample size as it stands. {answer_sentence(answer)}"
    if is_fixed(answer) and not reasons(answer, size):
        words = (
            f"{answer_sentence(answer)} It holds as far as the assumptions below do, at a "
            f"{_level(answer)}. The number of {answer.study.words.units} was given, not searched "
            "for."
        )
    return (Paragraph((words,), "answer"),)


def _needed(answer: PlanAnswer, size: SampleSize) -> Paragraph:
    words = (
        f"{_needs(answer, size)}: {people_words(answer.study, answer.pairs)}. With them the "
        f"criterion of success '{short(size.rule)}' is met with probability {number(size.power)} "
        f"(power; target {size.target:g}) if the assumptions below hold, at a {_level(answer)}."
    )
    return Paragraph((words,), "answer")


def _needs(answer: PlanAnswer, size: SampleSize) -> str:
    units, gap = answer.study.words.units, _gap(size)
    if is_choice(answer.study):
        needed = size.pairs if size.at_least else f"at most {size.pairs}"
        among = f"the fewest of {choices(answer)} that suffice"
        return f"The study needs {needed} {units}, {among}{gap}"
    again = f", and with {answer.study.words.count(answer.pairs)}" if gap else ""
    return f"The study needs {pairs_words(size)} {units}{gap}{again}"


def _gap(size: SampleSize) -> str:
    """Say that sizes between were not studied, where they were not."""
    if size.at_least is None or is_known(size):
        return ""
    below, above = "are too few", "suffice"
    if (size.low, size.high) != (size.pairs, size.pairs):
        below, above = "simulated fall short of that power", "reach it"
    return (
        f" ({size.at_least - 1} {below}, {size.pairs} {above}, the sizes between were not studied)"
    )


def _level(answer: PlanAnswer) -> str:
    sided = "two-sided" if answer.study.analysis.alternative == "two_sided" else "one-sided"
    return f"{sided} significance level of {answer.study.analysis.alpha:g}"


def _stays(answer: PlanAnswer, size: SampleSize) -> str:
    """Say that the power stays at the target, and why that is asked for."""
    analysis, first = answer.study.analysis, ""
    uneven = "a simulated power does not rise evenly with size"
    if has_saw_teeth(analysis.test, analysis.p_value):
        uneven = f"the power of an exact test does not rise evenly with size{cite('Chernick 2002')}"
    if size.at_least is None:
        first = "This is the smallest size studied; a smaller one may do. "
    return (
        f"{first}The power is at the target or above at every larger size studied, up to "
        f"{answer.study.words.count(size.limit)}; that is asked because {uneven}."
    )


def _precision(size: SampleSize) -> str:
    if not size.replicates:
        return "The power is exact: it is enumerated, not simulated."
    return f"The power has a Monte Carlo standard error of {number(size.mcse, 4)}."


def _between(answer: PlanAnswer, size: SampleSize) -> str:
    if not interval(size):
        return ""
    high = f"more than {size.limit}" if size.high is None else f"{size.high}"
    ends = f"at most at {high}"
    if size.low_at_least is not None:
        ends = f"between {size.low_at_least} and {high}"
    return (
        f" Given that error the size lies {ends} {answer.study.words.units}, with a confidence of "
        f"{CONFIDENCE}, by Wilson limits of the power{cite('Wilson 1927')}."
    )


def size_requirements(answer: PlanAnswer) -> tuple[Requirement, ...]:
    """Say what guidelines ask for of the answer, and whether it is there."""
    there, how = is_justified(answer), "How sample size was determined"
    return (
        requirement("DELTA2, item 5", "Sample size", there=there),
        requirement("SPIRIT 2025, item 19", how, there=there),
        requirement("CONSORT 2025, item 16a", how, there=there),
    )
