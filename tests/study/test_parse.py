"""Plain data to a frozen study, or to one clear line."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from sim.compose import compose_study
from sim.errors import StudyError
from sim.study import Study, parse_study
from sim.study.parse import draft_of
from sim.study.study import complaints_of
from sim.study.words import Words


def plain() -> dict[str, Any]:
    """Give the default study as plain data."""
    return compose_study().model_dump(mode="json")


def changed(place: str, value: object) -> dict[str, Any]:
    """Give the default study with one value changed."""
    data: Any = plain()
    *sections, field = place.split(".")
    node = data
    for section in sections:
        node = node[section]
    node[field] = value
    return dict(data)


def complaint(data: dict[str, Any]) -> str:
    """Give the line that a study is refused with."""
    with pytest.raises(StudyError) as caught:
        parse_study(data)
    return str(caught.value)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find every model that a study is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for part in get_args(annotation):
        yield from models(part)


FIELDS = {
    f"{model.__name__}.{name}": field
    for model in models(Study)
    for name, field in model.model_fields.items()
}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_says_its_meaning(name: str) -> None:
    """Each field of the schema has a description of some length."""
    assert len(FIELDS[name].description or "") >= 10


def test_the_schema_is_walked_in_full() -> None:
    """The walk over the schema reaches nested sections, variants and lists."""
    assert {"Study.seed", "Rule.kind", "ShiftEffect.shift", "PilotOutcome.p"} <= set(FIELDS)


def test_a_study_survives_the_way_to_plain_data_and_back() -> None:
    """Reading a study's own plain data gives an equal study."""
    assert parse_study(plain()) == compose_study()


def test_a_study_is_frozen() -> None:
    """A study cannot be changed once it is checked."""
    with pytest.raises(ValidationError, match="frozen"):
        compose_study().seed = 3  # type: ignore[misc]


def test_lists_become_tuples() -> None:
    """Lists are taken for tuples at every depth, whole numbers for numbers."""
    study = parse_study(changed("roles.mentor.pre", [[0, 0, 1, 0, 0]] * 7))
    assert study.roles["mentor"].pre == ((0.0, 0.0, 1.0, 0.0, 0.0),) * 7


@pytest.mark.parametrize(
    ("place", "value", "line"),
    [
        (
            "analysis.alpha",
            1.5,
            "analysis.alpha: 1.5 must be above 0 and below 1 (or a percent, with its %)",
        ),
        (
            "analysis.alpha",
            1,
            "analysis.alpha: 1 must be above 0 and below 1 (or a percent, with its %)",
        ),
        ("analysis.alpha", "x", "analysis.alpha: 'x' must be a number"),
        ("analysis.alpha", float("nan"), "analysis.alpha: nan must be a finite number"),
        ("analysis.continuity", 1, "analysis.continuity: 1 must be true or false"),
        ("monte_carlo.mcse", 0.2, "monte_carlo.mcse: 0.2 must be above 0 and at most 0.1"),
        ("seed", 1.5, "seed: 1.5 must be a whole number"),
        ("seed", True, "seed: true must be a whole number"),
        ("seed", None, "seed: null must be a whole number"),
        ("design.ratio", [6, 0], "design.ratio[1]: 0 must be from 1 to 100"),
        ("design.n", 7.5, "design.n: 7.5 must be a whole number"),
        ("design.n", [], "design.n: [] must name at least one size, or be null"),
        ("design.n", [6, 6], "design.n: [6, 6] must rise, each size once"),
        ("questionnaire.items", [], "questionnaire.items: [] must name at least 1"),
        ("title", "", "title: '' must not be empty"),
        (
            "roles.mentor",
            3,
            "roles.mentor: 3 must be a section with fields of its own: pre, effect",
        ),
        ("roles", "nurse", "roles: 'nurse' must be a section with fields of its own"),
        (
            "control",
            "parallel",
            "control: 'parallel' must be a section with fields of its own: ratio, unit, effect,"
            " beside",
        ),
        ("correlation.items", "x", "correlation.items: 'x' must be a number, or a list"),
        ("report.tabel_rows", 3, "report.tabel_rows: unknown field; did you mean 'table_rows'?"),
        ("target.zzz", 3, "target.zzz: unknown field; known: power, half_width"),
        (
            "effect",
            {"shift": 1, "median": 3},
            "effect: states shift and median, each an effect of its own; state one of them",
        ),
        (
            "effect",
            {"kind": "shift"},
            "effect.kind: is gone: an effect is stated by its value, such as effect.shift=0.5",
        ),
        ("effect", {"shft": 1}, "effect.shft: unknown field; did you mean 'shift'?"),
        ("effect", {"posterior": "raju"}, "effect.under: is missing and must be given"),
        (
            "effect",
            {"odds_ratio": [1, 1, 1, 1, 1, 1, 0]},
            "effect.odds_ratio[6]: 0 must be above 0",
        ),
        (
            "effect",
            {"shift": [1, 2]},
            "effect.shift: [1.0, 2.0] must be one value, or 7 (one per item)",
        ),
        (
            "effect.items.strengths",
            {"shift": "much"},
            "effect.items.strengths.shift: 'much' must be a number, or a list",
        ),
        (
            "analysis.test",
            "signrank",
            (
                "analysis.test: 'signrank' must be one of signed_rank, sign, mcnemar, sign_flip,"
                " paired_t, munzel_brunner, clustered_signed_rank, clustered_mcnemar,"
                " cluster_mean_t, ordinal_gee,"
                " mann_whitney, ancova, two_sample_t, welch_t, cluster_mean_two_sample_t;"
                " did you mean 'signed_rank'?"
            ),
        ),
        (
            "roles.mentor.pre",
            [0.1, 0.2, 0.3, 0.2, 0.1],
            "roles.mentor.pre: [0.1, 0.2, 0.3, 0.2, 0.1] sums to 0.9; shares must sum to 1 and"
            " percents to 100 (people are given as counts)",
        ),
        (
            "success.total",
            "total for mentr",
            "success.total: 'mentr' is no role; did you mean 'mentor'?",
        ),
        (
            "success.total",
            {"kind": "one"},
            "success.total: {'kind': 'one'} is no rule; write the name of an item or total, or all"
            " of, any of or at least K of a list such as [first, second] or of items",
        ),
    ],
)
def test_the_line_of_a_wrong_value(place: str, value: object, line: str) -> None:
    """A wrong value is refused with its place, itself, and what would be right."""
    assert complaint(changed(place, value)) == line


def test_every_mistake_has_its_line() -> None:
    """Where several fields are wrong, each is named in a line."""
    data = changed("seed", -1)
    data["report"]["table_rows"] = 1
    data["nonsense"] = 1
    first, second, third = complaint(data).splitlines()
    assert first == "seed: -1 must be at least 0 and below 9223372036854775808"
    assert second == "report.table_rows: 1 must be from 2 to 60"
    assert third.startswith("nonsense: unknown field; ")


def test_what_is_left_out_is_neutral_or_named() -> None:
    """Of all sections only the questions must be stated; no other is missed."""
    data = plain()
    del data["target"]
    assert parse_study(data) == compose_study()
    del data["questionnaire"]
    assert complaint(data) == "questionnaire: is missing and must be given"


def test_a_long_value_is_cut() -> None:
    """A value too long for a line is shown in part."""
    line = complaint(changed("roles.mentor.pre", [0.001] * 500))
    assert "..." in line
    assert len(line) < 150


@pytest.mark.parametrize("by_domain", [False, True])
def test_a_table_cannot_be_shifted(*, by_domain: bool) -> None:
    """Shifts are not drawn where an effect states a table of before by after."""
    prior = "prior: {kind: normal_shift, mean: 0, sd: 1, between_sd: 0, draws: 20, replicates: 2}"
    words = ["effect=joint", f"++effect={{{prior}}}"]
    if by_domain:
        table = [[0.2, 0, 0, 0, 0]] * 5
        parts = f"otherwise: none, items: {{strengths: {{joint: {table}}}}}"
        words = ["effect=none", f"++effect={{{parts}, {prior}}}"]
    with pytest.raises(StudyError, match=r"^effect.prior: 'normal_shift' draws shifts, and cannot"):
        compose_study(words)


def test_every_wrong_field_has_its_line() -> None:
    """Each wrong field has a line of its own, the same as alone; a right study has none."""
    data = compose_study().model_dump(mode="json")
    assert complaints_of(data) == ()
    data["analysis"]["alpha"], data["target"]["power"] = 2, "x"
    data["roles"]["mentor"]["pre"] = [0.5, "y", 0.5]
    assert complaints_of(data) == (
        "roles.mentor.pre[1]: 'y' must be a number, or a list",
        "analysis.alpha: 2 must be above 0 and below 1 (or a percent, with its %)",
        "target.power: 'x' must be a number",
    )
    data["target"]["power"] = 0.8
    del data["roles"]["mentor"]["pre"]
    data["roles"]["mentor"]["pre"] = [0.2] * 5
    (line,) = complaints_of(data)
    with pytest.raises(StudyError) as caught:
        parse_study(data)
    assert str(caught.value) == line


def test_a_draft_need_not_go_together() -> None:
    """Values that do not go together make a draft, not a study; what is left out is filled in."""
    data = compose_study().model_dump(mode="json")
    data["control"] = {"ratio": [1, 1], "unit": "person",
                       "effect": {}, "beside": None}  # fmt: skip
    with pytest.raises(StudyError):
        parse_study(data)
    assert draft_of(data)["control"]["assumption"] is None
    data["control"]["unit"] = "house"
    with pytest.raises(StudyError, match=r"^control.unit: 'house' must be one of"):
        draft_of(data)


def test_faults_within_and_between_sections_are_told_together() -> None:
    """What is wrong between sections that can be read is told with what cannot be read."""
    data = {
        "questionnaire": {
            "items": {"a": [20, 20, 20, 20, 20], "b": "like: c"}, "totals": {"both": ["a", "d"]},
        },
        "target": {"power": 8},
        "effect": {"odds_ratio": [2, 2, 2]},
        "success": "all of [a, e]",
    }  # fmt: skip
    told = complaints_of(data)
    places = [line.partition(":")[0] for line in told]
    assert sorted(places) == [
        "effect.odds_ratio", "questionnaire.items.b", "questionnaire.totals.both",
        "success.all of [a, e]", "target.power",
    ]  # fmt: skip


def test_nothing_follows_from_a_section_that_is_wrong() -> None:
    """A section that cannot be read makes no other one wrong."""
    data = {
        "questionnaire": {"items": ["a"]},
        "roles": {"nurse": {"pre": [0.2, 0.2, 0.2, 0.2, 0.2]}},
        "clusters": {"ward": {"icc": 2}},
        "analysis": {"test": "cluster_mean_t"},
    }
    assert [line.partition(":")[0] for line in complaints_of(data)] == ["clusters.ward.icc"]


def test_the_plural_of_the_participant_may_be_given_by_itself() -> None:
    """It stands beside the noun, and is kept as one of the plurals."""
    words = Words.model_validate({"participant": "ox", "participants": "oxen", "unit": "ox"})
    assert (words.units, words.plurals) == ("oxen", {"ox": "oxen"})
    known = Words.model_validate({"participants": "people", "plurals": {"child": "children"}})
    assert known.plurals == {"child": "children", "participant": "people"}
