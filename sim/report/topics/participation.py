"""Who takes part, who can be analysed, and who resembles whom."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import FloatArray
from sim.power.bias import bias_of
from sim.power.design_flaws import ignored_clusters
from sim.power.estimates import Estimate
from sim.power.operating import RoleCharacteristics
from sim.power.participation import LevelCorrelation
from sim.report.document.model import Paragraph, text
from sim.report.document.numbers import at_most, error_words, number, percent, span
from sim.report.document.phrases import endpoint_words, estimated, mid_sentence, the_endpoint
from sim.report.document.words import listed_words, short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.least_favourable import level_null_words
from sim.study import Study
from sim.study.clusters import SiteClusters
from sim.study.methods import TESTS

OFTEN = 0.01
"""Share of fits that fail from which it is a warning."""


def cluster_noun(study: Study, level: str) -> str:
    """Name what the members of a cluster share: a site, or a person of the second role.

    A study of one role has no name for those with whom its people are paired.
    """
    if level == "site":
        return study.words.site
    return study.role_names[1] if len(study.role_names) > 1 else "partner"


def mechanism_words(study: Study, kind: str) -> str:
    """Say how people are lost."""
    by_sum = f"by the sum of all answers {study.words.before}"
    return {"mcar": "by chance", "mar": by_sum, "mnar": "by the change itself"}[kind]


def missing_words(study: Study) -> tuple[str, ...]:
    """Say how many answers are lost, and how; nothing where all are there."""
    missing, words = study.missing, []
    if missing.rate > 0:
        lost = f"{percent(missing.rate)} of people lost"
        words.append(f"{lost} {mechanism_words(study, missing.kind)}")
    if missing.item_rate:
        words.append(f"{percent(missing.item_rate)} of single answers missing")
    return tuple(words)


def cluster_words(study: Study, clusters: SiteClusters | None) -> Iterator[str]:
    """Say who resembles whom, how much, and where people come from."""
    if clusters is None:
        yield "none: everybody is independent"
        return
    words, roles = study.words, study.role_names
    of = "latent change" if clusters.stated_as == "latent" else "change of the scores"
    yield f"intraclass correlation of the {of} {clusters.icc:g} in one {words.site}"
    if len(roles) > 1 and clusters.shared_icc:
        yield (
            f"{clusters.shared_icc:g} more between {words.people(roles[0])} who share one "
            f"{roles[1]}"
        )
    yield _filled(study, clusters)


def _filled(study: Study, clusters: SiteClusters) -> str:
    """Say how many sites there are, how large, and in which order they fill."""
    words, one_by_one = study.words, clusters.accrual == "in_turn"
    if clusters.sizes is not None:
        order = "one after the other" if one_by_one else "taking turns"
        return f"{_listed(study, clusters.sizes)}, {order}"
    filled = f"{clusters.sites} {words.sites} in turn, one {words.unit} each"
    if one_by_one:
        filled = f"{words.site} after {words.site}, {words.count(clusters.per_site)} each"
    vary = clusters.size_variation
    return filled + (f" (coefficient of variation {vary:g})" if vary else "")


def _listed(study: Study, sizes: tuple[int, ...]) -> str:
    """Say how many sites are listed, and how large they are."""
    least, most = min(sizes), max(sizes)
    sites = f"{len(sizes):,} {study.words.sites} of"
    if least == most:
        return f"{sites} {study.words.count(most)} each"
    vary = float(np.std(sizes) / np.mean(sizes))
    return (
        f"{sites} {least:,} to {study.words.count(most)} ({np.mean(sizes):.3g} on average, "
        f"coefficient of variation {vary:.2f})"
    )


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
    missing, clusters = answer.study.missing, answer.study.sites
    complete = missing.rate == 0 and missing.item_rate == 0
    for role in answer.characteristics.roles:
        if not complete:
            yield " ".join([_analysed(answer, role), *_bias(answer, role)])
        if clusters is not None:
            yield _sites(answer, role, clusters)


def _analysed(answer: PlanAnswer, role: RoleCharacteristics) -> str:
    n, missing = role.n[answer.place], "; ".join(missing_words(answer.study))
    known = answer.participation[role.role].analysable * n
    item = answer.words.an_item
    parts = [f"{known[0]:.0f} can be analysed in {item}", *_of_sums(answer.study, known, ".0f")]
    return (
        f"Of {answer.words.counted(role.role, n)} recruited about {listed_words(parts)} "
        f"({missing})."
    )


def _of_sums(study: Study, values: FloatArray, form: str) -> list[str]:
    """Give a number of every sum that has one: 20 in total."""
    of_sums = zip(study.totals, values[len(study.domains) :], strict=True)
    return [f"{value:{form}} in {endpoint_words(name)}" for name, value in of_sums
            if not np.isnan(value)]  # fmt: skip


def _bias(answer: PlanAnswer, role: RoleCharacteristics) -> Iterator[str]:
    if role.measures.bias is None:
        return
    for places, named in _estimates(answer.study):
        what = estimated(answer.study, role.role, named).replace(
            f"the {answer.words.people(role.role)}' mean", "the mean"
        )
        bias = bias_of(role, places, answer.place)
        if bias is None:
            yield f"Those are too few for {what} ever to be estimated."
        else:
            yield (
                f"Among those, {what} differs from the truth by {number(bias.value, 2, '+')} "
                f"points (Monte Carlo error {error_words(bias.mcse)})."
            )


def _estimates(study: Study) -> list[tuple[list[int], str]]:
    """Places and name of every sum; of the items, on average, where there is none."""
    count = len(study.domains)
    sums = [([e], endpoint_words(name)) for e, name in enumerate(study.totals, count)]
    return sums or [(list(range(count)), f"{study.words.an_item}, on average,")]


def _sites(answer: PlanAnswer, role: RoleCharacteristics, clusters: SiteClusters) -> str:
    words, at = answer.words, answer.place
    people = answer.participation[role.role]
    order, listed = "filled in turn", "up to"
    if clusters.accrual == "round_robin":
        order, listed = "taking turns", "in proportion to"
    order += f" {listed} their listed sizes" * (clusters.sizes is not None)
    who = words.counted(role.role, role.n[at])
    come = f"The {who} come from {people.sites[at]} {words.sites}, {order}"
    parts = [_correlated(answer.study, role.role, level) for level in people.levels]
    return "; ".join([come, *parts]) + "."


def _correlated(study: Study, role: str, level: LevelCorrelation) -> str:
    latent, items = span(level.latent.tolist(), ".3f"), level.observed[: len(study.domains)]
    observed = "which cannot be observed where all have the same change"
    if vary := items[~np.isnan(items)].tolist():
        observed = f"observed {span(vary, '.3f')} in the {study.words.items}"
    observed = listed_words([observed, *_of_sums(study, level.observed, ".3f")])
    who = f"one {cluster_noun(study, level.level)}"
    if level.level != "site":
        who += f" but different {study.words.sites}"
    people = study.words.people(role)
    return f"two {people} of {who} have changes correlated {latent} on the latent scale, {observed}"


def _failed(answer: PlanAnswer) -> Iterator[str]:
    """Say how often a model could not be fitted, in the item where it is most often."""
    k, items = answer.place, len(answer.study.domains)
    for role in answer.characteristics.roles:
        failed = role.measures.failed
        if failed is not None:
            yield _fails(answer, role, failed, (k, int(failed.value[k, :items].argmax())))


def _fails(
    answer: PlanAnswer, role: RoleCharacteristics, failed: Estimate, at: tuple[int, int]
) -> str:
    share, error = percent(failed.value[at], 1), percent(failed.mcse[at], 1)
    return (
        f"With {answer.words.counted(role.role, role.n[at[0]])} the model could not be fitted in "
        f"up to {share} of the studies ('{short(role.endpoints[at[1]])}', Monte Carlo error "
        f"{error}). They count as studies, not as rejections: power is what is left."
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
            yield _fails(answer, role, failed, (k, e))


def cluster_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Show the level that the null run attains where the test ignores who resembles whom."""
    study, null, at = answer.study, answer.level_characteristics, answer.place
    for place, role in enumerate(null.roles):
        shared = ignored_clusters(study, place)
        if shared:
            inflated = role.measures.rejection.value[at].max() > study.analysis.alpha
            against = "instead of" if inflated else "at a level of"
            instead = _other_test(study) if inflated else ""
            yield (
                f"The test ignores that {_who_resemble(study, role.role, shared)} resemble each "
                f"other: {_attained(role, at, answer)} with {study.words.count(null.sizes[at])}, "
                f"{against} {study.analysis.alpha:g}.{instead}"
            )


def _who_resemble(study: Study, role: str, shared: tuple[str, ...]) -> str:
    people = study.words.people(role)
    if study.analysis.test_facts.unit == "site":
        other = cluster_noun(study, "shared")
        return f"{people} of different {study.words.sites} who share a {other}"
    return " and ".join(f"{people} of one {cluster_noun(study, level)}" for level in shared)


def _other_test(study: Study) -> str:
    """Name the tests that heed clusters, where there are any for the design."""
    facts = study.analysis.test_facts
    if facts.unit == "site" or study.allocation_unit == "person":
        return ""
    wanted = ("site", facts.arms, facts.has_cut)
    heeding = sorted(of.in_prose for of in TESTS.values()
                     if (of.unit, of.arms, of.has_cut) == wanted)  # fmt: skip
    return f" Use {' or '.join(heeding)}." if heeding else ""


def _attained(role: RoleCharacteristics, at: int, answer: PlanAnswer) -> str:
    level, where = role.measures.rejection, level_null_words(answer)
    study = answer.study
    items = float(level.value[at, : len(study.domains)].mean())
    parts = [f"{study.words.an_item} with probability {number(items)} on average"]
    for name in study.tested_totals:
        rate = float(level.value[at, study.endpoints.index(name)])
        parts.append(f"{the_endpoint(name)} with {number(rate)}")
    return (
        f"{mid_sentence(where)} it rejects {listed_words(parts)} "
        f"(Monte Carlo error {at_most(error_words(level.mcse[at].max()), 'up to ')})"
    )


def bias_warnings(answer: PlanAnswer) -> Iterator[str]:
    """Say where those who are analysed differ from everybody, beyond noise; never by chance."""
    study, at = answer.study, answer.place
    if not study.missing.depends:
        return
    for role in answer.characteristics.roles:
        for places, named in _estimates(study):
            bias = bias_of(role, places, at)
            if bias is None or not bias.clear:
                continue
            yield (
                "People who are analysed differ from those who drop out: "
                f"{estimated(study, bias.role, named)} comes out "
                f"{number(abs(bias.value), 2)} points too "
                f"{'high' if bias.value > 0 else 'low'} "
                f"(Monte Carlo error {error_words(bias.mcse)})."
            )
