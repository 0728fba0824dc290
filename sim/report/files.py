"""The files of a run, each written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from sim import __version__
from sim.power.sample_size import SampleSize
from sim.report.output_files import OUTPUTS, write_together
from sim.report.results.answer import PlanAnswer
from sim.report.results.encoding import ANSWER, encode
from sim.report.results.extract import (
    arms_data,
    assurance_data,
    participation_data,
    size_notes_data,
)
from sim.report.results.rows import Row, assurance_rows, further_rows, result_rows
from sim.report.topics.design import design_sentence
from sim.report.topics.size import answer_sentence
from sim.report.topics.soundness import reasons
from sim.study import Study
from sim.study.spreadsheet import harmless

Plain = dict[str, Any]
"""What becomes JSON."""
ARMS = ("mentored", "controls")
"""Names of the arms."""
LIBRARIES = ("numpy", "scipy", "numba", "pydantic", "hydra-core")
"""Libraries whose version can matter to the numbers or the config."""


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
    contents = {
        "results.csv": results_csv(answer),
        "summary.json": summary_data(answer),
        "manifest.json": manifest_data(answer.original),
        ANSWER: encode(answer, "plan"),
    }
    return write_results(contents, folder)


def write_results(contents: Mapping[str, object], folder: Path) -> tuple[Path, ...]:
    """Write a job's results, all or nothing; outputs of an earlier run in that folder go.

    Parameters
    ----------
    contents : mapping of str to object
        By name of the file: its text or bytes, or plain data, which becomes JSON.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    NotWritten
        Where the machine does not take them.
    """

    def write(stage: Path) -> list[Path]:
        return [write_whole(stage / name, data if isinstance(data, str | bytes) else as_json(data))
                for name, data in contents.items()]  # fmt: skip

    return write_together(folder, "results", write, OUTPUTS)


def write_whole(path: Path, data: str | bytes) -> Path:
    """Write a file next to its target, then move it there, so that it is never half there."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_bytes(data.encode() if isinstance(data, str) else data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def results_csv(answer: PlanAnswer) -> str:
    """Tidy table: one row per size, endpoint or rule, and measure; null runs as ``null_...``."""
    return as_csv(chain([[field.name for field in fields(Row)]], result_cells(answer)))


def result_cells(answer: PlanAnswer) -> Iterator[list[Any]]:
    """Cells of every row of results.csv; names are made harmless for spreadsheets."""
    main, null = answer.characteristics, answer.null_characteristics
    names = [field.name for field in fields(Row)]
    name, plain = names.index("name"), attrgetter(*names)  # astuple would copy at length
    averaged = (assurance_rows(main, assurance) for assurance in answer.assurances)
    run = chain(result_rows(main), result_rows(null, "null_"), *averaged, further_rows(answer))
    for row in run:
        cells = list(plain(row))
        cells[name] = harmless(row.name)
        yield cells


def summary_data(answer: PlanAnswer) -> Plain:
    """Hold the answer as plain data: what the other outputs quote."""
    study = answer.study
    return {
        "title": study.title,
        "pilot": _cited(study),
        "design": design_sentence(study),
        "answer": answer_sentence(answer),
        "primary_rule": study.decision.primary,
        "sample_sizes": [_size_data(answer, size) for size in answer.sample_sizes],
        "replicates": answer.characteristics.replicates,
        "seed": study.seed,
        "endpoints": list(study.endpoints),
        "error_bound": answer.characteristics.error_bound,
        "precision": asdict(answer.precision),
        "detectable_effects": [asdict(effect) for effect in answer.detectable],
        "effects": {role: asdict(effects) for role, effects in answer.effects.items()},
        "attainable": asdict(answer.attainable),
        "participation": participation_data(answer),
        **arms_data(answer),
        **size_notes_data(answer),
        "before_adjustments": [asdict(before) for before in answer.before_adjustments],
        "assurance": assurance_data(answer),
        "inflations": [asdict(inflation) for inflation in answer.inflations],
        "pilot_example": [asdict(score) for score in answer.pilot_scores],
        "warnings": list(answer.warnings),
        "assumptions": [asdict(assumption) for assumption in answer.assumptions],
    }


def _size_data(answer: PlanAnswer, size: SampleSize) -> Plain:
    study, people, arms = answer.study, None, None
    roles = list(enumerate(study.role_names))
    if size.pairs is not None:
        people = {role: study.participants(r, size.pairs) for r, role in roles}
    if size.pairs is not None and study.has_controls:
        arms = {role: dict(zip(ARMS, study.arm_participants(r, size.pairs), strict=True))
                for r, role in roles}  # fmt: skip
    unusable = reasons(answer, size)
    return {**asdict(size), "unusable": unusable, "participants": people, "arms": arms}


def _cited(study: Study) -> str | None:
    """Name the source of the pilot that the study follows up; None where there is none."""
    pilot = study.pilot
    return pilot.cited if pilot is not None and study.follows_pilot else None


def manifest_data(study: Study) -> Plain:
    """All that is needed to repeat the run; the same on every machine with these versions."""
    config = study.model_dump(mode="json")
    return {
        "config": config,
        "config_sha256": _hash(json.dumps(config, sort_keys=True).encode()),
        "code_sha256": code_hash(),
        "seed": study.seed,
        "versions": {
            "mentorsim": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
        },
    }


def code_hash() -> str:
    """Hash of the source files of this package, in the order of their names."""
    package = Path(__file__).parent.parent
    files = sorted(package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix())
    return _hash(
        b"".join(
            path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes()
            for path in files
        )
    )


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Write rows of cells as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_json(data: object) -> str:
    """Write plain data as JSON; what is not defined becomes null."""
    return json.dumps(_plain(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: object) -> object:
    """Turn arrays into lists and numbers that are not defined into null, at every depth."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
