"""The page of a run, as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.report.charts.figure import Figure
from sim.report.charts.figures import figures, sentences
from sim.report.charts.theme import config
from sim.report.contents import page_sections
from sim.report.document.guidelines import cited
from sim.report.document.model import Cell, Document, Section
from sim.report.document.phrases import sentence_case
from sim.report.files import write_whole
from sim.report.printers.html.interactive import interactive_curve
from sim.report.printers.html.template import as_script, bundle, drawing, resource, template
from sim.report.results.answer import PlanAnswer
from sim.report.saved import SavedRun
from sim.report.topics.assumptions import assumptions_table
from sim.report.topics.design import design_sentence
from sim.report.topics.record import replication_table, simulated
from sim.report.topics.runs import run_title, sections_of
from sim.report.topics.size import answer_sentence, headline, is_fixed, is_justified

AT_ONCE = 2
"""Warnings that are shown on a narrow screen before the reader unfolds the others."""


@dataclass(frozen=True)
class Part(Section):
    """One part of the page.

    Attributes
    ----------
    name : str
        Its place in the page's address.
    figures : tuple of Figure
        Drawn first, above the blocks of the section.
    """

    name: str = ""
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Front:
    """What stands in the first screen.

    Attributes
    ----------
    headline, answer : str
        The answer in few words and in full; empty where the job has no single one.
    warnings : tuple of str
        All of them, the gravest first.
    resting : tuple of (cell, cell)
        Names and values of the assumptions that carry the answer.
    design : str
        The design in one sentence.
    has_size : bool
        Whether the answer is a size that can be used.
    """

    headline: str = ""
    answer: str = ""
    warnings: tuple[str, ...] = ()
    resting: tuple[tuple[Cell, Cell], ...] = ()
    design: str = ""
    has_size: bool = False


def write_page(run: SavedRun, folder: Path) -> Path:
    """Write report.html.

    Parameters
    ----------
    run : SavedRun
        Of any job.
    folder : Path
        Existing folder.

    Returns
    -------
    Path
        The file, whole or not there.

    Raises
    ------
    StudyError
        Where the saved results are not what this version writes.
    """
    return write_whole(folder / "report.html", page(run))


def page(run: SavedRun) -> str:
    """Write the page of a run: one file, nothing fetched, the same for the same results.

    Parameters
    ----------
    run : SavedRun
        Of any job.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    StudyError
        Where the saved results are not what this version writes.
    """
    drawn = figures(run)
    curve = interactive_curve(run.answer) if run.job == "plan" else None
    sections = _sections(run, drawn)
    html: str = template().render(
        run=run,
        title=run_title(run),
        front=_front(run),
        at_once=AT_ONCE,
        sections=sections,
        curve=curve,
        references=cited(Document("", sections)),
        style=resource("report.css"),
        script=resource("report.js"),
        bundle=bundle() if drawn else "",
        data=as_script(
            {
                "figures": {figure.name: drawing(figure) for figure in drawn},
                "configs": {theme: config(theme) for theme in ("light", "dark")},
                "curve": curve,
            }
        ),
        config_text=json.dumps(run.config, indent=2, ensure_ascii=False),
    )
    return html


def _front(run: SavedRun) -> Front:
    if run.job != "plan":
        return Front()
    answer = run.answer
    return Front(
        headline=sentence_case(" ".join(filter(None, headline(answer)))),
        answer=answer_sentence(answer),
        warnings=answer.warnings,
        resting=tuple((name, value) for name, value, _ in assumptions_table(answer).rows),
        design=design_sentence(answer.study),
        has_size=is_justified(answer) and not is_fixed(answer),
    )


FIGURES = {
    "rules": ("rule_curves",),
    "domains": ("endpoint_curves",),
    "what-is-assumed": ("answers",),
    "power-averaged-over-what-is-believed": ("assurance", "power_spread"),
}
"""With what the names of the figures begin that stand in a section, by its place."""


def _sections(run: SavedRun, drawn: Sequence[Figure]) -> tuple[Part, ...]:
    """Figures and blocks of a job; of a plan in the order of its contents."""
    repeat = replication_table(run.provenance, simulated(run.answer) if run.job == "plan" else ())
    if run.job == "plan":
        parts = [_with_figures(run.answer, name, section, drawn)
                 for name, section in page_sections(run.answer).items()]  # fmt: skip
    else:
        parts = [Part("Figures", (), name="figures", figures=tuple(drawn))]
        parts += [Part(section.heading, section.blocks, name=f"part-{k}")
                  for k, section in enumerate(sections_of(run))]  # fmt: skip
    parts.append(Part("To repeat it", (repeat,), name="repeat"))
    return tuple(part for part in parts if run.job != "plan" or part.figures or part.blocks)


def _with_figures(answer: PlanAnswer, name: str, section: Section, drawn: Sequence[Figure]) -> Part:
    """Put the figures of a section first, with sentences for those that would show nothing."""
    starts = FIGURES.get(name, ())
    shown = tuple(figure for figure in drawn if starts and figure.name.startswith(starts))
    left_out = sentences(answer, *starts) if starts else ()
    return Part(section.heading, (*left_out, *section.blocks), name=name, figures=shown)
