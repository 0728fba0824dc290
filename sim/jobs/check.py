"""The job of checking: what would a plan do?"""

from __future__ import annotations

from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.assumptions import assumptions_of
from sim.jobs.check_text import Outline
from sim.jobs.plan import planned_blocks, treated_populations
from sim.jobs.posterior_effect import with_plain_effects
from sim.power.known import exact_place
from sim.power.thinned import Changes
from sim.study import Study


def outline(study: Study) -> Outline:
    """Look ahead at a plan; nothing is simulated.

    Parameters
    ----------
    study : Study
        One that :func:`sim.jobs.plan.check` lets pass.

    Returns
    -------
    Outline
    """
    plain = with_plain_effects(study)
    return Outline(study, assumptions_of(study), _is_exact(plain), planned_blocks(plain))


def _is_exact(study: Study) -> bool:
    """Tell whether the power of the primary rule is enumerated."""
    if study.power_engine == "monte_carlo":
        return False
    primary = next(rule for rule in decision_rules(study) if rule.name == study.primary)
    try:
        role, place, _ = exact_place(primary, study.endpoint_sets, study.scored_analysis)
        population = treated_populations(study)[role]
        Changes.of(population, study.endpoint_sets, study.scored_analysis).listed(place)
    except StudyError:
        return False
    return True
