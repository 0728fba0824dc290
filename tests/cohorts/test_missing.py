"""Answers are missing at the stated rate, for the stated reason, and bias what they should."""

from functools import cache

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from sim import compose_study
from sim.cohorts import draw_cohort, role_arms
from sim.cohorts import missing as module
from sim.cohorts.correlation import loading_matrix
from sim.cohorts.population import Population


def people(*words: str) -> Population:
    """Population of the default study, its domains shifted alike."""
    return role_arms(compose_study(["effect=shift", *words]), 0)[0]


def one_domain(*words: str) -> Population:
    """Population of one domain, whose missing answers have closed forms."""
    study = compose_study(["effect=shift", *words])
    first = dict([next(iter(study.questionnaire.items.items()))])
    questionnaire = study.questionnaire.model_copy(update={"items": first})
    return role_arms(study.model_copy(update={"questionnaire": questionnaire}), 0)[0]


def drawn(population: Population, replicates: int, n: int = 2) -> np.ndarray:
    """Scores of independent people, (people, D, 2)."""
    scores = draw_cohort(population, n, replicates, np.random.default_rng(17)).scores
    return scores.reshape(-1, *scores.shape[2:]).astype(int)


@pytest.mark.parametrize("replicates", [20_000, pytest.param(100_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("rate", [0.1, 0.35])
@pytest.mark.parametrize(
    ("kind", "slope"),
    [("mcar", None), ("mar", -1.5), ("mar", 0.7), ("mnar", -1.5), ("mnar", 0.7)],
)
def test_people_drop_out_at_the_stated_rate(
    kind: str, slope: float | None, rate: float, replicates: int
) -> None:
    """The share without an answer after is the stated one; everybody answers before."""
    words = [f"missing={kind}", f"missing.rate={rate}"]
    more = [] if slope is None else [f"missing.slope={slope}"]
    scores = drawn(people(*words, *more), replicates)
    gone = scores[..., 1] == 0
    assert (scores[..., 0] > 0).all()
    assert (gone.all(axis=1) == gone.any(axis=1)).all()
    # MAR is calibrated on 131,072 simulated people, which has an error of its own
    error = np.sqrt(rate * (1 - rate) * (1 / len(scores) + (kind == "mar") / 2**17))
    assert abs(gone[:, 0].mean() - rate) < 4 * error


def test_single_answers_are_missing_at_the_stated_rate() -> None:
    """Every answer, before or after, is missing with the same probability, on its own."""
    scores = drawn(people("missing=items", "missing.item_rate=0.2"), 50_000)
    gone = scores == 0
    error = np.sqrt(0.16 / len(scores))
    assert np.allclose(gone.mean(axis=0), 0.2, atol=4.5 * error)
    assert np.corrcoef(gone[:, 0, 0], gone[:, 0, 1])[0, 1] == pytest.approx(0, abs=4.5 / 316)


@pytest.mark.parametrize("kind", ["mcar", "mar", "items"])
def test_what_is_there_is_not_moved(kind: str) -> None:
    """Answers that are given are those of the study in which nothing is missing."""
    plain, holed = drawn(people(), 300, 40), drawn(people(f"missing={kind}"), 300, 40)
    assert (holed == 0).any()
    assert np.array_equal(holed[holed > 0], plain[holed > 0])


def test_the_streams_of_clusters_and_missing_answers_are_apart() -> None:
    """Clusters do not move who drops out by chance, nor dropping out what a cluster shares."""
    sites = ["clusters=sites", "clusters.site.icc=0.2"]
    both = drawn(people(*sites, "missing=mcar"), 300, 40)
    assert np.array_equal(both == 0, drawn(people("missing=mcar"), 300, 40) == 0)
    clustered = drawn(people(*sites), 300, 40)
    assert np.array_equal(both[both > 0], clustered[both > 0])


def bias_of(population: Population) -> tuple[float, float]:
    """Bias of the complete-case mean change of one domain, and its Monte Carlo error."""
    scores = drawn(population, 400_000)[:, 0]
    change = (scores[:, 1] - scores[:, 0])[scores[:, 1] > 0]
    values = np.arange(1, 6)
    truth = values @ population.post[0] - values @ population.pre[0]
    return change.mean() - truth, change.std() / np.sqrt(len(change))


def test_dropping_out_by_chance_is_unbiased() -> None:
    """People who leave by chance bias nothing."""
    bias, error = bias_of(one_domain("missing=mcar", "missing.rate=0.3"))
    assert abs(bias) < 4 * error


def test_bias_by_the_total_before() -> None:
    """The bias of dropping out by the score before is a sum over the table."""
    population = one_domain("missing=mar", "missing.rate=0.3", "missing.slope=-1.2")
    table, values = population.tables[0], np.arange(1, 6)
    mean = values @ population.pre[0]
    spread = np.sqrt(values**2 @ population.pre[0] - mean**2)
    model = population.missing
    assert model is not None
    assert model.centre == pytest.approx(mean, abs=4 * spread / 2**8.5)
    assert model.scale == pytest.approx(spread, rel=4 / 2**9)
    stays = 1 - expit(model.intercept + model.slope * (values - model.centre) / model.scale)
    kept = table * stays[:, None]
    change = values[None, :] - values[:, None]
    expected = (kept * change).sum() / kept.sum() - (table * change).sum()
    bias, error = bias_of(population)
    assert abs(expected) > 20 * error
    assert abs(bias - expected) < 4 * error


def test_bias_by_the_change_itself() -> None:
    """The bias of dropping out by the latent change is an integral over that change."""
    population = one_domain("missing=mnar", "missing.rate=0.3", "missing.slope=-1.2")
    model, rho = population.missing, population.correlation[0, 1]
    assert model is not None
    # the latent scores are a s -+ b u, u the standardised change and s independent of it
    a, b, u = np.sqrt((1 + rho) / 2), np.sqrt((1 - rho) / 2), np.linspace(-9, 9, 20_001)
    before = norm.sf((population.pre_cuts[0][:, None] + b * u) / a).sum(axis=0)
    after = norm.sf((population.post_cuts[0, 0][:, None] - b * u) / a).sum(axis=0)
    stays = norm.pdf(u) * (1 - expit(model.intercept + model.slope * u))
    whole = norm.pdf(u) @ (after - before) / norm.pdf(u).sum()
    expected = stays @ (after - before) / stays.sum() - whole
    bias, error = bias_of(population)
    assert abs(expected) > 20 * error
    assert abs(bias - expected) < 4 * error


def test_calibration_by_the_change_is_an_integral() -> None:
    """The intercept solves for the rate exactly, whatever the slope."""
    for slope, rate in ((-5.0, 0.2), (-3.0, 0.02), (0.0, 0.5), (2.0, 0.2), (5.0, 0.9)):
        model = people("missing=mnar", f"missing.slope={slope}", f"missing.rate={rate}").missing
        assert model is not None
        x = np.linspace(-9, 9, 20_001)
        found = (norm.pdf(x) * expit(model.intercept + slope * x)).sum() * (x[1] - x[0])
        assert found == pytest.approx(rate, abs=1e-6)


@pytest.mark.parametrize("domains", [0.0, 0.3, 0.9])
def test_people_who_all_change_alike_drop_out_at_the_rate(domains: float) -> None:
    """Where before and after are one, the latent change says nothing and the rate still holds."""
    words = ["correlation.pre_post=1", f"correlation.items={domains}"]
    population = people("missing=mnar", "missing.rate=0.2", "missing.slope=5", *words)
    gone = drawn(population, 20_000)[:, 0, 1] == 0
    assert abs(gone.mean() - 0.2) < 4 * np.sqrt(0.16 / len(gone))


@cache
def simulated_people(*words: str) -> tuple[np.ndarray, np.ndarray]:
    """Totals before and latent changes of the calibration's people, as it is defined."""
    population = people(*words)
    rng, count, own = np.random.default_rng(0), len(population.pre_cuts), population.recruitment
    loading = loading_matrix(population.correlation) if own is None else own.loading
    found, changes = [], []
    for _ in range(1 if own is None else 8):
        latent = rng.standard_normal((2**17, len(loading))) @ loading.T
        parts = np.split(latent, len(loading) // count, axis=1)
        change = (parts[1] - parts[0]).sum(axis=1)
        totals = [(1 + (x[..., None] > population.pre_cuts).sum(axis=2)).sum(axis=1) for x in parts]
        if own is not None:
            decides = totals[2 if own.screening else 0]
            chosen = (decides >= own.low) & (decides <= own.high)
            totals[0], change = totals[0][chosen], change[chosen]
        found.append(totals[0])
        changes.append(change)
    return np.concatenate(found), np.concatenate(changes)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("correlation.pre_post=0.2",),
        ("selection=baseline",),
        pytest.param(("selection=screening",), marks=pytest.mark.long),
    ],
)
def test_calibration_by_the_total_is_that_of_simulated_people(words: tuple[str, ...]) -> None:
    """Counting how many have each total gives what a sum over all of them does."""
    population = people("missing=mar", "missing.slope=-1.1", "missing.rate=0.15", *words)
    model, (totals, _) = population.missing, simulated_people(*words)
    assert model is not None
    assert model.centre == pytest.approx(totals.mean(), rel=1e-14)
    assert model.scale == pytest.approx(totals.std(), rel=1e-12)
    x = -1.1 * (totals - totals.mean()) / totals.std()
    intercept = brentq(lambda a: expit(a + x).mean() - 0.15, -30, 30, xtol=1e-12)
    assert model.intercept == pytest.approx(intercept, abs=1e-11)


@pytest.mark.parametrize("slope", [-1.1, 5.0])
@pytest.mark.parametrize("by", ["baseline", pytest.param("screening", marks=pytest.mark.long)])
def test_calibration_by_the_change_of_recruits_is_that_of_simulated_people(
    by: str, slope: float
) -> None:
    """Gathering the latent changes of those who take part gives what a sum over all does."""
    words = ["missing=mnar", f"missing.slope={slope}", "missing.rate=0.15", f"selection={by}"]
    model, (_, changes) = people(*words).missing, simulated_people(f"selection={by}")
    assert model is not None
    x = slope * changes / model.scale
    intercept = brentq(lambda a: expit(a + x).mean() - 0.15, -30, 30, xtol=1e-12)
    assert model.intercept == pytest.approx(intercept, abs=2e-6)


def test_calibration_is_shared_by_all_that_does_not_matter_to_it() -> None:
    """Another effect, rate or slope finds the totals counted; other answers before do not."""
    module._frequencies.cache_clear()
    for words in ((), ("effect.shift=0.9",), ("missing.rate=0.3",), ("missing.slope=2",)):
        people("missing=mar", *words)
    assert module._frequencies.cache_info().misses == 1
    people("missing=mar", "correlation.items=0.1")
    assert module._frequencies.cache_info().misses == 2


@pytest.mark.parametrize("kind", ["mar", "mnar"])
def test_rates_of_one_domain(kind: str) -> None:
    """The rate is the stated one for a single domain and a steep slope too."""
    words = [f"missing={kind}", "missing.rate=0.2", "missing.slope=3"]
    gone = drawn(one_domain(*words), 200_000)[:, 0, 1] == 0
    assert abs(gone.mean() - 0.2) < 4 * np.sqrt(0.16 * (1 / len(gone) + 1 / 2**17))


def test_dropping_out_and_single_answers_have_streams_of_their_own() -> None:
    """Single answers missing by chance do not move who drops out, nor the other way round."""
    gone, open_, both = (
        drawn(people(*words), 300, 40) == 0
        for words in (
            ["missing=mcar"],
            ["missing=items", "missing.item_rate=0.1"],
            ["missing=mcar", "missing.item_rate=0.1"],
        )
    )
    assert np.array_equal(both, gone | open_)
