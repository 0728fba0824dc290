"""Assurance, once for every output; a warning where it lies far below power."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracles.studies import small_study

from sim import compose_study, plan
from sim.power.assurance import Assurance
from sim.power.estimates import exactly
from sim.report.document.model import Paragraph, Table
from sim.report.document.numbers import estimate
from sim.report.document.sizes import size_with_interval
from sim.report.files import summary_data, write_run
from sim.report.printers.terminal import blocks_text
from sim.report.results.answer import PlanAnswer
from sim.report.telling import summary
from sim.report.topics.assurance import assurance_blocks, assurance_by_size, assurance_warnings

LONG = "a prior that was agreed on by the steering group in a long meeting on a rainy afternoon"


@pytest.fixture(scope="module")
def twenty() -> PlanAnswer:
    """The default study at 20 pairs, with fewer replicates."""
    return plan(compose_study(["design.n=[20]", "monte_carlo.replicates=1000"]))


@pytest.fixture(scope="module")
def small() -> PlanAnswer:
    """A small study with a prior."""
    prior = {"kind": "normal_shift", "mean": 0.5, "sd": 0.1, "between_sd": 0.0, "draws": 20,
             "replicates": 20}  # fmt: skip
    return plan(small_study(effect={"shift": 0.8, "prior": prior}, design={"n": (6, 20, 40)}))


def with_value(answer: PlanAnswer, value: float, **changes: object) -> PlanAnswer:
    """Set every assurance to a value, and its error to nearly nothing."""
    (own, *_) = answer.assurances
    shape = own.value.value.shape
    estimate = replace(own.value, value=np.full(shape, value), mcse=np.full(shape, 0.001))
    return replace(answer, assurances=(replace(own, value=estimate, **changes),))  # type: ignore[arg-type]


def words(text: str) -> str:
    """Text without its line breaks."""
    return " ".join(text.split())


def sentences(answer: PlanAnswer) -> str:
    """What is told of assurance in sentences, in one line."""
    told = (block for block in assurance_blocks(answer) if isinstance(block, Paragraph))
    return " ".join(block.text for block in told)


def tables(answer: PlanAnswer) -> list[Table]:
    """Tables of size and power under each prior."""
    return [block for block in assurance_blocks(answer) if isinstance(block, Table)]


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
    rows = [line for line in text.splitlines() if line.strip().startswith("20  ")]
    assert any(f"{power:.3f}" in row and f"{assurance:.3f} ±" in row for row in rows)


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
    (table,) = assurance_by_size(answer)
    printed = blocks_text((table,))
    assert len(table.head) == 2 + number
    assert all(name[:10] in printed for name in names)


def test_default_is_within_80_columns(twenty: PlanAnswer) -> None:
    """The default study's answer keeps to 80 columns, three priors next to the power."""
    text = summary(twenty)
    assert max(map(len, text.splitlines())) <= 80
    assert "effect  neutral prior         prior         prior" in text


def test_estimates_stand_by_size_and_prior(twenty: PlanAnswer, small: PlanAnswer) -> None:
    """A row per size has power and assurances with their errors; an answer's row is marked.

    A size that was given is no answer, whether or not it suffices.
    """
    (table,) = assurance_by_size(twenty)
    q = twenty.characteristics.rule_index(twenty.study.primary)
    priors = [estimate(prior.value, 0, q) for prior in twenty.assurances]
    assert table.rows == (("20", estimate(twenty.characteristics.rule_win, 0, q), *priors),)
    assert twenty.sample_size.size is None
    assert table.marked is None
    reached = replace(twenty.sample_size, size=20)
    answer = replace(twenty, sample_sizes=(reached, *twenty.sample_sizes[1:]))
    assert assurance_by_size(answer)[0].marked is None
    (several,) = assurance_by_size(small)
    assert several.marked is not None
    assert several.rows[several.marked][0] == str(small.sample_size.size)


def test_nothing_is_told_without_priors(small: PlanAnswer) -> None:
    """A study whose effect is taken as known says nothing of assurance."""
    without = replace(small, assurances=())
    assert assurance_by_size(without) == assurance_blocks(without) == ()
    assert "Assurance" not in summary(without)


@pytest.mark.parametrize(
    ("impossible", "value", "limit", "size"),
    [
        (None, 0.62, "0.620 ±", "more than 40"),
        (None, np.nan, "not known", "more than 40"),
        ("for a reason", 0.62, "0.620 ±", "no size suffices"),
        ("for a reason", np.nan, "at most 0.700", "no size suffices"),
    ],
)
def test_a_target_out_of_reach(
    small: PlanAnswer, impossible: str | None, value: float, limit: str, size: str
) -> None:
    """A size that is not reached, or cannot be, stands next to the limit as far as it is known."""
    (own,) = small.assurances
    missed = replace(own.sizes[0], size=None, low=None, high=None, low_at_least=None)
    sizes = tuple(replace(missed, impossible=impossible) for _ in own.sizes)
    shape = own.limit.value.shape
    limits = replace(own.limit, value=np.full(shape, value), high=np.full(shape, 0.7))
    changed = replace(own, prior="sceptical", sizes=sizes, limit=limits)
    (row,) = tables(replace(small, assurances=(changed,)))[0].rows
    assert row[0] == "sceptical prior"
    assert str(row[2]).startswith(limit)
    assert row[3] == size


def test_size_and_spread_under_a_prior(small: PlanAnswer) -> None:
    """The size by assurance has its interval; the power has its chance and its quartiles."""
    (own,), k = small.assurances, small.place
    q = small.characteristics.rule_index(small.study.primary)
    by_size, power = tables(small)
    assert by_size.rows[0][-1] == size_with_interval(own.sizes[q])
    low, high = own.power_quantiles[[1, 3], k, q]
    chance = estimate(own.enough, k, q)
    assert power.rows == (("stated prior", chance, f"{low:.2f} to {high:.2f}"),)
    assert f"{small.size} pairs" in str(power.caption)
    assert "averaged over 20 draws of the effect" in sentences(small)
    assert "Rules of thumb" not in sentences(small)  # there is no pilot


def test_numbers_of_draws_that_differ(small: PlanAnswer) -> None:
    """Each prior has its number of draws where they are not the same."""
    one, other = named(small.assurances[0], "neutral", "sceptical")
    answer = replace(small, assurances=(one, replace(other, draws=2000)))
    told = "draws of the effect, 20 under the neutral prior and 2,000 under the sceptical prior."
    assert told in sentences(answer)


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
    win = exactly(found.rule_win.value) if stated == "exact" else found.rule_win
    beside = replace(found, rule_win=win)
    answer = replace(small, assurances=priors, characteristics=beside)
    text = sentences(answer)
    for sentence in (ALL_EXACT, SOME_EXACT, BESIDE_EXACT):
        assert (sentence in text) == (sentence == expected)
    data = summary_data(answer)["assurances"]
    assert [own["exact_rules"] for own in data] == [[engine] * number for engine in exact]


def test_rules_of_thumb_beside_a_pilot(twenty: PlanAnswer) -> None:
    """With a pilot and a size, both rules of thumb say what they allow for."""
    size = replace(twenty.sample_size, size=20)
    answer = replace(twenty, sample_sizes=(size, *twenty.sample_sizes[1:]))
    told = sentences(answer)
    assert "a standard deviation taken from a pilot of 6 mentors, though not for its effect" in told
    assert re.search(r"Browne 1995 \(power with 80% confidence\) . 2\.13 = at most 43 pairs", told)
    assert re.search(r"Julious 2006 \(power on average\) . 1\.42 = at most 29 pairs", told)
    assert "Rules of thumb" not in sentences(twenty)  # no size is reached


def test_summary_has_assurance(twenty: PlanAnswer, tmp_path: Path) -> None:
    """summary.json holds draws, limits, sizes and the rules of thumb, by prior."""
    write_run(twenty, tmp_path)
    data = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert [own["prior"] for own in data["assurances"]] == ["neutral", "sceptical", "hierarchical"]
    rules = list(twenty.study.success)
    for own in data["assurances"]:
        assert own["draws"] == 200
        assert [size["rule"] for size in own["sizes"]] == rules
        assert len(own["limit"]["value"]) == len(rules)
        assert all(0 <= value <= 1 for value in own["limit"]["value"])
        assert [size["impossible"] for size in own["sizes"]] == [None] * len(rules)
        assert "value" not in own  # at every size, which results.csv has
    assert [own["name"] for own in data["inflations"]] == ["Browne 1995", "Julious 2006"]
    assert any("far below" in warning for warning in data["warnings"])
