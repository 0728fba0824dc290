"""A population that is asked for again is the one that was worked out, and no other."""

from sim import compose_study
from sim.cohorts import role_arms

CONTROLLED = ["control=parallel", "analysis.test=ancova", "clusters=sites"]


def test_the_same_people_are_worked_out_once() -> None:
    """What says nothing of who exists does not matter; role, arm and everything else do."""
    study = compose_study(CONTROLLED)
    same = compose_study([*CONTROLLED, "seed=1", "analysis.alpha=0.01", "target.power=0.9"])
    mentors = role_arms(study, 0)[0]
    assert role_arms(same, 0)[0] is mentors
    assert role_arms(study, 1)[0] is not mentors
    assert role_arms(study, 0)[1] is not mentors
    assert role_arms(same, 0)[1] is role_arms(study, 0)[1]
    for word in ("correlation.items=0.3", "clusters.site.sites=5", "design.ratio=[1,1]"):
        assert role_arms(compose_study([*CONTROLLED, word]), 0)[0] is not mentors
