"""The null under which a rule of several endpoints is met most often, in words and in the files."""

from functools import cache

import pytest
from oracles.studies import small_study

from sim import plan
from sim.report.document.numbers import with_error
from sim.report.files import result_cells, summary_data
from sim.report.results.answer import PlanAnswer
from sim.report.topics.least_favourable import least_favourable_sentences, level_null_words
from sim.report.topics.sources import sources

SOME = {"replicates": 1000, "search_replicates": 1000, "block_size": 500}


@cache
def answer_of(rule: str) -> PlanAnswer:
    """Answer of a study of three domains."""
    return plan(
        small_study(
            primary="it", success={"it": rule}, monte_carlo=SOME,
            effect={"shift": 0.6}, design={"n": (20, 40)},
        )
    )  # fmt: skip


@pytest.mark.parametrize(("rule", "kept"), [("all of items", 2), ("at least 2 of items", 1)])
def test_what_keeps_its_effect_is_named(rule: str, kept: int) -> None:
    """With the probability under that null, at the answer's size."""
    answer = answer_of(rule)
    least = answer.least_favourable
    assert least is not None
    first, second = least_favourable_sentences(answer)
    assert first == "That level is of no effect on any of the 3 endpoints."
    assert len(least.kept) == kept
    assert all(f"'{name}'" in second for _, name in least.kept)
    assert not any(f"'{name}'" in second for _, name in least.without)
    others = {1: "the other has none", 2: "the other 2 have none"}[3 - kept]
    assert others in second
    error = f"{least.value:.3f} (Monte Carlo error {least.mcse:.3f})"
    assert second.endswith(f"{error} at {answer.size} pairs.")


def test_a_total_is_affected_where_a_domain_is() -> None:
    """Of a rule over both no null is less favourable than no effect at all."""
    *_, last = least_favourable_sentences(answer_of("at least 2 of [a, b, c, total]"))
    assert last == "No null is less favourable: a total has an effect where a domain has one."


def test_a_rule_of_one_endpoint_has_no_such_null() -> None:
    """Neither in words, nor in the rows, nor in plain data."""
    answer = answer_of("any of items")
    assert list(least_favourable_sentences(answer)) == []
    assert summary_data(answer)["least_favourable"] is None
    assert not any("least_favourable_win" in cells for cells in result_cells(answer))
    assert not any("least favourable" in own.name for own in sources(answer))
    assert level_null_words(answer) == "Where mentoring does nothing"


def test_its_number_stands_where_the_form_says() -> None:
    """One row of results.csv, at the answer's size."""
    answer = answer_of("all of items")
    (own,) = [own for own in sources(answer) if "least favourable" in own.name]
    (cells,) = [cells for cells in result_cells(answer) if "least_favourable_win" in cells]
    assert set(own.place[1::2]) <= set(cells)
    least = answer.least_favourable
    assert least is not None
    assert own.value == with_error(least.value, least.mcse)
    assert least.value in cells
