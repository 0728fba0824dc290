"""Assurance in words and in a table: power averaged over what is believed of the effect."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from sim.power.assurance import Assurance, highest_limit
from sim.power.sample_size import SampleSize
from sim.report.results.answer import PlanAnswer
from sim.report.sizes import interval_words, known_range, pairs_words
from sim.report.soundness import briefly
from sim.report.tables import shorten
from sim.report.wording import answer_place, number, with_error

PRIOR_NAMES = {
    "neutral": "neutral prior",
    "sceptical": "sceptical prior",
    "hierarchical": "hierarchical prior",
    "stated": "stated prior",
}
FAR_BELOW, HALVED_FROM = 0.2, 0.1
"""Assurance so much below power is warned of; or half of it, where power is at least the second."""
PRIORS_PER_TABLE = 3
COLUMN = 17
"""Width of a column of the table."""


def prior_name(assurance: Assurance) -> str:
    """Name of a prior in words."""
    return PRIOR_NAMES.get(assurance.prior, assurance.prior)


def assurance_table(answer: PlanAnswer, rows: list[int]) -> str:
    """Power at the planned effect and assurance under each prior, for the primary rule.

    Parameters
    ----------
    answer : PlanAnswer
        With assurances.
    rows : list of int
        Places of the sizes shown.

    Returns
    -------
    str
    """
    starts = range(0, len(answer.assurances), PRIORS_PER_TABLE)
    return "\n\n".join(
        _table(answer, rows, answer.assurances[start : start + PRIORS_PER_TABLE])
        for start in starts
    )


def _table(answer: PlanAnswer, rows: list[int], priors: tuple[Assurance, ...]) -> str:
    q = answer.characteristics.rule_index(answer.study.decision.primary)
    win = answer.characteristics.rule_win
    names = [shorten(prior_name(prior).removesuffix(" prior"), COLUMN - 1) for prior in priors]
    lines = [
        _line("pairs", ["at the stated", *names]),
        _line("", ["effect", *("prior" for _ in priors)]),
    ]
    for k in rows:
        cells = [number(float(win.value[k, q]))]
        cells += [
            with_error(prior.value.value[k, q], prior.value.mcse[k, q], 2) for prior in priors
        ]
        lines.append(_line(str(answer.characteristics.pairs[k]), cells))
    limits = [
        "not known"
        if np.isnan(prior.limit.value[q])
        else with_error(prior.limit.value[q], prior.limit.mcse[q], 2)
        for prior in priors
    ]
    lines.append(_line("limit", ["", *limits]))
    return "\n".join(lines)


def _line(head: str, cells: list[str]) -> str:
    return f"{head:>5}" + "".join(f"{text:>{COLUMN}}" for text in cells)


def assurance_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Sample size by power and by assurance, under each prior."""
    primary = answer.sample_size
    q = answer.characteristics.rule_index(primary.rule)
    at = answer_place(answer)
    target = answer.study.target.power
    by_power = f"no size up to {primary.limit} pairs"
    if primary.pairs is not None:
        by_power = f"{pairs_words(vars(primary))} pairs"
    unusable = briefly(answer, primary)
    yield (
        f"By power at the stated effect: {by_power}. By assurance, the probability of success "
        "given all that is believed of the effect: "
        + "; ".join(f"{prior_name(prior)} {_size_words(prior, q)}" for prior in answer.assurances)
        + "."
    )
    if unusable:
        yield f"None of these sizes and probabilities can be used: {unusable}."
    yield from _engine_sentence(answer, q)
    pairs = answer.characteristics.pairs[at]
    spread = "; ".join(
        f"{prior_name(prior)} {prior.enough.value[at, q]:.2f} (half of the believed powers lie "
        f"between {prior.power_quantiles[1, at, q]:.2f} and {prior.power_quantiles[3, at, q]:.2f})"
        for prior in answer.assurances
    )
    yield f"With {pairs} pairs the true power is {target:g} or more with probability: {spread}."
    if answer.inflations and primary.pairs is not None and not unusable:
        rules = ", ".join(
            f"{prior.name} ({prior.meaning}) x {prior.factor:.2f} = {_times(prior.factor, primary)}"
            for prior in answer.inflations
        )
        yield (
            f"Rules of thumb that allow only for the standard deviation from a pilot of "
            f"{answer.inflations[0].participants} {answer.inflations[0].who}, not for its effect: "
            f"{rules} pairs."
        )


def _times(factor: float, size: SampleSize) -> str:
    """Multiply a sample size, as far as it is known."""
    least = None if size.at_least is None else ceil(factor * size.at_least)
    return known_range(ceil(factor * (size.pairs or size.limit)), least)


def _engine_sentence(answer: PlanAnswer, q: int) -> Iterator[str]:
    """Say where powers are exact, and where they are simulated though others are exact."""
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
    elif answer.characteristics.exact_rules[q]:
        yield (
            "The power at the stated effect is exact; at the effects drawn it is simulated, for "
            "so many would take long to enumerate (engine=exact does it all the same)."
        )


def _size_words(assurance: Assurance, q: int) -> str:
    size: SampleSize = assurance.sizes[q]
    if size.pairs is not None:
        return f"{pairs_words(vars(size))} pairs{interval_words(vars(size))}"
    if size.impossible:
        most = highest_limit(assurance.limit, q)
        return f"no size suffices (as the study grows assurance tends to {most:.2f} at the most)"
    limit = assurance.limit.value[q]
    known = "" if np.isnan(limit) else f"; limit {limit:.2f}"
    return f"not by {size.limit} pairs (there {size.power:.2f}{known})"


def assurance_warnings(answer: PlanAnswer) -> list[str]:
    """Say where what is believed makes success far less likely than the planned effect does."""
    if not answer.assurances:
        return []
    primary = answer.sample_size
    q = answer.characteristics.rule_index(primary.rule)
    k = answer_place(answer)
    win = answer.characteristics.rule_win
    power, error = float(win.value[k, q]), float(win.mcse[k, q])
    lowest = min(answer.assurances, key=lambda prior: float(prior.value.value[k, q]))
    averaged, averaged_error = float(lowest.value.value[k, q]), float(lowest.value.mcse[k, q])
    halved = power >= HALVED_FROM and averaged <= power / 2
    below = power - averaged
    if not (below >= FAR_BELOW or halved) or below < 3 * float(np.hypot(error, averaged_error)):
        return []
    pairs = answer.characteristics.pairs[k]
    return [
        f"Power {power:.2f} at {pairs} pairs holds only if the stated effect is true. Averaged "
        f"over the effects that the {prior_name(lowest)} leaves possible, the probability of "
        f"success there is far below it: {averaged:.2f}."
    ]


def assurance_data(answer: PlanAnswer) -> list[dict[str, object]]:
    """Hold assurance as plain data."""
    rules = [rule.name for rule in answer.characteristics.rules]
    return [
        {
            "prior": prior.prior,
            "draws": prior.draws,
            "limit": {
                rule: None if np.isnan(value) else float(value)
                for rule, value in zip(rules, prior.limit.value, strict=True)
            },
            "pairs": {size.rule: size.pairs for size in prior.sizes},
            "at_least": {size.rule: size.at_least for size in prior.sizes},
            "interval": {size.rule: [size.low, size.high] for size in prior.sizes},
            "exact": [rule for rule, exact in zip(rules, prior.exact_rules, strict=True) if exact],
            "no_size_suffices": {
                size.rule: size.impossible for size in prior.sizes if size.impossible
            },
        }
        for prior in answer.assurances
    ]
