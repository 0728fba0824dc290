"""The files of a sweep, and its summary on screen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sim import __version__
from sim.errors import StudyError
from sim.power.sweep import PointResult, SweepAnswer, SweepPoint, differences
from sim.report.files import Plain, as_csv, write_results
from sim.report.results.encoding import plain
from sim.report.results.sweep import SweepReport, sweep_report
from sim.report.topics.design import design_sentence
from sim.report.topics.sweep import in_one_line
from sim.study.spreadsheet import harmless
from sim.study.sweep import look_up

UNCHANGED = "as stated"
"""A section that a point leaves as it is."""
COLUMNS = (
    "role", "size", "n", "kind", "name", "measure", "value", "mcse", "replicates",
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
    contents = {"sweep.csv": sweep_csv(answer), "sweep.json": sweep_data(report)}
    return write_results(folder, "sweep", answer.study, report, contents)


def factors_of(answer: SweepAnswer) -> tuple[str, ...]:
    """Name every field that any point sets, in the order of the settings."""
    return tuple(dict.fromkeys(name for result in answer.points for name in result.point.settings))


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
    return as_csv(sweep_rows(answer))


def sweep_rows(answer: SweepAnswer) -> Iterator[Sequence[object]]:
    """Lay a sweep out beneath the names of its columns, as :func:`sweep_csv` writes it."""
    factors = factors_of(answer)
    yield [harmless(name) for name in ("point", "label", *factors, *COLUMNS)]
    for result in answer.points:
        if result.failure is None:
            head = [result.point.number, harmless(result.point.label)]
            head += values_of(result.point, factors)
            yield from ([*head, *row] for row in _rows(result, answer.base))


def values_of(point: SweepPoint, factors: Sequence[str]) -> list[object]:
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
    for k, pairs in enumerate(result.studied):
        for q, name in enumerate(result.rules):
            rule = study.success[name]
            n = sum(study.participants(role, pairs) for role in study.roles_of(rule))
            compared = [apart.value[k, q], apart.mcse[k, q]]
            yield [
                "+".join(rule.roles), pairs, n, "rule", harmless(name), "win",
                float(power.value[k, q]), float(power.mcse[k, q]), int(power.replicates[k, q]),
                *("" if np.isnan(value) else float(value) for value in compared),
            ]  # fmt: skip


def sweep_data(report: SweepReport) -> Plain:
    """Hold what is reported as plain data, for people and scripts."""
    return {
        "title": report.study.title,
        "design": design_sentence(report.study),
        "answer": in_one_line(report),
        "order": report.tornado and report.tornado.ranks,
        "version": __version__,
        **plain(report),
    }
