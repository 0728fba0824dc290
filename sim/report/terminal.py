"""The answer on screen, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.report.contents import screen_sections
from sim.report.printers.terminal import screen_text
from sim.report.results.answer import PlanAnswer


def summary(answer: PlanAnswer, files: Sequence[Path] = ()) -> str:
    """Everything a reader needs, the answer first, as plain text of at most 80 columns.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    files : sequence of Path
        Files written, named at the end.

    Returns
    -------
    str
    """
    return screen_text(answer.study.title, (), screen_sections(answer), files)
