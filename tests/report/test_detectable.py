"""The smallest detectable effects, once for every output."""

from dataclasses import replace
from math import nan
from pathlib import Path

import pytest
from oracles.saved import bare
from oracles.studies import small_study

from sim import plan
from sim.report.document.model import words_of
from sim.report.document.numbers import number
from sim.report.files import write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.terminal import summary
from sim.report.topics.detectable import detectable_table


@pytest.fixture(scope="module")
def detectable() -> PlanAnswer:
    """A study that asks for the effects that 30 pairs detect."""
    return plan(small_study(target={"detectable_at": 30}, analysis={"adjustment": "none"}))


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
