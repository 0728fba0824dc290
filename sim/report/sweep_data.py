"""The results of a sweep as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sim.power.estimates import Estimate
from sim.power.sweep import PointResult, SweepAnswer
from sim.power.tornado import Tornado, tornado
from sim.report.soundness import point_reasons
from sim.report.wording import design_sentence


def sweep_data(answer: SweepAnswer) -> dict[str, Any]:
    """Hold the answer as plain data: every point at the size compared, and the tornado."""
    study, influence = answer.study, tornado(answer)
    return {
        "title": study.title,
        "design": design_sentence(study),
        "kind": study.sweep.kind,
        "at": answer.at,
        "at_is_stated": answer.is_given,
        "engine": "monte_carlo",
        "seed": study.seed,
        "blocks": answer.blocks,
        "replicates": answer.base.replicates,
        "paired": answer.blocks > 1,
        "tasks": answer.tasks,
        "points": [_point_data(answer, result) for result in answer.points],
        "tornado": None if influence is None else _tornado_data(influence),
    }


def _point_data(answer: SweepAnswer, result: PointResult) -> dict[str, Any]:
    point = result.point
    return {
        "point": point.number,
        "label": point.label,
        "factor": point.factor,
        "settings": point.settings,
        "rule": point.rule,
        "failure": result.failure,
        "power": _plain(answer.power(result)),
        "difference": _plain(answer.difference(result)),
        "unusable": () if result.failure else point_reasons(point),
        "sample_sizes": [asdict(size) for size in result.sizes],
    }


def _plain(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else asdict(estimate)


def _tornado_data(influence: Tornado) -> dict[str, Any]:
    return {
        "factors": [
            {
                "factor": bar.factor,
                "lowest": {"point": bar.low.point.number, **asdict(bar.to_low)},
                "highest": {"point": bar.high.point.number, **asdict(bar.to_high)},
                "range": asdict(bar.span),
                "clear": bar.clear,
            }
            for bar in influence.influences
        ],
        "order": influence.ranks,
        "not_distinguishable": influence.unclear,
        "not_studied": influence.left_out,
    }
