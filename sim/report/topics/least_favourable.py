"""The null under which the primary rule is met most often, and what holds in other nulls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.power.least_favourable import LeastFavourable
from sim.power.soundness import Level
from sim.report.document.numbers import error_words, number
from sim.report.document.phrases import endpoint_words, no_effect_words
from sim.report.document.words import listed_words
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_CHANCE
from sim.study import Study


def least_favourable_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Say how often the primary rule is met where one endpoint fewer than it needs has an effect.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Yields
    ------
    str
        Nothing of a rule that one endpoint meets.
    """
    least = answer.least_favourable
    if least is None:
        return
    count = len(least.kept) + len(least.without)
    yield f"That level is of no effect on any of the {count} endpoints."
    if not least.kept:
        item = answer.words.an_item
        yield f"No null is less favourable: a total has an effect where {item} has one."
        return
    yield (
        f"The least favourable null is that {_kept_words(answer, least)}: the rule is then met "
        f"wrongly with probability {number(least.value)} "
        f"(Monte Carlo error {error_words(least.mcse)}) at {answer.words.count(least.size)}."
    )


def null_words(answer: PlanAnswer, level: Level) -> str:
    """Say what holds where a level was simulated, to begin a sentence."""
    least = answer.least_favourable
    if level.what != "least_favourable" or least is None or not least.kept:
        return level_null_words(answer)
    return f"Where {_kept_words(answer, least)},"


def level_null_words(answer: PlanAnswer) -> str:
    """Say what holds in the null run that tells the level of the tests, to begin a sentence."""
    where = no_effect_words(answer.study)
    return where if answer.missing_by_chance is None else f"{where}, {BY_CHANCE},"


def _kept_words(answer: PlanAnswer, least: LeastFavourable) -> str:
    others = "the other has" if len(least.without) == 1 else f"the other {len(least.without)} have"
    keeps = "keeps its effect" if len(least.kept) == 1 else "keep their effects"
    chance = "" if answer.missing_by_chance is None else f", {BY_CHANCE}"
    return f"{_named(answer.study, least.kept)} {keeps} as assumed and {others} none{chance}"


def _named(study: Study, endpoints: Sequence[tuple[str, str]]) -> str:
    """Name endpoints, those of one role together."""
    by_role: dict[str, list[str]] = {}
    for role, name in endpoints:
        by_role.setdefault(role, []).append(endpoint_words(name))
    return " and ".join(
        f"the {study.words.people(role)}' {listed_words(names)}" for role, names in by_role.items()
    )
