"""Who takes part, who can be analysed, and who resembles whom."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.power.design_flaws import ignored_clusters, leaves_by_answers
from sim.power.operating import RoleCharacteristics
from sim.power.participation import LevelCorrelation
from sim.power.soundness import bias_of
from sim.report.document.model import LONG_NAME, Paragraph, clean, text
from sim.report.document.numbers import number, percent
from sim.report.document.phrases import estimated
from sim.report.results.answer import PlanAnswer
from sim.report.topics.least_favourable import level_null_words
from sim.study import Study
from sim.study.clusters import Clusters, SiteClusters
from sim.study.methods import TESTS
from sim.study.missing import NoneMissing

MECHANISMS = {"mcar": "by chance", "mar": "by the total before", "mnar": "by the change itself"}
"""How people are lost."""
OFTEN = 0.01
"""Share of fits that fail from which it is a warning."""


def cluster_noun(study: Study, level: str) -> str:
    """Name what the members of a cluster share: a site, or a person of the second role.

    A study of one role has no name for those with whom its people are paired.
    """
    if level == "site":
        return study.words.site
    return study.role_names[1] if len(study.role_names) > 1 else "partner"


def missing_words(study: Study) -> tuple[str, ...]:
    """Say how many answers are lost, and how; nothing where all are there."""
    missing, words = study.missing, []
    if not isinstance(missing, NoneMissing):
        words.append(f"{percent(missing.rate)} of people lost {MECHANISMS[missing.kind]}")
    if missing.item_rate:
        words.append(f"{percent(missing.item_rate)} of single answers missing")
    return tuple(words)


def cluster_words(study: Study, clusters: Clusters) -> Iterator[str]:
    """Say who resembles whom, how much, and where people come from."""
    if not isinstance(clusters, SiteClusters):
        yield "none: everybody is independent"
        return
    words, roles = study.words, study.role_names
    of = "latent change" if clusters.stated_as == "latent" else "change of the scores"
    yield f"intraclass correlation of the {of} {clusters.site_icc:g} in one {words.site}"
    if len(roles) > 1 and clusters.shared_icc:
        yield (
            f"{clusters.shared_icc:g} more between {words.people(roles[0])} who share one "
            f"{roles[1]}"
        )
    filled = f"{clusters.sites} {words.site}s in turn, one {words.unit} each"
    if clusters.accrual == "in_turn":
        filled = f"{words.site} after {words.site}, {words.count(clusters.per_site)} each"
    vary = clusters.size_variation
    yield filled + (f" (coefficient of variation {vary:g})" if vary else "")


def participation_blocks(answer: PlanAnswer) -> tuple[Paragraph, ...]:
    """Say what becomes of the people recruited, at the answer's size.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    tuple of Paragraph
        By role: who can be analysed, and by how much those differ; from which
        sites they come, and how their changes are correlated; how often a
        model could not be fitted.
    """
    return tuple(map(text, (*_people(answer), *_failed(answer))))


def _people(answer: PlanAnswer) -> Iterator[str]:
    missing, clusters = answer.study.missing, answer.study.clusters
    complete = isinstance(missing, NoneMissing) and missing.item_rate == 0
    for role in answer.characteristics.roles:
        if not complete:
            yield _analysed(answer, role) + _bias(answer, role)
        if isinstance(clusters, SiteClusters):
            yield _sites(answer, role, clusters)


def _analysed(answer: PlanAnswer, role: RoleCharacteristics) -> str:
    n, missing = role.n[answer.place], "; ".join(missing_words(answer.study))
    known = answer.participation[role.role].analysable * n
    return (
        f"Of {answer.study.words.counted(role.role, n)} recruited about {known[0]:.0f} can be "
        f"analysed in a domain and {known[-1]:.0f} in total ({missing})."
    )


def _bias(answer: PlanAnswer, role: RoleCharacteristics) -> str:
    bias, at = role.measures.bias, answer.place
    if bias is None:
        return ""
    value, error = float(bias.value[at, -1]), float(bias.mcse[at, -1])
    what = estimated(answer.study, role.role).replace(f"the {role.role}s' mean", "the mean")
    if np.isnan(value):
        return f" Those are too few for {what} ever to be estimated."
    return (
        f" Among those, {what} differs from the truth by {number(value, 2, '+')} points "
        f"(Monte Carlo error {number(error)})."
    )


def _sites(answer: PlanAnswer, role: RoleCharacteristics, clusters: SiteClusters) -> str:
    words, at = answer.study.words, answer.place
    people = answer.participation[role.role]
    order = "taking turns" if clusters.accrual == "round_robin" else "filled in turn"
    who = words.counted(role.role, role.n[at])
    come = f"The {who} come from {people.sites[at]} {words.site}s, {order}"
    parts = [_correlated(answer.study, role.role, level) for level in people.levels]
    return "; ".join([come, *parts]) + "."


def _correlated(study: Study, role: str, level: LevelCorrelation) -> str:
    low, high = f"{level.latent.min():.3f}", f"{level.latent.max():.3f}"
    latent = low if low == high else f"{low} to {high}"
    domains, total = level.observed[:-1], level.observed[-1]
    vary = domains[~np.isnan(domains)]
    observed = "which cannot be observed where all have the same change"
    if vary.size:
        observed = f"observed {vary.min():.3f} to {vary.max():.3f} in the domains"
    if not np.isnan(total):
        observed += f" and {total:.3f} in total"
    who = f"one {cluster_noun(study, level.level)}"
    if level.level != "site":
        who += f" but different {study.words.site}s"
    people = study.words.people(role)
    return f"two {people} of {who} have changes correlated {latent} on the latent scale, {observed}"


def _failed(answer: PlanAnswer) -> Iterator[str]:
    """Say how often a model could not be fitted."""
    k = answer.place
    for role in answer.characteristics.roles:
        failed = role.measures.failed
        if failed is not None:
            e = int(failed.value[k, :-1].argmax())
            yield (
                f"With {answer.study.words.counted(role.role, role.n[k])} the model could not be "
                f"fitted in up to {percent(failed.value[k, e], 1)} of the studies "
                f"('{clean(role.endpoints[e], LONG_NAME)}', Monte Carlo error "
                f"{percent(failed.mcse[k, e], 1)}); those count as studies without rejection."
            )


# ------------------------------------------------------------------------------------ warnings


def failed_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Warn of fits that fail in more than 1% of replicates, and of small samples."""
    for role in answer.characteristics.roles:
        failed = role.measures.failed
        if failed is None:
            continue
        k, e = divmod(int(failed.value.argmax()), failed.value.shape[1])
        if failed.value[k, e] > OFTEN:
            yield (
                f"The model could not be fitted in {percent(failed.value[k, e], 1)} of the studies "
                f"with {answer.study.words.counted(role.role, role.n[k])} ('{role.endpoints[e]}'). "
                "They count as studies, not as rejections: power is what is left."
            )


def participation_warnings(answer: PlanAnswer) -> list[str]:
    """Warn where a test ignores clusters, or missing answers bias the effect."""
    return [*_ignored_clusters(answer), *_biased(answer)]


def _ignored_clusters(answer: PlanAnswer) -> Iterator[str]:
    """Show the level that the null run attains where the test ignores who resembles whom."""
    study, null, at = answer.study, answer.level_characteristics, answer.place
    for place, role in enumerate(null.roles):
        shared = ignored_clusters(study, place)
        if shared:
            yield (
                f"The test ignores that {_who_resemble(study, role.role, shared)} resemble each "
                f"other: {_attained(role, at, answer)} with {study.words.count(null.pairs[at])}, "
                f"instead of {study.analysis.alpha:g}.{_other_test(study)}"
            )


def _who_resemble(study: Study, role: str, shared: tuple[str, ...]) -> str:
    words = study.words
    people = words.people(role)
    if study.analysis.test_facts.unit == "site":
        other = cluster_noun(study, "shared")
        return f"{people} of different {words.site}s who share a {other}"
    return " and ".join(f"{people} of one {cluster_noun(study, level)}" for level in shared)


def _other_test(study: Study) -> str:
    """Name the tests that heed clusters, where there are any for the design."""
    facts = study.analysis.test_facts
    if facts.unit == "site" or study.allocation_unit == "person":
        return ""
    wanted = ("site", facts.arms, facts.has_cut)
    heeding = sorted(name for name, of in TESTS.items() if (of.unit, of.arms, of.has_cut) == wanted)
    return f" Use analysis.test={' or '.join(heeding)}." if heeding else ""


def _attained(role: RoleCharacteristics, at: int, answer: PlanAnswer) -> str:
    level, where = role.measures.rejection, level_null_words(answer)
    total = ""
    if answer.study.analysis.tests_total:
        total = f" and the total with {number(float(level.value[at, -1]))}"
    return (
        f"{where[0].lower()}{where[1:]} it rejects a domain with probability "
        f"{number(float(level.value[at, :-1].mean()))} on average{total} "
        f"(Monte Carlo error up to {number(float(level.mcse[at].max()))})"
    )


def _biased(answer: PlanAnswer) -> Iterator[str]:
    """Say where those who are analysed differ from everybody, beyond noise; never by chance."""
    study, at = answer.study, answer.place
    if not leaves_by_answers(study):
        return
    for role in answer.characteristics.roles:
        bias = bias_of(role, [-1], at)
        if bias is not None and bias.clear:
            yield (
                "People who are analysed differ from those who drop out: "
                f"{estimated(study, bias.role)} comes out {number(abs(bias.value), 2)} points too "
                f"{'high' if bias.value > 0 else 'low'} (Monte Carlo error {number(bias.mcse)})."
            )
