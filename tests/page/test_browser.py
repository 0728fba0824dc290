"""A real browser drives the page."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracles.browser import Browser
from oracles.served import Served, field, opened_pages, served

from sim import compose_study
from sim.app import main
from sim.jobs.simulated_preview import simulated_previews
from sim.page.layout import FILES
from sim.study.methods import TESTS

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
SERIOUS = {"serious", "critical"}
HELD_FOCUS = """() => {
    window.heldFocus = [];
    document.addEventListener("focusin", event => heldFocus.push(event.target.id));
}"""
"""Makes the browser list what has the focus, one after the other."""


@pytest.fixture(scope="module", autouse=True)
def path() -> Iterator[None]:
    """The server and the shell find this very package, wherever they run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.fixture(scope="module")
def server(path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the module; what it runs has been compiled before."""
    next(simulated_previews(compose_study(), 500))
    with served(tmp_path_factory.mktemp("served"), "page.live_replicates=1000") as found:
        yield found


@pytest.fixture(scope="module")
def open_page() -> Iterator[Any]:
    """One browser for the module."""
    with opened_pages() as found:
        yield found


def small(page: Any, scope: str = "a") -> None:
    """Make a scenario quick to simulate."""
    page.select_option(field(scope, "effect"), "shift")
    page.wait_for_selector(field(scope, "effect.shift"))
    page.fill(field(scope, "design.n"), "12, 24")
    page.fill(field(scope, "monte_carlo.replicates"), "1000")


def finished(page: Any, scope: str) -> str:
    """Wait until a run has ended; give its status."""
    page.wait_for_selector(f"#{scope}-cancel:disabled")
    return str(page.inner_text(f"#{scope}-status"))


def test_the_answer_comes_while_typing(server: Served, open_page: Any) -> None:
    """Every key changes the exact answer of a domain; what stays in sight says the same.

    Where no exact answer can be had, sampled changes or the first simulated studies answer.
    """
    page = open_page(server.address)
    page.wait_for_selector("#a-instant >> text=from 1,000 draws of changes.")
    assert "about 83 pairs" in page.inner_text("#a-brief")  # as the plan says
    page.select_option(field("a", "primary"), "both published domains")
    page.wait_for_selector("#a-brief >> text=both published domains")
    page.wait_for_selector("#a-instant >> text=from 1,000 simulated studies.")
    assert "about 61 pairs" in page.inner_text("#a-brief")  # the plan says 59 (58 to 60)
    page.select_option(field("a", "effect"), "shift")
    page.wait_for_selector(field("a", "effect.shift"))
    page.select_option(field("a", "criterion"), "0.0")
    for text, wanted in (("0.6", "30 pairs"), ("0.5", "41 pairs")):
        page.fill(field("a", "effect.shift"), text)
        page.wait_for_selector(f"#a-instant >> text={wanted}")
        page.wait_for_selector(f"#a-brief >> text={wanted}")
    assert "enumerated, without simulation error" in page.inner_text("#a-instant")
    page.locator("#a-instant svg.chart").scroll_into_view_if_needed()
    place = page.locator("#a-instant svg.chart").bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_selector("#a-instant .reading >> text=pairs: 0.")


def a_part_opens_and_leads_on(page: Any) -> None:
    """A control arm says beside the test what is missing, and is answered once that is chosen."""
    page.click("#a-part-control > summary")
    page.select_option(field("a", "control"), "parallel")
    error = field("a", "analysis.test-error")
    page.wait_for_selector(f"{error} >> text=signed_rank")
    assert page.locator("#a-part-control").get_attribute("open") is not None
    page.select_option(field("a", "analysis.test"), "mann_whitney")
    page.wait_for_selector(error, state="hidden")
    page.fill(field("a", "design.n"), "20, 40")
    page.wait_for_selector("#a-instant >> text=Power 0.8 is not reached by 40 pairs")
    page.click("#a-part-missing > summary")
    page.select_option(field("a", "missing"), "mcar")
    page.fill(field("a", "missing.rate"), "2")
    line = field("a", "missing.rate-error")
    page.wait_for_selector(f"{line} >> text=2 must be from 0 to 0.9")


def a_pilot_is_judged_and_read(page: Any) -> None:
    """A criterion that cannot be has its line; once it is mended, its traffic light is read."""
    criteria, drawn = field("a", "feasibility.criteria"), "#a-pilot svg.chart"
    page.fill(criteria, "stay: retention, red 90%, green 80%")
    line = field("a", "feasibility.criteria-error")
    page.wait_for_selector(f"{line} >> text=stay.red: 0.9 must be below green = 0.8")
    assert page.locator(drawn).count() == 0
    page.fill(criteria, "stay: retention, red 60%, green 80%, expected 85%")
    page.wait_for_selector(drawn)
    page.hover(drawn)
    page.wait_for_selector("#a-pilot .reading >> text=amber")


def test_a_wrong_value_has_one_line_beside_it(server: Served, open_page: Any) -> None:
    """The line of the command line stands beside the field, and goes when it is mended.

    What is missing once a part is opened is said beside its field too.
    """
    page = open_page(server.address)
    alpha, line = field("a", "analysis.alpha"), field("a", "analysis.alpha-error")
    page.fill(alpha, "2")
    page.wait_for_selector(f"{line} >> text=2 must be above 0 and below 1")
    assert not page.locator(f"{line} code").is_visible()  # what a file calls it, on demand
    page.check("#names")
    assert page.inner_text(f"{line} code") == "analysis.alpha"
    page.uncheck("#names")
    assert page.locator(".error:visible").count() == 1
    assert page.get_attribute(alpha, "aria-invalid") == "true"
    page.click("#a-run")
    page.wait_for_selector("#a-status >> text=Analysis, alpha: 2 must be")
    page.fill(alpha, "0.05")
    page.wait_for_selector(line, state="hidden")
    page.fill(field("a", "monte_carlo.replicates"), "1000000")
    page.click("#a-run")
    page.wait_for_selector(field("a", "monte_carlo.replicates-error") + " >> text=page allows")
    page.fill(field("a", "monte_carlo.replicates"), "1000")
    a_pilot_is_judged_and_read(page)
    a_part_opens_and_leads_on(page)


def test_what_is_typed_is_never_lost(server: Served, open_page: Any) -> None:
    """Typing goes on while the form is drawn anew: no letter, no value and no place is lost."""
    page = open_page(server.address)
    page.wait_for_selector("#a-instant >> text=from 1,000 draws of changes.")
    page.select_option(field("a", "experiment"), "dropout")
    page.focus(field("a", "title"))
    page.keyboard.press("End")
    page.keyboard.type(" abcdefghijklmnopqrstuvwxyz0123456789", delay=15)
    page.select_option(field("a", "effect"), "shift")
    page.fill(field("a", "design.up_to"), "90")
    page.wait_for_selector(field("a", "effect.shift"))
    page.wait_for_selector("#a-instant:not(.stale) >> text=from 1,000")
    title = page.input_value(field("a", "title"))
    assert title.endswith(" abcdefghijklmnopqrstuvwxyz0123456789")
    assert page.input_value(field("a", "design.up_to")) == "90"
    page.click("#a details[data-opens] > summary")
    page.wait_for_selector("#a-command >> text=design.up_to=90")
    page.fill(field("a", "effect.shift"), "0.77")
    page.wait_for_selector("#a-command >> text=effect.shift=0.77")
    page.wait_for_function(
        "text => document.getElementById('a-yaml').value.includes(text)", arg=title
    )


def keys_alone_go_on(page: Any) -> None:
    """A button that goes while it is held hands the focus on, not to the top of the page."""
    page.wait_for_function("() => heldFocus.includes('a-cancel')")
    page.wait_for_selector("#a-run:focus, #a-status:focus")
    page.focus("[data-do=second]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#b-heading:focus")
    page.focus("[data-do=remove]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-do=second]:focus")


def test_yaml_is_checked_and_used(server: Served, open_page: Any) -> None:
    """What the form does not show can be changed; a wrong key is a line; markup stays text."""
    page = open_page(server.address)
    page.select_option(field("a", "effect"), "shift")
    page.wait_for_selector(field("a", "effect.shift"))
    page.click("#a details[data-opens] > summary")
    page.wait_for_selector("#a-command >> text=mentorsim plan")
    text = page.input_value("#a-yaml")
    page.fill("#a-yaml", text.replace("seed: 2022", "seed: 2022\nsede: 3"))
    page.click("#a [data-do=yaml]")
    page.wait_for_selector("#a-yaml-error >> text=did you mean 'seed'?")
    hostile = "<img src=x onerror=alert(1)>"
    changed = text.replace("approachability", hostile).replace("seed: 2022", "seed: 3")
    page.fill("#a-yaml", changed)
    page.click("#a [data-do=yaml]")
    page.wait_for_selector("#a-status:has-text('Settings taken')", state="attached")
    page.wait_for_selector("#a-command >> text=seed=3")
    page.wait_for_function(
        "text => document.querySelector('#a-criterion').innerText.includes(text)",
        arg=f"'{hostile}' of the mentors, on its own",
    )
    assert page.input_value(field("a", "seed")) == "3"
    assert page.locator("main img").count() == 0


def test_simulate_download_and_repeat(
    server: Served, open_page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress, answer, every file; the command line in a shell gives the same bytes.

    The run is started by keys alone.
    """
    page = open_page(server.address)
    small(page)
    page.fill(field("a", "monte_carlo.replicates"), "30000")  # long enough to be seen running
    page.fill(field("a", "title"), 'It\'s <b>mine</b> & "yours"')
    page.evaluate(HELD_FOCUS)  # a run may end before anybody looks where the focus is
    page.focus("#a-run")
    page.keyboard.press("Enter")
    said = statuses(page)
    assert any(text.endswith(" blocks of studies") for text in said), said
    assert said[-1] == "Done."
    page.wait_for_selector("#a-files a")
    keys_alone_go_on(page)
    assert "for the rule 'total'" in page.inner_text("#a-answer")
    got = {name: fetched(page, name, tmp_path) for name in FILES}
    assert got["report.html"].startswith(b"<!DOCTYPE html>")
    assert got["sample_size_justification.docx"].startswith(b"PK")
    assert json.loads(got["manifest.json"])["config"]["seed"] == 2022
    warnings = json.loads(got["summary.json"])["warnings"]
    assert warnings
    assert all(said in page.inner_text("#a-answer .warnings") for said in warnings)
    with zipfile.ZipFile(tmp_path / "everything.zip") as packed:
        assert packed.testzip() is None
        assert packed.read("results.csv") == got["results.csv"]
    assert server.runs() == 0
    repeated(tmp_path, got, monkeypatch)


NURSES = {
    "title": "Communication skills course",
    "words.participant": "nurse",
    "words.intervention": "the course",
    "questionnaire.points": "7",
    "effect.odds_ratio": "2",
    "words.site": "ward",
    "clusters.ward.sizes": "3 4 4 5 5 6 6 7",
    "rule.0.name": "co-primary",
    "design.n": "40",
    "monte_carlo.replicates": "500",
}
"""What is typed to state the example of the nurses from blank."""
CHOSEN = {
    "effect.odds_ratio": ("effect", "odds ratio"),
    "words.site": ("clusters", "sites"),
    "design.n": ("analysis.test", TESTS["clustered_signed_rank"].title),
}
"""What is chosen before some of it."""
CELLS = {
    "listening": (2, 5, 13, 25, 30, 18, 7),
    "breaking bad news": (8, 15, 20, 22, 18, 12, 5),
}
"""What is typed into the cells of the questionnaire."""
EXPORT = ROOT / "tests" / "data" / "exports" / "export_redcap.csv"


def test_the_nurses_from_blank_by_keys(server: Served, open_page: Any, tmp_path: Path) -> None:
    """Keys alone state a study, to its Word file; a reloaded page goes on where it was.

    Before that, answers are planned from, which stay in sight.
    """
    page = open_page(server.address, width=390)
    answers_planned_from(page)
    chosen_by_keys(page, "experiment", "blank")
    page.wait_for_function(
        "() => document.getElementById('a-words.participant').value === 'participant'"
    )
    for name, text in NURSES.items():
        if name in CHOSEN:
            chosen_by_keys(page, *CHOSEN[name])
        typed_by_keys(page, name, text)
        if name == "questionnaire.points":
            cells_by_keys(page)
    chosen_by_keys(page, "rule.0.how", "all of")
    page.wait_for_selector("#a-brief >> text=with 40 nurses")
    found = [own for own in Browser.barriers(page) if own["impact"] in SERIOUS]
    assert found == []
    page.reload()
    page.wait_for_selector("#a-brief >> text=with 40 nurses")
    assert page.input_value(field("a", "questionnaire.items")).startswith("listening: 2, 5")
    assert page.input_value(field("a", "success")) == "co-primary: all of items"
    page.focus("#a-run")
    page.keyboard.press("Enter")
    page.wait_for_selector("#a-files a")
    assert fetched(page, "sample_size_justification.docx", tmp_path).startswith(b"PK")
    words = fetched(page, "sample_size_justification.md", tmp_path).decode()
    assert "40 nurses" in words
    assert re.findall(r"\b(?:mentors?|mentees?|pairs?|hospitals?)\b", words) == []


def test_a_choice_in_use_is_not_drawn_anew(server: Served, open_page: Any) -> None:
    """What is being chosen by its first letters goes on while the form around it changes."""
    page = open_page(server.address)
    chosen_by_keys(page, "experiment", "blank")
    page.wait_for_function(
        "() => document.getElementById('a-words.participant').value === 'participant'"
    )
    page.focus(field("a", "effect"))
    page.evaluate("() => { document.activeElement.inUse = true; }")
    page.keyboard.press("o")
    page.wait_for_selector(field("a", "effect.odds_ratio"))
    page.keyboard.press("d")
    assert page.evaluate("() => document.activeElement.inUse && document.activeElement.id") == (
        "a-effect"
    )
    page.wait_for_timeout(150)
    assert page.locator(field("a", "effect.odds_ratio")).count() == 1


def chosen_by_keys(page: Any, name: str, word: str) -> None:
    """Choose by typing the beginning of a word, in a part that is opened where it is folded."""
    place = field("a", name)
    folded = page.locator(f"details:not([open]):has({place}) > summary")
    if folded.count():
        folded.focus()
        page.keyboard.press("Enter")
    page.focus(place)
    page.keyboard.type(word)


def answers_planned_from(page: Any) -> None:
    """A file that is chosen is read and looked at; one press plans from it."""
    page.focus("#a-data-part > summary")
    page.keyboard.press("Enter")
    page.set_input_files(field("a", "data-0"), EXPORT)
    page.wait_for_selector("#a-data-seen >> text=How they moved")
    page.focus("#a-data-planned")
    page.keyboard.press("Enter")
    page.wait_for_selector("#a-brief >> text=participants for power 0.8")


def cells_by_keys(page: Any) -> None:
    """Type names and numbers into the questionnaire, from cell to cell."""
    for row, (name, numbers) in enumerate(CELLS.items()):
        if row:
            page.focus(field("a", "item.add"))
            page.keyboard.press("Enter")
        typed_by_keys(page, f"item.{row}.name", name)
        page.keyboard.press("Tab")
        if row == 0:
            page.keyboard.type("percent")  # the first item of a blank has a median
            page.wait_for_selector(field("a", "item.0.6"))
        for number in numbers:
            page.keyboard.press("Tab")
            page.keyboard.type(str(number))
    wanted = ", ".join(map(str, numbers))
    page.wait_for_function(
        "text => document.getElementById('a-questionnaire.items').value.endsWith(text)",
        arg=wanted,
    )


def typed_by_keys(page: Any, name: str, text: str) -> None:
    """Type into a field in the place of what is there, and wait until it is taken."""
    place = field("a", name)
    page.wait_for_selector(place)
    page.focus(place)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.wait_for_timeout(150)


def statuses(page: Any) -> list[str]:
    """List what a run says of itself until it has ended."""
    page.wait_for_selector("#a-progress")
    said = [""]
    while not page.locator("#a-cancel").is_disabled():
        text = str(page.inner_text("#a-blocks"))
        said += [text] if text != said[-1] else []
        page.wait_for_timeout(40)
    return [*said, str(page.inner_text("#a-status"))]


def fetched(page: Any, name: str, folder: Path) -> bytes:
    """Download one file by its link."""
    with page.expect_download() as waiting:
        page.click(f"#a-files >> text={FILES[name]}")
    waiting.value.save_as(folder / name)
    return (folder / name).read_bytes()


def repeated(folder: Path, got: dict[str, bytes], patch: pytest.MonkeyPatch) -> None:
    """Run the downloaded command in a shell, and the downloaded file in this process."""
    mentorsim = f'mentorsim() {{ "{sys.executable}" -m sim.app "$@"; }}\n'
    line = got["command.txt"].decode().strip()
    script = f"{mentorsim}{line} hydra.run.dir=run0 report.files=[]\n"
    subprocess.run(["/bin/sh", "-c", script], cwd=folder, check=True, env=dict(os.environ),
                   capture_output=True)  # fmt: skip
    patch.chdir(folder)
    assert main(["plan", "scenario.yaml", "hydra.run.dir=run1", "report.files=[]"]) == 0
    for number in range(2):
        assert (folder / f"run{number}" / "results.csv").read_bytes() == got["results.csv"]


def test_two_scenarios_side_by_side(server: Served, open_page: Any) -> None:
    """The second starts as the first; their difference comes with its noise, if there is any.

    Whoever sees, hears or moves otherwise can do as much.
    """
    page = open_page(server.address)
    small(page)
    page.wait_for_timeout(200)
    page.click("[data-do=second]")
    page.wait_for_selector(field("b", "effect.shift"))
    assert page.input_value(field("b", "design.n")) == "12, 24"
    a, b = page.locator("#a").bounding_box(), page.locator("#b").bounding_box()
    assert b["x"] >= a["x"] + a["width"]
    page.click("#compare-compare")
    page.wait_for_selector("#compare-answer >> text=No difference at any size")
    finished(page, "compare")
    page.fill(field("b", "effect.shift"), "0.7")
    page.wait_for_selector("#compare-differing >> text=effect.shift")
    page.click("#compare-compare")
    page.wait_for_selector("#compare-answer >> text=B's power less A's is +")
    finished(page, "compare")
    no_serious_barrier(page)
    page.fill(field("b", "seed"), "1")
    page.wait_for_selector("#compare-differing >> text=seed")
    page.click("#compare-compare")
    page.wait_for_selector("#compare-status >> text=Seed: 1 must be 2022")


def no_serious_barrier(page: Any) -> None:
    """An automatic check of accessibility finds nothing serious; nothing is wider than the page.

    Neither on a wide screen in the light, nor on a narrow one in the dark.
    """
    page.wait_for_selector("#compare-answer svg")
    page.fill(field("a", "analysis.alpha"), "x")
    page.wait_for_selector(f"{field('a', 'analysis.alpha-error')} >> text=must be a number")
    page.click("#a details[data-opens] > summary")
    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found = [own for own in Browser.barriers(page) if own["impact"] in SERIOUS]
        assert found == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})
    page.fill(field("a", "analysis.alpha"), "0.05")
    page.wait_for_selector(field("a", "analysis.alpha-error"), state="hidden")


@pytest.mark.parametrize("tabs", [2, pytest.param(3, marks=pytest.mark.long)])
def test_cancel_closing_and_a_lost_server_leave_nothing(
    path: None, tmp_path: Path, open_page: Any, tabs: int
) -> None:
    """A cancelled run is gone, and so is that of a closed tab; a third tab's has to wait.

    When the program ends, the page says so, and its buttons promise nothing.
    """
    words = ["monte_carlo.replicates=1000000", "page.most_replicates=1000000"]
    with served(tmp_path, *words, "page.live_replicates=0") as server:
        first, second, *third = (open_page(server.address) for _ in range(tabs))
        for page in (first, second):
            page.click("#a-run")
            page.wait_for_selector("#a-progress")
        for page in third:
            page.click("#a-run")
            page.wait_for_selector("#a-status >> text=2 runs go on already")
        assert not third or server.runs() == 2
        first.click("#a-cancel")
        first.wait_for_selector("#a-status >> text=Cancelled")
        assert not third or server.runs() == 1
        assert second.locator("#a-progress").is_visible()
        second.context.close()
        for _ in range(200):
            if server.runs() <= 0:
                break
            first.wait_for_timeout(50)
        assert server.runs() <= 0
        first.wait_for_selector("#gone", state="hidden")
    first.wait_for_selector("#gone >> text=has ended")
    assert first.locator("button:enabled").count() == 0


def cancelled(server: Served, page: Any, times: int) -> float:
    """Start and cancel so many runs; give the growth of memory in megabytes."""
    before = server.megabytes()
    for _ in range(times):
        page.click("#a-run")
        page.wait_for_selector("#a-progress")
        page.click("#a-cancel")
        page.wait_for_selector("#a-progress", state="hidden")
    assert server.runs() == 0
    return server.megabytes() - before


@pytest.mark.long
def test_a_few_cancelled_runs(server: Served, open_page: Any) -> None:
    """After some runs that were started and cancelled no process is left, and no memory."""
    page = open_page(server.address)
    cancelled(server, page, 2)
    assert cancelled(server, page, 6) < 10


@pytest.mark.long
def test_many_cancelled_runs(server: Served, open_page: Any) -> None:
    """After 50 runs that were started and cancelled no process is left, and no memory."""
    page = open_page(server.address)
    cancelled(server, page, 5)
    growth = cancelled(server, page, 50)
    print(f"{growth:.1f} MB more, {server.megabytes():.0f} MB in all")
    assert growth < 10
