"""A pilot is stated in the form, and its errors are told at once, exactly as the job tells them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracles.tabs import new_tab, shown, typed

from sim.compose import Composer, compose_study
from sim.jobs.pilot_exact import judged_pilot
from sim.page.browser_tab import BrowserTab
from sim.page.criteria import criterion_text, read_criterion
from sim.page.pilot_part import pilot_part
from sim.page.runs import Places
from sim.page.scenario import Scenario

CRITERIA = {
    "recruitment, red 30%, green 50%, expected 55%, sure as 15": {
        "measure": "recruitment", "red": 0.3, "green": 0.5, "expected": 0.55, "sure_as": 15},
    "rate, red 1, green 1.5, variation 0.4": {
        "measure": "rate", "red": 1, "green": 1.5, "variation": 0.4},
    "retention, red 62.5%, green 80%, by test, icc 0.05, role mentee": {
        "measure": "retention", "red": 0.625, "green": 0.8, "by": "test", "icc": 0.05,
        "role": "mentee"},
    "completeness, red 70%, green 100%": {"measure": "completeness", "red": 0.7, "green": 1.0},
    "answers, red 40%, green 60%, item stress: at work, at least 4": {
        "measure": "answers", "red": 0.4, "green": 0.6, "item": "stress: at work", "at_least": 4},
    "{measure: answers, red: 0.4, green: 0.6, item: 'calm, kind', at_least: 4}": {
        "measure": "answers", "red": 0.4, "green": 0.6, "item": "calm, kind", "at_least": 4},
}  # fmt: skip
TYPED = "stay: retention, red 60%, green 80%, expected 85%"
SPEED = "speed: rate, red 1, green 2"
PLACE = "feasibility.criteria"


@pytest.mark.parametrize(("text", "stated"), CRITERIA.items())
def test_a_criterion_is_a_line(text: str, stated: dict[str, Any]) -> None:
    """Whatever a criterion judges, it is written so that it reads back the same."""
    assert criterion_text(stated) == text
    assert read_criterion(text) == stated
    usual = {"role": None, "variation": 0.0}
    assert criterion_text(stated | {name: usual[name] for name in usual.keys() - stated}) == text


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("retention, red: 62,5 %,green 80%", {"measure": "retention", "red": 0.625, "green": 0.8}),
        ("rate, red 1,5, sure_as: 3", {"measure": "rate", "red": 1.5, "sure_as": 3}),
        ("answers, item: 3, at least 4", {"measure": "answers", "item": "3", "at_least": 4}),
        ("retention, red 1e999", {"measure": "retention", "red": "1e999"}),
        ("", {}),
        ("{open", "{open"),
    ],
)
def test_a_criterion_is_read_as_people_type_it(text: str, stated: object) -> None:
    """Colons, decimal commas and blanks are taken; what cannot be read is left to the schema."""
    assert read_criterion(text) == stated
    assert read_criterion(criterion_text(stated)) == stated


@pytest.fixture(scope="module")
def default() -> Scenario:
    """The default study, which has a pilot."""
    return Scenario.of(Composer())


@pytest.mark.parametrize(
    ("name", "text"),
    [(PLACE, f"{TYPED}\n{SPEED}"), (PLACE, ""), ("feasibility.sizes", "10 20"),
     ("feasibility.sites", "3"), ("feasibility.wrong_go", "2,5%")],
)  # fmt: skip
def test_a_pilot_comes_back_by_words_and_by_its_file(
    default: Scenario, name: str, text: str
) -> None:
    """What is typed of a pilot, and that there is none, is in the command line and in the file."""
    changed = default.changed(name, text)
    words, study = changed.words(), changed.study()
    assert words is not None
    assert compose_study(words) == study != default.study()
    assert default.loaded(changed.file_text(), "pilot.yaml").study() == study


DOCUMENT = Path(__file__).parents[2] / "docs" / "page.md"
PRINTED = Path(__file__).parents[1] / "golden" / "feasibility.txt"
"""What `mentorsim feasibility feasibility.sizes=[6,20,40]` prints."""


@pytest.mark.parametrize("name", ["mentors who stay", "complete forms", "mentees who stay"])
def test_the_page_tells_what_the_job_prints(default: Scenario, name: str) -> None:
    """The size that is needed and every figure of a table are those of `mentorsim feasibility`."""
    scenario = default.changed("feasibility.sizes", "6 20 40")
    part, wrong = pilot_part("a", scenario.study(), scenario.data, name)
    printed = PRINTED.read_text("utf-8").partition("How often each criterion errs")
    section = printed[2].partition(f"'{name}':")[2].partition("\n\n")[0]
    expected = [
        line.removesuffix(" <").split() for line in section.splitlines() if line[0] in "246"
    ]
    rows = re.findall(r"<tr.*?</tr>", str(part), re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]
    assert cells[1:] == expected
    assert len(expected) == 3
    assert 'class="answer"' in rows[3]
    assert re.findall(r'class="sentence">(.*?)</p>', str(part))[0] in " ".join(printed[0].split())
    assert wrong == {}


def test_the_lines_of_the_page_s_documentation_are_a_pilot(default: Scenario) -> None:
    """The criteria that docs/page.md shows are read for the nurses as they stand there."""
    shows = DOCUMENT.read_text("utf-8").partition("*Pilot* takes")[2].split("```")[1]
    nurses = default.changed("experiment", "examples/nurses")
    pilot = judged_pilot(nurses.changed(PLACE, shows.removeprefix("text\n")).study())
    assert [one.light.kind for one in pilot.criteria] == ["share", "share", "rate", "share"]
    assert pilot.needed is not None


@pytest.fixture(scope="module")
def tab() -> Iterator[BrowserTab]:
    """A tab with nothing but one item; each test leaves it without a pilot."""
    blank = new_tab(Places(1))
    typed(blank, experiment="blank")
    yield blank
    blank.close()


def test_a_pilot_begins_with_its_first_line_and_ends_with_its_last(tab: BrowserTab) -> None:
    """A blank study shows nothing of a pilot; one line begins it, and without lines it ends."""
    blank = tab.scenarios["a"].study()
    begun = typed(tab, **{PLACE: TYPED})["html"]
    assert 'id="a-feasibility.sizes"' in begun["a-form"]
    assert [*begun].index("a-form") < [*begun].index("a-pilot")  # which stands in it
    ended = typed(tab, **{PLACE: " "})["html"]
    assert 'id="a-feasibility.sizes"' not in ended["a-form"]
    assert 'id="a-feasibility.criteria"' in ended["a-form"]
    assert ended["a-pilot"] == ""
    assert tab.scenarios["a"].study() == blank


def test_errors_are_told_while_a_criterion_is_typed(tab: BrowserTab) -> None:
    """Table and traffic light follow each limit; another criterion is drawn once it is chosen."""
    first = typed(tab, **{PLACE: f"{TYPED}\n{SPEED}"})["html"]["a-pilot"]
    second = typed(tab, **{PLACE: f"{TYPED.replace('60%', '70%')}\n{SPEED}"})["html"]["a-pilot"]
    for part, limit in ((first, "60%"), (second, "70%")):
        assert f"wrong go (green) if {limit} is true" in part
        assert part.count("<polygon") == 3
        assert f">{limit}</text>" in part
    assert first.partition("<svg")[2] != second.partition("<svg")[2]
    other = typed(tab, light="speed")
    assert list(other["html"]) == ["a-pilot"]
    assert "wrong go (green) if 1 is true" in other["html"]["a-pilot"]
    assert "True rate a month" in other["html"]["a-pilot"]
    assert "participants planned to be recruited" in other["html"]["a-pilot"]
    typed(tab, **{PLACE: ""})


@pytest.mark.parametrize(
    ("lines", "sizes", "field", "line"),
    [
        (f"{TYPED}\nspeed: rate, red 3, green 2", "", PLACE, "speed.red: 3.0 must be below"),
        (f"{TYPED.replace('60', '6x')}", "", PLACE, "stay.red: '6x%' must be a number"),
        (TYPED, "30, 20", "feasibility.sizes", "[30, 20] must rise, each size once"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    tab: BrowserTab, lines: str, sizes: str, field: str, line: str
) -> None:
    """A wrong criterion or size is a line beside its field that names it, and nothing is drawn."""
    typed(tab, **{PLACE: TYPED})
    shows = typed(tab, **{PLACE: lines}, **({"feasibility.sizes": sizes} if sizes else {}))
    assert [*shows["errors"]["a"]] == [field]
    assert shows["errors"]["a"][field].startswith(line)
    assert shows["html"]["a-pilot"] == ""
    typed(tab, **{PLACE: ""})


def test_what_has_no_field_stands_in_the_part(tab: BrowserTab) -> None:
    """What is wrong with a setting that the form leaves to the YAML is told where the table was."""
    kept = tab.scenarios["a"]
    typed(tab, **{PLACE: TYPED})
    tab.rewrite("a", tab.scenarios["a"].yaml().replace("sized_by: planned_sd", "sized_by: fixed"))
    shows = shown(tab)
    assert shows["errors"]["a"] == {}
    assert "feasibility.main.n" in shows["html"]["a-pilot"]
    tab.scenarios["a"] = kept


def test_what_takes_long_is_left_to_the_command(tab: BrowserTab) -> None:
    """By site and with many people the errors would take seconds: the page says who tells them."""
    lines = f"{TYPED}, icc 0.05"
    typed(tab, **{PLACE: TYPED})
    changes = {PLACE: lines, "feasibility.sites": "3", "feasibility.sizes": "30, 60"}
    assert "<svg" in typed(tab, **changes)["html"]["a-pilot"]
    shows = typed(tab, **{"feasibility.sizes": "30, 500"})
    assert shows["errors"]["a"] == {}
    assert "<svg" not in shows["html"]["a-pilot"]
    assert "longer than an instant" in shows["html"]["a-pilot"]
    typed(tab, **{PLACE: ""})
