"""A scenario says how it can be repeated, and what in it is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sim import compose_study
from sim.compose import Composer
from sim.errors import StudyError
from sim.page.compared import differing
from sim.page.fields import known_field, shown_field, shown_names
from sim.page.overrides import literal
from sim.page.parts import form_parts, group_of
from sim.page.scenario import Scenario, blamed
from sim.page.texts import as_text, from_text
from sim.sources import CONF
from sim.study import Study, parse_study
from sim.study.places import field_at

TYPED = {
    "title": r"It's a \ 'title', \'quoted\' = {x: [1, 2]} ${seed} \\",
    "effect.shift": "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, -0.7]",
    "roles.mentor.pre": "[0.2, 0.2, 0.2, 0.2, 0.2]",
    "correlation.pre_post": "0.7",
    "correlation.items": "0.1",
    "design.n": "[6, 12]",
    "design.ratio": "[1, 1]",
    "analysis.test": "sign",
    "analysis.alpha": "0.01",
    "analysis.alternative": "greater",
    "analysis.adjustment": "none",
    "primary": "any domain",
    "target.power": "0.9",
    "monte_carlo.replicates": "500",
    "seed": "7",
}


CHOICES = {
    "effect": ["shift", "odds_ratio", "median", "post", "joint", "posterior", "believed"],
    "effect@roles.mentee.effect": ["shift", "median"],
    "control": ["parallel"],
    "clusters": ["sites"],
    "missing": ["mcar", "mar", "mnar", "items"],
    "selection": ["baseline", "screening"],
}
EVERY_CHOICE = [(group, name) for group, names in CHOICES.items() for name in names]


@pytest.fixture(scope="module")
def default() -> Scenario:
    """The default study."""
    return Scenario.of(Composer())


def every_field(own: Scenario) -> list[str]:
    """Fields of the form that are typed or chosen one by one."""
    return [
        name
        for part in form_parts(own.data)
        for name in shown_names(part, own.data)
        if not group_of(name)
    ]


@pytest.mark.parametrize(("group", "name"), [("seed", "7"), *EVERY_CHOICE])
def test_every_field_is_shown_with_its_schema_s_help(
    default: Scenario, group: str, name: str
) -> None:
    """Each field has a label, the schema's words and a text that stands for its very value."""
    own = default.changed(group, name)
    for place in every_field(own):
        shown = shown_field(place, own.data)
        assert shown.label
        said = " ".join((known_field(place, own.data).description or "").split())
        assert shown.help.replace("empty", "null") == said.replace("empty", "null")
        assert len(shown.help) > 10
        assert own.changed(place, shown.text).data == own.data
        if shown.choices:
            assert shown.text in shown.choices


@pytest.mark.parametrize(("group", "name"), EVERY_CHOICE)
def test_a_choice_fills_its_section(default: Scenario, group: str, name: str) -> None:
    """A choice is that of the command line, whether or not it goes with the rest yet."""
    own = default.changed("seed", "7").changed(group, name)
    chosen = group_of(group)
    assert chosen
    word = f"{group}={name}"
    section = chosen.place.partition(".")[0]
    expected = Scenario.of(Composer(), {group: name})
    assert own.data[section] == expected.data[section]
    assert own.data["seed"] == 7
    assert answer_of(own.study) == answer_of(lambda: compose_study([word, "seed=7"]))
    assert own.words() == ([word, "seed=7"] if isinstance(answer_of(own.study), Study) else None)


def answer_of(ask: Callable[[], Study]) -> Study | str:
    """A study, or why there is none."""
    try:
        return ask()
    except StudyError as error:
        return str(error)


def test_a_control_arm_is_reached_step_by_step(default: Scenario) -> None:
    """A choice that does not fit the test says so beside the test, and fits once that is chosen."""
    own = default.changed("control", "parallel")
    with pytest.raises(StudyError) as caught:
        own.study()
    assert blamed(str(caught.value), own.data) == "analysis.test"
    own = own.changed("analysis.test", "ancova").changed("control.ratio", "2:1")
    assert own.study().control.model_dump()["ratio"] == (2, 1)
    words = own.words()
    assert words is not None
    assert compose_study(words) == own.study()


def test_fields_that_say_nothing_are_not_shown(default: Scenario) -> None:
    """A field that matters only with some test, adjustment or role is shown only there."""
    assert "analysis.cut" not in every_field(default)
    assert "analysis.cut" in every_field(default.changed("analysis.test", "mcnemar"))
    assert "analysis.sequence" in every_field(default.changed("analysis.adjustment",
                                                              "fixed_sequence"))  # fmt: skip
    data = yaml.safe_load(default.yaml())
    data["roles"]["mentee"] = None
    data["success"] = {"total": "total"}
    alone = default.rewritten(yaml.safe_dump(data))
    assert not any("mentee" in name for name in every_field(alone))
    assert "design.ratio" in every_field(default)
    assert "design.ratio" not in every_field(alone)


def test_words_give_the_same_study(default: Scenario) -> None:
    """What was typed into every field comes back from the words of the command line."""
    changed = default.changed("effect", "shift")
    for name, text in TYPED.items():
        changed = changed.changed(name, text)
    words = changed.words()
    assert words is not None
    assert compose_study(words) == changed.study()
    assert changed.study().title == TYPED["title"]
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
    data["effect"] = {"odds_ratio": 2.0}
    data |= {"primary": "all of it", "success": {"all of it": "all of items"}}
    own = default.rewritten(yaml.safe_dump(data, sort_keys=False))  # the first role is the first
    words = own.words()
    assert words is not None
    assert compose_study(words) == own.study()
    assert default.rewritten(own.file_text()).data == own.data  # a saved file can be pasted
    assert parse_study(yaml.safe_load(own.file_text())) == own.study()


def test_where_words_do_not_do_the_file_does(default: Scenario) -> None:
    """A name that the command line cannot hold is left to the file."""
    data = yaml.safe_load(default.yaml())
    data["success"]["a: {b}, [c"] = "total"
    own = default.rewritten(yaml.safe_dump(data))
    assert own.words() is None
    assert own.command("file") == "mentorsim plan file.yaml"


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("analysis.alpha", "abc", "analysis.alpha"),
        ("analysis.alpha", "[", "analysis.alpha"),
        ("design.up_to", "3", "design.up_to"),
        ("effect.shift", "[0.5]", "effect.shift"),
        ("monte_carlo.replicates", "", "monte_carlo.replicates"),
        ("design.ratio", "6:", "design.ratio"),
        ("roles.mentor.pre", "[0.5, 0.1]", "roles.mentor.pre"),
        ("analysis.adjustment", "graphical", "graph"),
        ("analysis.adjustment", "fixed_sequence", "analysis.sequence"),
    ],
)
def test_the_field_is_blamed(default: Scenario, name: str, text: str, place: str) -> None:
    """A wrong value's line is put beside its field, where the form has it."""
    own = default.changed("effect", "shift").changed(name, text)
    with pytest.raises(StudyError) as caught:
        own.study()
    assert blamed(str(caught.value), own.data) == place


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


@pytest.mark.parametrize(
    ("place", "text", "value"),
    [
        ("title", "1, 2", "1, 2"),
        ("roles.mentor.pre", "0.1, .2,0.7", [0.1, 0.2, 0.7]),
        ("roles.mentor.pre", "[[1, 0], [0, 1]]", [[1, 0], [0, 1]]),
        ("design.n", " ", None),
        ("design.n", "[12]", [12]),
        ("design.n", "12,24", [12, 24]),
        ("design.ratio", "6 : 5", [6, 5]),
        ("design.ratio", "6, 5", [6, 5]),
        ("analysis.sequence", "total, strengths", ["total", "strengths"]),
        ("analysis.cut", "", None),
        ("analysis.continuity", "true", True),
        ("seed", "x: [", "x: ["),
        ("analysis.alpha", "0,05", 0.05),
        ("analysis.alpha", " 5% ", 0.05),
        ("analysis.alpha", "1e-2", 0.01),
        ("correlation.items", "0.3", 0.3),
        ("design.n", "12", [12]),
        ("design.n", "12 24; 36", [12, 24, 36]),
        ("monte_carlo.replicates", "1e3", 1000),
        ("seed", "012", 12),
        ("seed", "0x40", "0x40"),
        ("seed", "1:30", "1:30"),
        ("seed", "1e999", "1e999"),
        ("target.power", "2022-01-01", "2022-01-01"),
    ],
)
def test_text_and_value(default: Scenario, place: str, text: str, value: object) -> None:
    """What is typed is read as people mean it, and written as it can be typed again."""
    field = known_field(place, default.data)
    assert from_text(place, text, field) == value
    assert from_text(place, as_text(place, value), field) == value


def test_a_configuration_of_one_s_own_is_used(tmp_path: Path) -> None:
    """Further choices of a folder are offered, composed, and named on the command line."""
    (tmp_path / "effect").mkdir()
    (tmp_path / "effect" / "ours.yaml").write_text("# Ours.\nshift: 0.33\n")
    compose = Composer(further=tmp_path)
    assert compose.folders == (CONF, tmp_path)
    own = Scenario.of(compose).changed("effect", "ours")
    assert own.study().effect.model_dump()["shift"] == 0.33
    assert own.command("x") == f"mentorsim plan --config-dir={tmp_path} effect=ours"


@pytest.mark.parametrize(
    ("value", "text"),
    [("ancova", "ancova"), ("Null", "'Null'"), ("two words", "'two words'"), (None, "null"),
     (True, "true"), ([1, {"a": 0.5}], "[1,{a:0.5}]")],
)  # fmt: skip
def test_words_are_as_plain_as_can_be(value: object, text: str) -> None:
    """A value is quoted only where it must be."""
    assert literal(value) == text


def test_the_order_of_rules_is_repeated(default: Scenario) -> None:
    """Rules in another order are another study: results are listed in their order."""
    data = yaml.safe_load(default.yaml())
    data["success"] = dict(reversed(data["success"].items()))
    own = default.rewritten(yaml.safe_dump(data, sort_keys=False))
    words = own.words()
    assert list(own.study().success) == list(data["success"])
    assert words is None or list(compose_study(words).success) == list(own.study().success)


@pytest.mark.parametrize("name", ["a,b", "2024", "true", "x=y", "é-ü", "a b", "q'uote"])
def test_choices_of_any_name_are_composed(tmp_path: Path, name: str) -> None:
    """A choice may be called anything that a file may be called."""
    (tmp_path / "effect").mkdir()
    (tmp_path / "effect" / f"{name}.yaml").write_text("shift: 0.33\n")
    own = Scenario.of(Composer(further=tmp_path), {"effect": name})
    assert own.study().effect.model_dump()["shift"] == 0.33


def test_known_fields_alone(default: Scenario) -> None:
    """The schema's fields are found by place, and others are not."""
    assert field_at("analysis.alpha", default.data) is known_field("analysis.alpha", default.data)
    with pytest.raises(StudyError, match="not a field"):
        known_field("analysis.beta", default.data)


def test_sites_have_fields_under_their_name(default: Scenario) -> None:
    """Sites are typed where they stand, and their choice is known by what one is called."""
    own = default.changed("clusters", "sites").changed("clusters.site.icc", "0.1")
    sites = own.study().sites
    assert sites is not None
    assert sites.icc == 0.1
    assert own.words() == ["clusters=sites", "clusters.site.icc=0.1"]
    assert own.reason("clusters") is None
    assert default.changed("clusters", "sites").reason("clusters") is not None
    data = yaml.safe_load(own.yaml())
    data["clusters"] = {"ward": data["clusters"]["site"]}
    data["words"]["site"] = "ward"
    wards = default.rewritten(yaml.safe_dump(data, sort_keys=False))
    assert "clusters.ward.icc" in every_field(wards)
    assert shown_field("clusters.ward.icc", wards.data).label == "Correlation within a ward"
    assert "Wards" in [part.heading for part in form_parts(wards.data)]
    wrong = wards.changed("clusters.ward.icc", "2")
    with pytest.raises(StudyError) as caught:
        wrong.study()
    assert blamed(str(caught.value), wrong.data) == "clusters.ward.icc"


def test_the_form_has_the_study_s_nouns(default: Scenario) -> None:
    """People, units and items are called as the study calls them, and a lone role has no pairs."""
    data = yaml.safe_load(default.yaml())
    data["roles"] = {"staff nurse": data["roles"]["mentor"]}
    data["words"] |= {"unit": "staff nurse", "item": "question", "treated": "trained"}
    data |= {"success": {"total": "total"}, "primary": "total"}
    own = default.rewritten(yaml.safe_dump(data, sort_keys=False))
    assert form_parts(own.data)[3].heading == "The staff nurses"
    labels = {name: shown_field(name, own.data).label for name in every_field(own)}
    assert labels["design.up_to"] == "Largest size, in staff nurses"
    assert labels["correlation.items"] == "Correlation between questions"
    assert labels["roles.staff nurse.pre"] == "Staff nurses: answers before"
    assert "design.ratio" not in labels
    assert shown_field("control.ratio", own.changed("control", "parallel").data).label == (
        "Trained to controls"
    )


def test_a_role_of_the_study_s_own_takes_a_ready_made_effect(default: Scenario) -> None:
    """An effect can be chosen for a role that the configuration does not have."""
    data = yaml.safe_load(default.yaml())
    data["roles"] = {"nurse": data["roles"]["mentor"], "lead-nurse": data["roles"]["mentee"]}
    data |= {"success": {"total": "total"}, "primary": "total"}
    own = default.rewritten(yaml.safe_dump(data, sort_keys=False))
    chosen = own.changed("effect@roles.lead-nurse.effect", "shift")
    assert chosen.data["roles"]["lead-nurse"]["effect"]["shift"] == 0.5
    assert chosen.study().effect == own.study().effect


def test_a_control_arm_of_the_yaml_comes_back_by_words(default: Scenario) -> None:
    """A control arm that no choice brought is worded field by field: its name is a group's."""
    data = yaml.safe_load(default.changed("analysis.test", "ancova").yaml())
    data["control"] = {"ratio": [2, 1]}
    own = default.rewritten(yaml.safe_dump(data, sort_keys=False))
    words = own.words()
    assert words is not None
    assert compose_study(words) == own.study()


NURSES = {
    "title": "Communication skills course",
    "words.participant": "nurse",
    "words.intervention": "the course",
    "questionnaire.points": "7",
    "questionnaire.items": "listening\t2\t5\t13\t25\t30\t18\t7\n"
    "breaking bad news: 8 15 20 22 18 12 5",
    "questionnaire.totals": "communication: listening, breaking bad news",
    "effect": "odds_ratio",
    "clusters": "sites",
    "words.site": "ward",
    "clusters.ward.sizes": "3 4 4 5 5 6 6 7",
    "success": "co-primary: all of [listening, breaking bad news]",
    "analysis.test": "clustered_signed_rank",
    "design.n": "40",
}
"""What is typed to state the example of the nurses."""


def test_the_nurses_study_is_stated_from_blank(default: Scenario) -> None:
    """Typed into a blank form it is the example's study, which its file states too."""
    own = default.changed("experiment", "blank")
    for name, text in NURSES.items():
        own = own.changed(name, text)
    example = default.changed("experiment", "examples/nurses")
    study, other = own.study(), example.study()
    for section in ("words", "roles", "questionnaire", "effect", "success", "design", "analysis"):
        assert getattr(study, section) == getattr(other, section), section
    assert study.sites is not None
    assert study.sites == other.sites
    assert example.command("x") == own.command("x") == "mentorsim plan x.yaml"
    assert default.loaded(own.file_text(), "x.yaml").study() == study
    again = own.restored(own.kept())
    assert (again.study(), again.start, again.words()) == (study, "blank", None)


def test_reasons_of_the_shipped_study_stay_with_it(default: Scenario) -> None:
    """A ready-made section of another study brings no reason that speaks of the shipped one."""
    own = default.changed("experiment", "blank").changed("clusters", "sites")
    assert own.reason("clusters") is None
    assert default.changed("clusters", "sites").reason("clusters") is not None
    own = own.changed("clusters.site.assumption", "as in a study of ours")
    assert own.reason("clusters") == "as in a study of ours"


@pytest.mark.parametrize("kind", ["mean_change", "responders", "items"])
def test_an_effect_of_any_kind_can_be_chosen(default: Scenario, kind: str) -> None:
    """Kinds that need no file are stated for the questionnaire as it is."""
    own = default.changed("experiment", "blank").changed("effect", kind)
    assert own.study().effect.kind == kind
    assert all(own.changed(name, shown_field(name, own.data).text).data == own.data
               for name in every_field(own))  # fmt: skip


def test_people_are_called_otherwise_in_the_rules_too(default: Scenario) -> None:
    """Two roles keep what was said of them under other names."""
    own = default.changed("success", "both: all of [total] for [mentor, mentee]")
    own = own.changed("primary", "both").changed("words.participant", "midwife, student")
    study = own.study()
    assert study.role_names == ("midwife", "student")
    assert study.success["both"].roles == ("midwife", "student")
    with pytest.raises(StudyError, match="one role, or two"):
        own.changed("words.participant", "a, b, c")


@pytest.mark.parametrize("name", ["words.intervention", "words.item", "words.plurals"])
def test_a_form_is_drawn_whatever_the_words_are(default: Scenario, name: str) -> None:
    """Words that cannot be read leave the form with the usual ones."""
    own = default.changed(name, "\x00" if name != "words.plurals" else "child:")
    assert form_parts(own.data)
    with pytest.raises(StudyError, match="words"):
        own.study()


def test_an_item_is_named_once(default: Scenario) -> None:
    """Of two lines with one name neither is lost in silence."""
    with pytest.raises(StudyError, match="'a' is named twice"):
        default.changed("questionnaire.items", "a: 1 2 3\na: 3 2 1")
