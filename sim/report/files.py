"""The files of a run, each written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, fields
from hashlib import sha256
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from sim import __version__
from sim.power.answer import PlanAnswer
from sim.power.result_rows import Row, assurance_rows, result_rows
from sim.report.arms import arms_data
from sim.report.assurance import assurance_data
from sim.report.output_files import OUTPUTS, write_together
from sim.report.participation import participation_data
from sim.report.soundness import answer_words, reasons
from sim.report.wording import design_sentence
from sim.study import Study
from sim.study.spreadsheet import harmless

ARMS = ("mentored", "controls")
"""Names of the arms."""
LIBRARIES = ("numpy", "scipy", "numba", "pydantic", "hydra-core")
"""Libraries whose version can matter to the numbers or the config."""


def write_run(answer: PlanAnswer, folder: Path) -> tuple[Path, ...]:
    """Write results.csv, summary.json and manifest.json.

    Parameters
    ----------
    answer : PlanAnswer
        What was found.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
        The files written.
    """
    contents = {
        "results.csv": results_csv(answer),
        "summary.json": as_json(summary_data(answer)),
        "manifest.json": as_json(manifest_data(answer.original)),
    }
    return write_results(contents, folder)


def write_results(contents: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write what a job found, all or nothing; outputs of an earlier run in that folder go.

    Parameters
    ----------
    contents : mapping of str to str
        Text by name of the file.
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
        return [write_whole(stage / name, text) for name, text in contents.items()]

    return write_together(folder, "results", write, OUTPUTS)


def write_whole(path: Path, text: str) -> Path:
    """Write a file beside its target, then move it there, so that it is never half there."""
    return write_whole_bytes(path, text.encode())


def write_whole_bytes(path: Path, data: bytes) -> Path:
    """Write bytes as :func:`write_whole` writes text."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def results_csv(answer: PlanAnswer) -> str:
    """Tidy table: one row per size, endpoint or rule, and measure; null runs as ``null_...``.

    Names of endpoints and rules are made harmless for spreadsheets.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [field.name for field in fields(Row)]
    name, plain = names.index("name"), attrgetter(*names)  # astuple would copy at length

    def cells(row: Row) -> list[Any]:
        found = list(plain(row))
        found[name] = harmless(row.name)
        return found

    writer.writerow(names)
    writer.writerows(map(cells, result_rows(answer.characteristics)))
    writer.writerows(map(cells, result_rows(answer.null_characteristics, "null_")))
    for assurance in answer.assurances:
        writer.writerows(map(cells, assurance_rows(answer.characteristics, assurance)))
    return out.getvalue()


def summary_data(answer: PlanAnswer) -> dict[str, Any]:
    """Hold the answer as plain data: what the other outputs quote."""
    study, primary = answer.study, answer.sample_size
    return {
        "title": study.title,
        "pilot": _cited(study),
        "design": design_sentence(study),
        "answer": answer_words(answer, primary),
        "primary_rule": study.decision.primary,
        "sample_sizes": [
            {
                **asdict(size),
                "unusable": reasons(answer, size),
                "participants": None
                if size.pairs is None
                else {
                    role: study.participants(place, size.pairs)
                    for place, role in enumerate(study.role_names)
                },
                "arms": None
                if size.pairs is None or not study.has_controls
                else {
                    role: dict(zip(ARMS, study.arm_participants(place, size.pairs), strict=True))
                    for place, role in enumerate(study.role_names)
                },
            }
            for size in answer.sample_sizes
        ],
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
        "before_adjustments": [asdict(before) for before in answer.before_adjustments],
        "assurance": assurance_data(answer),
        "inflations": [asdict(inflation) for inflation in answer.inflations],
        "pilot_example": [asdict(score) for score in answer.pilot_scores],
        "warnings": list(answer.warnings),
        "assumptions": [asdict(assumption) for assumption in answer.assumptions],
    }


def _cited(study: Study) -> str | None:
    """Name the source of the pilot that the study follows up; None where there is none."""
    pilot = study.pilot
    return pilot.cited if pilot is not None and study.follows_pilot else None


def manifest_data(study: Study) -> dict[str, Any]:
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
