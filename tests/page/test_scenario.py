"""A scenario says how it can be repeated, and what in it is wrong."""

import pytest
import yaml

from sim import compose_study
from sim.errors import StudyError
from sim.page.fields import CHOSEN, GROUPS, as_text, from_text, shown_field
from sim.page.scenario import Scenario, blamed, differing
from sim.study import parse_study

TYPED = {
    "report.title": r"It's a \ 'title', \'quoted\' = {x: [1, 2]} ${seed} \\",
    "effect.value": "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, -0.7]",
    "roles.mentor.pre": "[0.2, 0.2, 0.2, 0.2, 0.2]",
    "correlation.pre_post": "0.7",
    "correlation.domains": "0.1",
    "design.sizes": "[6, 12]",
    "design.ratio": "[1, 1]",
    "analysis.test": "sign",
    "analysis.alpha": "0.01",
    "analysis.alternative": "greater",
    "analysis.adjustment": "none",
    "decision.primary": "any domain",
    "target.power": "0.9",
    "monte_carlo.replicates": "500",
    "seed": "7",
}


@pytest.fixture(scope="module")
def default() -> Scenario:
    """The default study."""
    return Scenario.of(compose_study)


def test_every_field_is_shown_with_its_schema_s_help(default: Scenario) -> None:
    """Each field of the form has a label, the schema's words and its value."""
    shifted = default.changed("effect", "shift")
    for name in (name for part in GROUPS.values() for name in part if name not in CHOSEN):
        shown = shown_field(name, shifted.data)
        assert shown is not None
        assert shown.label
        assert len(shown.help) > 10
        if not shown.choices:
            assert shifted.changed(name, shown.text).data == shifted.data


def test_words_give_the_same_study(default: Scenario) -> None:
    """What was typed into every field comes back from the words of the command line."""
    changed = default.changed("effect", "shift")
    for name, text in TYPED.items():
        changed = changed.changed(name, text)
    words = changed.words()
    assert words is not None
    assert compose_study(words) == changed.study()
    assert changed.study().report.title == TYPED["report.title"]
    assert changed.command("x").startswith("mentorsim plan effect=shift ")


@pytest.mark.parametrize("experiment", ["null", "scale_up", "controlled", "gatekeeping"])
def test_an_experiment_is_named(default: Scenario, experiment: str) -> None:
    """A ready-made experiment is repeated by its name, and refills the form."""
    own = default.changed("seed", "5").changed("experiment", experiment)
    assert own.study() == compose_study([f"experiment={experiment}"])
    assert own.words() is not None


def test_yaml_goes_both_ways(default: Scenario) -> None:
    """The whole study is in the YAML; other rules, effects and sections come back by words too."""
    assert parse_study(yaml.safe_load(default.yaml())) == default.study()
    data = yaml.safe_load(default.yaml())
    data["effect"] = {"kind": "odds_ratio", "odds_ratio": 2.0}
    data["decision"] = {"primary": "all of it", "rules": {
        "all of it": {"kind": "all", "endpoints": "domains", "roles": ["mentor"]}}}  # fmt: skip
    own = default.rewritten(yaml.safe_dump(data))
    words = own.words()
    assert words is not None
    assert compose_study(words) == own.study()
    configuration = yaml.safe_load(own.configuration())
    assert parse_study({key: configuration[key] for key in own.data}) == own.study()


def test_where_words_do_not_do_the_file_does(default: Scenario) -> None:
    """A name that the command line cannot hold is left to the file."""
    data = yaml.safe_load(default.yaml())
    data["decision"]["rules"]["a: {b}, [c"] = {
        "kind": "one",
        "endpoints": "total",
        "roles": ["mentor"],
    }
    own = default.rewritten(yaml.safe_dump(data))
    assert own.words() is None
    assert own.command("file") == 'mentorsim plan --config-path="$PWD" --config-name=file'


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("analysis.alpha", "abc", "analysis.alpha"),
        ("analysis.alpha", "[", "analysis.alpha"),
        ("design.max_pairs", "3", "design.max_pairs"),
        ("effect.value", "[0.5]", "effect.value"),
        ("roles.mentor.pre", "[0.5, 0.1]", "roles.mentor.pre"),
        ("analysis.adjustment", "graphical", ""),
    ],
)
def test_the_field_is_blamed(default: Scenario, name: str, text: str, place: str) -> None:
    """A wrong value's line is put beside its field, where the form has it."""
    own = default.changed("effect", "shift").changed(name, text)
    with pytest.raises(StudyError) as caught:
        own.study()
    assert blamed(caught.value, own.data) == place


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "3",
        "seed: 1",
        "{a: &a [*a]}",
        "x" * 300_000,
        "[" * 5000,
        "!!python/object/apply:os.getcwd []",
    ],
)
def test_other_yaml_is_refused_in_one_line(default: Scenario, text: str) -> None:
    """What is no study is refused in a line, and runs nothing."""
    with pytest.raises(StudyError) as caught:
        default.rewritten(text)
    assert "\n" not in str(caught.value)


def test_only_fields_of_the_form_can_be_typed(default: Scenario) -> None:
    """A message from elsewhere cannot set what the form does not show."""
    with pytest.raises(StudyError, match="not a field"):
        default.changed("store.file", "x")


def test_differing_names_what_differs(default: Scenario) -> None:
    """Two scenarios are told apart by the settings that differ."""
    other = default.changed("analysis.alpha", "0.01")
    assert differing(default, other) == [("analysis.alpha", 0.05, 0.01)]
    assert differing(default, default) == []


def test_text_and_value() -> None:
    """A value that is written is read as it was."""
    for value in (None, 1, 0.5, [1, 2], [0.1, [2]], True):
        assert from_text("x", as_text(value)) == value
    assert from_text("report.title", "1") == "1"
