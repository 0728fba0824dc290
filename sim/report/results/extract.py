"""Parts of an answer as plain data, for summary.json."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from sim.arrays import FloatArray
from sim.report.results.answer import PlanAnswer

ROUNDING = 1e-6
"""Part of a change, in points, that is nothing but rounding."""


def participation_data(answer: PlanAnswer) -> dict[str, object]:
    """Hold who can be analysed and who is at which site as plain data, by role."""
    endpoints = answer.study.endpoints
    return {
        role: {
            "analysable": dict(zip(endpoints, participation.analysable.tolist(), strict=True)),
            "sites": dict(
                zip(map(str, answer.characteristics.pairs), participation.sites, strict=False)
            ),
            "intraclass_correlation": [
                {
                    "level": level.level,
                    "latent": level.latent.tolist(),
                    "observed": dict(zip(endpoints, level.observed.tolist(), strict=True)),
                }
                for level in participation.levels
            ],
        }
        for role, participation in answer.participation.items()
    }


def arms_data(answer: PlanAnswer) -> dict[str, object]:
    """Hold the parts of changes and the comparison with one group as plain data."""
    other, endpoints = answer.one_group, answer.study.endpoints
    return {
        "audit": {
            role: {
                name: value
                if value is None or isinstance(value, float)
                else dict(zip(endpoints, _without_rounding(value), strict=True))
                for name, value in asdict(parts).items()
            }
            for role, parts in answer.change_parts.items()
        },
        "one_group": None if other is None else asdict(other),
    }


def _without_rounding(values: FloatArray) -> list[float]:
    """Parts of a change, those that are nothing but rounding as 0."""
    return [0.0 if abs(value) < ROUNDING else value for value in values.tolist()]


def assurance_data(answer: PlanAnswer) -> list[dict[str, object]]:
    """Hold assurance as plain data."""
    rules = [rule.name for rule in answer.characteristics.rules]
    return [
        {
            "prior": prior.prior,
            "draws": prior.draws,
            "limit": {
                rule: None if np.isnan(value) else float(value)
                for rule, value in zip(rules, prior.limit.value, strict=True)
            },
            "pairs": {size.rule: size.pairs for size in prior.sizes},
            "at_least": {size.rule: size.at_least for size in prior.sizes},
            "interval": {size.rule: [size.low, size.high] for size in prior.sizes},
            "exact": [rule for rule, exact in zip(rules, prior.exact_rules, strict=True) if exact],
            "no_size_suffices": {
                size.rule: size.impossible for size in prior.sizes if size.impossible
            },
        }
        for prior in answer.assurances
    ]


def size_notes_data(answer: PlanAnswer) -> dict[str, object]:
    """Hold both sizes under drop-out, and the least favourable null, as plain data."""
    known, least = answer.missing_by_chance, answer.least_favourable
    both = known and {
        "rests_on": "chance" if known.is_larger(answer.sample_size.rule) else "answers",
        "sizes": list(map(asdict, known.sizes)),
        "sizes_by_answers": list(map(asdict, known.sizes_by_answers)),
    }
    return {"missing_by_chance": both, "least_favourable": least and asdict(least)}
