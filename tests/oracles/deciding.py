"""Decision rules applied to one role's wins at one size."""

from collections.abc import Sequence

import numpy as np

from sim.inference.rules import DecisionRule, successes


def rules_met(won: np.ndarray, rules: Sequence[DecisionRule]) -> np.ndarray:
    """Apply rules to the wins (R, E) of one role's endpoints; (R, Q)."""
    return successes([won[:, None, :]], rules)[:, 0]
