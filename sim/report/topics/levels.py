"""Warnings of levels: tests that reject too often or too rarely where there is no effect."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.change_parts import ChangeParts
from sim.power.soundness import Soundness, unadjusted
from sim.report.document.numbers import number
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import drop_out_warnings
from sim.report.topics.least_favourable import null_words
from sim.report.topics.soundness import families_words, judged, level_words
from sim.study import Study
from sim.study.control import ParallelControl

UNEQUAL = 1.1
"""True variance of a difference of means to the pooled one from which the level is in doubt."""
SEES_MEANS = 1e-9
"""Difference of mean changes, in points, that counts as none."""


def level_warnings(answer: PlanAnswer) -> list[str]:
    """Warn of what moves the level of the primary rule, or of any rule without adjustment."""
    verdicts = [judged(answer, size) for size in answer.sample_sizes]
    primary = next(v for v in verdicts if v.rule.name == answer.study.decision.primary)
    several = (_several(answer, verdict) for verdict in verdicts)
    return [
        *drop_out_warnings(answer),
        *_excess(answer, primary),
        *(said for said in several if said),
        *_rarely(answer, primary),
        *_unequal_spread(answer, primary),
        *_equal_means(answer, primary),
    ]


def _excess(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say of the primary rule that it is met too often, where no other warning does."""
    if primary.excess is not None and "unknown" in primary.causes:
        where = null_words(answer, primary.excess)
        yield f"The tests reject too often. {where} {level_words(primary.excess, primary)}."


def _several(answer: PlanAnswer, verdict: Soundness) -> str:
    """Say that a rule has several chances, where its level is more than that of one endpoint.

    Of a rule that one endpoint meets this is known without simulation, so
    that any level above the one allowed is said; of others, one beyond noise.
    """
    cause = unadjusted(answer.study, verdict)
    rejection = verdict.levels[1]
    exceeding = [level for level in (rejection, *verdict.levels[3:]) if level.exceeds]
    if verdict.rule.needed == 1:
        exceeding = [rejection] if rejection.value > rejection.allowed else []
    if cause is None or not exceeding:
        return ""
    study, why = answer.study, "multiplicity is not controlled"
    if cause == "families":
        why = families_words(study)
    where = null_words(answer, exceeding[0])
    return (
        f"{why[0].upper()}{why[1:]}: {where[0].lower()}{where[1:]} "
        f"{level_words(exceeding[0], verdict)}."
    )


def _rarely(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say that the tests hardly reject at all, where it is not said that they cannot."""
    highest = primary.levels[2]
    first = answer.attainable.winnable_from[primary.rule.name]
    facts = answer.study.analysis.test_facts
    short = highest.below_noise if facts.caution else highest.falls_short
    if not short or first is None or first > primary.pairs:
        return
    where = null_words(answer, highest)
    yield (
        f"The tests reject too rarely, which costs power. {where} "
        f"{level_words(highest, primary)}."
        + (f" The {facts.title} is {facts.caution}." if facts.caution else "")
    )


# ------------------------------------------------------------------------------ unequal arms


def _endpoints(answer: PlanAnswer, primary: Soundness) -> Iterator[tuple[str, ChangeParts, int]]:
    """Role, change and place of each endpoint of the primary rule that two arms are compared in."""
    if not answer.study.has_controls:
        return
    roles, count = answer.study.role_names, len(answer.study.scale.domains) + 1
    for role, e in (divmod(column, count) for column in primary.rule.columns):
        yield roles[role], answer.change_parts[roles[role]], e


def _unequal_spread(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say that the level is that of arms that are distributed alike, where these are not."""
    study, worst, worst_words = answer.study, UNEQUAL, ""
    for role, change, e in _endpoints(answer, primary):
        if change.sd_change is None or change.control_sd_change is None:
            continue
        treated, controls = float(change.sd_change[e]), float(change.control_sd_change[e])
        ratio = _understated(study, treated, controls)
        if ratio > worst:
            name = study.endpoints[e]
            worst, worst_words = ratio, (
                f"'{name}' of the {study.words.people(role)} (SD {treated:.2f} among the "
                f"{study.words.treated}, {controls:.2f} "
                "among controls)"
            )  # fmt: skip
    if worst_words:
        yield (
            f"The changes in {worst_words} spread more in the smaller arm. The level given is that "
            "of arms whose changes are distributed alike; where only the means are equal and the "
            f"spread is as here, {study.analysis.test_facts.in_prose} rejects too often, and that "
            "is not computed. Arms of equal size guard best against it."
        )


def _understated(study: Study, treated: float, controls: float) -> float:
    """Ratio of the variance of a difference of means to the pooled one, in large samples."""
    if not isinstance(study.control, ParallelControl):
        return 1.0
    first, second = study.control.ratio
    pooled = treated**2 / second + controls**2 / first
    true = treated**2 / first + controls**2 / second
    return true / pooled if pooled > 0 else 1.0


def _equal_means(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say how often a test rejects what differs between the arms, but not in its mean."""
    main, study = answer.characteristics, answer.study
    k, alpha = main.pairs.index(primary.pairs), study.analysis.alpha
    roles = {role.role: role for role in main.roles}
    for role, change, e in _endpoints(answer, primary):
        rejection, nothing = roles[role].measures.rejection, answer.effects[role].true_null[e]
        level, error = float(rejection.value[k, e]), float(rejection.mcse[k, e])
        if nothing or abs(change.effect[e]) > SEES_MEANS or level <= alpha + 4 * error:
            continue
        yield (
            f"The arms differ in how '{roles[role].endpoints[e]}' of the "
            f"{study.words.people(role)} is distributed, not in its mean change; "
            f"{study.analysis.test_facts.in_prose} rejects it with probability {number(level)} "
            f"(Monte Carlo error {number(error)}) with {study.words.count(primary.pairs)}. For who "
            f"asks about means that is a type I error, where {alpha:g} is allowed; "
            "the level given is that of arms whose changes are distributed alike."
        )
