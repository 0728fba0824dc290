"""The files of a feasibility study."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan
from pathlib import Path

from sim import __version__
from sim.report.files import Plain, as_csv, write_results
from sim.report.results.encoding import plain
from sim.report.results.feasibility import CriterionAnswer, FeasibilityAnswer
from sim.report.topics.feasibility import answer_sentence
from sim.study.spreadsheet import harmless

COLUMNS = ("size", "kind", "name", "truth", "measure", "value", "mcse")
"""Columns of feasibility.csv: a row a number."""
PROGRAMME = ("go", "amend", "stop", "stops_rightly", "stops_wrongly", "follows", "too_large",
             "success", "people", "main_size")  # fmt: skip
Row = tuple[object, ...]


def write_feasibility(answer: FeasibilityAnswer, folder: Path) -> tuple[Path, ...]:
    """Write feasibility.csv, summary.json, manifest.json, and the answer itself.

    Parameters
    ----------
    answer : FeasibilityAnswer
        The answer.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
    """
    contents = {
        "feasibility.csv": as_csv(feasibility_rows(answer)),
        "summary.json": feasibility_data(answer),
    }
    return write_results(folder, "feasibility", answer.study, answer, contents)


def feasibility_rows(answer: FeasibilityAnswer) -> Iterator[Row]:
    """Lay the answer out beneath the names of its columns; what is not defined has no row."""
    yield COLUMNS
    for k, size in enumerate(answer.sizes):
        rows = [*_pilot_rows(answer, k), *_programme_rows(answer, k)]
        for one in answer.criteria:
            rows += _criterion_rows(one, k)
        yield from ((size, *row) for row in rows if not isnan(float(str(row[-2]))))


def _criterion_rows(one: CriterionAnswer, k: int) -> Iterator[Row]:
    name = harmless(one.name)
    yield "criterion", name, "", "looked_at", float(one.looked_at[k]), 0.0
    for t, truth in enumerate(one.truths.tolist()):
        for colour in ("red", "amber", "green"):
            yield "criterion", name, truth, colour, float(getattr(one, colour)[t, k]), 0.0
        if one.tested is not None:
            yield "criterion", name, truth, "significant", float(one.tested[t, k]), 0.0


def _pilot_rows(answer: FeasibilityAnswer, k: int) -> Iterator[Row]:
    for way, share in zip(("stop", "amend", "go"), answer.decisions[k].tolist(), strict=True):
        yield "pilot", "all criteria", "", way, share, _error(share, answer.pilots)
    learnt = answer.learnt
    for p, name in enumerate(learnt.parameters):
        yield "learnt", name, "", "width", float(learnt.widths[p, k]), float(learnt.mcse[p, k])
    yield "learnt", "main_size", "", "low", float(learnt.main_low[k]), nan
    yield "learnt", "main_size", "", "high", float(learnt.main_high[k]), nan


def _programme_rows(answer: FeasibilityAnswer, k: int) -> Iterator[Row]:
    of = answer.programme
    errors = {"success": of.success_mcse, "people": of.people_mcse}
    for measure in PROGRAMME:
        value = float(getattr(of, measure)[k])
        shares = measure in PROGRAMME[:7]
        error = _error(value, of.programmes) if shares else nan
        if measure in errors:
            error = float(errors[measure][k])
        yield "programme", "programme", "", measure, value, error


def _error(share: float, number: int) -> float:
    return float((share * (1 - share) / number) ** 0.5)


def feasibility_data(answer: FeasibilityAnswer) -> Plain:
    """Hold the answer as plain data, for people and scripts; curves stand in feasibility.csv."""
    left_out = {"criteria": {"__all__": {"truths", "red", "amber", "green", "tested"}}}
    return {
        "title": answer.study.title,
        "answer": answer_sentence(answer),
        "needed": answer.needed,
        "surest": answer.sizes[answer.surest],
        "cheapest": answer.sizes[answer.cheapest],
        "version": __version__,
        **plain(answer, left_out),
    }
