"""A rule of success is one line of text, read and written."""

import pytest
from oracles.studies import PRE, small_study

from sim.errors import StudyError
from sim.study import Study, parse_study

BOTH = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE}}
WRITTEN = {
    "a": ("one", ("a",), ("mentor",), None),
    "total for mentee": ("one", ("total",), ("mentee",), None),
    "any of items": ("any", "items", ("mentor",), None),
    "any of [a, total]": ("any", ("a", "total"), ("mentor",), None),
    "all of [total] for [mentor, mentee]": ("all", ("total",), ("mentor", "mentee"), None),
    "at least 4 of items for [mentor, mentee]": ("at_least", "items", ("mentor", "mentee"), 4),
}


def study_of(rule: object, **changes: object) -> Study:
    """State a study of both roles with one rule."""
    return small_study(roles=BOTH, primary="only", success={"only": rule}, **changes)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_rule_is_read_and_written(text: str) -> None:
    """What was read is written as it was, and read again as the same."""
    study = study_of(text)
    rule = study.success["only"]
    assert (rule.kind, rule.endpoints, rule.roles, rule.k) == WRITTEN[text]
    assert str(rule) == study.model_dump()["success"]["only"] == text
    assert parse_study(study.model_dump(mode="json")) == study


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("d", "'d' is no item or total; known: a, b, c, total"),
        ("totl", "'totl' is no item or total; did you mean 'total'?"),
        ("[a, b]", "'[a, b]' needs all of, any of, or at least K of before it"),
        ("all of [a, a]", "'[a, a]' must name each once"),
        ("all of []", "'[]' must name each once"),
        (
            "at least 4 of items",
            "'at least 4 of items': at least 4 must be at most 3, what is named",
        ),
        (
            "at least 0 of items",
            "'at least 0 of items': at least 0 must be at most 3, what is named",
        ),
        ("any of items for mentr", "'mentr' is no role; did you mean 'mentor'?"),
        (
            "total for [mentor, mentee]",
            "'total for [mentor, mentee]' looks at 2 endpoints; write all of, any of, or at least "
            "K of",
        ),
    ],
)
def test_a_rule_that_cannot_be(rule: str, line: str) -> None:
    """It is refused at its name, with what would be right."""
    with pytest.raises(StudyError) as refusal:
        study_of(rule)
    assert str(refusal.value) == f"success.only: {line}"


def test_names_may_read_like_rules() -> None:
    """An item or a total of such a name is meant, not the rule; "items" are never an item's."""
    names = ("any of us", "rest for now", "c, too")
    study = small_study(
        questionnaire={"items": names}, primary="x", success={"x": names[0], "y": names[1],
                                                             "z": "any of ['c, too', any of us]"},
    )  # fmt: skip
    assert [rule.kind for rule in study.success.values()] == ["one", "one", "any"]
    assert study.success["z"].endpoints == ("c, too", "any of us")
    assert parse_study(study.model_dump()) == study


def test_what_is_adjusted_follows_the_primary_rule() -> None:
    """Where nothing is stated, only a choice among several is adjusted for, by Holm."""
    used = {
        rule: study_of(rule, analysis={"adjustment": None}).analysis.adjustment for rule in WRITTEN
    }
    assert [rule for rule, adjustment in used.items() if adjustment == "holm"] == [
        "any of items", "any of [a, total]", "at least 4 of items for [mentor, mentee]",
    ]  # fmt: skip
    assert {*used.values()} == {"holm", "none"}
