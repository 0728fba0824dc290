"""The target difference: what is planned to change, of which a test sees all or a part."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts import TrueEffects
from sim.power.change_parts import ChangeParts
from sim.study import Study


def target_changes(effects: TrueEffects, parts: ChangeParts | None) -> FloatArray:
    """Mean change (E,) in points by the intervention, beyond what controls get."""
    return effects.mean_change if parts is None else parts.effect


def crossing_shares(study: Study, effects: TrueEffects) -> FloatArray:
    """By how much the share of people at or above the cut grows, (D,); there must be a cut."""
    net = effects.rising_to - effects.falling_below
    return np.asarray(net[:, study.scored(study.analysis.cut or 0) - 2])


def tested_changes(study: Study, effects: TrueEffects, parts: ChangeParts | None) -> FloatArray:
    """Change (E,) of what is tested: of means, or in one group of shares where there is a cut."""
    changes = target_changes(effects, parts)
    if parts is not None or study.analysis.cut is None:
        return changes
    shares = crossing_shares(study, effects)
    return np.append(shares, changes[len(shares) :])


def answer_shares(effects: TrueEffects) -> FloatArray:
    """Shares of the points of the scale before and after, (D, 2, K)."""
    after = effects.reaching + effects.rising_to - effects.falling_below
    reaching = np.stack([effects.reaching, after], axis=1)
    edges = np.ones((*reaching.shape[:2], reaching.shape[2] + 2))
    edges[..., 1:-1], edges[..., -1] = reaching, 0.0
    return np.maximum(-np.diff(edges), 0.0)
