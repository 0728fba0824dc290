"""A first look at answers: what the tables and the figure say is what was answered."""

from __future__ import annotations

import numpy as np
import pytest

from sim.pilot.counts import AnswerCounts, count_answers
from sim.pilot.data import PilotData
from sim.pilot.describe import describe
from sim.report.charts.first_look import observed_bars
from sim.report.document.model import Table
from sim.report.document.words import words_of
from sim.report.printers.terminal import blocks_text
from sim.report.topics.first_look import MARKS, bar, first_look
from sim.study import Study

# before, after; 0 is no answer
SCORES = np.array(
    [[[1, 2], [3, 3]], [[2, 2], [5, 5]], [[3, 5], [5, 4]], [[4, 0], [2, 0]], [[0, 3], [0, 0]],
     [[5, 4], [0, 4]]]
)  # fmt: skip


def pilot() -> PilotData:
    """Six nurses, one of whom drops out, and one who answers one item only."""
    people = {"nurse": tuple("abcdef")}
    return PilotData(5, ("calm", "clear"), people, {"nurse": SCORES.astype(np.int8)})


def study(direction: str = "rise") -> Study:
    """Plan with two items."""
    return Study(
        words={"participant": "nurse"},
        questionnaire={"items": {"calm": [0.2] * 5, "clear": "like: calm"}},
        analysis={"direction": direction},
    )


@pytest.fixture(scope="module")
def counts() -> AnswerCounts:
    """Count them."""
    return count_answers(pilot(), "nurse")


def test_counts(counts: AnswerCounts) -> None:
    """People by both answers, by when they answered, and gaps are those of the scores."""
    assert counts.complete.tolist() == [4, 3]
    assert counts.before.tolist() == [[1, 1, 1, 1, 1], [0, 1, 1, 0, 2]]
    assert counts.moved.tolist() == [[1, 1, 2], [1, 2, 0]]
    assert counts.partial.tolist() == [[1, 1, 0], [1, 1, 1]]
    assert counts.people.tolist() == [[0, 1], [1, 4]]
    assert counts.participants == 6
    assert counts.gaps == (2, 20)  # of five people before and five after, two items each


@pytest.mark.parametrize(("direction", "better"), [("rise", "50%"), ("fall", "25%")])
def test_better_is_towards_the_success(direction: str, better: str) -> None:
    """Who is better depends on which change is the success; so do the ends."""
    section = first_look(study(direction), describe(pilot(), "nurse"))
    moved = next(block for block in section.blocks
                 if isinstance(block, Table) and "better" in block.head)  # fmt: skip
    assert moved.rows[0][:2] == ("calm", better)
    assert moved.head[4] == ("top before" if direction == "rise" else "bottom before")
    assert moved.rows[1][4:6] == (("67%", "33%") if direction == "rise" else ("0%", "0%"))


def test_a_screen_has_bars_and_a_page_has_numbers() -> None:
    """The bars of text stand where there is no figure; no line is wider than 80 columns."""
    seen = describe(pilot(), "nurse")
    screen = blocks_text(first_look(study(), seen).blocks)
    page = first_look(study(), seen, is_drawn=True)
    assert "1" * 10 + "2" * 10 + "3" * 10 + "5" * 10 in screen
    assert "4 answered before and after, 1 only before and 1 only after. 2 of" in screen
    assert max(map(len, screen.splitlines())) <= 80
    shares = page.blocks[1]
    assert isinstance(shares, Table)
    assert shares.rows[1] == ("", "after", "0%", "50%", "0%", "25%", "25%")
    assert not any("1111" in words_of(cell) for row in shares.rows for cell in row)


@pytest.mark.parametrize("numbers", [[1, 1, 1], [7, 0, 3], [0, 0, 1], [13, 29, 1]])
def test_a_bar_is_as_long_as_everybody(numbers: list[int]) -> None:
    """Marks are shared out to the nearest one, and never more or fewer than all."""
    drawn = bar(numbers, "123")
    assert len(drawn) == MARKS
    for mark, number in zip("123", numbers, strict=True):
        assert abs(drawn.count(mark) - MARKS * number / sum(numbers)) <= 1


def test_the_figure_is_of_the_same_people(counts: AnswerCounts) -> None:
    """Its bars are the shares of those who answered an item at both times."""
    figure = observed_bars(study(), counts)
    rows = figure.spec["data"]["values"]
    after = [row["share"] for row in rows if row["domain"] == "calm" and row["time"] == "after"]
    assert after == [0, 0.5, 0, 0.25, 0.25]
    assert "25% to 67% were at the top before" in figure.title
    assert "(3 to 4 an item)" in figure.below
