"""Assurance in words: within 80 columns, with a warning where it lies far below power."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracles.studies import small_study

from sim import compose_study, plan
from sim.power.assurance import Assurance
from sim.report.assurance import assurance_sentences, assurance_table, assurance_warnings
from sim.report.files import summary_data, write_run
from sim.report.results.answer import PlanAnswer
from sim.report.sizes import pairs_words
from sim.report.terminal import summary

LONG = "a prior that was agreed on by the steering group in a long meeting on a rainy afternoon"


@pytest.fixture(scope="module")
def twenty() -> PlanAnswer:
    """The default study at 20 pairs, with fewer replicates."""
    return plan(compose_study(["design.sizes=[20]", "monte_carlo.replicates=1000"]))


@pytest.fixture(scope="module")
def small() -> PlanAnswer:
    """A small study with a prior."""
    prior = {"kind": "normal_shift", "mean": 0.5, "sd": 0.1, "between_sd": 0.0, "draws": 20,
             "replicates": 20}  # fmt: skip
    return plan(
        small_study(
            effect={"kind": "shift", "shift": 0.8, "prior": prior}, design={"sizes": (6, 20, 40)}
        )
    )


def with_value(answer: PlanAnswer, value: float, **changes: object) -> PlanAnswer:
    """Set every assurance to a value, and its error to nearly nothing."""
    (own, *_) = answer.assurances
    shape = own.value.value.shape
    estimate = replace(own.value, value=np.full(shape, value), mcse=np.full(shape, 0.001))
    return replace(answer, assurances=(replace(own, value=estimate, **changes),))  # type: ignore[arg-type]


def words(text: str) -> str:
    """Text without its line breaks."""
    return " ".join(text.split())


def test_far_below_power_at_twenty_pairs(twenty: PlanAnswer) -> None:
    """At 20 pairs the sceptical assurance is far below power, and a warning says so in numbers."""
    q = twenty.characteristics.rule_index("total")
    power = twenty.characteristics.rule_win.value[0, q]
    sceptical = next(own for own in twenty.assurances if own.prior == "sceptical")
    assurance = sceptical.value.value[0, q]
    assert assurance < power / 2
    (warning,) = assurance_warnings(twenty)
    assert warning == (
        f"Power {power:.2f} at 20 pairs holds only if the stated effect is true. Averaged over "
        "the effects that the sceptical prior leaves possible, the probability of success there "
        f"is far below it: {assurance:.2f}."
    )
    assert warning in twenty.warnings
    text = summary(twenty)
    assert warning in words(text)
    row = next(line for line in text.splitlines() if line.startswith("   20  "))
    assert f"{power:.3f}" in row
    assert f"{assurance:.2f} ±" in row


@pytest.mark.parametrize(
    ("power", "assurance", "warnings"),
    [
        (0.80, 0.61, False),
        (0.80, 0.61, 0),
        (0.80, 0.59, 1),
        (0.30, 0.16, 0),
        (0.30, 0.14, 1),
        (0.09, 0.01, 0),
        (0.50, 0.90, 0),
    ],
)
def test_when_it_is_said(small: PlanAnswer, power: float, assurance: float, warnings: int) -> None:
    """The warning comes .2 below power, or below half of a power that is worth speaking of."""
    found = small.characteristics
    win = replace(found.rule_win, value=np.full(found.rule_win.value.shape, power),
                  mcse=np.full(found.rule_win.value.shape, 0.001))  # fmt: skip
    answer = replace(small, characteristics=replace(found, rule_win=win))
    assert len(assurance_warnings(with_value(answer, assurance))) == warnings


def test_noise_is_no_warning(small: PlanAnswer) -> None:
    """A difference within three standard errors is not warned of, nor is no assurance at all."""
    (own,) = with_value(small, 0.3).assurances
    rough = replace(own, value=replace(own.value, mcse=np.full(own.value.value.shape, 0.4)))
    assert assurance_warnings(replace(small, assurances=(own,)))
    assert assurance_warnings(replace(small, assurances=(rough,))) == []
    assert assurance_warnings(replace(small, assurances=())) == []


def named(own: Assurance, *names: str) -> tuple[Assurance, ...]:
    """One assurance under several names."""
    return tuple(replace(own, prior=name) for name in names)


@pytest.mark.parametrize("number", [1, 3, 4, 7])
def test_at_most_80_columns(small: PlanAnswer, number: int) -> None:
    """However many priors, and however long their names, no line is wider than 80 columns."""
    (own,) = small.assurances
    names = [f"{i} {LONG}" if i % 2 else f"{i}{LONG.replace(' ', '_')}" for i in range(number)]
    answer = replace(small, assurances=named(own, *names))
    text = summary(replace(answer, warnings=tuple(assurance_warnings(with_value(answer, 0.1)))))
    assert max(map(len, text.splitlines())) <= 80
    table = assurance_table(answer, [0, 2])
    assert all(name[:10] in table for name in names)
    assert table.count("limit") == -(-number // 3)


def test_default_is_within_80_columns(twenty: PlanAnswer) -> None:
    """The default study's answer keeps to 80 columns, three priors beside the power."""
    text = summary(twenty)
    assert max(map(len, text.splitlines())) <= 80
    assert "neutral        sceptical     hierarchical" in text


def test_sentences_when_the_target_is_out_of_reach(small: PlanAnswer) -> None:
    """A limit below the target is told as such, a size not reached with value and limit."""
    (own,) = small.assurances
    q = small.characteristics.rule_index(small.study.decision.primary)
    missed = replace(own.sizes[q], pairs=None, power=0.41)
    limit = replace(own.limit, value=np.full(own.limit.value.shape, 0.62))
    for impossible, expected in (
        (None, "not by 40 pairs (there 0.41; limit 0.62)"),
        (
            "for a reason",
            "no size suffices (as the study grows assurance tends to 0.62 at the most)",
        ),
    ):
        sizes = tuple(replace(missed, impossible=impossible) for _ in own.sizes)
        changed = replace(own, prior="sceptical", sizes=sizes, limit=limit)
        first = next(assurance_sentences(replace(small, assurances=(changed,))))
        assert f"sceptical prior {expected}." in first


def test_sentences_name_size_and_spread(small: PlanAnswer) -> None:
    """Sizes by power and by assurance stand beside each other, and the spread of the power."""
    text = words(" ".join(assurance_sentences(small)))
    size = small.sample_size
    assert f"By power at the stated effect: {pairs_words(vars(size))} pairs." in text
    assert f"With {size.pairs} pairs the true power is 0.8 or more with probability: stated" in text
    assert "Rules of thumb" not in text  # there is no pilot


ALL_EXACT = (
    "The power at each effect drawn is exact: the only error of assurance is that of the draws."
)
SOME_EXACT = (
    "Under the neutral prior the power at each effect drawn is exact: the only error of assurance "
    "is that of the draws there. Under the sceptical prior and the own it is simulated."
)
BESIDE_EXACT = "The power at the stated effect is exact; at the effects drawn it is simulated"


@pytest.mark.parametrize(
    ("stated", "exact", "expected"),
    [
        ("exact", (True, True, True), ALL_EXACT),
        ("exact", (True, False, False), SOME_EXACT),
        ("exact", (False, False, False), BESIDE_EXACT),
        ("monte_carlo", (False, False, False), None),
    ],
)
def test_exact_powers_are_said_to_be(
    small: PlanAnswer, stated: str, exact: tuple[bool, ...], expected: str | None
) -> None:
    """Sentences say under which priors powers are exact; nothing where all is simulated."""
    (own,), found = small.assurances, small.characteristics
    number = len(found.rules)
    priors = tuple(
        replace(one, exact_rules=(engine,) * number)
        for one, engine in zip(named(own, "neutral", "sceptical", "own"), exact, strict=True)
    )
    beside = replace(found, exact_rules=(stated == "exact",) * number)
    answer = replace(small, assurances=priors, characteristics=beside)
    text = words(" ".join(assurance_sentences(answer)))
    for sentence in (ALL_EXACT, SOME_EXACT, BESIDE_EXACT):
        assert (sentence in text) == (sentence == expected)
    data = summary_data(answer)["assurance"]
    rules = list(small.study.decision.rules)
    assert [own["exact"] for own in data] == [rules if engine else [] for engine in exact]


def test_rules_of_thumb_beside_a_pilot(twenty: PlanAnswer) -> None:
    """With a pilot and a size, both rules of thumb say what they allow for."""
    size = replace(twenty.sample_size, pairs=20)
    answer = replace(twenty, sample_sizes=(size, *twenty.sample_sizes[1:]))
    text = words(" ".join(assurance_sentences(answer)))
    assert (
        "allow only for the standard deviation from a pilot of 6 mentors, not for its effect"
        in text
    )
    assert "Browne 1995 (power with 80% confidence) x 2.13 = at most 43" in text
    assert "Julious 2006 (power on average) x 1.42 = at most 29 pairs" in text


def test_summary_has_assurance(twenty: PlanAnswer, tmp_path: Path) -> None:
    """summary.json holds draws, limits, sizes and the rules of thumb, by prior."""
    write_run(twenty, tmp_path)
    data = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert [own["prior"] for own in data["assurance"]] == ["neutral", "sceptical", "hierarchical"]
    rules = list(twenty.study.decision.rules)
    for own in data["assurance"]:
        assert own["draws"] == 200
        assert list(own["limit"]) == list(own["pairs"]) == list(own["interval"]) == rules
        assert all(0 <= value <= 1 for value in own["limit"].values())
        assert own["no_size_suffices"] == {}
    assert [own["name"] for own in data["inflations"]] == ["Browne 1995", "Julious 2006"]
    assert any("far below" in warning for warning in data["warnings"])
