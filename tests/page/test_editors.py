"""Cells and ticks say what lines say; whoever is called otherwise is so everywhere."""

import json
from dataclasses import replace

import pytest
from oracles.tabs import new_tab, press, shown, typed

from sim.compose import Composer
from sim.errors import StudyError
from sim.page.editors import editors
from sim.page.items import with_item
from sim.page.runs import Places
from sim.page.scenario import Scenario
from sim.page.texts import Plain, with_value

FORM = """\
roles: {nurse: {}, student: {}}
questionnaire:
  points: 3
  items: {calm: [20, 50, 30], kind: {counts: [4, 5, 6]}, fair: "like: calm",
          late: {median: 2, sd: 1}}
  totals: {care: [calm, kind]}
effect: {items: {calm: {shift: 0.5}, kind: {shift: 0.4}}, otherwise: none}
success: {both: "all of [calm, kind]", care: care, some: "at least 2 of items for [nurse, student]"}
"""


@pytest.fixture(scope="module")
def default() -> Scenario:
    """The default study."""
    return Scenario.of(Composer())


@pytest.fixture(scope="module")
def form(default: Scenario) -> Scenario:
    """A study with an item of every kind, a total, and rules of every kind."""
    own = default.loaded(FORM, "form.yaml")
    own.study()
    return own


def changed(own: Scenario, *edits: tuple[str, str]) -> Scenario:
    """Change fields one after the other."""
    for name, text in edits:
        own = own.changed(name, text)
    return own


def items(own: Scenario) -> Plain:
    """The items of a study."""
    return dict(own.data["questionnaire"]["items"])


def test_a_questionnaire_is_filled_cell_by_cell(default: Scenario) -> None:
    """From blank, cells, ways and names make the study that lines make."""
    own = changed(
        default,
        ("experiment", "blank"),
        ("questionnaire.points", "3"),
        ("item.0.name", "calm"),
        ("item.0.as", "counts"),
        *((f"item.0.{k}", text) for k, text in enumerate("456")),
        ("item.add", ""),
        *((f"item.1.{k}", text) for k, text in ((0, "0,25"), (2, "75%"))),
        ("item.add", ""),
        ("item.2.as", "other"),
        ("item.2.other", "like calm"),
        ("item.add", ""),
        ("item.3.remove", ""),
    )
    assert items(own) == {
        "calm": {"counts": [4, 5, 6]},
        "item 1": [0.25, 0, 0.75],
        "item 2": "like: calm",
    }
    lines = "calm: counts 4 5 6\nitem 1: 25%, 0, 75%\nitem 2: like calm"
    start = changed(default, ("experiment", "blank"), ("questionnaire.points", "3"))
    assert (
        own.study().questionnaire
        == start.changed("questionnaire.items", lines).study().questionnaire
    )


def test_the_rule_that_nobody_stated_follows_the_items(default: Scenario) -> None:
    """A blank's only rule is of its only item whatever that is called, then of their total."""
    own = changed(default, ("experiment", "blank"), ("item.0.name", "calm"))
    assert own.data["success"] == {"calm": "calm"}
    own = changed(own, ("item.add", ""), ("item.1.name", "kind"))
    assert own.data["success"] == {"total": "total"}
    assert own.data["primary"] == "total"


def test_what_is_pasted_goes_over_columns_and_rows(form: Scenario) -> None:
    """A block fills cells from where it begins; rows beyond the last are new items."""
    own = form.changed("item.3.name.paste", "late\t10\t20\t70\r\nnew one\t1\t2\t3\r\n")
    assert items(own)["late"] == [10, 20, 70]
    assert items(own)["new one"] == [1, 2, 3]
    own = form.changed("item.0.1.paste", "40\t40\t99\n9\t9")
    assert items(own)["calm"] == [20, 40, 40]  # what is beyond the scale is left
    assert items(own)["kind"] == [4, 9, 9]
    own = form.changed("item.1.name.paste", "kind\t1\t2\t3\nmore\t3\t2\t1")
    assert items(own)["more"] == {"counts": [3, 2, 1]}  # given as where the paste begins
    with pytest.raises(StudyError, match="named twice"):
        form.changed("item.1.name.paste", "calm\t1\t2\t3")


RENAMED = [("item.0.name", "serene"), ("questionnaire.items", None)]


@pytest.mark.parametrize(("name", "text"), RENAMED)
def test_an_item_is_called_otherwise_everywhere(
    form: Scenario, name: str, text: str | None
) -> None:
    """Totals, rules, effects and order follow, in the grid as in the lines."""
    lines = "serene: 20 50 30\nkind: counts 4 5 6\nfair: like serene\nlate: median 2, sd 1"
    own = form.changed(name, text or lines)
    study = own.study()
    assert study.questionnaire.names == ("serene", "kind", "fair", "late")
    assert study.questionnaire.sums == {"care": ("serene", "kind")}
    assert study.success["both"].endpoints == ("serene", "kind")
    assert [*study.effect.items] == ["serene", "kind"]
    back = own.changed("item.0.name", "calm")
    assert back.study() == form.study()
    own = ordered(form).changed(name, text or lines)
    assert own.data["analysis"]["sequence"] == ["care", "serene"]


def ordered(own: Scenario) -> Scenario:
    """The same study with an order of testing, which it does not use."""
    return replace(own, data=with_value(own.data, "analysis.sequence", ["care", "calm"]))


def test_a_total_is_called_otherwise_everywhere(form: Scenario) -> None:
    """Rules and the order of testing follow a total that has another name."""
    own = form.changed("questionnaire.totals", "caring: calm, kind")
    assert own.study().success["care"].endpoints == ("caring",)
    own = ordered(form).changed("questionnaire.totals", "caring: calm, kind")
    assert own.data["analysis"]["sequence"] == ["caring", "calm"]


RULES = [
    ([("rule.0.of.1", "false")], "both", "calm"),
    ([("rule.0.of.2", "true"), ("rule.0.how", "any")], "both", "any of [calm, kind, fair]"),
    ([("rule.0.how", "at_least"), ("rule.0.k", "2")], "both", "at least 2 of [calm, kind]"),
    ([("rule.0.of.4", "true")], "both", "all of [calm, kind, care]"),
    ([("rule.0.role.1", "true")], "both", "all of [calm, kind] for [nurse, student]"),
    ([("rule.0.name", "two")], "two", "all of [calm, kind]"),
    ([("rule.2.of.0", "false")], "some",
     "at least 2 of [kind, fair, late] for [nurse, student]"),
    ([("rule.0.of.0", "false"), ("rule.0.of.1", "false"), ("rule.0.of.1", "true")], "both", "kind"),
    ([("rule.add", ""), ("rule.3.how", "all")], "rule 1", "all of items"),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "name", "line"), RULES)
def test_ticks_are_a_rule(
    form: Scenario, edits: list[tuple[str, str]], name: str, line: str
) -> None:
    """Every tick, way and name is the line that says the same."""
    own = changed(form, *edits)
    assert own.data["success"][name] == line
    assert str(own.study().success[name]) == line


def test_a_total_of_what_is_ticked(form: Scenario) -> None:
    """What is summed is ticked: a total of its own, or the one that sums the same already."""
    same = form.changed("rule.0.how", "total")
    assert same.data["success"]["both"] == "care"
    other = changed(form, ("rule.0.of.2", "true"), ("rule.0.how", "total"))
    assert other.study().questionnaire.sums["both"] == ("calm", "kind", "fair")
    assert other.data["success"]["both"] == "both"
    wider = changed(form, ("rule.1.of.2", "true"))
    assert wider.study().questionnaire.sums == {"care": ("calm", "kind", "fair")}


def test_the_rule_that_sizes_the_study_stays_so(form: Scenario) -> None:
    """Called otherwise it still does; removed, the first that is left does."""
    assert form.data["primary"] == "both"
    assert form.changed("rule.0.name", "two").data["primary"] == "two"
    assert form.changed("rule.0.remove", "").data["primary"] == "care"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("item.0.name", "kind", "named twice"),
        ("item.0.name", " ", "no name"),
        ("item.9.name", "x", "no such item"),
        ("item.x.name", "x", "no such item"),
        ("item.0.7", "1", "no such point"),
        ("rule.0.name", "some", "names another"),
        ("rule.9.how", "any", "no such rule"),
        ("rule.0.of.99", "true", "no such rule"),
    ],
)
def test_what_cannot_be_is_a_line(form: Scenario, name: str, text: str, why: str) -> None:
    """A name that is taken or none, and places that are gone, are refused."""
    with pytest.raises(StudyError, match=why):
        form.changed(name, text)


def test_markup_in_names_stays_text(form: Scenario) -> None:
    """Names of items and rules are text in the editors, whatever they are."""
    hostile = "<img src=x onerror='alert(1)'>\""
    own = changed(form, ("item.0.name", hostile), ("rule.0.name", hostile))
    for part in editors("a", own.data).values():
        assert "<img" not in part
        assert "&lt;img" in part


def test_a_rule_that_is_none_can_be_removed(form: Scenario) -> None:
    """What is no rule has no ticks, and is left as it is until its line is mended."""
    own = form.changed("success", "both: all of [nothing]\ncare: care")
    assert own.changed("rule.0.of.0", "true").data == own.data
    assert [*own.changed("rule.0.remove", "").data["success"]] == ["care"]
    assert "see its line" in editors("a", own.data)["a-rules"]


def test_rows_stop_somewhere(form: Scenario) -> None:
    """However much is pasted, rows are as many as a questionnaire has."""
    pasted = "\n".join(f"q{k}\t1\t1\t1" for k in range(500))
    data = with_item(form.data, "4.name.paste", pasted)
    assert len(data["questionnaire"]["items"]) == 64


def test_both_editors_and_lines_follow_each_other() -> None:
    """A cell changes the line and a line the cells; a name or a button draws the form anew."""
    tab = new_tab(Places(1))
    press(tab, {"scope": "a", "what": "file", "text": f"form.yaml\n{FORM}"})
    shown(tab)
    found = typed(tab, **{"item.0.0": "30", "item.0.1": "40"})
    assert found["value"]["a-questionnaire.items"].startswith("calm: 30, 40, 30\n")
    assert "a-form" not in found["html"]
    assert 'id="a-item.0.1"' in found["html"]["a-items"]
    found = typed(tab, success="both: any of [calm, kind]\ncare: care\nsome: any of items")
    assert '<option value="any" selected>' in found["html"]["a-rules"]
    press(tab, {"scope": "a", "what": "edit:rule.add", "text": ""})
    assert "rule 1" in shown(tab)["html"]["a-form"]
    press(tab, {"scope": "a", "what": "edit:seed", "text": "5"})
    assert json.loads(tab.scenarios["a"].kept())["data"]["seed"] != 5
    found = typed(tab, **{"item.0.name": "kind"})
    assert "named twice" in found["errors"]["a"]["questionnaire.items"]
    tab.close()
