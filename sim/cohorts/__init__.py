"""Who exists and what they answer: draw cohorts, state the truth."""

from sim.cohorts.draw import Cohort, draw_cohort
from sim.cohorts.participants import (
    Arms,
    arms_by_role,
    arms_without_effect,
    role_arms,
    without_effect,
)
from sim.cohorts.population import Population
from sim.cohorts.truth import TrueEffects, change_pmf, true_effects

__all__ = [
    "Arms",
    "Cohort",
    "Population",
    "TrueEffects",
    "arms_by_role",
    "arms_without_effect",
    "change_pmf",
    "draw_cohort",
    "role_arms",
    "true_effects",
    "without_effect",
]
