"""The answer says who can be analysed, who resembles whom, and what a test ignores."""

import json

import pytest
from oracles.studies import PRE, small_study

from sim import Study, compose_study, plan
from sim.report.files import as_json, summary_data
from sim.report.results.answer import PlanAnswer
from sim.report.topics.arms import uncontrolled_warnings
from sim.report.topics.participation import (
    bias_warnings,
    cluster_warnings,
    cluster_words,
    participation_blocks,
)
from sim.report.topics.soundness import reasons
from sim.sources import CONF

FAST = [
    "experiment=scale_up", "effect.prior=null", "design.n=[12,60]",
    "monte_carlo.replicates=200", "monte_carlo.search_replicates=200",
    "monte_carlo.block_size=100",
]  # fmt: skip
SITES = ["clusters=sites", "clusters.site.sites=8", "clusters.site.shared_icc=0.1"]


def answered(*words: str) -> PlanAnswer:
    """Answer of a small study of both roles."""
    return plan(compose_study([*FAST, *words]))


def sentences(*words: str) -> list[str]:
    """What is said of it."""
    return [block.text for block in participation_blocks(answered(*words))]


def test_nothing_to_say() -> None:
    """Where everybody answers and nobody shares anything, nothing is said."""
    answer = answered()
    assert participation_blocks(answer) == ()
    assert [*cluster_warnings(answer), *bias_warnings(answer)] == []


@pytest.mark.parametrize(
    ("words", "beginning"),
    [
        (
            ["missing=mcar", "missing.rate=0.2"],
            "Of 60 mentors recruited about 48 can be analysed in a domain and 48 in total "
            "(20% of people lost by chance). Among those, the mean change in total differs from "
            "the truth by ",
        ),
        (
            ["missing=items", "missing.item_rate=0.05"],
            "Of 60 mentors recruited about 54 can be analysed in a domain and 29 in total "
            "(5% of single answers missing).",
        ),
        (
            ["missing=mar", "missing.item_rate=0.1", "missing.total=prorated"],
            "Of 60 mentors recruited about 44 can be analysed in a domain and 54 in total "
            "(10% of people lost by the sum of all answers before; 10% of single answers missing",
        ),
    ],
)
def test_who_can_be_analysed(words: list[str], beginning: str) -> None:
    """Each role's recruited and analysable people are named, with the reason."""
    mentors, mentees = sentences(*words)
    assert mentors.startswith(beginning)
    assert mentees.startswith("Of 50 mentees recruited about ")


def test_who_resembles_whom() -> None:
    """Sites are counted per role, and every level's correlation stands on both scales."""
    mentors, mentees = sentences(*SITES)
    assert mentors.startswith("The 60 mentors come from 8 sites, taking turns; two mentors of one ")
    assert "two mentors of one site have changes correlated 0.0" in mentors
    assert "two mentors of one mentee but different sites have changes correlated" in mentors
    assert "observed 0.050 in the domains" in mentees
    assert "mentee but" not in mentees


def test_what_cannot_be_estimated_or_observed() -> None:
    """No number stands where nobody can be analysed, or all have the same change."""
    mentors, _ = sentences("missing=items", "missing.item_rate=0.9")
    assert mentors.endswith("Those are too few for the mean change in total ever to be estimated.")
    alike = ["roles.mentor.pre=[0,0,1,0,0]", "effect=none", "clusters.site.stated_as=latent"]
    mentors, _ = sentences(*SITES, *alike, "pilot=none")
    assert mentors.endswith(", which cannot be observed where all have the same change.")


def test_a_test_that_ignores_the_sites() -> None:
    """Each role's attained level at the answer's size is given as the null run found it."""
    answer = answered(*SITES)
    found = list(cluster_warnings(answer))
    who = ["mentors of one site and mentors of one mentee", "mentees of one site"]
    for role, people, line in zip(answer.null_characteristics.roles, who, found, strict=True):
        level = role.measures.rejection.value[1]
        assert line.startswith(f"The test ignores that {people} resemble each other: where ment")
        assert f"a domain with probability {level[:-1].mean():.3f} on average" in line
        assert f"the total with {level[-1]:.3f} (Monte Carlo error up to 0.0" in line
        assert " with 60 pairs, instead of 0.05. Use the " in line
    assert set(found) <= set(answer.warnings)


def test_a_test_that_ignores_shared_mentees() -> None:
    """A test that looks at sites ignores mentees shared across them, and only then is that said."""
    (line,) = cluster_warnings(answered(*SITES, "analysis.test=cluster_mean_t"))
    assert line.startswith(
        "The test ignores that mentors of different sites who share a mentee resemble each other: "
    )
    assert " Use " not in line
    within = ["clusters.site.accrual=in_turn", "clusters.site.per_site=6"]
    by_sites = answered(*SITES, *within, "analysis.test=cluster_mean_t")
    assert list(cluster_warnings(by_sites)) == []


def test_sites_that_do_not_add_up_to_the_size_are_told() -> None:
    """Where one size is given, and the sites that are listed hold another number."""
    small = ["monte_carlo.replicates=100", "monte_carlo.search_replicates=100"]
    for n, told in ((30, "take part, by turns"), (60, "are studied, in further turns"), (40, "")):
        study = Study.from_file(CONF / "examples/nurses.yaml", f"design.n={n}", *small)
        line = f"The wards listed hold 40 nurses; {n} {told}."
        assert (line in plan(study).warnings) is bool(told)


def test_the_summary_holds_it_all() -> None:
    """summary.json gives shares, sites by size, and both correlations, per role."""
    answer = answered(*SITES, "missing=mcar", "missing.rate=0.2")
    parts = json.loads(as_json(summary_data(answer)))["participation"]
    domains = answer.study.domains
    assert parts["mentor"]["sites"] == [8, 8]
    assert parts["mentee"]["sites"] == [7, 8]  # the sixth mentor brings no new mentee
    assert parts["mentee"]["analysable"][-1] == pytest.approx(0.8)
    levels = parts["mentor"]["levels"]
    assert [level["level"] for level in levels] == ["site", "shared"]
    assert len(levels[0]["latent"]) == 7
    assert levels[0]["observed"][domains.index("clinical practice")] == pytest.approx(0.05)
    assert levels[0]["observed"][len(domains)] > 0.05


def test_one_group_is_warned_of_at_its_size() -> None:
    """How often one group rejects without mentoring is said of the answer, not the largest size."""
    answer = plan(
        small_study(
            effect={"shift": 0.9}, uncontrolled={"response_shift": 0.3},
            design={"n": (12, 48)}, primary="total",
            monte_carlo={"replicates": 400, "search_replicates": 400, "block_size": 200},
        )
    )  # fmt: skip
    assert answer.sample_size.size == 12
    null = answer.null_characteristics
    small, large = null.rule_rejection.value[:, null.rule_index("total")]
    assert small < large
    *_, said = uncontrolled_warnings(answer)
    assert f"'total' reject with probability {small:.3f} at 12 pairs" in said


@pytest.mark.parametrize(
    ("site", "shared", "alike"),
    [
        (0.4, 0.0, "people of one site resemble"),
        (0.0, 0.4, "people who share a pupil resemble"),
        (0.3, 0.3, "people of one site or who share a pupil resemble"),
    ],
)
def test_who_resemble_each_other_is_said_in_the_words_of_the_study(
    site: float, shared: float, alike: str
) -> None:
    """Where a test ignores clusters, its reason names them as the study does."""
    clusters = {
        "stated_as": "latent", "icc": site, "shared_icc": shared,
        "accrual": "round_robin", "sites": 4, "per_site": 10, "size_variation": 0.0,
        "assumption": None,
    }  # fmt: skip
    total = "total for coach"
    study = small_study(
        roles={"coach": {"pre": PRE}, "pupil": {"pre": PRE, "effect": None}},
        design={"n": (40,), "ratio": (4, 1)}, clusters={"site": clusters},
        analysis={"test": "paired_t", "p_value": "auto"},
        primary="total", success={"total": total},
        monte_carlo={"replicates": 1000, "block_size": 250},
    )  # fmt: skip
    answer = plan(study)
    (reason,) = reasons(answer, answer.sample_size)
    assert alike in reason


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (
            ["clusters.site.sizes=[3,4,4,5,5,6,6,7]"],
            "8 sites of 3 to 7 pairs (5 on average, coefficient of variation 0.24), taking turns",
        ),
        (
            ["clusters.site.sizes=[1200,1200]", "clusters.site.accrual=in_turn"],
            "2 sites of 1,200 pairs each, one after the other",
        ),
    ],
)
def test_listed_sites_in_words(stated: list[str], words: str) -> None:
    """How many sites are listed, how large they are and in which order they fill is said."""
    study = compose_study(["clusters=sites", *stated])
    assert list(cluster_words(study, study.sites))[-1] == words
