"""Warnings that a good statistician would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from sim.inference.rules import decision_rules
from sim.power.design_flaws import uncontrolled
from sim.power.soundness import level_off
from sim.power.target import tested_changes
from sim.report.document.numbers import error_words, number
from sim.report.document.phrases import CHANGES, best_end, has_saw_teeth
from sim.report.document.words import listed_words
from sim.report.results.answer import DesignFacts, PlanAnswer
from sim.report.topics.arms import early_uncontrolled, uncontrolled_warnings
from sim.report.topics.assurance import assurance_warnings
from sim.report.topics.interim import interim_warnings
from sim.report.topics.participation import bias_warnings, cluster_warnings, failed_warnings
from sim.report.topics.soundness import level_warnings
from sim.study import Study
from sim.study.effects import PosteriorPrior

CEILING = 0.15
"""Share of people who cannot improve from which it is said."""
ROUGH = 0.01
"""Monte Carlo standard error from which the third digit shown means little."""
MOST_NAMED = 3
"""Most endpoints that a warning names."""


def warnings_of(answer: PlanAnswer) -> tuple[str, ...]:
    """Collect all warnings that apply to an answer.

    Parameters
    ----------
    answer : PlanAnswer
        Complete but for its warnings.

    Returns
    -------
    tuple of str
        Each one or two sentences, the gravest first.
    """
    checks: tuple[Callable[[PlanAnswer], Iterable[str]], ...] = (
        direction_warnings, _selected_effect, assurance_warnings, level_warnings,
        cluster_warnings, bias_warnings, uncontrolled_warnings, failed_warnings, _site_sizes,
        _cannot_win, interim_warnings, _approximate, _dips, _hidden_change, _ceiling, _rough,
    )  # fmt: skip
    return tuple(said for check in checks for said in check(answer))


def early_warnings(facts: DesignFacts) -> tuple[str, ...]:
    """Collect the warnings that need no power: the same words as in the whole answer."""
    checks: tuple[Callable[[DesignFacts], Iterable[str]], ...] = (
        direction_warnings, _selected_effect, early_uncontrolled, _cannot_win, interim_warnings,
        _hidden_change, _ceiling,
    )  # fmt: skip
    return tuple(said for check in checks for said in check(facts))


def _site_sizes(answer: PlanAnswer) -> Iterator[str]:
    """Say where the one size that is given is not that of all listed sites."""
    words, sites, size = answer.words, answer.study.sites, answer.size
    whole = size if sites is None or sites.sizes is None else sum(sites.sizes)
    if size != whole and len(answer.study.sizes) == 1:
        how = "take part, by turns" if size < whole else "are studied, in further turns"
        yield f"The {words.sites} listed hold {words.count(whole)}; {size:,} {how}."


def _cannot_win(answer: DesignFacts) -> Iterator[str]:
    """Say from which size each rule, and any one endpoint, can be significant at all."""
    words, smallest = answer.words, answer.study.sizes[0]
    late: dict[int | None, list[str]] = {}
    for rule, first in answer.attainable.winnable_from.items():
        if first is None or first > smallest:
            late.setdefault(first, []).append(f"'{rule}'")
    for first, rules in late.items():
        which = f"The rule{'s' if len(rules) > 1 else ''} {listed_words(rules)}"
        where = "at any size studied"
        if first is not None:
            where = f"below {words.count(first)}, whatever the effect"
        yield (
            f"{which} cannot be met {where}: the smallest p-value that the test can give is too "
            "large."
        )
    for place, (role, values) in enumerate(answer.attainable.smallest.items()):
        if values[0] > answer.study.analysis.alpha:
            few = words.counted(role, answer.study.participants(place, smallest))
            yield (
                f"With {few} no test of any one endpoint can be significant: the smallest possible "
                f"p is {values[0]:g}."
            )


def _selected_effect(answer: DesignFacts) -> Iterator[str]:
    effect = answer.study.effect
    if effect.selected_for_significance and effect.as_explained:
        instead = " Assurance averages over what the pilot leaves possible instead."
        yield (
            "The effect is taken from a pilot that was reported as significant. Such effects are "
            "on average too large (winner's curse), and so is the power at them."
        ) + instead * bool(answer.assurances and isinstance(effect.prior, PosteriorPrior))


def _ceiling(answer: DesignFacts) -> Iterator[str]:
    for role, effects in answer.effects.items():
        share = float(effects.ceiling.max())
        if share >= CEILING:
            study = answer.study
            domain = study.domains[int(np.argmax(effects.ceiling))]
            end = best_end(study.analysis.side)
            yield (
                f"{share:.0%} of {study.words.people(role)} are at the {end} of '{domain}' "
                f"{study.words.before} and cannot improve."
            )


def _hidden_change(answer: DesignFacts) -> Iterator[str]:
    """Say where a test sees nothing of an effect, or something where there is none."""
    single = not answer.study.has_controls
    for role, effects in answer.effects.items():
        estimand = answer.estimands[role].value
        sided: dict[str, list[str]] = {"rise": [], "fall": []}
        for index, name in enumerate(answer.study.domains):
            changed, value = not effects.true_null[index], float(estimand[index])
            if changed and value == 0:
                yield unseen_change(answer.study, name, role)
            elif not changed and abs(value) > 0 and not (single and role in answer.change_parts):
                sided["rise" if value > 0 else "fall"].append(name)
        yield from (
            apparent_change(answer.study, names, role, side)
            for side, names in sided.items()
            if names
        )


def _approximate(answer: PlanAnswer) -> Iterator[str]:
    study, null = answer.study, answer.level_characteristics
    clustered = any(participation.levels for participation in answer.participation.values())
    if uncontrolled(study) or clustered:  # by which they reject too often, as is said elsewhere
        return
    off = level_off(study, null.roles[0])
    if off is None:
        return
    at, level = off
    ties = "" if study.analysis.test_facts.has_one_pvalue else " with ties"
    yield (
        f"The p-value is approximate at small sizes{ties}: with "
        f"{study.words.counted(null.roles[0].role, null.roles[0].n[at])} an endpoint is rejected "
        f"with probability {number(level.value)} where {study.words.intervention} does nothing "
        f"(average over endpoints, Monte Carlo error {error_words(level.mcse)}), instead of "
        f"{study.analysis.alpha:g}."
    )


def _rough(answer: PlanAnswer) -> Iterator[str]:
    worst = float(answer.characteristics.rule_win.mcse.max())
    if worst > ROUGH:
        yield (
            f"The Monte Carlo error is up to {number(worst)}: the last digit shown is noise. "
            "Simulate more studies."
        )


def _dips(answer: PlanAnswer) -> Iterator[str]:
    size = answer.sample_size
    if size.size is not None and size.first_reached != size.size:
        yield (
            f"The power of the rule '{size.rule}' first reaches {size.target:g} at "
            f"{answer.words.count(size.first_reached or 0)} but dips below it again before "
            f"{size.size}: {_uneven(answer, size.replicates)}."
        )


def _uneven(answer: PlanAnswer, replicates: int) -> str:
    """Say why power falls as the size grows."""
    causes = ["the power of an exact test saw-tooths"] * has_saw_teeth(answer.study)
    causes += ["simulation adds noise"] * (replicates > 0)
    return " and ".join(causes) or "its level is uneven"


# --------------------------------------------------- effects against the success, or seen amiss


def direction_warnings(facts: DesignFacts) -> Iterator[str]:
    """Warn of an effect that goes against the success, and say how to state it.

    Parameters
    ----------
    facts : DesignFacts
        Of the design.

    Yields
    ------
    str
        One sentence for each role of the primary rule that it concerns.
    """
    study, side = facts.study, facts.study.analysis.side
    endpoints, change, success = study.endpoints, CHANGES[-side], CHANGES[side]
    primary = next(rule for rule in decision_rules(study) if rule.name == study.primary)
    for r, (role, effects) in enumerate(facts.effects.items()):
        changes = tested_changes(facts.study, effects, facts.change_parts.get(role))
        places = [e for place, e in (divmod(c, len(endpoints)) for c in primary.columns)
                  if place == r]  # fmt: skip
        against = [f"'{endpoints[e]}'" for e in places if changes[e] * side < -1e-9]
        if against:
            more = f" and {len(against) - MOST_NAMED} more" if len(against) > MOST_NAMED else ""
            yield (
                f"The stated effect on the {study.words.people(role)} is a {change} of "
                f"{', '.join(against[:MOST_NAMED])}{more}, and success is a {success}: the study "
                f"can hardly succeed. {_remedy(study)}"
            )


def _remedy(study: Study) -> str:
    side = study.analysis.side
    remedy = f"a {CHANGES[-side]} as the success"
    if study.analysis.alternative != "two_sided":
        remedy += f", and a one-sided test of {'greater' if side < 0 else 'less'}"
    return f"Where {'higher' if side < 0 else 'lower'} is better, state {remedy}."


def unseen_change(study: Study, name: str, role: str) -> str:
    """Say that an item changes and its test sees nothing of it."""
    facts, people = study.analysis.test_facts, study.words.people(role)
    if facts.has_cut:
        return (
            f"'{name}' of the {people} changes, but the share at {study.analysis.cut} or above "
            f"does not, which is all that {facts.in_prose} sees."
        )
    return (
        f"How '{name}' of the {people} is distributed changes with {study.words.intervention}, "
        f"but not {facts.sees}."
    )


def apparent_change(study: Study, names: Sequence[str], role: str, side: str) -> str:
    """Say that tests of items without effect find one all the same."""
    which = f"{len(names)} {study.words.items}"
    if len(names) <= MOST_NAMED:
        which = " and ".join(f"'{name}'" for name in names)
    its = "its test is" if len(names) == 1 else "their tests are"
    return (
        f"There is no effect of {study.words.intervention} on {which} of the "
        f"{study.words.people(role)}, but among the people who answer {its} sure to find a {side} "
        "as the study grows. Such findings count as errors here; no multiplicity adjustment guards "
        "against them."
    )
