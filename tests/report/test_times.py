"""The times of a study stand in the planner's words, in every output."""

import re
from functools import cache
from pathlib import Path

import pytest
from oracles.studies import CONTROL, small_study

from sim import plan
from sim.errors import StudyError
from sim.report.charts.likert import answer_bars
from sim.report.files import write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.telling import summary

TIMES = {"before": "at baseline", "after": "at six weeks"}
NO_TIMES = (
    r"before (each )?adjust\w+|before (allowing|\(interval)|before ranking|sizes? before|"
    r"before\\_adjustments|after all answers|one after the other"
)
"""Where the two words stand for other things."""
MISSING = {"kind": "mar", "rate": 0.1}
STUDIES = {
    "one group": {"missing": MISSING},
    "two arms": {"control": CONTROL, "analysis": {"test": "welch_t"}},
    "a cut": {"analysis": {"test": "mcnemar", "cut": 4, "total_cut": 11}},
    "selected": {"selection": {"kind": "baseline", "at_most": 9}},
    "a fall": {"analysis": {"direction": "fall"}, "effect": {"shift": -0.5}},
    "no effect": {"effect": {}},
}


@cache
def answered(name: str) -> PlanAnswer:
    """Plan a study whose planner has words for its times."""
    return plan(small_study(words=TIMES, **STUDIES[name]))


@pytest.mark.parametrize("name", STUDIES)
def test_no_output_has_other_words_for_the_times(name: str, tmp_path: Path) -> None:
    """Terminal, page, form and picture say "at baseline" where others say "before"."""
    answer = answered(name)
    write_run(answer, tmp_path)
    run = read_run(tmp_path)
    figure = answer_bars(answer, "mentor")
    read = re.sub(r"(?s)<(style|script|pre).*?</\1>", "", page(run))
    texts = [summary(answer), markdown(justification(run)), re.sub(r"<[^>]*>", " ", read)]
    for text in map(_joined, [*texts, str(figure)]):
        assert "at baseline" in text
        assert re.findall(r".{30}\b(?:before|after)\b.{20}", re.sub(NO_TIMES, "", text)) == []
        assert not re.search(
            r"\b(from|to) at (base|six)|at (baseline|six weeks) the intervention", text
        )


def _joined(text: str) -> str:
    return " ".join(text.split())


def test_the_two_times_differ() -> None:
    """One word for both is refused, for nothing could be told apart."""
    with pytest.raises(StudyError, match="must differ from before"):
        small_study(words={"before": "then", "after": "then"})
