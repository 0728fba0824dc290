"""People of one site resemble each other as stated, and nobody else is moved by that."""

import numpy as np
import pytest
from oracles.totals import observed_icc

from sim import compose_study
from sim.cohorts import draw_cohort, role_arms
from sim.cohorts.clusters import FIRST, SECOND
from sim.cohorts.participants import taking_part_like, without_effect
from sim.cohorts.population import Population
from sim.cohorts.sites import site_sequence
from sim.errors import StudyError
from sim.study.clusters import SiteClusters

EFFECT = ["effect=shift", "effect.shift=[0.5,0.0,1.0,0.2,-0.3,0.5,0.0]"]


def people(*words: str, role: int = FIRST) -> Population:
    """Population of a study whose domains differ in their effect."""
    return role_arms(compose_study([*EFFECT, *words]), role)[0]


def accrual(**changed: object) -> SiteClusters:
    """Order of accrual with some of its settings changed."""
    plain = {
        "stated_as": "latent", "icc": 0.1, "shared_icc": 0.0,
        "accrual": "round_robin", "sites": 7, "per_site": 10, "size_variation": 0.0,
    }  # fmt: skip
    return SiteClusters(**{**plain, **changed})  # type: ignore[arg-type]


def between_members(population: Population, first: int, second: int) -> tuple[np.ndarray, float]:
    """Correlations of the changes of two participants over replicates, and their error."""
    replicates = 60_000
    rng = np.random.default_rng(11)
    scores = draw_cohort(population, 1 + max(first, second), replicates, rng).scores.astype(int)
    changes = scores[..., 1] - scores[..., 0]  # (R, N, D)
    changes = np.concatenate([changes, changes.sum(axis=2, keepdims=True)], axis=2)
    pairs = zip(changes[:, first].T, changes[:, second].T, strict=True)
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in pairs]), 1 / np.sqrt(replicates)


def test_no_correlation_is_no_clusters() -> None:
    """With intraclass correlations of 0 every score is the plain one, bit for bit."""
    draws = [
        draw_cohort(people(*words), 20, 100, np.random.default_rng(3)).scores
        for words in ([], ["clusters=sites", "clusters.site.icc=0"])
    ]
    assert np.array_equal(*draws)


def test_observed_correlation_is_the_simulated_one() -> None:
    """The correlation of two members' changes is what the rectangles say, at both levels."""
    words = ["clusters=sites", "clusters.site.stated_as=latent", "clusters.site.icc=0.1"]
    population = people(*words, "clusters.site.shared_icc=0.2", "clusters.site.sites=3")
    assert population.clusters is not None
    cuts = population.pre_cuts, population.post_cuts[:, 0]
    site, mentee = (
        observed_icc(level.share, *cuts, population.correlation)
        for level in population.clusters.levels
    )
    same_site, error = between_members(population, 0, 3)
    assert np.allclose(same_site, site, atol=4 * error)
    # the fifth and sixth mentor share the fifth mentee, but are of different sites
    same_mentee, error = between_members(population, 4, 5)
    assert np.allclose(same_mentee, mentee, atol=4 * error)
    nothing, error = between_members(population, 0, 1)
    assert np.allclose(nothing, 0, atol=4 * error)


@pytest.mark.parametrize(("icc", "low", "high"), [(0.1, 0.055, 0.080), (0.3, 0.17, 0.24)])
def test_observed_is_smaller_than_latent(icc: float, low: float, high: float) -> None:
    """With answers before and after correlated .7 it lies in the range that a prototype found."""
    words = ["clusters=sites", "clusters.site.stated_as=latent", f"clusters.site.icc={icc}"]
    population = people(*words, "correlation.pre_post=0.7")
    assert population.clusters is not None
    share = population.clusters.levels[0].share
    cuts = population.pre_cuts, population.post_cuts[:, 0]
    found = observed_icc(share, *cuts, population.correlation)[:-1]
    assert (found > low).all()
    assert (found < high).all()
    assert (found < icc).all()


@pytest.mark.parametrize("shift", [0.0, 1.2])
def test_stated_as_observed(shift: float) -> None:
    """A correlation stated as observed is the observed one in every domain, shifted or not."""
    words = "clusters.site.icc=0.08", f"uncontrolled.response_shift={shift}"
    population = people("clusters=sites", *words)
    assert population.clusters is not None
    share = population.clusters.levels[0].share
    cuts = population.pre_cuts, population.post_cuts[:, 0]
    found = observed_icc(share, *cuts, population.correlation)[:-1]
    assert np.allclose(found, 0.08, atol=1e-6)


def test_clusters_keep_marginals_and_correlations() -> None:
    """One person's answers are distributed with clusters as without."""
    words = ["clusters=sites", "clusters.site.icc=0.2", "clusters.site.shared_icc=0.1"]
    population, replicates = people(*words), 100_000
    rng = np.random.default_rng(7)
    scores = draw_cohort(population, 1, replicates, rng).scores[:, 0].astype(int)  # (R, D, 2)
    for d, (pre, post) in enumerate(zip(population.pre, population.post, strict=True)):
        for time, expected in enumerate((pre, post)):
            share = np.bincount(scores[:, d, time], minlength=6)[1:] / replicates
            assert (np.abs(share - expected) < 4 * np.sqrt(expected / replicates)).all()
        table = np.zeros((5, 5))
        np.add.at(table, (scores[:, d, 0] - 1, scores[:, d, 1] - 1), 1 / replicates)
        bound = 4.5 * np.sqrt(population.tables[d] / replicates) + 1e-4
        assert (np.abs(table - population.tables[d]) < bound).all()


def test_a_longer_accrual_begins_with_the_shorter() -> None:
    """The first people are the same whoever comes after, with clusters and missing answers."""
    population = people(
        "clusters=sites", "clusters.site.shared_icc=0.2", "missing=mnar", "missing.item_rate=0.1"
    )
    short, long = (
        draw_cohort(population, n, 130, np.random.default_rng(5)).scores for n in (9, 23)
    )
    assert np.array_equal(short, long[:, :9])


def test_too_much_is_refused() -> None:
    """Clusters that leave too little for the person are refused in one line."""
    words = ["clusters=sites", "clusters.site.stated_as=latent", "correlation.pre_post=0.5"]
    with pytest.raises(StudyError, match=r"clusters: the intraclass correlations leave too little"):
        people(*words, "clusters.site.icc=0.7", "clusters.site.shared_icc=0.7")
    with pytest.raises(StudyError, match=r"clusters: icc 0.99 .* cannot be had; at most"):
        people("clusters=sites", "clusters.site.icc=0.99")
    with pytest.raises(StudyError, match=r"clusters: changes that are the same for ever"):
        people("clusters=sites", "roles.mentor.pre=[0,0,1,0,0]")
    stated = compose_study(["clusters=sites", "effect=joint"])
    with pytest.raises(StudyError, match="a table of before by after"):
        role_arms(stated, 0)[0]


def test_sites_take_turns() -> None:
    """Where sites take turns, each has its share at every moment."""
    assert site_sequence(accrual(sites=3), 7).tolist() == [0, 1, 2, 0, 1, 2, 0]
    uneven = site_sequence(accrual(sites=10, size_variation=0.5), 2000)
    sizes = np.bincount(uneven)
    assert len(sizes) == 10
    assert sizes.std() / sizes.mean() == pytest.approx(0.5, abs=0.02)
    assert np.array_equal(site_sequence(accrual(sites=10, size_variation=0.5), 60), uneven[:60])


def test_sites_are_filled_in_turn() -> None:
    """Where sites are filled in turn, they have the stated mean size and variation."""
    turn = accrual(accrual="in_turn", per_site=4)
    assert site_sequence(turn, 9).tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2]
    uneven = np.bincount(
        site_sequence(turn.model_copy(update={"size_variation": 0.4, "per_site": 50}), 2400)
    )
    assert uneven[:-1].mean() == pytest.approx(50, rel=0.1)
    assert uneven[:-1].std() / 50 == pytest.approx(0.4, abs=0.08)


def test_mentees_are_where_their_mentors_are() -> None:
    """Pair i is mentor i with mentee ceil(5 i / 6); both are at one site."""
    words = ["clusters=sites", "clusters.site.sites=4", "clusters.site.shared_icc=0.1"]
    mentors, mentees = (people(*words, role=role).clusters for role in (FIRST, SECOND))
    assert mentors is not None
    assert mentees is not None
    whose = mentors.shared(12)
    assert whose.tolist() == [-(-5 * i // 6) - 1 for i in range(1, 13)]
    by_mentor, by_mentee = mentors.sites(12), mentees.sites(10)
    for mentee in range(10):
        assert by_mentee[mentee] == by_mentor[int(np.flatnonzero(whose == mentee)[0])]


def test_levels_have_streams_of_their_own() -> None:
    """What mentors of one mentee share is the same whether or not sites share anything."""
    words = ["clusters=sites", "clusters.site.stated_as=latent", "clusters.site.shared_icc=0.2"]
    alone, both = (people(*words, f"clusters.site.icc={icc}").clusters for icc in (0, 0.1))
    assert alone is not None
    assert both is not None
    mentees = alone.offsets(12, 50, np.random.default_rng(2))
    assert np.array_equal(mentees, both.offsets(12, 50, np.random.default_rng(2))[-len(mentees) :])
    assert len(mentees) == 10


def test_between_domain_correlations_are_kept() -> None:
    """One person's answers in two domains are correlated with clusters as without."""
    sites = ["clusters=sites", "clusters.site.stated_as=latent", "clusters.site.icc=0.3"]
    replicates, found = 100_000, []
    for words in ([], [*sites, "clusters.site.shared_icc=0.1"]):
        rng = np.random.default_rng(8)
        scores = draw_cohort(people(*words), 1, replicates, rng).scores[:, 0].astype(int)
        both = scores.transpose(2, 1, 0).reshape(14, replicates)  # before, then after
        found.append(np.corrcoef(both))
    assert np.allclose(*found, atol=4 * np.sqrt(2 / replicates))


def test_people_without_an_effect_share_as_much() -> None:
    """With the effect removed the latent parts that clusters share are what they were."""
    stated = people("clusters=sites", "clusters.site.shared_icc=0.1")
    null = without_effect(stated)
    assert null.clusters is stated.clusters
    assert np.array_equal(null.loading, stated.loading)
    assert np.allclose(null.post, null.pre)


def test_other_people_in_the_same_clusters() -> None:
    """People correlated otherwise share the same part of their latent change."""
    stated = people("clusters=sites", "clusters.site.stated_as=latent", "clusters.site.icc=0.2")
    other = taking_part_like(stated, people("correlation.pre_post=0.8", "correlation.items=0.2"))
    assert other.clusters is not None
    assert np.allclose(other.clusters.levels[0].icc, 0.2)
    assert np.allclose(other.clusters.levels[0].share, 0.2 * 0.2)
    shared = other.clusters.levels[0].loading
    whole = other.loading @ other.loading.T + shared @ shared.T
    assert np.allclose(whole, other.correlation)
