"""Levels in words: why a size cannot be used, and tests that reject too often or too rarely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sim.power.design_flaws import design_causes, ignored_clusters
from sim.power.sample_size import SampleSize
from sim.power.soundness import Cause, Level, Soundness, soundness, unadjusted
from sim.power.unequal_arms import rejected_equal_means, unequal_spread
from sim.report.document.numbers import error_words, number
from sim.report.document.phrases import mid_sentence, sentence_case, together_words
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


def study_reasons(study: Study, rule: str | None = None) -> tuple[str, ...]:
    """Say it of one rule, by default the primary one, as :func:`design_reasons`."""
    looked_at = study.success[rule or study.primary]
    return design_reasons(study, study.roles_of(looked_at))


def joined(clauses: Sequence[str]) -> str:
    """Put clauses in a row."""
    return "; and ".join(clauses)


def _reason(answer: PlanAnswer, verdict: Soundness, cause: Cause) -> str:
    clauses = [_because(answer.study, verdict, cause)]
    if verdict.excess is not None:
        clauses.append(mid_sentence(_level_words(answer, verdict.excess, verdict)))
    return ", and ".join(filter(None, clauses))


def _because(study: Study, verdict: Soundness, cause: Cause) -> str:
    """Say what makes a rule be met too often; empty where that is not known."""
    if cause == "families":
        return families_words(study)
    if cause == "clusters":
        roles = verdict.rule.roles
        shared = {level for role in roles for level in ignored_clusters(study, role)}
        words = {"site": f"of one {study.words.site}",
                 "shared": f"who share a {cluster_noun(study, 'shared')}"}  # fmt: skip
        alike = " or ".join(words[level] for level in words if level in shared)
        return f"the test ignores that people {alike} resemble each other"
    rough = "the p-value is approximate in small samples"
    return {"multiplicity": "multiplicity is not controlled", "approximate": rough}.get(cause, "")


def families_words(study: Study) -> str:
    """Say what the adjustment covers, of a rule that joins more than that."""
    if study.analysis.adjustment_facts.with_total:
        return "the adjustment is made within each role and does not control the error over both"
    among = f"the adjustment is made among the {study.words.items}"
    over = [f"over {together_words(study)}"] if study.totals else []
    if len(study.role_names) > 1:
        among, over = f"{among} of one role", ["over both roles", *over]
    return f"{among}, and controls no error {' or '.join(over)}".rstrip()


def _level_words(answer: PlanAnswer, level: Level, verdict: Soundness) -> str:
    """Say in which null something happens how often, that may happen less often."""
    rule, (win, rejection, *_) = verdict.rule.name, verdict.levels
    either = " in either direction" if rejection.allowed > win.allowed else ""
    what = {
        "rejection": f"the tests of the rule '{rule}' reject{either}",
        "endpoint": f"an endpoint of the rule '{rule}' is rejected",
    }.get(level.what, f"the rule '{rule}' is met")
    error = f"Monte Carlo error {error_words(level.mcse)}" if level.replicates else "exact"
    return (
        f"{null_words(answer, level)} {what} with probability {number(level.value)} ({error}) at "
        f"{answer.words.count(verdict.size)}, where {level.allowed:g} is allowed"
    )


# -------------------------------------------------------------------------------------- warnings


def level_warnings(answer: PlanAnswer) -> list[str]:
    """Warn of what moves the level of the primary rule, or of any rule without adjustment."""
    verdicts = [judged(answer, size) for size in answer.sample_sizes]
    primary = next(v for v in verdicts if v.rule.name == answer.study.primary)
    return [
        *drop_out_warnings(answer),
        *_excess(answer, primary),
        *(said for verdict in verdicts for said in _several(answer, verdict)),
        *_rarely(answer, primary),
        *_unequal_spread(answer, primary),
        *_equal_means(answer, primary),
    ]


def _excess(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say of the primary rule that it is met too often, where no other warning does."""
    if primary.excess is not None and "unknown" in primary.causes:
        yield f"The tests reject too often. {_level_words(answer, primary.excess, primary)}."


def _several(answer: PlanAnswer, verdict: Soundness) -> Iterator[str]:
    """Say that a rule has several chances, where its level is more than that of one endpoint.

    Where it sizes the study and that is more than noise, that is why its size cannot be used.
    """
    cause, level = unadjusted(answer.study, verdict), verdict.of_several
    if cause is not None and level is not None:
        why = sentence_case(_because(answer.study, verdict, cause))
        yield f"{why}: {mid_sentence(_level_words(answer, level, verdict))}."


def _rarely(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say that the tests hardly reject at all, where it is not said that they cannot."""
    highest = primary.levels[2]
    first = answer.attainable.winnable_from[primary.rule.name]
    facts = answer.study.analysis.test_facts
    short = highest.below_noise if facts.caution else highest.falls_short
    if answer.interim is not None and answer.interim.stops_for_futility:
        return  # which ends studies before they can reject: see what the looks say of the level
    if not short or first is None or first > primary.size:
        return
    yield (
        f"The tests reject too rarely, which costs power. {_level_words(answer, highest, primary)}."
        + (f" The {facts.title} is {facts.caution}." if facts.caution else "")
    )


# ------------------------------------------------------------------------------ unequal arms


def _unequal_spread(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say that the level is that of arms that are distributed alike, where these are not."""
    study = answer.study
    worst = unequal_spread(study, primary.rule, answer.change_parts)
    if worst is not None:
        yield (
            f"The changes in '{worst.endpoint}' of the {study.words.people(worst.role)} (SD "
            f"{worst.treated:.2f} among the {study.words.treated}, {worst.controls:.2f} among "
            "controls) spread more in the smaller arm. The level given is that of arms whose "
            "changes are distributed alike; where only the means are equal and the spread is as "
            f"here, {study.analysis.test_facts.in_prose} rejects too often, and that is not "
            "computed. Arms of equal size guard best against it."
        )


def _equal_means(answer: PlanAnswer, primary: Soundness) -> Iterator[str]:
    """Say how often a test rejects what differs between the arms, but not in its mean."""
    main, study = answer.characteristics, answer.study
    known = answer.change_parts, answer.effects, main, main.sizes.index(primary.size)
    for role, name, rejected in rejected_equal_means(study, primary.rule, *known):
        yield (
            f"The arms differ in how '{name}' of the {study.words.people(role)} is distributed, "
            f"not in its mean change; {study.analysis.test_facts.in_prose} rejects it with "
            f"probability {number(rejected.value)} "
            f"(Monte Carlo error {error_words(rejected.mcse)}) "
            f"with {study.words.count(primary.size)}. For who asks about means that is a type I "
            f"error, where {study.analysis.alpha:g} is allowed; the level given is that of arms "
            "whose changes are distributed alike."
        )
