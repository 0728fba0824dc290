"""The files of a run, each written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sim import __version__
from sim.folders import write_whole
from sim.manifest import manifest_data
from sim.report.output_files import OUTPUTS, write_together
from sim.report.results.answer import PlanAnswer
from sim.report.results.encoding import ANSWER, Job, LeftOut, defined, encode, plain
from sim.report.results.rows import Row, answer_rows, result_rows
from sim.report.topics.design import design_sentence
from sim.report.topics.size import answer_sentence
from sim.report.topics.soundness import reasons
from sim.study import Study
from sim.study.spreadsheet import harmless

Plain = dict[str, Any]
"""What becomes JSON."""
BY_SIZE: LeftOut = {
    "rule_rejection": True, "roles": {"__all__": {"measures": True, "family": True}},
}  # fmt: skip
"""What operating characteristics have at every size, but the power of the rules."""
IN_TABLES: LeftOut = {
    "original": True,
    "characteristics": BY_SIZE,
    "null_characteristics": True,
    "assurances": {"__all__": {"value", "power_quantiles", "quantile_mcse", "enough"}},
    "missing_by_chance": {"characteristics": BY_SIZE, "null_characteristics": True},
}
"""Fields of an answer that summary.json leaves to manifest.json and, row by row, to results.csv."""
INNERMOST = re.compile(r"\[\n[^\[\]{}]*\n *\]")
"""A list in JSON that holds neither lists nor mappings."""


def write_run(answer: PlanAnswer, folder: Path) -> tuple[Path, ...]:
    """Write results.csv, summary.json, manifest.json, and the answer itself.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
        The files written.
    """
    contents = {"results.csv": results_csv(answer), "summary.json": summary_data(answer)}
    return write_results(folder, "plan", answer.original, answer, contents)


def write_results(
    folder: Path, job: Job, study: Study, answer: object, contents: Mapping[str, object]
) -> tuple[Path, ...]:
    """Write a job's results, all or nothing; outputs of an earlier run in that folder go.

    Parameters
    ----------
    folder : Path
        Existing folder.
    job : {'plan', 'calibrate', 'sweep', 'feasibility'}
        The job.
    study : Study
        What it was given, for manifest.json.
    answer : dataclass
        What is read back.
    contents : mapping of str to object
        Files for people and scripts by name: text, or plain data, which becomes JSON.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    NotWritten
        Where the machine does not take them.
    """
    every = {**contents, "manifest.json": manifest_data(study), ANSWER: encode(answer, job)}

    def write(stage: Path) -> list[Path]:
        return [write_whole(stage / name, data if isinstance(data, str | bytes) else as_json(data))
                for name, data in every.items()]  # fmt: skip

    return write_together(folder, "results", write, OUTPUTS)


def results_csv(answer: PlanAnswer) -> str:
    """Tidy table: one row per size, endpoint or rule, and measure; null runs as ``null_...``."""
    return as_csv([Row._fields, *result_cells(answer)])


def result_cells(answer: PlanAnswer) -> Iterator[Row]:
    """Give every row of results.csv; names are made harmless for spreadsheets."""
    return (row._replace(name=harmless(row.name)) for row in answer_rows(answer, result_rows))


def summary_data(answer: PlanAnswer) -> Plain:
    """Hold the answer as plain data, what people look for first; :data:`IN_TABLES` is not there."""
    study, data = answer.study, plain(answer, IN_TABLES)
    return {
        "title": study.title,
        "design": design_sentence(study),
        "answer": answer_sentence(answer),
        "unusable": {size.rule: reasons(answer, size) for size in answer.sample_sizes},
        "sample_sizes": data["sample_sizes"],
        "participants": {
            size.rule: {
                role: study.arm_participants(r, size.size)
                for r, role in enumerate(study.role_names)
            }
            for size in answer.sample_sizes
            if size.size is not None
        },
        "version": __version__,
        **data,
    }


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Write rows of cells as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_json(data: object) -> str:
    """Write plain data as JSON, lists of numbers or words on one line; undefined becomes null."""
    text = json.dumps(defined(data, lambda _: None), indent=2, ensure_ascii=False, allow_nan=False)
    return INNERMOST.sub(_on_one_line, text) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return json.dumps(json.loads(found[0]), ensure_ascii=False)
