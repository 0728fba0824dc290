"""The smallest detectable effects, once for every output."""

from dataclasses import replace
from html import unescape
from math import nan
from pathlib import Path

import pytest
from oracles.saved import bare
from oracles.studies import small_study

from sim import plan
from sim.report.document.numbers import number
from sim.report.document.words import typeset, words_of
from sim.report.files import result_cells, summary_data, write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.telling import summary
from sim.report.topics.detectable import detectable_blocks, detectable_table


@pytest.fixture(scope="module")
def detectable() -> PlanAnswer:
    """A study that asks for the effects that 30 pairs detect."""
    return plan(small_study(design={"n": 30, "solve": "effect"}, analysis={"adjustment": "none"}))


def test_every_effect_is_in_every_output(detectable: PlanAnswer, tmp_path: Path) -> None:
    """Domain, people, shift and mean change stand on screen, in the page and in the form."""
    (table,) = detectable_table(detectable)
    assert words_of(table.caption).startswith(
        "Smallest effects that 30 pairs detect with power 0.8"
    )
    assert len(table.rows) == len(detectable.detectable) > 0
    write_run(detectable, tmp_path)
    run = read_run(tmp_path)
    shown, text, form = summary(detectable), bare(page(run)), markdown(justification(run))
    for effect, row in zip(detectable.detectable, table.rows, strict=True):
        assert row[:2] == (effect.domain, f"30 {effect.role}s")
        assert row[2:] == (f"{effect.shift:+.2f}", f"{effect.mean_change:+.2f}")
        name, *cells = map(words_of, row)
        assert f"{name}</th>" + "".join(f"<td>{cell}</td>" for cell in cells) in text
        assert f"| {name} | {' | '.join(cells)} |" in form
        assert any(line.split() == " ".join([name, *cells]).split() for line in shown.splitlines())


def test_none_suffices(detectable: PlanAnswer) -> None:
    """Where no shift is enough, that stands in its place."""
    first, *others = detectable.detectable
    never = replace(first, shift=None, mean_change=None)
    (table,) = detectable_table(replace(detectable, detectable=(never, *others)))
    assert table.rows[0][2:] == ("none suffices", number(nan))
    assert detectable_table(replace(detectable, detectable=())) == ()


def said(answer: PlanAnswer) -> str:
    """The paragraph on the primary rule."""
    paragraph, *_ = detectable_blocks(answer)
    return paragraph.text


def test_the_rule_is_in_every_output(detectable: PlanAnswer, tmp_path: Path) -> None:
    """One sentence on screen, in the page and in the form; one row; all of it in summary.json."""
    smallest = detectable.detectable_rule
    common = smallest.common
    written = (
        f"With 30 pairs the smallest effect with which 'any' is met with power 0.8 is a latent "
        f"shift of {common.value:+.2f} SD (95% interval {common.low:+.2f} to {common.high:+.2f}, "
        f"of the simulation) in every domain: a mean change of {common.mean_change:+.2f} points."
    )
    assert said(detectable) == written
    write_run(detectable, tmp_path)
    run = read_run(tmp_path)
    assert read_run(tmp_path).answer.detectable_rule == smallest
    assert written in " ".join(summary(detectable).split())
    for output in (unescape(bare(page(run))), markdown(justification(run))):
        assert words_of(typeset(written)) in " ".join(output.split())
    (row,) = [cells for cells in result_cells(detectable) if "detectable_effect" in cells]
    value, error = smallest.on_scale
    assert row == ("mentor", 30, 30, "rule", "any", "detectable_effect", value, error,
                   smallest.replicates, "monte_carlo")  # fmt: skip
    assert value == common.value
    assert summary_data(detectable)["detectable_rule"]["multiple"] == smallest.multiple


def test_the_rule_in_other_words(detectable: PlanAnswer) -> None:
    """None needed, none enough, turned, exact, and an odds ratio are each said."""
    smallest = detectable.detectable_rule

    def of(**changes: object) -> str:
        return said(replace(detectable, detectable_rule=replace(smallest, **changes)))

    none = of(multiple=None, low=None, high=None, mcse=None, domains=(), power=0.4)
    assert none == (
        "With 30 pairs no effect is large enough: the largest tried meets 'any' with probability "
        "0.400, and 0.8 is wanted."
    )
    assert "without any effect of mentoring" in of(multiple=0.0, power=0.9)
    assert of(turned=True).endswith("against the success; this is its mirror image.")
    assert " SD (exact) in every domain" in of(replicates=0)
    more = replace(smallest.common, scale="responders", value=0.214, low=0.2, high=0.23)
    points = "a change in responders of +21.4 percentage points (95% interval +20.0 to +23.0, of"
    assert points in of(domains=(more,))
    assert replace(smallest, domains=(more,)).on_scale == (0.214, pytest.approx(0.03 / 3.92, 1e-3))
    odds = replace(smallest.common, scale="odds_ratio", value=1.94, low=1.9, high=2.0)
    assert "an odds ratio of 1.94 (95% interval 1.90 to 2.00, of the" in of(domains=(odds,))


def test_unlike_domains_are_tabulated(detectable: PlanAnswer) -> None:
    """Where the domains differ the effect is a multiple of the one assumed, domain by domain."""
    smallest = detectable.detectable_rule
    first, *others = smallest.domains
    changed = replace(smallest, domains=(replace(first, value=1.25, mean_change=2.0), *others))
    text, table, *_ = detectable_blocks(replace(detectable, detectable_rule=changed))
    assert f"{smallest.multiple:.2f} times the effect assumed (95% interval" in text.text
    assert text.text.endswith("to +2.00 points.")
    interval = f"{first.low:+.2f} to {first.high:+.2f}"
    shown = (first.domain, "mentors", "latent shift", f"+1.25 ({interval})", "+2.00")
    assert table.rows[0] == shown
    assert len(table.rows) == 3


def test_nothing_is_shown_unless_wanted(detectable: PlanAnswer) -> None:
    """No sentence, row or number where the study does not ask."""
    plain = replace(detectable, detectable_rule=None)
    assert detectable_blocks(plain) == ()
    assert not any("detectable_effect" in cells for cells in result_cells(plain))
    assert summary_data(plain)["detectable_rule"] is None
