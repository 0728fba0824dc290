"""What makes a size unusable, said once and heeded wherever a size is shown."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import PRE, small_study, two_arm_study

from sim import compose_study, plan
from sim.jobs.compare import compare
from sim.jobs.sweep import sweep
from sim.page.answers import simulated_sentence
from sim.page.compared import comparison_part
from sim.power.design_flaws import design_causes, ignored_clusters
from sim.power.soundness import Level
from sim.report.charts.figures import figures
from sim.report.document.sizes import pairs_words
from sim.report.files import summary_data, write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.sweep import write_sweep
from sim.report.telling import in_one_line, summary
from sim.report.topics.design import design_sentence
from sim.report.topics.participation import bias_warnings
from sim.report.topics.size import one_line
from sim.report.topics.soundness import design_reasons, judged, level_warnings, reasons

SEVERE = {"kind": "mnar", "rate": 0.3, "slope": -2.0}
SITES = {
    "stated_as": "latent", "icc": 0.2, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 6, "per_site": 10, "size_variation": 0.0,
}  # fmt: skip
FIVE = {**SITES, "sites": 5}
ROLES = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": {"shift": 0.4}}}
SOME = {"replicates": 2000, "search_replicates": 2000, "block_size": 500}
TOTAL = {"primary": "total", "success": {"total": "total"}}


def rule(text: str) -> dict[str, Any]:
    """Give the sections of one rule."""
    return {"primary": "it", "success": {"it": text}}


@cache
def dropout() -> PlanAnswer:
    """Answer of a study whose size shrinks because those who gain less drop out."""
    return plan(
        small_study(
            missing=SEVERE, effect={"shift": 0.5}, **TOTAL,
            design={"n": tuple(range(6, 41, 2))}, monte_carlo=SOME,
        )
    )  # fmt: skip


def said(answer: PlanAnswer) -> str:
    """All warnings of levels."""
    return " ".join(level_warnings(answer))


def at(*sizes: int, **changes: Any) -> PlanAnswer:
    """Answer of a small study at a few sizes, from enough studies to see a level."""
    return plan(small_study(**{"design": {"n": sizes}, "monte_carlo": SOME, **changes}))


# ------------------------------------------------------------------------- what makes it unusable


def test_dropping_out_by_the_answers_breaks_the_level() -> None:
    """Without effect the rule is met three times in four: a warning in numbers, and no size."""
    words = ["effect=none", "missing=mnar", "missing.rate=0.3", "missing.slope=-2",
             "design.n=[60]", "monte_carlo.replicates=1000"]  # fmt: skip
    answer = plan(compose_study(words))
    null, both = answer.null_characteristics, answer.missing_by_chance
    level = null.rule_win.value[0, null.rule_index("total")]
    assert level > 0.7
    assert "Who drops out depends on the answers" in said(answer)
    assert f"'total' is met all the same with probability {level:.3f} (Monte Carlo err" in said(
        answer
    )
    assert "is mere bias" in said(answer)
    assert "below the target of 0.8" in summary_data(answer)["answer"]
    assert "no power can be that high here" in summary_data(answer)["answer"]
    assert both is not None
    assert both.pair("total")[0].impossible is not None
    assert judged(answer, answer.sample_size).causes == ()  # the tests are as they should be
    assert not any("approximate" in line for line in answer.warnings)


def test_a_bias_without_a_level_is_said_too() -> None:
    """Two arms that drop out alike keep their level, but their difference is biased."""
    control = {"ratio": (1, 1), "unit": "person", "effect": {},
               "beside": None}  # fmt: skip
    study = small_study(
        missing={**SEVERE, "rate": 0.5}, control=control, effect={"shift": 0.8},
        analysis={"test": "two_sample_t", "p_value": "auto"}, **TOTAL,
        design={"n": (100,)}, monte_carlo=SOME,
    )  # fmt: skip
    answer = plan(study)
    verdict = judged(answer, answer.sample_size)
    assert verdict.excess is None
    bias = answer.characteristics.roles[0].measures.bias
    assert bias is not None
    assert f"comes out {abs(bias.value[0, -1]):.2f} points too " in " ".join(answer.warnings)
    assert "Who drops out depends on the answers" in said(answer)


@pytest.mark.parametrize(
    "missing",
    [{"kind": "mcar", "rate": 0.3}, {"kind": "mnar", "rate": 0.3, "slope": 0.0},
     {"kind": "mar", "rate": 0.0, "slope": -2.0}],
)  # fmt: skip
def test_dropping_out_by_chance_is_no_reason(missing: dict[str, Any]) -> None:
    """Where answers decide nothing the size stands, and no difference is said, even by chance."""
    answer = at(40, missing=missing, **TOTAL)
    assert reasons(answer, answer.sample_size) == ()
    role = answer.characteristics.roles[0]
    bias = role.measures.bias
    assert bias is not None
    chance = replace(bias, value=bias.value + 1.0)  # as if by bad luck
    unlucky = replace(role, measures=replace(role.measures, bias=chance))
    main = replace(answer.characteristics, roles=(unlucky,))
    assert list(bias_warnings(replace(answer, characteristics=main))) == []


def test_a_test_that_ignores_clusters_has_no_size() -> None:
    """Six sites that it ignores: its level is beyond alpha and no size is given; by sites it is."""
    plain = at(60, clusters={"site": SITES}, **TOTAL)
    (reason,) = reasons(plain, plain.sample_size)
    level = plain.null_characteristics.rule_win.value[0, 0]
    assert reason.startswith("the test ignores that people of one site resemble each other, and ")
    assert f"{level:.3f} (Monte Carlo error" in reason
    assert one_line(plain).startswith("total: no usable power, the test ignores clusters (60 pairs")
    by_site = at(60, clusters={"site": SITES}, **TOTAL, analysis={"test": "cluster_mean_t"})
    assert reasons(by_site, by_site.sample_size) == ()


def test_what_a_level_may_be() -> None:
    """Beyond noise and a tenth of what is allowed it is too high; exact ones have no noise."""
    assert not Level("win", 0.0274, 0.0, 0.025, 0).exceeds
    assert Level("win", 0.0276, 0.0, 0.025, 0).exceeds
    noise = 4 * np.sqrt(0.025 * 0.975 / 1000)
    assert Level("win", 0.0276 + noise, 0.0068, 0.025, 1000).exceeds
    assert not Level("win", 0.0274 + noise, 0.0068, 0.025, 1000).exceeds
    assert Level("endpoint", 0.0, 0.0, 0.05, 1000).falls_short
    assert not Level("endpoint", 0.0, 0.0, 0.05, 100).falls_short  # too few studies to tell
    for mcse in (0.0, 4e-5):  # of draws of changes fewer tell more
        assert Level("endpoint", 0.0204, mcse, 0.05, 500).falls_short
    assert not Level("endpoint", 0.03, 0.001, 0.05, 0).falls_short


# --------------------------------------------------------------------------------- several chances


def test_a_rule_that_needs_all_needs_no_adjustment() -> None:
    """Whatever drop-out does to its level, multiplicity is not named of a rule that needs all."""
    every = at(40, missing={**SEVERE, "rate": 0.5}, **rule("all of items"),
               analysis={"adjustment": "none"})  # fmt: skip
    assert every.null_characteristics.rule_rejection.value[0, 0] > 0.1
    assert "Multiplicity" not in " ".join(every.warnings)
    assert "Who drops out depends on the answers" in said(every)
    some = at(40, **rule("any of items"), analysis={"adjustment": "none"})
    level = some.null_characteristics.rule_rejection.value[0, 0]
    assert "Multiplicity is not controlled: where mentoring does nothing the tests of" in said(some)
    assert f"{level:.3f}" in said(some)
    assert "multiplicity is not controlled" in one_line(some)


@pytest.mark.parametrize(
    ("stated", "warned"),
    [
        ("any of [total] for [mentor, mentee]", True),
        ("all of [total] for [mentor, mentee]", False),
        ("any of [a, total]", True),  # the total is tested on its own
        ("any of items", False),
    ],
)
def test_an_adjustment_within_part_of_a_rule(stated: str, *, warned: bool) -> None:
    """A rule that joins what is not adjusted together is met too often, and that is said."""
    answer = at(40, roles=ROLES, **rule(stated), analysis={"adjustment": "holm"})
    level = answer.null_characteristics.rule_rejection.value[0, 0]
    assert ("among the domains of one role" in said(answer)) == warned
    assert (f"probability {level:.3f}" in said(answer)) == warned
    if "mentee" in stated:  # two totals are independent
        assert (level > 0.08) == warned
        assert (reasons(answer, answer.sample_size) == ()) != warned


@pytest.mark.parametrize(("kind", "expected"), [("all", True), ("any", False)])
def test_which_null_a_level_is_of(tmp_path: Path, kind: str, *, expected: bool) -> None:
    """Of a rule that needs more than one endpoint it is said; of others there is nothing to say."""
    answer = at(12, 40, **rule(f"{kind} of items"), analysis={"adjustment": "holm"})
    write_run(answer, tmp_path)
    for text in (" ".join(summary(answer).split()), markdown(justification(read_run(tmp_path)))):
        words = "That level is of no effect on any of the 3 endpoints. The least favourable null is"
        assert (words in text) == expected


# ------------------------------------------------------------------------------- too rare, unequal


def test_few_sites_make_a_signed_rank_test_too_rare() -> None:
    """With five sites it keeps far below its level: a warning says how many it is meant for."""
    rare = at(60, clusters={"site": FIVE}, **TOTAL, analysis={"test": "clustered_signed_rank"})
    level = rare.null_characteristics.roles[0].measures.rejection.value[0, -1]
    assert level < 0.035
    assert f"rejected with probability {level:.3f}" in said(rare)
    assert "meant for 20 clusters or more" in said(rare)
    by_means = at(60, clusters={"site": FIVE}, **TOTAL, analysis={"test": "cluster_mean_t"})
    assert "too rarely" not in said(by_means)


@pytest.mark.parametrize("ratio", [(1, 3), (1, 1)])
@pytest.mark.parametrize("test", ["two_sample_t", "ancova", "mann_whitney"])
def test_arms_that_spread_unequally(test: str, ratio: tuple[int, int]) -> None:
    """Equal means, more spread in the smaller arm: how often that is rejected is said, and why."""
    narrow = (0.0, 0.05, 0.9, 0.05, 0.0)
    study = two_arm_study(
        test, roles={"mentor": {"pre": narrow}, "mentee": None}, **TOTAL,
        effect={"post": (0.35, 0.10, 0.10, 0.10, 0.35)}, monte_carlo=SOME,
        control={"ratio": ratio}, design={"n": (80,)},
    )  # fmt: skip
    answer = plan(study)
    rejected = answer.characteristics.roles[0].measures.rejection.value[0, -1]
    unequal = ratio == (1, 3)
    assert ("spread more in the smaller arm" in said(answer)) == unequal
    if unequal:
        assert rejected > 0.08
        assert f"rejects it with probability {rejected:.3f}" in said(answer)
    assert answer.null_characteristics.roles[0].measures.rejection.value[0, -1] < 0.08


# -------------------------------------------------------------------------- heeded in every medium


def test_an_unusable_size_gives_no_headline_number(tmp_path: Path) -> None:
    """Terminal, page, figures and justification put the reason in the number's place."""
    answer = at(20, 30, 60, clusters={"site": SITES}, **TOTAL)
    size = answer.sample_size
    assert size.size is not None
    text = " ".join(summary(answer).split())
    assert "Answer ------ No size can be given for power 0.8 for the rule 'total': the te" in text
    assert f"reach that power with {pairs_words(size)} pairs" in text
    assert "which is not the number that the study needs" in text
    assert "< marks the answer" not in text
    assert not any(line.endswith("<") for line in summary(answer).splitlines())
    write_run(answer, tmp_path)
    saved = read_run(tmp_path)
    text = page(saved)
    assert '<p class="headline">No size can be given</p>' in text
    assert 'class="mark">answer' not in text
    for figure in figures(saved):
        assert f"{size.size} pairs" not in figure.title
    curve = next(figure for figure in figures(saved) if figure.name == "power_curve")
    assert curve.title.startswith("No size can be given for power 0.80")
    assert "the test ignores that people of one site" in str(curve.caption)
    found = markdown(justification(saved))
    assert "The study needs" not in found
    assert (
        "No size can be given for power 0.8 for the rule \u2018total\u2019: the test ignores"
        in found
    )
    assert "which is not" not in found.split("## Primary outcome")[0].split("**")[0]
    sections = justification(saved).sections
    missing = [
        own for section in sections for own in section.requirements if own.status == "missing"
    ]
    assert "How sample size was determined" in [own.text for own in missing]


def test_a_sweep_marks_what_cannot_be_used(tmp_path: Path) -> None:
    """Points whose drop-out depends on the answers are marked, and not in titles or the line."""
    factors = {"missing.slope": (0.0, -2.0), "correlation.pre_post": (0.5, 0.6)}
    stated = {"kind": "grid", "factors": factors, "at": 40, "rule": None}
    study = small_study(
        sweep=stated, missing={**SEVERE, "slope": 0.0}, **TOTAL,
        design={"n": (20, 40, 60)},
    )  # fmt: skip
    answer = sweep(study)
    powers = [float(power.value) for own in answer.points if (power := answer.power(own))]
    usable = [powers[0], *powers[1:3]]  # the slope's second value comes last
    assert max(powers[3:]) > max(usable)
    line = in_one_line(answer)
    assert f"power {min(usable):.3f} to {max(usable):.3f} at 40 pairs" in line
    assert line.endswith(", 2 not to be used")
    assert "* not to be used: who drops out depends on the answers" in " ".join(
        summary(answer).split()
    )
    write_sweep(answer, tmp_path)
    run = read_run(tmp_path)
    power_map = next(figure for figure in figures(run) if figure.name == "power_map")
    assert f"{max(powers):.2f}" not in power_map.title
    assert "Not to be used (*), 2 of 5" in str(power_map.caption)


def test_the_first_simulated_studies_give_no_headline_number() -> None:
    """While typing, neither level nor bias is known: what a design can do wrong is enough."""
    study = dropout().study
    why = design_reasons(study, [0])
    parts = simulated_sentence(study.words, dropout().sample_size, why)
    assert [isinstance(part, str) for part in parts] == [True]
    assert str(parts[0]).startswith("No size can be given here: who drops out depends on the ans")
    assert len(simulated_sentence(study.words, dropout().sample_size)) == 3
    assert design_causes(small_study(clusters={"site": SITES}), [0]) == ("clusters",)
    assert ignored_clusters(small_study(clusters={"site": SITES}), 0) == ("site",)


def test_a_comparison_says_what_cannot_be_used() -> None:
    """One of two scenarios drops out by its answers: no headline difference, but a warning."""
    few = {"monte_carlo": {"replicates": 100, "block_size": 100}}
    found = compare(small_study(**few), small_study(missing=SEVERE, **few))
    part = str(comparison_part(found, small_study().words))
    assert "Not to be used as it is: who drops out depends on the answers" in part
    assert 'class="sentence"' not in part
    assert 'class="sentence"' in str(
        comparison_part(replace(found, unusable=()), small_study().words)
    )


# ------------------------------------------------------------------------------------------- words


def test_words_of_one_domain_and_of_mcnemar(tmp_path: Path) -> None:
    """One domain is not "1 domains", and McNemar's test takes no article."""
    study = small_study(
        questionnaire={"points": 5, "items": ("a",)}, analysis={"test": "mcnemar", "cut": 4},
        **rule("any of items"),
    )  # fmt: skip
    assert "one domain scored 1 to 5; " in design_sentence(study)
    write_run(plan(study), tmp_path)
    text = markdown(justification(read_run(tmp_path)))
    assert "1 domains" not in text + design_sentence(study)
    assert "the McNemar" not in text
    assert "is tested by McNemar\u2019s test" in text
    assert "One domain (a) is answered before and after mentoring, scored 1 to 5." in text
