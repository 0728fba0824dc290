"""Two sizes where dropping out depends on the answers: by that, and by chance; which counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.power.change_parts import Probability
from sim.power.missing_by_chance import MissingByChance
from sim.power.operating import OperatingCharacteristics
from sim.power.sample_size import SampleSize
from sim.power.soundness import side_level
from sim.report.document.numbers import at_most, error_words, number
from sim.report.document.phrases import no_effect_words
from sim.report.document.sizes import interval_words, pairs_words
from sim.report.results.answer import PlanAnswer
from sim.study import Study

CLEAR = 3.0
"""Monte Carlo errors by which two powers must differ for it to be said."""
BY_ANSWERS = "under the drop-out that depends on the answers"
BY_CHANCE = "with as many answers missing by chance"
SHORT = ("by chance", "by the answers")
"""How people are lost in each of the two."""


@dataclass(frozen=True, eq=False)
class Version:
    """The study as it is, or with as many answers missing by chance.

    Attributes
    ----------
    short, where : str
        How people are lost, for a column and in a sentence; empty where there is only one.
    main, null : OperatingCharacteristics
        Under the assumed effect, and without it.
    """

    short: str
    where: str
    main: OperatingCharacteristics
    null: OperatingCharacteristics

    def named(self, what: str) -> str:
        """Name a column or curve of it."""
        return f"{what}, drop-out {self.short}" if self.short else what


def versions(answer: PlanAnswer) -> tuple[Version, ...]:
    """List the study's versions: two where dropping out depends on the answers, else one."""
    stated, chance = (answer.characteristics, answer.null_characteristics), answer.missing_by_chance
    if chance is None:
        return (Version("", "", *stated),)
    by_chance = chance.characteristics, chance.null_characteristics
    return Version(SHORT[0], BY_CHANCE, *by_chance), Version(SHORT[1], BY_ANSWERS, *stated)


def is_decisive(answer: PlanAnswer, size: SampleSize, version: Version) -> bool:
    """Tell whether a rule's size is that of a version: of two the larger counts."""
    known = answer.missing_by_chance
    return known is None or known.is_larger(size.rule) == (version.main is known.characteristics)


def both_sizes(answer: PlanAnswer, size: SampleSize) -> Iterator[str]:
    """Say which of two sizes a rule's is, and the other one, each with its power.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    size : SampleSize
        One rule's: the larger.

    Yields
    ------
    str
        A sentence where dropping out depends on the answers, else nothing.
    """
    known = answer.missing_by_chance
    if known is None:
        return
    chance, by_answers = known.pair(size.rule)
    first, second, other = f"for the effect on everybody, {BY_CHANCE}", BY_ANSWERS, by_answers
    if not known.is_larger(size.rule):
        first, second, other = second, first, chance
    if len(answer.characteristics.sizes) == 1:
        yield f"That is {first}; {second} the power is {power_words(other)}."
    elif size.size is not None and other.size == size.size:
        power = power_words(other)
        yield f"That is {first}; {second} it is the same number, and the power there is {power}."
    else:
        this = "That is" if size.size is None else "This is the larger of two sizes, that"
        yield f"{this} {first}; {second} {_other_words(answer.study, other)}."


def _other_words(study: Study, size: SampleSize) -> str:
    words, power = study.words, f"{number(size.power)}, {_error_words(size)}"
    if size.size is None:
        limit = words.count(size.limit)
        return f"no size up to {limit} reaches and keeps that power (with {limit} it is {power})"
    needed = f"{pairs_words(size)} {words.units}{interval_words(size)}"
    return f"{needed} reach it (there it is {power})"


def power_words(size: SampleSize) -> str:
    """Write a power with how precise it is."""
    return f"{number(size.power)} ({_error_words(size)})"


def _error_words(size: SampleSize) -> str:
    return f"Monte Carlo error {error_words(size.mcse)}" if size.replicates else "exact"


def drop_out_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Warn that drop-out by the answers passes for effect, or hides some, in numbers."""
    known = answer.missing_by_chance
    if known is None:
        return
    k, q, rule = answer.place, answer.rule_place, answer.sample_size.rule
    win = Probability.of(answer.null_characteristics.rule_win, k, q)
    yield (
        f"Who drops out depends on the answers. {_share_of_bias(answer, known, k, q)} "
        f"{no_effect_words(answer.study)} the rule '{rule}' is met all the same with probability "
        f"{number(win.value)} (Monte Carlo error {error_words(win.mcse)}) {BY_ANSWERS}, where "
        f"{side_level(answer.study.analysis):g} is allowed."
    )


def _share_of_bias(answer: PlanAnswer, known: MissingByChance, k: int, q: int) -> str:
    """Say how much of the power at one size is bias, or is lost to it."""
    every = answer.characteristics, known.characteristics
    power, fair = (Probability.of(main.rule_win, k, q) for main in every)
    # both have the same random numbers, so that this is too large rather than too small
    error, apart = float(np.hypot(power.mcse, fair.mcse)), power.value - fair.value
    rule = f"the rule '{answer.sample_size.rule}' with {answer.counted}"
    what = f"The power of {rule} is {number(power.value)}"
    fair_words = f"{BY_CHANCE} it is {number(fair.value)}"
    sure = f"(Monte Carlo error {at_most(error_words(error))})"
    if apart > CLEAR * error:
        return f"{what}, of which {number(apart)} {sure} is mere bias: {fair_words}."
    if apart < -CLEAR * error:
        return f"{what}; {number(-apart)} {sure} is lost to bias: {fair_words}."
    return f"{what}; {fair_words}, which is no difference beyond noise."
