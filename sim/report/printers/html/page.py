"""The page of a run, as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.folders import write_whole
from sim.manifest import provenance
from sim.report.charts.figure import Figure
from sim.report.charts.figures import figures, sentences
from sim.report.charts.interactive import interactive_curve
from sim.report.charts.page import bundle, drawing
from sim.report.charts.theme import config
from sim.report.contents import page_sections
from sim.report.document.guidelines import cited
from sim.report.document.model import Document, Section
from sim.report.document.phrases import sentence_case
from sim.report.printers.html.template import as_script, resource, template
from sim.report.results.answer import PlanAnswer
from sim.report.saved import Reported, SavedRun
from sim.report.telling import opening_of, sections_of, title_of
from sim.report.topics.assumptions import assumptions_table
from sim.report.topics.design import design_sentence
from sim.report.topics.record import replication_table, simulated
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
    # of one size there is no curve
    has_curve = run.job == "plan" and not is_fixed(run.answer)
    curve = interactive_curve(run.answer) if has_curve else None
    sections = _sections(run, drawn)
    html: str = template().render(
        run=run,
        title=title_of(run.report),
        front=_front(run.report),
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
        config_text=json.dumps(run.manifest["config"], indent=2, ensure_ascii=False),
    )
    return html


def _front(report: Reported) -> dict[str, object]:
    """Say what stands in the first screen: of a plan also its answer and what that rests on."""
    if not isinstance(report, PlanAnswer):
        return {"design": " ".join(block.text for block in opening_of(report)), "answer": ""}
    return {
        "design": design_sentence(report.study),
        "headline": sentence_case(" ".join(filter(None, headline(report)))),
        "answer": answer_sentence(report),
        "resting": assumptions_table(report).rows,
        "has_size": is_justified(report) and not is_fixed(report),
    }


FIGURES = {
    "rules": ("rule_curves",),
    "items": ("endpoint_curves",),
    "what-is-assumed": ("answers",),
    "interim-looks": ("looks",),
    "pilot": ("first_look",),
    "power-averaged-over-what-is-believed": ("assurance", "power_spread"),
}
"""With what the names of the figures begin that stand in a section, by its place."""


def _sections(run: SavedRun, drawn: Sequence[Figure]) -> tuple[Part, ...]:
    """Figures and blocks of a job; of a plan in the order of its contents, where there are any."""
    report = run.report
    if isinstance(report, PlanAnswer):
        every = [_with_figures(report, name, section, drawn)
                 for name, section in page_sections(report).items()]  # fmt: skip
        parts, counts = [part for part in every if part.figures or part.blocks], simulated(report)
    else:
        parts = [Part(section.heading, section.blocks, name=f"part-{k}")
                 for k, section in enumerate(sections_of(report, is_drawn=True))]  # fmt: skip
        first, counts = int(parts[0].heading == "Answer"), ()  # an answer, then its figures
        parts.insert(first, Part("Figures", (), name="figures", figures=tuple(drawn)))
    repeat = replication_table(provenance(run.manifest), counts)
    return (*parts, Part("To repeat it", (repeat,), name="repeat"))


def _with_figures(answer: PlanAnswer, name: str, section: Section, drawn: Sequence[Figure]) -> Part:
    """Put the figures of a section first, with sentences for those that would show nothing."""
    starts = FIGURES.get(name, ())
    shown = tuple(figure for figure in drawn if starts and figure.name.startswith(starts))
    left_out = sentences(answer, *starts) if starts else ()
    return Part(section.heading, (*left_out, *section.blocks), name=name, figures=shown)
