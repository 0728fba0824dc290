"""Who exists and what they answer: draw cohorts, state the truth."""

from sim.cohorts.draw import Cohort, draw_cohort
from sim.cohorts.participants import control_population, role_population, without_effect
from sim.cohorts.population import Population
from sim.cohorts.truth import TrueEffects, change_pmf, true_effects

__all__ = [
    "Cohort",
    "Population",
    "TrueEffects",
    "change_pmf",
    "control_population",
    "draw_cohort",
    "role_population",
    "true_effects",
    "without_effect",
]
