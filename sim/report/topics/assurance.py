"""Assurance: power averaged over what is believed of the effect, and the size that it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from sim.power.assurance import QUANTILES, Assurance, highest_limit
from sim.power.change_parts import Probability
from sim.power.estimates import EXACT
from sim.power.inflation import Inflation
from sim.power.sample_size import SampleSize
from sim.report.document.guidelines import cite
from sim.report.document.model import Block, Table, by_columns, text
from sim.report.document.numbers import estimate, number
from sim.report.document.sizes import CONFIDENCE, known_range, size_with_interval
from sim.report.document.words import listed_words, short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS, BY_CHANCE
from sim.report.topics.power import by_size
from sim.report.topics.size import is_fixed
from sim.report.topics.soundness import briefly

QUARTILES = (QUANTILES.index(0.25), QUANTILES.index(0.75))
"""Places of the quartiles among the quantiles of power."""
FAR_BELOW, HALVED_FROM = 0.2, 0.1
"""Assurance so much below power is warned of; or half of it, where power is at least the second."""


def prior_name(assurance: Assurance) -> str:
    """Name of a prior in words."""
    shipped = {"neutral", "sceptical", "hierarchical", "stated"}
    name = short(assurance.prior)
    return f"{name} prior" if name in shipped else name


def assurance_by_size(answer: PlanAnswer) -> tuple[Table, ...]:
    """Power at the stated effect, and assurance under each prior, of the primary rule.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    tuple of Table
        One at round sizes and at the answer; none without priors.
    """
    if not answer.assurances:
        return ()
    q, rule = answer.rule_place, short(answer.sample_size.rule)
    caption = f"Power at the stated effect, and assurance, of the rule '{rule}', ± standard error"
    stated = ("at the stated effect", answer.planned.rule_win, q)
    priors = ((prior_name(prior), prior.value, q) for prior in answer.assurances)
    return (by_size(answer, caption, stated, *priors),)


def assurance_blocks(answer: PlanAnswer) -> tuple[Block, ...]:
    """What assurance is, the size by it, how the power is spread, and rules of thumb; or nothing.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    tuple of Paragraph or Table
    """
    if not answer.assurances:
        return ()
    sentences = (*_planned(answer), *_unusable(answer), *_engine(answer), *_rules_of_thumb(answer))
    tables = _size_table(answer), _power_table(answer)
    return (text(_meaning(answer)), *tables, *map(text, sentences))


def _meaning(answer: PlanAnswer) -> str:
    counts = {prior.draws for prior in answer.assurances}
    drawn = f"{answer.assurances[0].draws:,} draws of the effect"
    if len(counts) > 1:
        each = [f"{prior.draws:,} under the {prior_name(prior)}" for prior in answer.assurances]
        drawn = f"draws of the effect, {listed_words(each)}"
    source = cite("O'Hagan 2005")
    return (
        "Assurance is the probability of success given all that is believed of the effect"
        f"{source}: the power averaged over {drawn}."
    )


def _size_table(answer: PlanAnswer) -> Table:
    """What each prior makes of the study at its size, and the size that it asks for."""
    words, k, q, priors = answer.words, answer.place, answer.rule_place, answer.assurances
    needed = (
        f"{words.units} for assurance {answer.sample_size.target:g} (interval of {CONFIDENCE})",
        [size_with_interval(prior.sizes[q]) for prior in priors],
    )
    what = "Assurance" if is_fixed(answer) else "Sample size by assurance"
    return by_columns(
        f"{what}, ± standard error",
        ("believed of the effect", map(prior_name, priors)),
        (f"assurance at {answer.counted}", [estimate(prior.value, k, q) for prior in priors]),
        ("limit as the study grows", [_limit(prior, q) for prior in priors]),
        *([] if is_fixed(answer) else [needed]),
    )  # fmt: skip


def _power_table(answer: PlanAnswer) -> Table:
    """How the true power is spread over what is believed."""
    k, q, priors = answer.place, answer.rule_place, answer.assurances
    enough = f"probability of {answer.sample_size.target:g} or more"
    return by_columns(
        f"True power with {answer.counted}, given what is believed of the effect",
        ("believed of the effect", map(prior_name, priors)),
        (enough, [estimate(prior.enough, k, q) for prior in priors]),
        ("middle half", [_middle(prior, k, q) for prior in priors]),
    )


def _middle(prior: Assurance, k: int, q: int) -> str:
    """Write between which powers half of those drawn lie."""
    low, high = (number(prior.power_quantiles[of, k, q], 2) for of in QUARTILES)
    return f"{low} to {high}"


def _limit(prior: Assurance, q: int) -> str:
    """Write what assurance tends to as the study grows, as far as that is known."""
    if not np.isnan(prior.limit.value[q]):
        return estimate(prior.limit, q)
    highest = number(highest_limit(prior.limit, q))
    return f"at most {highest}" if prior.sizes[q].impossible else "not known"


def _planned(answer: PlanAnswer) -> Iterator[str]:
    """Say on which of two drop-outs power and assurance rest, where there are two."""
    if answer.missing_by_chance is not None:
        how = BY_CHANCE if answer.planned is not answer.characteristics else BY_ANSWERS
        yield f"Power and assurance are those {how}, on which the size rests."


def _unusable(answer: PlanAnswer) -> Iterator[str]:
    why = briefly(answer, answer.sample_size)
    if why:
        yield f"None of these sizes and probabilities can be used: {why}."


def _engine(answer: PlanAnswer) -> Iterator[str]:
    """Say where powers are exact, and where they are simulated though others are exact."""
    q = answer.rule_place
    exact = [prior_name(prior) for prior in answer.assurances if prior.exact_rules[q]]
    simulated = [prior_name(prior) for prior in answer.assurances if not prior.exact_rules[q]]
    error = "the only error of assurance is that of the draws"
    if exact and simulated:
        yield (
            f"Under the {' and the '.join(exact)} the power at each effect drawn is exact: "
            f"{error} there. Under the {' and the '.join(simulated)} it is simulated."
        )
    elif exact:
        yield f"The power at each effect drawn is exact: {error}."
    elif answer.planned.rule_engines[q] == EXACT:
        yield (
            "The power at the stated effect is exact; at the effects drawn it is simulated, for "
            "so many would take long to enumerate (the exact engine, where it is chosen, does it)."
        )


def _rules_of_thumb(answer: PlanAnswer) -> Iterator[str]:
    size = answer.sample_size
    if not answer.inflations or size.size is None or briefly(answer, size):
        return
    first, units = answer.inflations[0], answer.words.units
    rules = [f"{_inflated(rule, size)} {units}" for rule in answer.inflations]
    yield (
        "Rules of thumb that allow for a standard deviation taken from a pilot of "
        f"{first.participants} {first.who}, though not for its effect: {listed_words(rules)}. "
        "They are shown for comparison and are not part of the answer."
    )


def _inflated(rule: Inflation, size: SampleSize) -> str:
    """Multiply a sample size, as far as it is known."""
    least = None if size.at_least is None else ceil(rule.factor * size.at_least)
    times = known_range(ceil(rule.factor * (size.size or size.limit)), least)
    return f"{rule.name} ({rule.meaning}) × {rule.factor:.2f} = {times}"


def assurance_warnings(answer: PlanAnswer) -> list[str]:
    """Say where what is believed makes success far less likely than the planned effect does."""
    if not answer.assurances:
        return []
    q, k = answer.rule_place, answer.place
    power = Probability.of(answer.planned.rule_win, k, q)
    lowest = min(answer.assurances, key=lambda prior: float(prior.value.value[k, q]))
    averaged = Probability.of(lowest.value, k, q)
    halved = power.value >= HALVED_FROM and averaged.value <= power.value / 2
    below, error = power.value - averaged.value, float(np.hypot(power.mcse, averaged.mcse))
    if not (below >= FAR_BELOW or halved) or below < 3 * error:
        return []
    return [
        f"Power {power.value:.2f} at {answer.counted} holds only if the stated "
        f"effect is true. Averaged over the effects that the {prior_name(lowest)} leaves possible, "
        f"the probability of success there is far below it: {averaged.value:.2f}."
    ]
