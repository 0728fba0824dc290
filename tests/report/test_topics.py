"""Topics say each fact once, from the answer alone, in the study's words."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from oracles.studies import PRE, small_study, two_arm_study

from sim import plan
from sim.report.document.model import Block, Table, cells_of
from sim.report.document.words import Blank, Part, parts_of, words_of
from sim.report.results.answer import PlanAnswer
from sim.report.topics import arms, effects, participation, precision, warnings
from sim.study.words import Words

ROLES = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": {}}}
NURSES = Words(
    intervention="the course", treated="trained", unit="nurse", site="ward", item="question"
)


@cache
def one_group() -> PlanAnswer:
    """Plan a study of both roles, of which one has no effect, with a cut."""
    return plan(small_study(roles=ROLES, analysis={"test": "mcnemar", "cut": 4, "total_cut": 11}))


@cache
def two_arms() -> PlanAnswer:
    """Plan a study with a control arm, whose people change without the intervention too."""
    return plan(two_arm_study("two_sample_t", uncontrolled={"response_shift": 0.3}))


def rows(table: Table) -> dict[str, tuple[str, ...]]:
    """Rows of a table by their names."""
    return {words_of(row[0]): tuple(map(words_of, row[1:])) for row in table.rows}


def parts_in(blocks: tuple[Block, ...]) -> list[Part]:
    """All parts of some blocks."""
    return [part for block in blocks for cell in cells_of(block) for part in parts_of(cell)]


def words_in(blocks: tuple[Block, ...]) -> str:
    """All words of some blocks."""
    return "\n".join(words_of(cell) for block in blocks for cell in cells_of(block))


def test_a_change_is_the_difference_of_the_means() -> None:
    """Mean after is mean before and the change; the last column is the change in its SDs."""
    answer = one_group()
    of = answer.effects["mentor"]
    for e, cells in enumerate(rows(effects.change_table(answer, "mentor")).values()):
        before, after, change, sd, standardised = map(float, cells)
        assert before == pytest.approx(of.pre_mean[e], abs=0.006)
        assert after - before == pytest.approx(change, abs=0.011)
        assert standardised == pytest.approx(of.mean_change[e] / of.sd_change[e], abs=0.006)
        assert sd == pytest.approx(of.sd_change[e], abs=0.006)


def test_between_arms_the_difference_stands() -> None:
    """With controls the table has both arms' changes, and what one exceeds the other by."""
    answer = two_arms()
    (role,) = answer.effects
    table = effects.change_table(answer, role)
    assert "between the arms" in words_of(table.caption)
    for _, treated, control, difference, *_ in rows(table).values():
        assert float(treated) - float(control) == pytest.approx(float(difference), abs=0.011)
        assert float(control) > 0
    parts_table = next(of for of in arms.change_blocks(answer) if isinstance(of, Table))
    for change, *parts in rows(parts_table).values():
        assert float(change) == pytest.approx(sum(map(float, parts)), abs=0.02)


def test_shares_of_a_scale_add_up() -> None:
    """Before and after, the shares of the points are all of the people; the cut's are their sum."""
    answer = one_group()
    table = effects.shares_table(answer, "mentor")
    shares = np.array([[float(words_of(cell)[:-1]) for cell in row[2:]] for row in table.rows])
    assert np.allclose(shares.sum(axis=1), 100, atol=0.3)
    *_, cut = effects.assumed_tables(answer, "mentor")
    for d, (before, after, rise, fall, gap) in enumerate(rows(cut).values()):
        assert float(before[:-1]) == pytest.approx(shares[2 * d, 3:].sum(), abs=0.2)
        assert float(after[:-1]) == pytest.approx(shares[2 * d + 1, 3:].sum(), abs=0.2)
        assert float(gap[:-1]) == pytest.approx(float(rise[:-1]) - float(fall[:-1]), abs=0.11)


def test_no_effect_is_a_sentence() -> None:
    """A role that nothing happens to has no table of zeros, and its power is a level."""
    blocks = effects.assumed_blocks(one_group())
    assert not any("mentees" in words_of(b.caption) for b in blocks if isinstance(b, Table))
    said = words_in(blocks)
    assert "No effect of mentoring on the mentees is assumed" in said
    assert "Their power is the level of the tests." in said
    with_mentees = effects.target_section(one_group()).blocks
    assert not any("mentees" in words_of(b.caption) for b in with_mentees if isinstance(b, Table))


def test_the_reasons_for_the_difference_are_the_planners() -> None:
    """Without reasons there are two blanks and two missing items; with them neither."""
    answer = one_group()
    section = effects.choice_section(answer)
    assert [item.status for item in section.requirements] == ["missing", "missing"]
    assert len([part for part in parts_in(section.blocks) if isinstance(part, Blank)]) == 2
    reasons = {"difference_basis": "important", "difference_why": "Because of a trial."}
    study = small_study(roles=ROLES, report={"reasons": reasons})
    section = effects.choice_section(replace(answer, study=study))
    assert [item.status for item in section.requirements] == ["complete", "complete"]
    assert not any(isinstance(part, Blank) for part in parts_in(section.blocks))
    assert "held to be important" in words_in(section.blocks)


def test_widths_by_size_are_those_simulated() -> None:
    """The table of widths has the role's estimates with their errors, at every size shown."""
    answer = one_group()
    table, own = precision.precision_table(answer), answer.precision
    role = next(r for r in answer.characteristics.roles if r.role == own.role)
    e = role.endpoints.index(own.endpoint)
    assert role.measures.width is not None
    for k, (pairs, width, _) in enumerate(table.rows):
        value, error = role.measures.width.value[k, e], role.measures.width.mcse[k, e]
        assert words_of(pairs) == str(answer.characteristics.sizes[k])
        assert words_of(width) == f"{value:.3f} ±{error:.3f}"


@pytest.mark.parametrize("which", [one_group, two_arms])
def test_every_noun_is_the_studys(which: Callable[[], PlanAnswer]) -> None:
    """With the words of another study no topic speaks of mentoring, pairs or domains."""
    answer = which()
    answer = replace(answer, study=answer.study.model_copy(update={"words": NURSES}))
    said = words_in((
        *effects.assumed_blocks(answer), *effects.target_section(answer).blocks,
        *arms.change_blocks(answer), *arms.one_group_blocks(answer),
        *precision.precision_blocks(answer), precision.precision_table(answer),
        *participation.participation_blocks(answer),
    ))  # fmt: skip
    warned = (*arms.uncontrolled_warnings(answer), *warnings.direction_warnings(answer),
              warnings.apparent_change(answer.study, ["a"], "nurse", "rise"))  # fmt: skip
    for text in (said, *warned):
        plain = text.replace("the mentors", "").replace("mentors", "").replace("mentees", "")
        assert not any(word in plain for word in ("mentor", "pair ", "size", "domain")), plain
    assert "the course" in " ".join(warned) + said
