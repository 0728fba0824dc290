"""The results of a sweep: the summary on screen, one table and one file of plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.errors import StudyError
from sim.power.sweep import PointResult, SweepAnswer, SweepPoint, differences
from sim.power.tornado import Tornado, tornado
from sim.report.files import as_csv, manifest_data, write_results
from sim.report.layout import bullets, file_part, heading, paragraph, title
from sim.report.sizes import is_known
from sim.report.soundness import point_reasons
from sim.report.sweep_data import sweep_data
from sim.report.sweep_tables import MOST_ROWS, heat_maps, points_table, tornado_table
from sim.report.wording import design_sentence
from sim.study.spreadsheet import harmless
from sim.study.sweep import GridSweep, NoSweep, ScenarioSweep, look_up, words

UNCHANGED = "as stated"
"""A section that a point leaves as it is."""
COLUMNS = (
    "role", "pairs", "n", "kind", "name", "measure", "value", "mcse", "replicates",
    "difference", "difference_mcse",
)  # fmt: skip
"""Columns after the point, its label and its factors; as in results.csv, and less the base."""


# ----------------------------------------------------------------------------------- files


def write_sweep(answer: SweepAnswer, folder: Path) -> tuple[Path, ...]:
    """Write sweep.csv, sweep.json and manifest.json.

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
    contents = {
        "sweep.csv": sweep_csv(answer),
        "sweep.json": sweep_data(answer),
        "manifest.json": manifest_data(answer.study),
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
    failed = [
        f"{words(result.point.label)}: {words(result.failure, 300)}"
        for result in answer.points
        if result.failure is not None
    ]
    if len(failed) > MOST_ROWS:
        failed[MOST_ROWS:] = [f"{len(failed) - MOST_ROWS} more are in sweep.json"]
    parts = [
        title(answer.study.title),
        paragraph(design_sentence(answer.study)),
        paragraph(_how(answer)),
        *_results(answer),
        *bullets("Points that could not be studied", failed),
        *file_part(files),
    ]
    return "\n".join(line.rstrip() for line in "\n\n".join(parts).splitlines())


def sweep_line(answer: SweepAnswer) -> str:
    """Answer in one line, for many sweeps in a row."""
    sound = [point for point in answer.points if not point_reasons(point.point)]
    powers = [float(power.value) for point in sound if (power := answer.power(point))]
    failed = sum(point.failure is not None for point in answer.points)
    powers_words = "no usable power"
    if powers:
        powers_words = f"power {min(powers):.3f} to {max(powers):.3f}"
    unusable = len(answer.points) - len(sound)
    return (
        f"{len(answer.points)} points, {powers_words} at {answer.at} pairs"
        + (f", {failed} failed" if failed else "")
        + (f", {unusable} not to be used" if unusable and powers else "")
    )


def _how(answer: SweepAnswer) -> str:
    """Say what varies and how it is compared."""
    kinds = {
        "grid": "every combination of the factors' values",
        "one_at_a_time": "each factor at each of its values, the others as stated",
        "scenarios": "scenarios that change several settings at once",
    }
    blocks = answer.blocks
    errors = (
        f"differences are paired by their {blocks} blocks"
        if blocks > 1
        else "one block tells nothing of paired errors, and those of differences are too large"
    )
    seeds = {point.point.study.seed for point in answer.points}
    who = "Points" if len(seeds) == 1 else "Points of one seed"
    return (
        f"{len(answer.points) - 1} points beside the study as stated: "
        f"{kinds.get(answer.study.sweep.kind, 'none')}. Simulation only, "
        f"{answer.base.replicates:,} studies a point, seed {answer.study.seed}. {who} share their "
        f"random numbers: {errors}. ± is the Monte Carlo standard error."
    )


def _results(answer: SweepAnswer) -> Iterator[str]:
    rule = words(answer.base.point.rule)
    head = heading(f"Power of the rule '{rule}' at {answer.at} pairs{_why(answer)}")
    sweep, influence = answer.study.sweep, tornado(answer)
    if isinstance(sweep, GridSweep) and len(sweep.factors) == 2:
        yield head + "\n" + "\n\n".join(heat_maps(answer, sweep.factors))
        return
    yield head + "\n" + points_table(answer)
    if influence is not None:
        named = heading("Influence of each factor on that power (difference to the base)")
        yield named + "\n" + tornado_table(influence)
        yield "\n".join(map(paragraph, _order(influence)))


def _why(answer: SweepAnswer) -> str:
    """Say why points are compared at that size."""
    size = answer.base.sample_size
    if answer.is_given or size is None:
        return ""
    if size.pairs is None:
        return ", the largest studied, which is too small for the study as stated"
    if point_reasons(answer.base.point):
        return ", which the simulations give for the study as stated"
    known = is_known(vars(size))
    return f", which the study as stated needs{'' if known else ' at most'}"


def _order(influence: Tornado) -> Iterator[str]:
    """Say in which order factors matter, as far as that can be told."""
    ranks = [
        f"{place}. " + ", ".join(words(name) for name in names)
        + (" (not told apart)" if len(names) > 1 else "")
        for place, names in enumerate(influence.ranks, 1)
    ]  # fmt: skip
    if ranks:
        yield (
            "Order, claimed where the paired difference between neighbours is clear of noise (2 "
            f"standard errors or more): {'; '.join(ranks)}."
        )
    if influence.unclear:
        named = ", ".join(words(name) for name in influence.unclear)
        yield f"Not distinguishable from no influence: {named}."
    if influence.left_out:
        yield f"Not studied at that size: {', '.join(words(name) for name in influence.left_out)}."
    yield "How far a factor moves the power depends on the values that are stated for it."
