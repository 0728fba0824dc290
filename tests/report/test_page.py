"""The page of a run: what is in it, and what must never be."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from oracles.saved import HOSTILE, hostile_study, saved_plan
from oracles.studies import small_study

from sim.errors import StudyError
from sim.report.charts.figures import figures
from sim.report.charts.theme import config
from sim.report.document.model import Paragraph, Table
from sim.report.document.numbers import estimate, number
from sim.report.document.words import Blank, typeset, words_of
from sim.report.printers.html import page as page_module
from sim.report.printers.html.page import page, write_page
from sim.report.printers.html.template import as_script
from sim.report.results.rows import result_rows
from sim.report.saved import SavedRun, read_run
from sim.report.topics import size as size_module
from sim.report.topics.assumptions import assumptions_table
from sim.report.topics.design import design_sentence
from sim.report.topics.size import answer_sentence
from sim.study.sweep import words


class Parsed(HTMLParser):
    """Elements with their attributes, the text of tables, and all text that is shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.shown: list[str] = []
        self.scripts: dict[str, str] = {}
        self._open: list[str] = []
        self._script = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag in ("th", "td"):
            self.cells.append("")
        if tag == "script":
            self._script = str(dict(attrs).get("id", len(self.scripts)))

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note its text."""
        if self._open and self._open[-1] == "script":
            self.scripts[self._script] = self.scripts.get(self._script, "") + data
            return
        if {"th", "td"} & set(self._open):
            self.cells[-1] += data
        if not {"style", "title"} & set(self._open):
            self.shown.append(data)


def as_set(words: str) -> str:
    """Words as the page has them: one blank between them, quotation marks set."""
    return " ".join(words_of(typeset(words)).split())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A small run of both roles."""
    return saved_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def html(run: SavedRun) -> str:
    """Its page."""
    return page(run)


def test_the_answer_comes_first(run: SavedRun, html: str) -> None:
    """After the title: the answer, its warnings, what it rests on; only then the curve."""
    text = " ".join(" ".join(Parsed(html).shown).split())
    found = run.answer
    answer = as_set(answer_sentence(found))
    assert text.index(found.study.title) < text.index("The answer") < text.index(answer)
    curve = text.index("Power and sample size")
    first = (answer, as_set(design_sentence(found.study)), *map(as_set, found.warnings))
    assert all(text.index(part) < curve for part in first)
    assert found.warnings
    rows = assumptions_table(found).rows
    assert len(rows) == len(found.assumptions) > 0
    for name, value, _ in rows:
        assert text.index(f"{as_set(words_of(name))} : {as_set(words_of(value))}") < curve
    for known in (run.manifest["config_sha256"], run.manifest["code_sha256"]):
        assert known in text


def test_every_number_of_the_tables_is_in_the_results(run: SavedRun, html: str) -> None:
    """Each power in a table is one that was estimated; those at the answer are all there."""
    answer, k = run.answer, run.answer.place
    main, null = answer.characteristics, answer.null_characteristics
    cells = set(Parsed(html).cells)
    for q, _ in enumerate(main.rules):
        assert estimate(main.rule_win, k, q) in cells
    for role, without in zip(main.roles, null.roles, strict=True):
        for e, _ in enumerate(role.endpoints):
            for of in (role.measures.win, without.measures.rejection, role.measures.adjusted_win):
                assert estimate(of, k, e) in cells
    known = {
        number(row.value) + (f" ±{number(row.mcse)}" if row.replicates else " (exact)")
        for row in (*result_rows(main), *result_rows(null))
    }
    estimates = {own for own in cells if re.fullmatch(r"[01]\.\d{3} (±[\d.]+|\(exact\))", own)}
    assert estimates
    assert estimates <= known


def test_the_curve_holds_every_rule_and_endpoint(run: SavedRun, html: str) -> None:
    """What can be chosen is what was studied, with the same numbers to five digits."""
    data = json.loads(Parsed(html).scripts["report-data"])
    curves, main = data["curve"]["curves"], run.answer.characteristics
    assert [own["label"] for own in curves[:3]] == ["any", "all", "total"]
    assert len(curves) == 3 + 2 * 4
    for own in curves[:3]:
        for pairs, value, mcse in own["points"]:
            at = main.sizes.index(pairs), main.rule_index(own["label"])
            assert value == pytest.approx(main.rule_win.value[at], rel=1e-4)
            assert mcse == pytest.approx(main.rule_win.mcse[at], rel=1e-4)
    assert data["curve"]["people"] == {
        "6": "6 pairs (6 mentors, 5 mentees)", "12": "12 pairs (12 mentors, 10 mentees)"
    }  # fmt: skip


def test_nothing_is_fetched(html: str) -> None:
    """No element names another file or address, and the policy of the page forbids it."""
    for tag, attributes in Parsed(html).elements:
        assert tag not in ("link", "img", "iframe", "object", "base", "form")
        assert not {"src", "srcset", "action", "data"} & set(attributes)
        assert attributes.get("href", "#").startswith("#")  # type: ignore[union-attr]
        assert not any(name.startswith("on") for name in attributes)
    assert "default-src 'none'" in html


def test_the_same_results_give_the_same_page(run: SavedRun, html: str) -> None:
    """No clock and no chance is in it."""
    assert page(read_run(run.folder)) == html
    assert write_page(run, run.folder).read_text(encoding="utf-8") == html


def test_the_page_of_a_long_study_is_small(tmp_path: Path) -> None:
    """Two hundred sizes and seven domains of two roles take less than 1.5 MB."""
    domains = tuple("abcdefg")
    study = small_study(
        questionnaire={"points": 5, "items": domains},
        roles={"mentor": {"pre": (0.1, 0.2, 0.4, 0.2, 0.1)},
               "mentee": {"pre": (0.1, 0.2, 0.4, 0.2, 0.1), "effect": None}},
        design={"n": tuple(range(6, 241))},
    )  # fmt: skip
    assert len(page(saved_plan(tmp_path, study)).encode()) < 1_500_000


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(tmp_path: Path, name: str) -> None:
    """A title, domain and rule of whatever characters is shown, and never markup."""
    run = saved_plan(tmp_path, hostile_study(name))
    html = page(run)
    parsed = Parsed(html)
    harmless = [tag for tag, _ in parsed.elements if tag == "script"]
    assert len(harmless) == 3  # data, Vega, the page's own
    assert "alert(1)" not in "".join(own for key, own in parsed.scripts.items()
                                     if key != "report-data")  # fmt: skip
    assert "<" not in parsed.scripts["report-data"]
    json.loads(parsed.scripts["report-data"])
    assert words(HOSTILE[name], 40)[:30] in " ".join(parsed.shown)
    # in full once, among all settings; short wherever else it stands
    assert max(map(len, parsed.cells)) < 2000
    assert len(html.encode()) < 1_500_000


def test_data_in_a_script_element_cannot_close_it() -> None:
    """Whatever the text, it is read back as it was."""
    text = "</script><!-- <script> ]]> & \u2028 \\"
    written = as_script({"name": text, "value": 0.1234567891, "nothing": None})
    assert "<" not in written
    assert json.loads(written) == {"name": text, "value": 0.12346, "nothing": None}


def test_results_of_another_version_are_one_line(run: SavedRun, tmp_path: Path) -> None:
    """A folder without the whole answer is refused, and nothing is written."""
    for name in ("results.csv", "summary.json", "manifest.json"):
        (tmp_path / name).write_bytes((run.folder / name).read_bytes())
    with pytest.raises(StudyError, match="run it again") as raised:
        write_page(read_run(tmp_path), tmp_path)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "report.html").exists()


def test_titles_of_figures_are_text_of_the_page(run: SavedRun) -> None:
    """Title and caption of each figure wrap as text, whatever fonts there are; none is drawn."""
    found = Parsed(page(run))
    drawn = json.loads(found.scripts["report-data"])["figures"]
    said = " ".join(" ".join(found.shown).split())
    for own in figures(run):
        if own.name in drawn and f'data-figure="{own.name}"' in page(run):
            assert as_set(f"{own.title}. {own.below}") in said
        assert "title" not in drawn[own.name]["spec"]
    assert "limit" not in config("light")["title"]


def test_every_kind_of_block_is_printed(run: SavedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries are one list, blanks are marked, numbers and prose set apart, gaps go on."""
    table = Table(
        "A 'table'",
        ("size", "power", "why"),
        (("9", "0.500 (exact)", ("because ", Blank("[why]"))), ("", "0", "w" * 30)),
        marked=0,
    )
    blocks = (
        Paragraph(("the 'answer'",), "answer"),
        Paragraph(("one",), "entry"),
        Paragraph(("two",), "warning"),
        Paragraph(("last",)),
        table,
    )
    sections = (page_module.Part("A section", blocks, name="here"),)
    monkeypatch.setattr(page_module, "_sections", lambda *_: sections)
    html = page(run)
    assert f'<p class="answer">{as_set(blocks[0].text)}</p>' in html
    assert '<ul><li>one</li><li class="warning">two</li></ul>' in html
    assert "<p>last</p>" in html
    assert f"<caption>{as_set(str(table.caption))}</caption>" in html
    assert '<td role="cell" data-label="power" class="number">0.500 (exact)</td>' in html
    assert '<td role="cell" data-label="why">because <mark>[why]</mark></td>' in html
    assert 'data-label="size"><span>9</span> <span class="mark">answer</span></th>' in html
    assert 'class="goes-on" data-label="size"><span>9</span></th>' in html
    assert html.count('<tr role="row" class="answer">') == 1


def test_the_headline_is_the_answer(run: SavedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """A size, none within reach, or none that can be used."""
    size = run.answer.sample_size
    words = "No size up to 12 pairs"
    if size.size is not None:
        words = f"{size.size} pairs, the smallest of 6 and 12 that suffices"
    assert f'<p class="headline">{words}</p>' in page(run)
    monkeypatch.setattr(size_module, "reasons", lambda *_: ("the test rejects too often",))
    assert '<p class="headline">No size can be given</p>' in page(run)
