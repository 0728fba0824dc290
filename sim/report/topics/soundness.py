"""Levels in words: why a size cannot be used, and tests that reject too often or too rarely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sim.power.change_parts import ChangeParts
from sim.power.design_flaws import design_causes, ignored_clusters
from sim.power.sample_size import SampleSize
from sim.power.soundness import Cause, Level, Soundness, soundness, unadjusted
from sim.power.sweep import SweepPoint
from sim.report.document.numbers import number
from sim.report.document.phrases import together_words
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import drop_out_warnings
from sim.report.topics.least_favourable import null_words
from sim.report.topics.participation import cluster_noun
from sim.study import Study

BRIEF: dict[Cause, str] = {
    "clusters": "the test ignores clusters",
    "multiplicity": "multiplicity is not controlled",
    "families": "the adjustment does not cover the rule",
    "approximate": "the p-value is too rough",
    "unknown": "the test rejects too often",
}
"""Causes for a line or a cell."""
UNEQUAL = 1.1
"""True variance of a difference of means to the pooled one from which the level is in doubt."""
SEES_MEANS = 1e-9
"""Difference of mean changes, in points, that counts as none."""


def judged(answer: PlanAnswer, size: SampleSize) -> Soundness:
    """Judge one rule's size."""
    null, least = answer.level_characteristics, answer.least_favourable
    rule = null.rules[null.rule_index(size.rule)]
    known = least.estimate if least is not None and least.rule == size.rule else None
    return soundness(answer.study, rule, size, null, known)


def reasons(answer: PlanAnswer, size: SampleSize) -> tuple[str, ...]:
    """Say why a size cannot be used.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    size : SampleSize
        One rule's.

    Returns
    -------
    tuple of str
        Clauses to go on a sentence with; empty where it can be used.
    """
    verdict = judged(answer, size)
    return tuple(_reason(answer, verdict, cause) for cause in verdict.causes)


def briefly(answer: PlanAnswer, size: SampleSize) -> str:
    """Say it in few words; empty where the size can be used."""
    return ", ".join(BRIEF[cause] for cause in judged(answer, size).causes)


def design_reasons(study: Study, roles: Iterable[int]) -> tuple[str, ...]:
    """Say why a size cannot be used where neither level nor bias is simulated.

    Parameters
    ----------
    study : Study
        The study.
    roles : iterable of int
        Places of those whose power is looked at.

    Returns
    -------
    tuple of str
        Clauses as of :func:`reasons`.
    """
    words: dict[str, str] = {
        "dropout": "who drops out depends on the answers, and how far that biases what is seen is "
        "not worked out here",
        "clusters": "the test ignores that people of one cluster resemble each other, and how "
        "often it rejects without any effect is not worked out here",
    }
    return tuple(words[cause] for cause in design_causes(study, roles))


def point_reasons(point: SweepPoint) -> tuple[str, ...]:
    """Say why what is simulated at a point of a sweep cannot be used, as :func:`design_reasons`."""
    return study_reasons(point.study, point.rule)


def study_reasons(study: Study, rule: str | None = None) -> tuple[str, ...]:
    """Say it of one rule, by default the primary one, as :func:`design_reasons`."""
    looked_at = study.success[rule or study.primary]
    return design_reasons(study, study.roles_of(looked_at))


def joined(clauses: Sequence[str]) -> str:
    """Put clauses in a row."""
    return "; and ".join(clauses)


def _reason(answer: PlanAnswer, verdict: Soundness, cause: Cause) -> str:
    study, rejects = answer.study, _excess_words(answer, verdict)
    match cause:
        case "clusters":
            shared = {level for role in verdict.rule.roles for level in
                      ignored_clusters(study, role)}  # fmt: skip
            words = {"site": f"of one {study.words.site}",
                     "shared": f"who share a {cluster_noun(study, 'shared')}"}  # fmt: skip
            alike = " or ".join(words[level] for level in words if level in shared)
            return f"the test ignores that people {alike} resemble each other, and {rejects}"
        case "multiplicity":
            return f"multiplicity is not controlled, and {rejects}"
        case "families":
            return f"{families_words(study)}, and {rejects}"
        case "approximate":
            return f"the p-value is approximate in small samples, and {rejects}"
        case _:
            return rejects


def families_words(study: Study) -> str:
    """Say what the adjustment covers, of a rule that joins more than that."""
    if study.analysis.adjustment_facts.with_total:
        return "the adjustment is made within each role and does not control the error over both"
    sums = f" or over {together_words(study)}" if study.totals else ""
    if len(study.role_names) == 1:
        return (
            f"the adjustment is made among the {study.words.items}, and controls no error"
            f"{sums.removeprefix(' or')}"
        )
    return (
        f"the adjustment is made among the {study.words.items} of one role, and controls no error "
        f"over both roles{sums}"
    )


def _excess_words(answer: PlanAnswer, verdict: Soundness) -> str:
    if verdict.excess is None:
        return ""
    where = null_words(answer, verdict.excess)
    return f"{where[0].lower()}{where[1:]} {level_words(answer.study, verdict.excess, verdict)}"


def level_words(study: Study, level: Level, verdict: Soundness) -> str:
    """Say how often something happens that may happen less often."""
    rule, (win, rejection, *_) = verdict.rule.name, verdict.levels
    either = " in either direction" if rejection.allowed > win.allowed else ""
    what = {
        "win": f"the rule '{rule}' is met",
        "least_favourable": f"the rule '{rule}' is met",
        "rejection": f"the tests of the rule '{rule}' reject{either}",
        "endpoint": f"an endpoint of the rule '{rule}' is rejected",
    }[level.what]
    error = f"Monte Carlo error {number(level.mcse)}" if level.replicates else "exact"
    at = study.words.count(verdict.size)
    return (
        f"{what} with probability {number(level.value)} ({error}) at {at}, where "
        f"{level.allowed:g} is allowed"
    )


# -------------------------------------------------------------------------------------- warnings


def level_warnings(answer: PlanAnswer) -> list[str]:
    """Warn of what moves the level of the primary rule, or of any rule without adjustment."""
    verdicts = [judged(answer, size) for size in answer.sample_sizes]
    primary = next(v for v in verdicts if v.rule.name == answer.study.primary)
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
        said = level_words(answer.study, primary.excess, primary)
        yield f"The tests reject too often. {where} {said}."


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
        f"{level_words(answer.study, exceeding[0], verdict)}."
    )


def _rarely(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say that the tests hardly reject at all, where it is not said that they cannot."""
    highest = primary.levels[2]
    first = answer.attainable.winnable_from[primary.rule.name]
    facts = answer.study.analysis.test_facts
    short = highest.below_noise if facts.caution else highest.falls_short
    if not short or first is None or first > primary.size:
        return
    where = null_words(answer, highest)
    yield (
        f"The tests reject too rarely, which costs power. {where} "
        f"{level_words(answer.study, highest, primary)}."
        + (f" The {facts.title} is {facts.caution}." if facts.caution else "")
    )


# ------------------------------------------------------------------------------ unequal arms


def _endpoints(answer: PlanAnswer, primary: Soundness) -> Iterator[tuple[str, ChangeParts, int]]:
    """Role, change and place of each endpoint of the primary rule that two arms are compared in."""
    if not answer.study.has_controls:
        return
    roles, count = answer.study.role_names, len(answer.study.endpoints)
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
    if study.control is None:
        return 1.0
    first, second = study.control.ratio
    pooled = treated**2 / second + controls**2 / first
    true = treated**2 / first + controls**2 / second
    return true / pooled if pooled > 0 else 1.0


def _equal_means(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say how often a test rejects what differs between the arms, but not in its mean."""
    main, study = answer.characteristics, answer.study
    k, alpha = main.sizes.index(primary.size), study.analysis.alpha
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
            f"(Monte Carlo error {number(error)}) with {study.words.count(primary.size)}. For who "
            f"asks about means that is a type I error, where {alpha:g} is allowed; "
            "the level given is that of arms whose changes are distributed alike."
        )
