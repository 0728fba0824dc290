"""Why a sample size cannot be used, in words: what stands in its place, wherever one is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sim.power.design_flaws import design_causes, ignored_clusters
from sim.power.sample_size import SampleSize
from sim.power.soundness import Bias, Cause, Level, Soundness, soundness
from sim.power.sweep import SweepPoint
from sim.report.results.answer import PlanAnswer
from sim.report.sizes import interval_words, pairs_words
from sim.report.wording import answer_sentence, no_effect_words, number
from sim.study import TOTAL, Study

BRIEF: dict[Cause, str] = {
    "dropout": "dropping out depends on the answers",
    "clusters": "the test ignores clusters",
    "multiplicity": "multiplicity is not controlled",
    "families": "the adjustment does not cover the rule",
    "approximate": "the p-value is too rough",
    "unknown": "the test rejects too often",
}
"""Causes for a line or a cell."""


def judged(answer: PlanAnswer, size: SampleSize) -> Soundness:
    """Judge one rule's size."""
    main, null = answer.characteristics, answer.null_characteristics
    return soundness(answer.study, main.rules[main.rule_index(size.rule)], size, main, null)


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
    return tuple(_reason(answer.study, verdict, cause) for cause in verdict.causes)


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


def is_usable(size: Mapping[str, Any]) -> bool:
    """Tell of a saved sample size whether it can be used as an answer."""
    return not size.get("unusable")


def usable_pairs(size: Mapping[str, Any]) -> int | None:
    """Give a saved sample size in pairs where there is one that can be used."""
    return size["pairs"] if is_usable(size) else None


def joined(clauses: Sequence[str]) -> str:
    """Put clauses in a row."""
    return "; and ".join(clauses)


def answer_words(answer: PlanAnswer, size: SampleSize) -> str:
    """Answer how large the study must be, or say why that cannot be said."""
    clauses = reasons(answer, size)
    if not clauses:
        return answer_sentence(answer, size)
    simulated = f"the simulated studies do not reach that power by {size.limit} pairs"
    if size.pairs is not None:
        simulated = (
            f"the simulated studies reach that power with {pairs_words(vars(size))} pairs"
            f"{interval_words(vars(size))}, which is not the number that the study needs"
        )
    return (
        f"No size can be given for power {size.target:g} for the rule '{size.rule}': "
        f"{joined(clauses)}. As it is, {simulated}."
    )


def unusable_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Say which sizes of the other rules cannot be used, and why in short."""
    by_reason: dict[str, list[str]] = {}
    for size in answer.sample_sizes:
        why = briefly(answer, size)
        if why and size is not answer.sample_size:
            by_reason.setdefault(why, []).append(f"'{size.rule}'")
    for why, names in by_reason.items():
        yield f"Not to be used, since {why}: the size for {', '.join(names)}."


def _reason(study: Study, verdict: Soundness, cause: Cause) -> str:
    rejects = _excess_words(study, verdict)
    match cause:
        case "dropout":
            clauses = [_bias_words(study, bias) for bias in verdict.biases if bias.clear]
            clauses += [rejects] if rejects else []
            return f"who drops out depends on the answers, and {' and '.join(clauses)}"
        case "clusters":
            shared = {level for role in verdict.rule.roles for level in
                      ignored_clusters(study, role)}  # fmt: skip
            alike = "people of one site or with one mentee"
            if len(shared) == 1:
                alike = "people of one site" if "site" in shared else "people who share a mentee"
            return f"the test ignores that {alike} resemble each other, and {rejects}"
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


def _excess_words(study: Study, verdict: Soundness) -> str:
    if verdict.excess is None:
        return ""
    where = no_effect_words(study)
    return f"{where[0].lower()}{where[1:]} {level_words(verdict.excess, verdict)}"


def level_words(level: Level, verdict: Soundness) -> str:
    """Say how often something happens that may happen less often."""
    rule, (win, rejection, _) = verdict.rule.name, verdict.levels
    either = " in either direction" if rejection.allowed > win.allowed else ""
    what = {
        "win": f"the rule '{rule}' is met",
        "rejection": f"the tests of the rule '{rule}' reject{either}",
        "endpoint": f"an endpoint of the rule '{rule}' is rejected",
    }[level.what]
    error = f"Monte Carlo error {number(level.mcse)}" if level.replicates else "exact"
    return (
        f"{what} with probability {number(level.value)} ({error}) at {verdict.pairs} pairs, where "
        f"{level.allowed:g} is allowed"
    )


def _bias_words(study: Study, bias: Bias) -> str:
    change = "difference between the arms" if study.has_controls else "mean change"
    if len(bias.endpoints) > 1:
        where = f"{len(bias.endpoints)} endpoints, on average,"
    else:
        where = TOTAL if bias.endpoints[0] == TOTAL else f"'{bias.endpoints[0]}'"
    return (
        f"among those analysed the {bias.role}s' {change} in {where} comes out "
        f"{abs(bias.value):.2f} points too {'high' if bias.value > 0 else 'low'} (Monte Carlo "
        f"error {number(bias.mcse)})"
    )


def partial_null_words(needed: int, count: int) -> str:
    """Say which null a rule's level is of, where it is not met by one endpoint alone.

    Parameters
    ----------
    needed, count : int
        Endpoints that the rule needs, of how many.

    Returns
    -------
    str
        Empty where one endpoint is enough.
    """
    if needed == 1:
        return ""
    level = f"That level is of no effect on any of the {count} endpoints."
    if needed == count:
        return (
            f"{level} Where only one of them has no effect the rule is met wrongly more often: "
            "with up to the level of the test of that endpoint."
        )
    return (
        f"{level} Where some have an effect, but fewer than {needed}, the rule can be met wrongly "
        "more often."
    )


def level_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Say which null the level of the primary rule is of, where that needs saying."""
    main = answer.characteristics
    rule = main.rules[main.rule_index(answer.study.decision.primary)]
    said = partial_null_words(rule.needed, len(rule.columns))
    if said:
        yield said
