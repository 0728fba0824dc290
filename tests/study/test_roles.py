"""A study has one role or two, of any name; what is simulated goes by their places."""

from typing import Any

import pytest
from oracles.studies import PRE, small_study

from sim import compose_study, plan
from sim.errors import StudyError
from sim.power.operating import OperatingCharacteristics
from sim.study import Study

CLUSTERS = {
    "site": {
        "stated_as": "latent", "icc": 0.1, "shared_icc": 0.1, "sites": 4,
        "per_site": 5, "accrual": "round_robin", "size_variation": 0.0, "assumption": None,
    }
}  # fmt: skip


def study_of(*names: str, **changes: Any) -> Study:
    """Two roles in clusters, of these names; success is that both totals are won."""
    effects = ({"shift": 0.5}, {"shift": 0.8})
    roles = {name: {"pre": PRE, "effect": own} for name, own in zip(names, effects, strict=False)}
    success = {"totals": f"all of [total] for [{', '.join(names)}]"}
    stated = {"roles": roles, "success": success, "primary": "totals", "clusters": CLUSTERS}
    return small_study(**stated, **changes)


def numbers(found: OperatingCharacteristics) -> list[list[float]]:
    """How often every endpoint is won, role by role, and the rule."""
    measures = [role.measures.win.value for role in found.roles]
    return [value.ravel().tolist() for value in [*measures, found.rule_win.value]]


def test_names_of_roles_move_no_number() -> None:
    """Under other names everybody answers as before, for streams go by places."""
    first, second = plan(study_of("mentor", "mentee")), plan(study_of("tutor", "beginner"))
    assert numbers(first.characteristics) == numbers(second.characteristics)
    assert [role.role for role in second.characteristics.roles] == ["tutor", "beginner"]


def test_the_first_role_is_the_one_that_pairs_count() -> None:
    """The order of the roles is that in which they stand, in the shipped configuration too."""
    assert compose_study([]).role_names == ("mentor", "mentee")
    swapped = study_of("b", "a", design={"ratio": (6, 5)})
    assert swapped.role_names == ("b", "a")
    assert [swapped.participants(role, 12) for role in (0, 1)] == [12, 10]


def test_a_role_that_is_null_is_left_out() -> None:
    """The command line replaces the shipped roles by one of another name."""
    words = ["roles.mentor=null", "roles.mentee=null", f"+roles.nurse={{pre:{list(PRE)}}}",
             "primary=any", "+success.any='any of items for nurse'"]  # fmt: skip
    study = compose_study(words)
    assert study.role_names == ("nurse",)
    assert study.success["total"].roles == study.success["any"].roles == ("nurse",)


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ((), r"^roles: none must be one or two; one that is null is left out$"),
        (("a", "b", "c"), r"^roles: a, b, c must be one or two; one that is null is left out$"),
        (
            ("a+b",),
            r"^roles.a\+b: 'a\+b' must begin with a letter and hold letters, digits, - and _ only$",
        ),
    ],
)
def test_roles_that_cannot_be(names: tuple[str, ...], line: str) -> None:
    """No role, three roles, and a name that no column or file can have are refused in a line."""
    roles = {name: {"pre": PRE} for name in names}
    with pytest.raises(StudyError, match=line):
        small_study(roles=roles)
