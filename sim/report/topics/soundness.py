"""Why a sample size cannot be used, in words: what stands in its place, wherever one is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.power.design_flaws import design_causes, ignored_clusters
from sim.power.sample_size import SampleSize
from sim.power.soundness import Cause, Level, Soundness, soundness
from sim.power.sweep import SweepPoint
from sim.report.document.numbers import number
from sim.report.results.answer import PlanAnswer
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
    looked_at = study.decision.rules[rule or study.decision.primary]
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
    return (
        "the adjustment is made among the domains of one role, and controls no error over both "
        "roles or over domains and total"
    )


def _excess_words(answer: PlanAnswer, verdict: Soundness) -> str:
    if verdict.excess is None:
        return ""
    where = null_words(answer, verdict.excess)
    return f"{where[0].lower()}{where[1:]} {level_words(verdict.excess, verdict)}"


def level_words(level: Level, verdict: Soundness) -> str:
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
    return (
        f"{what} with probability {number(level.value)} ({error}) at {verdict.pairs} pairs, where "
        f"{level.allowed:g} is allowed"
    )
