"""The main job from a study to its answer, on studies small enough to know what must come out."""

from typing import Any

import numpy as np
import pytest
from oracles.checks import binomial_agrees
from oracles.results import Results, results_of
from oracles.samples import ONE_GROUP
from oracles.studies import PRE, small_study

from sim import compose_study, plan
from sim.errors import StudyError
from sim.jobs.plan import check
from sim.report.files import results_csv
from sim.report.results.answer import PlanAnswer
from sim.report.telling import summary

FEW_DRAWS = "effect.prior.draws=20"
BOTH = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": {}}}


def answer_of(**changes: Any) -> PlanAnswer:
    """Plan a small study."""
    return plan(small_study(**changes))


@pytest.fixture(scope="module")
def replay() -> PlanAnswer:
    """The pilot as it was, with fewer replicates."""
    return plan(compose_study(["experiment=pilot_replay", "monte_carlo.replicates=500", FEW_DRAWS]))


@pytest.fixture(scope="module")
def default() -> PlanAnswer:
    """The default study at a few sizes, with fewer replicates."""
    return plan(compose_study(["design.n=[6,9,30,60]", "monte_carlo.replicates=2000", FEW_DRAWS]))


def test_pilot_replay_explains_its_pvalue(replay: PlanAnswer) -> None:
    """The exact .0625 and the asymptotic .0412 are printed, with what that means."""
    text = " ".join(summary(replay).split())
    assert "signed-rank, exact 0.0625 no" in text
    assert "signed-rank, normal approximation 0.0412 yes" in text
    assert "exact p is 2^(1-5) = 0.0625 whatever the size of the changes" in text
    assert "cannot be significant at 0.05 by an exact test" in text
    assert [score.test for score in replay.pilot_scores if score.matches] == [
        "signed-rank, normal approximation"
    ]


def test_pilot_replay_is_the_pilot(replay: PlanAnswer) -> None:
    """Six mentors and five mentees, five of whom no exact test can find significant."""
    assert replay.study.sizes == (6,)
    assert replay.study.participants(1, 6) == 5
    assert replay.attainable.smallest == {"mentor": (0.03125,), "mentee": (0.0625,)}
    assert any("With 5 mentees no test" in warning for warning in replay.warnings)
    mentees = results_of(replay).where(role="mentee", measure="rejection")
    assert {row.value for row in mentees} == {0.0}


def test_default_warns_of_what_cannot_be_won(default: PlanAnswer) -> None:
    """Under Holm no rule on the seven domains can be won below 9 pairs, the total from 6 on."""
    assert default.attainable.winnable_from == {
        "total": 6,
        "any domain": 9,
        "both published domains": 9,
        "at least 4 domains": 9,
    }
    rules = "'any domain', 'both published domains' and 'at least 4 domains'"
    text = f"The rules {rules} cannot be met below 9 pairs"
    assert any(warning.startswith(text) for warning in default.warnings)
    assert not any("'total' cannot be met" in warning for warning in default.warnings)
    results = results_of(default)
    assert results.value(name="any domain", size=6, measure="win") == 0
    assert results.value(name="any domain", size=9, measure="win") > 0


def test_default_says_whose_effect_it_is(default: PlanAnswer) -> None:
    """The default warns of the selected pilot and the missing control, and marks assumptions."""
    text = " ".join(default.warnings)
    assert "winner's curse" in text
    assert "no control arm" in text
    assert {assumption.field for assumption in default.assumptions} == {
        "effect",
        "roles.mentor",
        "roles.mentee",
        "correlation",
    }


def test_answer_holds_together(default: PlanAnswer) -> None:
    """Sizes, rules and effects of the answer are those of the study, one size per rule."""
    study = default.study
    assert [size.rule for size in default.sample_sizes] == list(study.success)
    assert default.sample_size.rule == study.primary
    assert list(default.effects) == list(study.role_names)
    assert default.effects["mentor"].post_median.tolist() == [4, 3, 3, 3, 3, 3, 5]
    assert default.effects["mentee"].true_null.all()
    for size in default.sample_sizes:
        curve = [
            row.value
            for row in results_of(default).where(kind="rule", name=size.rule, measure="win")
        ]
        assert len(curve) == len(study.sizes)
        at = study.sizes.index(size.size or size.limit)
        assert size.power == curve[at]
        assert size.size is None or min(curve[at:]) >= study.target.power


def test_mean_change_fits_the_truth(default: PlanAnswer) -> None:
    """Estimated mean changes fit the effect dictionary, so that every bias is within its error."""
    rows = results_of(default).where(kind="endpoint", measure="bias", size=60)
    assert len(rows) == 16
    assert all(abs(row.value) <= 4.5 * row.mcse for row in rows)
    assert all(row.mcse > 0 for row in rows)


def test_null_levels(default: PlanAnswer) -> None:
    """Without effect no endpoint exceeds its level, and rejections go either way."""
    for pairs in (30, 60):
        rows = results_of(default).where(kind="endpoint", measure="null_rejection", size=pairs)
        assert all(row.value <= 0.05 + 4.5 * np.sqrt(0.05 * 0.95 / 2000) for row in rows)
        assert all(row.value > 0.015 for row in rows)


def test_null_rejection_of_any_domain_keeps_familywise_error(default: PlanAnswer) -> None:
    """Holm keeps the probability of any false rejection at or below alpha."""
    row = results_of(default).only(name="any domain", measure="null_rejection", size=60)
    assert row.value <= 0.05 + 4.5 * np.sqrt(0.05 * 0.95 / 2000)


def test_no_effect_is_a_size_study() -> None:
    """With no effect the main run is another null run: levels agree, and the truth is zero."""
    answer = answer_of(effect={}, monte_carlo={"replicates": 4000}, analysis={"adjustment": "none"})
    results = results_of(answer)
    for name in "abc":
        both = [
            results.only(name=name, measure=measure, size=12) for measure in
            ("rejection", "null_rejection")
        ]  # fmt: skip
        spread = np.hypot(both[0].mcse, both[1].mcse)
        assert abs(both[0].value - both[1].value) <= 4.5 * spread
        win = results.value(name=name, measure="win", size=12)
        assert binomial_agrees(round(4000 * win), round(4000 * both[0].value), 0.5)
    assert np.allclose(answer.effects["mentor"].mean_change, 0, rtol=0, atol=1e-12)


def test_same_seed_same_bytes() -> None:
    """The same study gives the same bytes, another seed others."""
    first, again = (results_csv(answer_of(roles=BOTH)) for _ in range(2))
    other = results_csv(answer_of(roles=BOTH, seed=2023))
    assert first == again
    assert first != other


def test_replicates_do_not_move_the_blocks() -> None:
    """More replicates are further blocks: the first ones are the same studies."""
    few = results_of(answer_of(monte_carlo={"replicates": 100}))
    many = results_of(answer_of(monte_carlo={"replicates": 200}))
    for row in few.where(measure="rejection"):
        wider = many.value(kind=row.kind, name=row.name, size=row.size, measure="rejection")
        assert round(100 * row.value) <= round(200 * wider) <= round(100 * row.value) + 100


def test_whole_blocks_are_run() -> None:
    """Replicates are rounded up to whole blocks, and the denominator says so."""
    results = results_of(answer_of(monte_carlo={"replicates": 130, "block_size": 50}))
    assert {row.replicates for row in results.where(measure="rejection")} == {150}


def test_a_size_does_not_depend_on_the_others() -> None:
    """Power at 12 pairs is the same number whether or not larger sizes are studied."""
    alone, among = (
        results_of(answer_of(design={"n": sizes})).where(size=12) for sizes in ((12,), (5, 12, 31))
    )
    assert alone == among


def test_progress_is_told() -> None:
    """Every block of main and null run is reported once, the last one as the last."""
    heard: list[tuple[int, int]] = []
    study = small_study(analysis={"adjustment": "none"})
    plan(study, lambda done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == [1, 2, 3, 4]
    assert all(done <= total for done, total in heard)
    assert heard[-1] == (4, 4)


@pytest.mark.parametrize("test", ONE_GROUP)
@pytest.mark.parametrize("alternative", ["two_sided", "greater", "less"])
def test_every_test_end_to_end(test: str, alternative: str) -> None:
    """Every test plans every alternative; a strong effect wins on its own side only."""
    cuts = {"cut": 4, "total_cut": 12} if test == "mcnemar" else {}
    analysis = {"test": test, "alternative": alternative, "adjustment": "hommel", **cuts}
    results = results_of(answer_of(analysis=analysis, effect={"shift": 2.5}))
    power = results.value(name="total", measure="win", size=12, kind="endpoint")
    assert power > 0.9 if alternative != "less" else power == 0


def test_impossible_populations_are_refused_at_once() -> None:
    """A population that cannot exist is refused by check, before anything runs."""
    study = small_study(effect={"median": 5}, roles={
        "mentor": {"pre": (0.5, 0.5, 0.0, 0.0, 0.0)}, "mentee": None,
    })  # fmt: skip
    with pytest.raises(StudyError, match="median 5 cannot be reached"):
        check(study)
    check(small_study())


def test_results_cover_every_question(default: PlanAnswer) -> None:
    """Each size has every endpoint of each role and every rule, under effect and null."""
    results = Results(results_of(default).rows)
    for pairs in default.study.sizes:
        for prefix in ("", "null_"):
            rejected = results.where(size=pairs, measure=f"{prefix}rejection")
            assert len(rejected) == 2 * 8 + 4
            people = {(row.role, row.n) for row in rejected if row.kind == "endpoint"}
            mentees = default.study.participants(1, pairs)
            assert people == {("mentor", pairs), ("mentee", mentees)}
