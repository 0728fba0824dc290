"""The size and the power of a plan: each fact once, the same in every medium."""

import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import PRE, small_study

from sim import plan
from sim.page.answers import simulated_sentence
from sim.report.document.numbers import estimate
from sim.report.document.words import words_of
from sim.report.files import summary_data, write_run
from sim.report.justification import justification, missing_items
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.telling import summary
from sim.report.topics.power import (
    endpoint_tables,
    level_sentence,
    near_table,
    other_rules_tables,
    power_tables,
)
from sim.report.topics.size import (
    answer_paragraphs,
    answer_sentence,
    headline,
    one_line,
    people_table,
    people_words,
)
from sim.report.topics.statement import statement

RULES = {
    "total": "total",
    "any": "any of items",
}
ARMS = {"ratio": (2, 1), "unit": "person", "effect": {},
        "beside": None}  # fmt: skip
SITES = {
    "stated_as": "latent", "icc": 0.01, "shared_icc": 0.0,
    "accrual": "in_turn", "sites": 5, "per_site": 3, "size_variation": 0.0,
}  # fmt: skip


@cache
def answer(*sizes: int, shift: float = 0.8) -> PlanAnswer:
    """Plan a study at some sizes; at a shift of .8 it needs 13 to 20 pairs."""
    return planned(sizes, effect={"shift": shift})


def planned(sizes: tuple[int, ...], **changes: Any) -> PlanAnswer:
    """Plan a study with two rules."""
    rules = {"primary": "total", "success": RULES}
    return plan(small_study(**rules, design={"n": sizes}, **changes))


def said(words: str) -> str:
    """Words without marks, in one line, with straight quotation marks."""
    straight = unescape(words).replace("\u2018", "'").replace("\u2019", "'")
    return " ".join(re.sub(r"<(?!\d)[^>]+>|\*|\\", "", straight).split())


@pytest.mark.parametrize(("pairs", "side"), [(8, "below"), (40, "not below")])
def test_one_size_is_answered_as_power(pairs: int, side: str, tmp_path: Path) -> None:
    """A single size has a power in every medium; nothing was searched for and nothing failed."""
    found = answer(pairs)
    write_run(found, tmp_path)
    run = read_run(tmp_path)
    power = f"{found.sample_size.power:.3f}"
    sentence = f"With {pairs} pairs, {pairs} mentors, the power of the rule 'total' is {power} "
    top = page(run).split('id="curve-heading"')[0]
    for text in (answer_sentence(found), summary(found), top, markdown(justification(run))):
        assert sentence in said(text)
        assert f"{side} the target of 0.8" in said(text)
        assert not re.search(r"[Nn]o size|suffice|at most \d+ pairs", said(text))
    assert summary_data(found)["answer"] == answer_sentence(found)
    assert headline(found) == (power, f"power with {pairs} pairs")
    assert one_line(found).startswith(f"total: {pairs} pairs, power {power}")
    preview = "".join(
        map(str, simulated_sentence(found.study.words, found.sample_size, fixed=True))
    )
    assert said(preview).startswith(f"power {power} ±")
    short = (
        f"With {pairs} pairs, {pairs} mentors, the power is {found.sample_size.power:.2f} (target"
    )
    assert short in statement(found).text
    assert "interval of the number" not in statement(found).text
    (others,) = other_rules_tables(found)
    assert others.head == ("Criterion", f"Power with {pairs} pairs")
    assert power_tables(found)[0].marked is None
    lacking = "How sample size was determined" in " ".join(missing_items(justification(run)))
    assert lacking == (side == "below")


def test_a_power_at_the_target_is_in_doubt() -> None:
    """Where the target is within the simulation's error of the power, that is told."""
    doubtful = [answer(n) for n in range(10, 22)]
    words = "though within the simulation's error of it"
    for found in doubtful:
        k, q = found.place, found.characteristics.rule_index("total")
        win = found.characteristics.rule_win
        inside = bool(win.low[k, q] < 0.8 <= win.high[k, q])
        assert (words in answer_sentence(found)) == inside
        assert "interval of the number" not in statement(found).text
    assert any(words in answer_sentence(found) for found in doubtful)
    assert words not in answer_sentence(answer(40))


def test_of_a_few_sizes_the_smallest_that_suffices_is_named() -> None:
    """Two or three sizes are weighed against each other, with what lies between left open."""
    for sizes, words in (
        ((8, 40), "Of 8 and 40 pairs, 40 is the smallest that suffices for power 0.8"),
        ((8, 40, 50), "Of 8, 40 and 50 pairs, 40 is the smallest that suffices for power 0.8"),
        ((40, 50), "Of 40 and 50 pairs, 40 is the smallest that suffices for power 0.8"),
        ((4, 6), "Neither of 4 and 6 pairs reaches power 0.8"),
        ((4, 6, 8), "None of 4, 6 and 8 pairs reaches power 0.8"),
    ):
        assert answer_sentence(answer(*sizes)).startswith(words)
    assert answer_sentence(answer(8, 40)).endswith("the study needs 9 to 40 pairs.")
    assert answer_sentence(answer(40, 50)).endswith("the study needs at most 40 pairs.")
    assert answer_sentence(answer(8, 40, 50, 60)).startswith("Between 9 and 40 pairs for power 0.8")
    assert headline(answer(8, 40)) == ("40", "pairs, the smallest of 8 and 40 that suffices")
    (stated, _) = answer_paragraphs(answer(40, 50))
    assert stated.kind == "answer"
    assert stated.text.startswith(answer_sentence(answer(40, 50)))
    (stated, _) = answer_paragraphs(answer(8, 40, 50, 60))
    assert stated.text.startswith("The study needs between 9 and 40 pairs for power 0.8")


def test_tables_hold_what_was_estimated() -> None:
    """Power by size, near the answer and by endpoint are the answer's numbers, row by row."""
    found = answer(*range(8, 61, 4))
    main, null, k = found.characteristics, found.null_characteristics, found.place
    for table, estimates in (
        (power_tables(found)[0], [main.rule_win.value[:, q] for q in range(2)]),
        (near_table(found), [main.rule_win.value[:, 0], null.rule_win.value[:, 0]]),
    ):
        assert table.marked is not None
        assert words_of(table.rows[table.marked][0]) == str(found.size)
        for row in table.rows:
            place = main.sizes.index(int(words_of(row[0])))
            numbers = [float(words_of(cell).split()[0]) for cell in row[-2:]]
            assert np.allclose(numbers, [values[place] for values in estimates], atol=5e-4)
    (endpoints,) = endpoint_tables(found)
    measures = main.roles[0].measures
    for e, row in enumerate(endpoints.rows):
        level = estimate(null.roles[0].measures.rejection, k, e)
        adjusted = estimate(measures.adjusted_win, k, e)
        assert row[1:] == (estimate(measures.win, k, e), level, adjusted)
    assert endpoint_tables(answer(8, shift=0.0)) == ()
    assert estimate(null.rule_win, k, 0) in level_sentence(found)
    assert "3.6" not in level_sentence(found)


def test_people_by_arm_and_site_add_up() -> None:
    """People of each role, of each arm and those analysed are counted; sites where there are."""
    both = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE}}
    found = planned((30, 60), control=ARMS, roles=both, missing={"kind": "mcar", "rate": 0.2},
                    effect={"shift": 0.8},
                    analysis={"test": "two_sample_t", "p_value": "auto"})  # fmt: skip
    table = people_table(found)
    assert [words_of(name) for name in table.head] == [
        "Role", "Recruited", "Mentored", "Controls", "Expected to be analysed (total)"
    ]  # fmt: skip
    for r, row in enumerate(table.rows):
        recruited, treated, controls, analysed = (int(words_of(cell)) for cell in row[1:])
        assert recruited == treated + controls == found.study.participants(r, found.size)
        known = found.participation[found.study.role_names[r]].analysable[-1]
        assert analysed == round(recruited * known)
    treated, controls = found.study.arm_pairs(found.size)
    assert people_words(found.study, found.size) == (
        f"{treated} mentored and {controls} controls, {found.size} mentors and "
        f"{found.study.participants(1, found.size)} mentees"
    )
    by_site = people_table(
        planned((30,), clusters={"site": SITES}, analysis={"test": "cluster_mean_t"})
    )
    assert words_of(by_site.head[-1]) == "Sites"
    assert [words_of(row[-1]) for row in by_site.rows] == ["10"]


def test_the_other_rules_need_their_sizes() -> None:
    """Each other rule has its size, interval and power, or that there is none."""
    found = answer(8, 40)
    (table,) = other_rules_tables(found)
    (row,) = table.rows
    other = found.sample_sizes[1]
    assert words_of(row[0]) == "any"
    assert words_of(row[-1]).startswith(f"{other.power:.3f}")
    (never,) = other_rules_tables(answer(4, 6, shift=0.01))
    assert words_of(never.rows[0][1]) in {"none up to 6", "none at all"}
