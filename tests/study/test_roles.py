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


def by_item(pre: Any, **items: Any) -> Study:
    """One role that answers three items before as is stated of it, or else of them."""
    known = {"a": PRE, "b": PRE, "c": {"counts": (0, 1, 2, 1, 0)}, **items}
    return small_study(questionnaire={"items": known}, roles={"nurse": {"pre": pre}})


def test_a_role_states_items_by_name() -> None:
    """What it names stands for what the questionnaire says; shares, percents, counts and copies."""
    study = by_item({"b": {"counts": (1, 1, 2, 0, 0)}, "c": "like: b"})
    assert study.marginals(0) == (PRE, (0.25, 0.25, 0.5, 0, 0), (0.25, 0.25, 0.5, 0, 0))
    assert by_item({"a": (10, 20, 40, 20, 10)}).marginals(0)[::2] == (PRE, (0, 0.25, 0.5, 0.25, 0))
    assert by_item((10, 20, 40, 20, 10)).marginals(0) == (PRE,) * 3
    assert by_item({"counts": (1, 2, 4, 2, 1)}).marginals(0) == (PRE,) * 3
    others = by_item({"items": (0, 0, 1, 0, 0), "a": PRE}).marginals(0)
    assert others == (PRE, (0, 0, 1, 0, 0), (0, 0, 1, 0, 0))
    assert Study(**study.model_dump()).marginals(0) == study.marginals(0)


@pytest.mark.parametrize(
    ("pre", "line"),
    [
        ({"d": PRE}, "roles.nurse.pre: 'd' is no item; known: a, b, c"),
        ({"a": (1, 2)}, "roles.nurse.pre.a: [1.0, 2.0] must be 5 numbers, one per point"),
        ({"a": (0.5,) * 5}, "roles.nurse.pre.a: [0.5, 0.5, 0.5, 0.5, 0.5] sums to 2.5;"),
        ({"a": {"count": PRE}}, "roles.nurse.pre.a.count: unknown field; did you mean 'counts'?"),
        ({"a": "like: d"}, "roles.nurse.pre.a: 'd' is no item; known: a, b, c"),
        ({"a": None}, "roles.nurse.pre.a: null must say how it is answered before"),
        ((10, 20, 40, 20, 15), "roles.nurse.pre: [10.0, 20.0, 40.0, 20.0, 15.0] sums to 105"),
        ((1, 2, 3), "roles.nurse.pre: [1.0, 2.0, 3.0] must be 5 numbers, one per point"),
        ("much", "roles.nurse.pre: 'much' must be a list"),
    ],
)
def test_a_role_that_answers_in_no_way_is_refused(pre: Any, line: str) -> None:
    """In one line with its place."""
    with pytest.raises(StudyError) as refusal:
        by_item(pre)
    assert str(refusal.value).startswith(line)
