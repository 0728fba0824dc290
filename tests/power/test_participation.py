"""Estimates, levels and counts where people are missing or resemble each other."""

from dataclasses import fields

import numpy as np
import pytest
from oracles.studies import task_of
from scipy.stats import t as student

from sim import compose_study, plan
from sim.cohorts import arms_by_role, draw_cohort, role_arms
from sim.compute.executors import InProcessExecutor
from sim.inference.rules import decision_rules
from sim.power.count_kernels import FINE, count_changes
from sim.power.counting import Ends
from sim.power.simulate import simulate
from sim.report.files import summary_data
from sim.report.telling import summary

FAST = ["design.n=[12,40]", "monte_carlo.replicates=2000", "effect=shift"]


def test_estimates_with_missing_changes() -> None:
    """Sums over replicates are those of NumPy on the changes that are there."""
    rng = np.random.default_rng(31)
    replicates, n = 300, 9
    changes = rng.integers(-3, 5, (n, 2, replicates)).astype(np.int16)
    gone = rng.random(changes.shape) < 0.6
    changes[gone] = -32768
    truth, units = np.array([0.4, 0.1]), np.array([1.0, 0.25])
    quantiles = student.ppf(0.975, np.maximum(np.arange(n + 1) - 1, 1))
    rejected = rng.random((1, 2, replicates)) < 0.3
    sums = np.zeros((9, 1, 1, 2), np.int64)
    alone = np.empty(0, np.int64)  # nobody is in a cluster
    ends = Ends.without_looks(1, replicates)
    count_changes(
        changes, alone, np.array([n]), units, truth, quantiles, 1.0,
        ends.place, ends.order, ends.starts, rejected, sums,
    )  # fmt: skip
    sums = sums[:, 0]
    for e in range(2):
        kept = [changes[~gone[:, e, r], e, r].astype(float) * units[e] for r in range(replicates)]
        known = np.array([len(own) >= 2 for own in kept])
        assert sums[0][0, e] == known.sum() < replicates
        kept = [own for own, here in zip(kept, known, strict=True) if here]
        means = np.array([own.mean() for own in kept])
        half = np.array([quantiles[len(own)] * own.std(ddof=1) / len(own) ** 0.5 for own in kept])
        hit = rejected[0, e][known]
        expected = [
            means, means**2, np.abs(means) * hit, means**2 * hit,
        ]  # fmt: skip
        for place, own in zip((1, 2, 3, 4), expected, strict=True):
            assert sums[place][0, e] / FINE == pytest.approx(own.sum(), abs=1e-3)
        assert sums[5][0, e] == (np.abs(means - truth[e]) <= half + 1e-12).sum()
        assert sums[6][0, e] == (half <= 1.0).sum()
        assert sums[7][0, e] / FINE == pytest.approx(2 * half.sum(), abs=1e-3)


@pytest.mark.parametrize("kind", ["mcar", "mar", "mnar"])
def test_analysable_people(kind: str) -> None:
    """The share of changes that are known is the one that is announced."""
    for total in ("complete_case", "prorated"):
        words = [f"missing={kind}", "missing.rate=0.2", "missing.item_rate=0.1"]
        study = compose_study([*FAST, *words, f"missing.total={total}"])
        found = plan(study).participation["mentor"].analysable
        scores = draw_cohort(role_arms(study, 0)[0], 40, 4000, np.random.default_rng(1)).scores
        known = (scores > 0).all(axis=-1)  # (R, N, D)
        whole = known.all(axis=-1)
        if total == "prorated":
            whole = (2 * (scores > 0).sum(axis=2) >= 7).all(axis=-1)
        share = np.append(known.mean(axis=(0, 1)), whole.mean())
        assert np.allclose(share, found, atol=4.5 * 0.5 / np.sqrt(160_000))


def test_ignoring_sites_inflates_the_level() -> None:
    """Ten a site, latent correlation .1: the plain test rejects too often, and that is said."""
    words = [
        "clusters=sites", "clusters.site.stated_as=latent", "clusters.site.icc=0.1",
        "clusters.site.accrual=in_turn", "clusters.site.per_site=10", "design.n=[100]",
        "monte_carlo.replicates=4000", "effect=none", "effect@roles.mentee.effect=none",
    ]  # fmt: skip
    plain = plan(compose_study(words))
    level = plain.null_characteristics.roles[0].measures.rejection
    # variance inflation 1 + 9 x .06 or so for a domain, more for the total
    assert (level.value[0, :-1] > 0.08).all()
    assert level.value[0, -1] > 0.10
    said = [warning for warning in plain.warnings if "ignores that mentors of one site" in warning]
    assert len(said) == 1
    assert f"{level.value[0, -1]:.3f}" in said[0]
    regarded = plan(compose_study([*words, "analysis.test=cluster_mean_t"]))
    kept = regarded.null_characteristics.roles[0].measures.rejection
    assert (np.abs(kept.value[0] - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 4000) + 0.004).all()
    assert not any("ignores that" in warning for warning in regarded.warnings)


def test_sites_are_counted_in_the_answer() -> None:
    """The answer says how many sites the people come from, on screen and in the data."""
    words = ["clusters=sites", "clusters.site.accrual=in_turn", "clusters.site.per_site=10"]
    answer = plan(compose_study([*FAST, *words, "missing=mnar", "missing.rate=0.2"]))
    assert answer.participation["mentor"].sites == (2, 4)
    text, data = " ".join(summary(answer).split()), summary_data(answer)
    assert "40 mentors come from 4 sites, filled in turn" in text
    assert "Of 40 mentors recruited about 32 can be analysed" in text
    assert data["participation"]["mentor"]["sites"] == [2, 4]
    assert any("differ from those who drop out" in warning for warning in answer.warnings)
    assert max(map(len, summary(answer).splitlines())) <= 80


def test_rules_of_both_roles() -> None:
    """A rule that joins both roles is met less often than either of its parts."""
    words = ["experiment=scale_up", "design.n=[30]", "monte_carlo.replicates=1000"]
    words += ["clusters=sites", "missing=mcar", "effect.prior=null"]
    found = plan(compose_study(words)).characteristics
    power = dict(zip((r.name for r in found.rules), found.rule_win.value[0], strict=True))
    assert power["both totals"] < min(power["total"], power["mentees' total"])
    assert power["both totals"] > 0


def test_nothing_missing_changes_nothing() -> None:
    """A mechanism at rate 0 and clusters at correlation 0 leave every tally as it was."""
    tallies = []
    for words in ([], ["missing=mnar", "missing.rate=0", "clusters=sites", "clusters.site.icc=0"]):
        study = compose_study([*FAST, *words])
        people = [arms[0] for arms in arms_by_role(study)]
        sizes = tuple(tuple(study.participants(r, p) for p in (12, 40)) for r in range(2))
        task = task_of(people, sizes, study.analysis, decision_rules(study), 3, 100)
        with InProcessExecutor() as executor:
            tallies.append(simulate(task, range(2), executor))
    for field in fields(tallies[0]):
        assert np.array_equal(*(getattr(tally, field.name) for tally in tallies))
