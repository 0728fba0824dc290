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
from sim.report.html.page import as_script, page, write_page
from sim.report.html.tables import cell
from sim.report.saved import SavedRun, read_run
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


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A small run of both roles."""
    return saved_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def html(run: SavedRun) -> str:
    """Its page."""
    return page(run)


def test_the_answer_comes_first(run: SavedRun, html: str) -> None:
    """After title and design, the first heading is the answer, in the words of summary.json."""
    text = " ".join(" ".join(Parsed(html).shown).split())
    answer = " ".join(run.summary["answer"].split())
    assert text.index(run.summary["title"]) < text.index("The answer") < text.index(answer)
    assert text.index(answer) < text.index("Power and sample size")
    for warning in run.summary["warnings"]:
        assert warning in text
    for known in (run.manifest["config_sha256"], run.manifest["code_sha256"]):
        assert known in text


def test_every_number_of_the_tables_is_in_the_results(run: SavedRun, html: str) -> None:
    """Each power in a table is that of a row; every rule and endpoint at the answer is there."""
    cells, results, at = set(Parsed(html).cells), run.results, run.at
    for size in run.summary["sample_sizes"]:
        assert cell(results.rule(size["rule"], "win", at)) in cells
    for role in run.summary["effects"]:
        for name in run.summary["endpoints"]:
            for measure in ("win", "null_rejection", "adjusted_win"):
                assert cell(results.endpoint(role, name, measure, at)) in cells
    known = {cell(row) for row in run.rows()}
    estimates = {own for own in cells if re.fullmatch(r"[01]\.\d{3} (±[\d.]+|\(exact\))", own)}
    assert estimates
    assert estimates <= known


def test_the_curve_holds_every_rule_and_endpoint(run: SavedRun, html: str) -> None:
    """What can be chosen is what was studied, with the same numbers to five digits."""
    data = json.loads(Parsed(html).scripts["report-data"])
    curves = data["curve"]["curves"]
    assert [own["label"] for own in curves[:3]] == ["any", "all", "total"]
    assert len(curves) == 3 + 2 * 4
    for own in curves[:3]:
        for pairs, value, mcse in own["points"]:
            row = run.results.rule(own["label"], "win", pairs)
            assert row is not None
            assert value == pytest.approx(row.value, rel=1e-4)
            assert mcse == pytest.approx(row.mcse, rel=1e-4)
    assert data["curve"]["people"] == {"6": "6 mentors, 5 mentees", "12": "12 mentors, 10 mentees"}


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
        scale={"points": 5, "domains": domains},
        roles={"mentor": {"pre": (0.1, 0.2, 0.4, 0.2, 0.1)},
               "mentee": {"pre": (0.1, 0.2, 0.4, 0.2, 0.1), "effect": None}},
        design={"sizes": tuple(range(6, 241))},
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
    """A summary that lacks what the page shows is refused, and nothing is written."""
    for name in ("results.csv", "manifest.json"):
        (tmp_path / name).write_bytes((run.folder / name).read_bytes())
    summary = {**run.summary}
    del summary["warnings"], summary["attainable"], summary["audit"]
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    with pytest.raises(StudyError, match="no page can be made from what is saved there") as raised:
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
            assert f"{own.title}. {own.below}".rstrip() in said
        assert "title" not in drawn[own.name]["spec"]
    assert "limit" not in config("light")["title"]
