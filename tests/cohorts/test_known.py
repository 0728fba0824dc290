"""A population that is asked for again is the one that was worked out, and no other."""

from sim import compose_study
from sim.cohorts import control_population, role_population

CONTROLLED = ["control=parallel", "analysis.test=ancova", "clusters=sites"]


def test_the_same_people_are_worked_out_once() -> None:
    """What says nothing of who exists does not matter; role, arm and everything else do."""
    study = compose_study(CONTROLLED)
    same = compose_study([*CONTROLLED, "seed=1", "analysis.alpha=0.01", "target.power=0.9"])
    mentors = role_population(study, "mentor")
    assert role_population(same, "mentor") is mentors
    assert role_population(study, "mentee") is not mentors
    assert control_population(study, "mentor") is not mentors
    assert control_population(same, "mentor") is control_population(study, "mentor")
    for word in ("correlation.domains=0.3", "clusters.sites=5", "design.ratio=[1,1]"):
        assert role_population(compose_study([*CONTROLLED, word]), "mentor") is not mentors
