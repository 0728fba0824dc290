"""The files of a sweep, and its summary on screen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from sim.errors import StudyError
from sim.power.sweep import PointResult, SweepAnswer, SweepPoint, differences
from sim.power.tornado import Influence, Tornado
from sim.report.files import Plain, as_csv, manifest_data, write_results
from sim.report.layout import file_part, paragraph, title
from sim.report.printers.terminal import block_text, sections_text
from sim.report.results.encoding import ANSWER, encode
from sim.report.results.sweep import PointReport, SweepReport, sweep_report
from sim.report.topics.design import design_sentence
from sim.report.topics.sweep import how_varied, in_one_line, sections
from sim.study.spreadsheet import harmless
from sim.study.sweep import NoSweep, ScenarioSweep, look_up

UNCHANGED = "as stated"
"""A section that a point leaves as it is."""
COLUMNS = (
    "role", "pairs", "n", "kind", "name", "measure", "value", "mcse", "replicates",
    "difference", "difference_mcse",
)  # fmt: skip
"""Columns after the point, its label and its factors; as in results.csv, and less the base."""


# ----------------------------------------------------------------------------------- files


def write_sweep(answer: SweepAnswer, folder: Path) -> tuple[Path, ...]:
    """Write sweep.csv, sweep.json, manifest.json, and what is reported, whole.

    Parameters
    ----------
    answer : SweepAnswer
        The answer.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
        The files written.
    """
    report = sweep_report(answer)
    contents = {
        "sweep.csv": sweep_csv(answer),
        "sweep.json": sweep_data(report),
        "manifest.json": manifest_data(answer.study),
        ANSWER: encode(report, "sweep"),
    }
    return write_results(contents, folder)


def factors_of(answer: SweepAnswer) -> tuple[str, ...]:
    """Name every field that any point sets, in the order of the settings."""
    sweep = answer.study.sweep
    if isinstance(sweep, NoSweep):
        return ()
    if isinstance(sweep, ScenarioSweep):
        return tuple(
            dict.fromkeys(name for settings in sweep.scenarios.values() for name in settings)
        )
    return tuple(sweep.factors)


def sweep_csv(answer: SweepAnswer) -> str:
    """Tidy table: one row per point, size and rule; points that failed have none.

    Parameters
    ----------
    answer : SweepAnswer
        The answer.

    Returns
    -------
    str
        Columns: the point's number (0 = the study itself) and label; one per factor,
        with JSON where the value is no single number or text; :data:`COLUMNS`,
        the last two empty where the base has no such size or rule. Text is
        made harmless by :func:`harmless`.
    """
    factors = factors_of(answer)
    lines: list[list[object]] = [[harmless(n) for n in ("point", "label", *factors, *COLUMNS)]]
    for result in answer.points:
        if result.wins is not None:
            head = [result.point.number, harmless(result.point.label)]
            head += _values(result.point, factors)
            lines += [[*head, *row] for row in _rows(result, answer.base)]
    return as_csv(lines)


def _values(point: SweepPoint, factors: Sequence[str]) -> list[object]:
    """Value of every factor at a point, as a cell."""
    data = point.study.model_dump()
    cells: list[object] = []
    for name in factors:
        if name in point.settings:
            cells.append(_cell(point.settings[name]))
            continue
        try:
            value = look_up(data, name)
        except StudyError:  # the point's section has no such field
            cells.append("")
        else:
            cells.append(UNCHANGED if isinstance(value, Mapping) else _cell(value))
    return cells


def _cell(value: object) -> object:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return json.dumps(value, ensure_ascii=False)


def _rows(result: PointResult, base: PointResult) -> Iterator[list[object]]:
    """Lay a point's powers out, by size and rule."""
    study, power, apart = result.point.study, result.power(), differences(result, base)
    for k, pairs in enumerate(study.sizes):
        for q, (name, rule) in enumerate(study.decision.rules.items()):
            n = sum(study.participants(role, pairs) for role in study.roles_of(rule))
            compared = [apart.value[k, q], apart.mcse[k, q]]
            yield [
                "+".join(rule.roles), pairs, n, "rule", harmless(name), "win",
                float(power.value[k, q]), float(power.mcse[k, q]), result.replicates,
                *("" if np.isnan(value) else float(value) for value in compared),
            ]  # fmt: skip


def sweep_data(report: SweepReport) -> Plain:
    """Hold what is reported as plain data, for people and scripts."""
    study = report.study
    return {
        "title": study.title,
        "design": design_sentence(study),
        "answer": in_one_line(report),
        "kind": study.sweep.kind,
        "at": report.at,
        "at_is_stated": report.is_given,
        "engine": "monte_carlo",
        "seed": study.seed,
        "blocks": report.blocks,
        "replicates": report.replicates,
        "paired": report.blocks > 1,
        "tasks": report.tasks,
        "points": list(map(_point_data, report.points)),
        "tornado": None if report.tornado is None else _tornado_data(report.tornado),
    }


def _point_data(point: PointReport) -> Plain:
    names = {"number": "point", "sizes": "sample_sizes"}
    return {names.get(name, name): value for name, value in asdict(point).items() if name != "seed"}


def _tornado_data(tornado: Tornado) -> Plain:
    return {
        "factors": list(map(_bar_data, tornado.influences)),
        "order": tornado.ranks,
        "not_distinguishable": tornado.unclear,
        "not_studied": tornado.left_out,
    }


def _bar_data(bar: Influence) -> Plain:
    return {
        "factor": bar.factor,
        "lowest": {"point": bar.low, **asdict(bar.to_low)},
        "highest": {"point": bar.high, **asdict(bar.to_high)},
        "range": asdict(bar.span),
        "clear": bar.clear,
    }


# ---------------------------------------------------------------------------------- screen


def sweep_summary(answer: SweepAnswer, files: Sequence[Path] = ()) -> str:
    """What a reader needs first, as plain text of at most 80 columns.

    Parameters
    ----------
    answer : SweepAnswer
        The answer.
    files : sequence of Path
        Files written, named at the end.

    Returns
    -------
    str
    """
    report = sweep_report(answer)
    parts = [
        title(report.study.title),
        paragraph(design_sentence(report.study)),
        block_text(how_varied(report)),
        *sections_text(sections(report)),
        *file_part(files),
    ]
    return "\n".join(line.rstrip() for line in "\n\n".join(parts).splitlines())


def sweep_line(answer: SweepAnswer) -> str:
    """Answer in one line, for many sweeps in a row."""
    return in_one_line(sweep_report(answer))
