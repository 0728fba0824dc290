"""The answer on screen, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.report.contents import screen_sections
from sim.report.layout import file_part, title
from sim.report.printers.terminal import sections_text
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
    sections = sections_text(screen_sections(answer))
    parts = [title(answer.study.title), *sections, *file_part(files)]
    return "\n".join(line.rstrip() for line in "\n\n".join(parts).splitlines())
