"""An answer says what is known of it: sizes that were not studied are not denied."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from oracles.studies import small_study

from sim import plan
from sim.jobs.preview import ExactCurve
from sim.page.answers import exact_sentence, simulated_sentence
from sim.power.estimates import exactly, proportion
from sim.power.sample_size import SampleSize, smallest_size
from sim.report.charts.curves import power_curve, rule_curves
from sim.report.charts.figure import Figure
from sim.report.document.model import Table
from sim.report.document.sizes import interval_words, pairs_cell, pairs_words
from sim.report.files import write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import SavedRun, read_run
from sim.report.telling import summary
from sim.report.topics.adjustments import before_blocks
from sim.report.topics.size import answer_sentence, one_line
from sim.report.topics.sweep import size_words


@cache
def answer(*sizes: int) -> PlanAnswer:
    """Plan a study at some sizes; it needs 13 to 20 pairs, and 'all' more than 8."""
    total = "total"
    anything = "any of items"
    return plan(
        small_study(
            effect={"shift": 0.8},
            primary="total",
            success={"total": total, "any": anything},
            missing={"kind": "mcar", "rate": 0.1},
            design={"n": sizes},
        )
    )


def saved(folder: Path, *sizes: int) -> SavedRun:
    """Save what was found, and read it back."""
    write_run(answer(*sizes), folder)
    return read_run(folder)


def texts_of(run: SavedRun, found: PlanAnswer) -> dict[str, str]:
    """Say the answer in every medium."""
    previewed = "".join(map(str, simulated_sentence(found.study.words, found.sample_size)))
    own = {
        "terminal": summary(found),
        "one line": one_line(found),
        "page": page(run),
        "justification": markdown(justification(run)),
        "preview": previewed,
        "answer": answer_sentence(run.answer),
    }
    return {name: " ".join(re.sub(r"<[^>]+>|\*", "", text).split()) for name, text in own.items()}


def test_a_gap_is_said_in_every_medium(tmp_path: Path) -> None:
    """Between sizes of which the smaller is too few and the larger suffices, both are said."""
    run, found = saved(tmp_path, 6, 30), answer(6, 30)
    size = found.sample_size
    assert (size.size, size.at_least, size.every) == (30, 7, True)
    texts = texts_of(run, found)
    words = (
        "6 is too few, 30 suffices, and the sizes between were not studied: the study needs 7 to 30"
    )
    assert texts["answer"].startswith(
        "Of 6 and 30 pairs, 30 is the smallest that suffices for power 0.8 for the rule 'total'"
    )
    assert "30 pairs, the smallest of 6 and 30 that suffices" in texts["page"]
    for name in ("answer", "terminal", "page", "justification"):
        assert words in texts[name]
    for name in ("one line", "page", "terminal", "preview", "justification"):
        assert "7 to 30 pairs" in texts[name]
    assert not any(re.search(r"(needs|about) 30 pairs[^,]", text) for text in texts.values())
    for draw in (power_curve, rule_curves):
        figure = draw(found)
        assert isinstance(figure, Figure)
        assert "7 to 30 pairs" in figure.title
    saved_size = json.loads((tmp_path / "summary.json").read_text())["sample_sizes"][0]
    assert (saved_size["at_least"], saved_size["size"]) == (7, 30)


def test_the_smallest_studied_is_an_upper_limit_everywhere(tmp_path: Path) -> None:
    """Where the smallest size studied suffices, it is called "at most" in every medium."""
    run, found = saved(tmp_path, 30, 31, 40), answer(30, 31, 40)
    assert (found.sample_size.at_least, found.sample_size.every) == (None, False)
    texts = texts_of(run, found)
    for name, text in texts.items():
        assert re.search(r"[Aa]t most 30 pairs", text), name
    assert "it stays at the target at every size studied up to 40 pairs" in texts["terminal"]
    assert "any at most 30" in texts["terminal"]
    table = before_blocks(found)[0]
    assert isinstance(table, Table)
    assert {row[1] for row in table.rows} == {"at most 30"}
    for draw in (power_curve, rule_curves):
        figure = draw(found)
        assert isinstance(figure, Figure)
        assert "t most 30" in figure.title


def test_sizes_one_after_the_other_are_known() -> None:
    """Where every size was studied the answer is that size, and it stays up to the limit."""
    found = answer(*range(10, 26))
    size = found.sample_size
    assert size.at_least == size.size
    assert re.search(rf"{size.size} pairs, {size.size} mentors", " ".join(summary(found).split()))
    assert "it stays at the target up to 25 pairs" in " ".join(summary(found).split())


def sized(*wins: int, sizes: tuple[int, ...]) -> SampleSize:
    """Search among powers out of 200."""
    power = proportion(np.array(wins)[:, None], np.full(len(wins), 200))
    return smallest_size("r", 0.8, sizes, power, 0)


@pytest.mark.parametrize(
    ("wins", "sizes", "needed", "interval"),
    [
        ((100, 170, 199), (40, 60, 80), "41 to 60", " (41 to 80 with at least 95% confidence)"),
        ((155, 170, 199), (40, 60, 80), "41 to 60", " (at most 80 with at least 95% confidence)"),
        ((155, 165, 168), (40, 60, 80), "41 to 60",
         " (at most 40 to more than 80 with at least 95% confidence)"),
        ((100, 199, 199), (40, 60, 80), "41 to 60", ""),
        ((199, 199, 199), (40, 60, 80), "at most 40", ""),
        ((100, 155, 199), (40, 41, 42), "42", " (41 to 42 with at least 95% confidence)"),
        ((100, 110, 120), (40, 60, 80), "more than 80", ""),
    ],
)  # fmt: skip
def test_bounds_of_an_answer(
    wins: tuple[int, ...], sizes: tuple[int, ...], needed: str, interval: str
) -> None:
    """Answer and interval begin one above the largest size studied below them."""
    found = sized(*wins, sizes=sizes)
    assert pairs_words(found) == needed
    assert interval_words(found) == interval
    assert size_words(found).startswith(pairs_cell(found))


def test_an_exact_answer_at_once_knows_its_gaps() -> None:
    """The local page's exact sentence has the same bounds."""
    for pairs, power, words in (
        ((10, 20, 30), (0.5, 0.85, 0.9), "11 to 20 pairs"),
        ((20, 21, 22), (0.8, 0.85, 0.9), "at most 20 pairs"),
        ((19, 20, 21), (0.5, 0.85, 0.9), "20 pairs"),
    ):
        size = smallest_size("one", 0.8, pairs, exactly(np.array(power)[:, None]), 0)
        curve = ExactCurve(pairs, pairs, power, 0.0, size, is_whole=True)
        assert "".join(map(str, exact_sentence(small_study().words, curve))).startswith(
            f"<strong>{words}</strong>"
        )
