"""Who takes part, who can be analysed, and who resembles whom, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.power.design_flaws import design_causes, ignored_clusters
from sim.power.operating import RoleCharacteristics
from sim.power.participation import LevelCorrelation, Participation
from sim.power.soundness import bias_of
from sim.report.results.answer import PlanAnswer
from sim.report.wording import answer_place, estimated, no_effect_words, number
from sim.study import Study
from sim.study.clusters import SiteClusters
from sim.study.methods import TESTS
from sim.study.missing import Missing, NoneMissing

LEVELS = {"site": "site", "shared": "mentee"}
"""What the members of a cluster share, in words."""
MECHANISMS = {
    "none": "nobody drops out",
    "mcar": "dropping out by chance",
    "mar": "dropping out by the total before",
    "mnar": "dropping out by the change itself",
}


def participation_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Say what becomes of the people recruited, at the answer's size."""
    missing, clusters = answer.study.missing, answer.study.clusters
    at = answer_place(answer)
    plain = isinstance(missing, NoneMissing) and missing.item_rate == 0
    for role in answer.characteristics.roles:
        people = answer.participation[role.role]
        if not plain:
            yield _analysed(role, people, at, missing) + _bias_words(role, at, answer.study)
        if isinstance(clusters, SiteClusters):
            order = "taking turns" if clusters.accrual == "round_robin" else "filled in turn"
            parts = [_correlated(role.role, level) for level in people.levels]
            come = f"The {role.n[at]} {role.role}s come from {people.sites[at]} sites, {order}"
            yield "; ".join([come, *parts]) + "."


def _analysed(
    role: RoleCharacteristics, participation: Participation, at: int, missing: Missing
) -> str:
    known = participation.analysable * role.n[at]
    items = f"; {missing.item_rate:.0%} of single answers missing" if missing.item_rate else ""
    return (
        f"Of {role.n[at]} {role.role}s recruited about {known[0]:.0f} can be analysed in a domain "
        f"and {known[-1]:.0f} in total ({MECHANISMS[missing.kind]}{items})."
    )


def _correlated(role: str, level: LevelCorrelation) -> str:
    low, high = f"{level.latent.min():.3f}", f"{level.latent.max():.3f}"
    latent = low if low == high else f"{low} to {high}"
    domains, total = level.observed[:-1], level.observed[-1]
    vary = domains[~np.isnan(domains)]
    observed = "which cannot be observed where all have the same change"
    if vary.size:
        observed = f"observed {vary.min():.3f} to {vary.max():.3f} in the domains"
    if not np.isnan(total):
        observed += f" and {total:.3f} in total"
    who = "one site" if level.level == "site" else "one mentee but different sites"
    return f"two {role}s of {who} have changes correlated {latent} on the latent scale, {observed}"


def _bias_words(role: RoleCharacteristics, at: int, study: Study) -> str:
    bias = role.measures.bias
    if bias is None:
        return ""
    value, error = float(bias.value[at, -1]), float(bias.mcse[at, -1])
    what = estimated(study, role.role).replace(f"the {role.role}s' mean", "the mean")
    if np.isnan(value):
        return f" Those are too few for {what} ever to be estimated."
    return (
        f" Among those, {what} differs from the truth by {value:+.2f} points "
        f"(Monte Carlo error {number(error)})."
    )


def participation_warnings(answer: PlanAnswer) -> list[str]:
    """Warn where a test ignores clusters, or missing answers bias the effect."""
    return [*_ignored_clusters(answer), *_biased(answer)]


def _ignored_clusters(answer: PlanAnswer) -> Iterator[str]:
    """Show the level that the null run attains where the test ignores who resembles whom."""
    facts = answer.study.analysis.test_facts
    by_sites, within_sites = facts.unit == "site", answer.study.allocation_unit == "person"
    better = " or ".join(
        sorted(
            n
            for n, facts_of in TESTS.items()
            if (facts_of.unit, facts_of.arms, facts_of.has_cut)
            == ("site", facts.arms, facts.has_cut)
        )
    )
    null, at = answer.null_characteristics, answer_place(answer)
    for place, role in enumerate(null.roles):
        shared = ignored_clusters(answer.study, place)
        if not shared:
            continue
        ignored = " and ".join(f"{role.role}s of one {LEVELS[level]}" for level in shared)
        if by_sites:
            ignored = f"{role.role}s of different sites who share a mentee"
        advice = "" if by_sites or within_sites else f" Use analysis.test={better}."
        yield (
            f"The test ignores that {ignored} resemble each other: "
            f"{_attained(role, at, answer.study)} at {null.pairs[at]} pairs, instead of "
            f"{answer.study.analysis.alpha:g}.{advice}"
        )


def _attained(role: RoleCharacteristics, at: int, study: Study) -> str:
    level, where = role.measures.rejection, no_effect_words(study)
    error = float(level.mcse[at].max())
    total = ""
    if study.analysis.tests_total:
        total = f" and the total with {number(float(level.value[at, -1]))}"
    return (
        f"{where[0].lower()}{where[1:]} it rejects a domain with probability "
        f"{number(float(level.value[at, :-1].mean()))} on average{total} "
        f"(Monte Carlo error up to {number(error)})"
    )


def _biased(answer: PlanAnswer) -> list[str]:
    """Say where those who are analysed differ from everybody, beyond noise; never by chance."""
    study, at = answer.study, answer_place(answer)
    if "dropout" not in design_causes(study, range(len(study.roles))):
        return []
    return [
        "People who are analysed differ from those who drop out: "
        f"{estimated(study, bias.role)} comes out {abs(bias.value):.2f} points too "
        f"{'high' if bias.value > 0 else 'low'} (Monte Carlo error {number(bias.mcse)})."
        for role in answer.characteristics.roles
        for bias in [bias_of(role, [-1], at)]
        if bias is not None and bias.clear
    ]


def participation_data(answer: PlanAnswer) -> dict[str, object]:
    """Hold it as plain data, by role."""
    endpoints = answer.study.endpoints
    return {
        role: {
            "analysable": dict(zip(endpoints, participation.analysable.tolist(), strict=True)),
            "sites": dict(
                zip(map(str, answer.characteristics.pairs), participation.sites, strict=False)
            ),
            "intraclass_correlation": [
                {
                    "level": level.level,
                    "latent": level.latent.tolist(),
                    "observed": dict(zip(endpoints, level.observed.tolist(), strict=True)),
                }
                for level in participation.levels
            ],
        }
        for role, participation in answer.participation.items()
    }
