"""A tab says what is wrong, what is of earlier settings, and survives whatever is typed."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from oracles.tabs import SMALL, change, new_tab, press, shown, typed

from sim.page.browser_tab import BrowserTab
from sim.page.running import COMPARE
from sim.page.runs import Places


@pytest.fixture
def tab() -> Iterator[BrowserTab]:
    """A tab with a small study."""
    own = new_tab(Places(1))
    typed(own, **SMALL)
    yield own
    own.close()


def waited(tab: BrowserTab, scope: str) -> dict[str, Any]:
    """Wait for a run's end; give the last of everything that was shown meanwhile."""
    found: dict[str, Any] = {}
    while scope in tab.running.runs:
        tab.listen()
        for kind, changes in shown(tab).items():
            if isinstance(changes, dict):
                found.setdefault(kind, {}).update(changes)
        time.sleep(0.02)
    return found


def test_each_wrong_value_has_its_line(tab: BrowserTab) -> None:
    """Two wrong values: a line beside either; one that is mended leaves the other's."""
    errors = typed(tab, **{"analysis.alpha": "x", "design.up_to": "y"})["errors"]["a"]
    assert errors["analysis.alpha"] == "'x' must be a number\tanalysis.alpha"
    assert errors["design.up_to"] == "'y' must be a whole number\tdesign.up_to"
    assert list(typed(tab, **{"analysis.alpha": "0.05"})["errors"]["a"]) == ["design.up_to"]
    assert typed(tab, **{"design.up_to": "60"})["errors"]["a"] == {}


def test_changes_are_answered_once_with_their_number(tab: BrowserTab) -> None:
    """Several changes at a time are all taken, and the last one's number comes back."""
    changes = [{"scope": "a", "name": "seed", "text": str(seed)} for seed in (1, 2, 3)]
    change(tab, {"number": 7, "changes": changes})
    assert tab.take_updates().number == 7
    assert tab.scenarios["a"].data["seed"] == 3


@pytest.mark.parametrize(
    "message",
    [None, 3, {}, {"number": "x", "changes": 3}, {"changes": [3, None, {"scope": "z"}]}],
)
def test_malformed_messages_do_nothing(tab: BrowserTab, message: object) -> None:
    """What no page would send changes nothing."""
    before = tab.scenarios["a"]
    change(tab, message)
    press(tab, message)
    assert tab.scenarios == {"a": before}


def test_too_much_work_is_said_beside_its_field_at_once(tab: BrowserTab) -> None:
    """A run that the page does not allow is refused while it is typed, not on the click alone."""
    found = typed(tab, **{"monte_carlo.replicates": "1000000"})
    assert "page allows" in found["errors"]["a"]["monte_carlo.replicates"]
    assert "Simulate" not in found["html"]["a-instant"]


ONE = {"analysis.adjustment": "none", "criterion": "0.0"}


def test_what_is_asked_is_answered_at_once_or_it_is_said_what_is(tab: BrowserTab) -> None:
    """Power is said at the sizes that are asked for; what a run solves is called so."""
    at_once = typed(tab, **ONE, **{"design.solve": "power"})["html"]
    brief = at_once["a-brief"]
    assert re.fullmatch(
        r"power <strong>0\.\d{3} with 12 and 0\.\d{3} with 24</strong> pairs \(exact, .*\)", brief
    )
    assert "“Simulate” answers" not in at_once["a-instant"]
    for solve, what in (("effect", "smallest detectable effect"), ("precision", "precision of")):
        found = typed(tab, **{"design.solve": solve})["html"]
        assert re.search(
            f"“Simulate” answers what is asked, the {what}.* 24 pairs", found["a-instant"]
        )
        assert found["a-brief"] == brief
    assert "reach" in typed(tab, **{"design.solve": "size", "design.n": ""})["html"]["a-brief"]


@pytest.mark.parametrize("text", ["nonsense", "${oc.env:HOME}", "../effect/shift"])
def test_only_what_is_offered_can_be_chosen(tab: BrowserTab, text: str) -> None:
    """Another choice is refused in a line, and the form shows what stands."""
    found = typed(tab, effect=text)
    assert found["errors"]["a"]["effect"] == "there is no such choice\teffect"
    assert 'value="shift" selected' in found["html"]["a-form"]
    assert tab.scenarios["a"].data["effect"]["shift"] == 0.5


@pytest.mark.parametrize("most", [1, pytest.param(100, marks=pytest.mark.long)])
def test_every_choice_can_be_composed(tab: BrowserTab, most: int) -> None:
    """Every choice of every group (or its last) is taken, whatever was chosen before."""
    for group, names in tab.choices.items():
        if group == "graph":
            tab.change("a", "analysis.adjustment", "graphical")
        for name in list(names)[-most:]:
            tab.change("a", group, name)
            assert tab._refused == {}, (group, name)


def test_the_form_is_drawn_when_all_is_taken(tab: BrowserTab) -> None:
    """A form that is drawn anew has every value that came with the choice, earlier or later."""
    form = typed(tab, **{"seed": "7", "effect": "odds_ratio", "target.power": "0.91"})["html"]
    assert 'value="7"' in form["a-form"]
    assert 'value="0.91"' in form["a-form"]


def test_the_form_shows_what_the_yaml_states(tab: BrowserTab) -> None:
    """A kind of effect that the YAML states is not shown as the choice before it."""
    data = yaml.safe_load(tab.scenarios["a"].yaml())
    data["effect"] = {"odds_ratio": 2.0}
    tab.rewrite("a", yaml.safe_dump(data, sort_keys=False))
    form = shown(tab)["html"]["a-form"]
    assert "as it stands (odds ratio)" in form
    assert 'value="shift" selected' not in form


def test_what_repeats_it_follows_the_form(tab: BrowserTab) -> None:
    """Once opened, the YAML and the command line change with every change of the form."""
    tab.show_text("a")
    shown(tab)
    found = typed(tab, **{"effect.shift": "0.77", "title": "Other"})
    assert "shift: 0.77" in found["value"]["a-yaml"]
    assert "effect.shift=0.77" in found["html"]["a-command"]
    assert "title=Other" in found["html"]["a-command"]
    assert "none: analysis.alpha" in typed(tab, **{"analysis.alpha": "x"})["html"]["a-command"]


def test_a_place_that_is_taken_is_said_as_often_as_asked(tab: BrowserTab) -> None:
    """Where all places are taken a line says so, again and again, and nothing is left behind."""
    other = new_tab(tab.running.places)
    typed(other, **SMALL)
    tab.run("a")
    for _ in range(2):
        other.run("a")
        assert "runs go on already" in shown(other)["html"]["a-status"]
    assert list(other.running._folder.iterdir()) == []
    tab.cancel("a")
    other.run("a")
    assert "a" in other.running.runs
    other.close()


def test_results_stay_until_the_next_and_say_of_what_they_are(tab: BrowserTab) -> None:
    """Results are marked while the form has other settings; a cancelled run does not take them."""
    tab.run("a")
    found = waited(tab, "a")
    assert "answer" in found["html"]["a-answer"]
    assert found["stale"]["a-answer"] is False
    first = tab.running.finished_file("a", "results.csv")
    assert first is not None
    assert tab.running.finished_file("a", "command.txt") is not None
    assert tab.running.finished_file("a", "../blocks.sqlite") is None
    found = typed(tab, **{"analysis.alpha": "0.01"})
    assert found["stale"]["a-answer"] is True
    assert "earlier settings" in found["html"]["a-age"]
    tab.run("a")
    tab.cancel("a")
    assert tab.running.finished_file("a", "results.csv") == first
    found = typed(tab, **{"analysis.alpha": "0.05"})
    assert found["stale"]["a-answer"] is False
    assert found["html"]["a-age"] == ""


def test_a_comparison_is_of_what_it_began_with(tab: BrowserTab) -> None:
    """What is typed while two scenarios are compared does no harm, and the result is marked."""
    press(tab, {"what": "second"})
    typed(tab, "b", **{"target.power": "0.9"})
    tab.run(COMPARE)
    typed(tab, **{"target.power": "abc"})
    found = waited(tab, COMPARE)
    assert "that of B is 0.9" in found["html"]["compare-answer"]
    assert found["stale"]["compare-answer"] is True
    assert "earlier settings" in found["html"]["compare-age"]
    assert typed(tab, **{"target.power": "0.8"})["stale"]["compare-answer"] is False
    assert typed(tab, "b", seed="3")["stale"]["compare-answer"] is True


def test_the_second_scenario_can_be_removed(tab: BrowserTab) -> None:
    """A second scenario begins as the first, and goes with its run; asked again, it begins anew."""
    press(tab, {"what": "second"})
    typed(tab, "b", seed="3")
    tab.run("b")
    press(tab, {"what": "remove"})
    assert tab.running.runs == {}
    assert list(tab.scenarios) == ["a"]
    assert shown(tab)["hidden"]["b"] is True
    press(tab, {"what": "second"})
    assert tab.scenarios["b"] is tab.scenarios["a"]


def test_a_file_is_opened_or_each_fault_is_a_line(tab: BrowserTab) -> None:
    """A study's file and a manifest are taken; of another every fault is told, with its line."""
    good = "title: Ours\nquestionnaire: {items: {calm: [20, 20, 20, 20, 20]}}\n"
    press(tab, {"scope": "a", "what": "file", "text": f"ours.yaml\n{good}"})
    assert shown(tab)["html"]["a-status"] == "Settings taken from ours.yaml."
    assert tab.scenarios["a"].study().title == "Ours"
    assert tab.scenarios["a"].study().design.search_limit == tab.running.limits.most_size
    bad = f"{good}analysis: {{alpha: 2}}\ndesign: {{up_to: x}}\n"
    press(tab, {"scope": "a", "what": "file", "text": f"ours.yaml\n{bad}"})
    lines = shown(tab)["html"]["a-file-error"].splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "ours.yaml, line 4",
        "ours.yaml, line 3",
    ] or [line.partition(":")[0] for line in lines] == ["ours.yaml, line 3", "ours.yaml, line 4"]
    assert tab.scenarios["a"].study().title == "Ours"


def test_a_reloaded_tab_goes_on(tab: BrowserTab) -> None:
    """What the browser was given to keep brings the settings back; anything else does nothing."""
    kept = typed(tab, seed="77")["kept"]["a"]
    other = new_tab(Places(1))
    press(other, {"scope": "a", "what": "restore", "text": kept})
    assert other.scenarios["a"] == tab.scenarios["a"]
    for text in ("", "3", "{", '{"start": 1, "chosen": {}, "data": {"seed": 1}}'):
        press(other, {"scope": "a", "what": "restore", "text": text})
        assert other.scenarios["a"] == tab.scenarios["a"]
    other.close()
