"""What is allowed for: domains without figures, and a pilot that was noticed."""

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.pilots import outcome, pilot_study
from scipy import stats

from sim.errors import StudyError
from sim.jobs.calibrate import calibrate
from sim.pilot import posterior as posteriors
from sim.pilot.calibrated import _kept
from sim.pilot.evidence import find, published_evidence
from sim.pilot.likelihood import data_set_probability, significance_probability
from sim.pilot.parameters import Draws, prior_draws
from sim.pilot.posterior import DomainEvidence, posterior
from sim.pilot.priors import ShiftPrior
from sim.report.results.calibration import calibration_report
from sim.report.topics.calibration import notes

TESTS = ("signed_rank_asymptotic", "paired_t")
NEUTRAL = ShiftPrior("neutral", np.ones(1), np.zeros(1), np.ones(1))


@pytest.mark.parametrize("unreported", ["not_significant", "marginalised"])
def test_selection_is_allowed_for_once(unreported: str) -> None:
    """The unreported are not significant, or what was significant is weighed given that it was."""
    study = pilot_study(
        outcome("a", "3", "4", "0.041"),
        outcome("b", "3", "3", ">0.2"),
        calibration={"tests": TESTS, "unreported": unreported, "draws": 1024},
    )
    findings = find(study, "mentor", 6)
    evidence, significant = published_evidence(study, findings, 6, np.random.default_rng(0))
    tables = prior_draws(1024, 5, 1.5, study.seed).tables()
    for t, test in enumerate(TESTS):
        chance = significance_probability(test, 6, tables, np.random.default_rng(0))
        assert significant[t] == pytest.approx(chance, abs=1e-12)
        plain = [
            data_set_probability(finding.data_sets[test].counts, tables)  # type: ignore[union-attr]
            for finding in findings
        ]
        if unreported == "marginalised":
            expected = [plain[0] / np.maximum(chance, 1e-12), plain[1], np.ones(1024)]
        else:
            expected = [*plain, 1 - chance]
        for own, right in zip(evidence, expected, strict=True):
            assert own.likelihood[t] == pytest.approx(right, rel=1e-9, abs=1e-12)


def toy() -> tuple[tuple[DomainEvidence, ...], np.ndarray]:
    """Two domains, two tests, and a probability of significance that grows with the shift."""
    even = np.linspace(-4, 4, 1024, endpoint=False) + 4 / 1024
    spread = Draws(even, np.full(1024, 0.5), np.full((1024, 3), 1 / 3), np.full(1024, np.log(8)))
    evidence = tuple(
        DomainEvidence(
            spread, np.stack([stats.norm.pdf(even, centre, width) for width in (0.7, 1.5)])
        )
        for centre in (0.4, 1.0)
    )
    return evidence, np.stack([0.02 + 0.9 * stats.norm.cdf(even - 1 - t) for t in range(2)])


def test_a_pilot_that_was_noticed() -> None:
    """Reweighing joint draws gives the posterior divided by P(any significant), tests included."""
    evidence, significant = toy()
    shift = evidence[0].draws.shift
    plain = posterior(NEUTRAL, evidence, np.ones(2))
    found, kept = _kept(
        plain, NEUTRAL, evidence, np.eye(2), 5000, significant, np.random.default_rng(7)
    )
    prior = np.outer(stats.norm.pdf(shift), stats.norm.pdf(shift)) * (8 / 1024) ** 2
    joint = np.stack(
        [
            prior
            * np.outer(evidence[0].likelihood[t], evidence[1].likelihood[t])
            / (1 - np.outer(1 - significant[t], 1 - significant[t]))
            for t in range(2)
        ]
    )
    exact = joint / joint.sum()
    assert found.tests == pytest.approx(exact.sum(axis=(1, 2)), abs=0.02)
    assert abs(found.tests[0] - plain.tests[0]) > 0.03  # it does matter
    assert found.log_evidence == pytest.approx(np.log(joint.sum() / 2), abs=0.05)
    assert found.node.sum() == pytest.approx(1)
    for d in range(2):
        marginal = exact.sum(axis=(0, 2 - d))
        mean = float(marginal @ shift)
        spread = float(np.sqrt(marginal @ (shift - mean) ** 2))
        assert abs(found.domains[d].weight @ shift - mean) < 5 * spread / np.sqrt(8000)
        assert within_error(kept.shift[:, d].mean(), mean, 1.4 * spread / np.sqrt(5000))
        assert abs(float(plain.domains[d].weight @ shift) - mean) > 0.03


def test_a_noticed_pilot_needs_enough_draws_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The effective sample is looked at again after reweighing."""
    evidence, significant = toy()
    plain = posterior(NEUTRAL, evidence, np.ones(2))
    monkeypatch.setattr(posteriors, "FEWEST_EFFECTIVE", 1025)
    with pytest.raises(StudyError, match="effective sample of"):
        _kept(plain, NEUTRAL, evidence, np.eye(2), 20, significant, np.random.default_rng(7))


def test_the_two_selections_exclude_each_other() -> None:
    """Given that each reported outcome was significant, that any was adds nothing."""
    both = {"unreported": "marginalised", "any_significant": True}
    with pytest.raises(StudyError, match=r"^calibration\.any_significant: true applies to"):
        pilot_study(outcome("a", "3", "4", "0.041"), calibration=both)


def test_calibrations_that_allow_for_selection() -> None:
    """A noticed pilot supports smaller shifts than one that would have been seen whatever came."""
    stated = outcome("a", "3", "4", "0.041")
    middles = {}
    for name, changes in {
        "plain": {},
        "noticed": {"any_significant": True},
        "marginalised": {"unreported": "marginalised"},
    }.items():
        study = pilot_study(stated, calibration={"tests": TESTS, "draws": 8192, **changes})
        answer = calibrate(study)
        middles[name] = answer.roles[0].posteriors[0].domains[0].shift_quantiles[1]
        assumed = any(
            "which is an assumption" in note for note in notes(calibration_report(answer))
        )
        assert assumed == (name != "marginalised")
    assert middles["noticed"] < middles["plain"] - 0.1
    assert middles["marginalised"] < middles["plain"] - 0.1


def test_an_extreme_outcome_with_few_draws() -> None:
    """Few draws are refused where they miss the posterior, and warned of where they are few."""
    rare = outcome("a", "1", "5", "0.0143")
    with pytest.raises(StudyError, match=r"^calibration\.draws: 1024 draws leave"):
        calibrate(pilot_study(rare, calibration={"tests": TESTS[:1], "draws": 1024}))
    stated = outcome("a", "3", "4", "0.041")
    answer = calibrate(pilot_study(stated, calibration={"tests": TESTS[:1], "draws": 8192}))
    effective = [own.effective for own in answer.roles[0].posteriors]
    warned = [note for note in notes(calibration_report(answer)) if "effective draws carry" in note]
    assert len(warned) == sum(200 <= own < 1000 for own in effective) > 0
