"""The shipped study files: each runs, and speaks of nobody else's study."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from docx import Document

from sim.app import main
from sim.jobs.sweep import points
from sim.sources import CONF
from sim.study import Study

EXAMPLES = sorted((CONF / "examples").glob("*.yaml"))
QUICK = ["monte_carlo.replicates=100", "monte_carlo.search_replicates=100",
         "monte_carlo.block_size=100", "store.file=null", "hydra.run.dir=run"]  # fmt: skip
FEWER = {
    name: ["design.n=[20,40]"]
    for name in ("feasibility", "midwives_and_students", "one_item", "pain", "survey_36")
}
"""Sizes that are quicker where a file lists many, or looks for one."""
OTHERS = re.compile(r"mentor(?!sim)|mentee|mentoring|hospital", re.IGNORECASE)
"""Words of the shipped main study."""
PAIR = re.compile(r"(?<!discordant )\bpairs?\b", re.IGNORECASE)
"""A unit that none of the examples has; answers that differ are a term of McNemar's test."""
SEED_WORDS = [
    "questionnaire.points=7",
    "questionnaire.items=[clinical practice,approachability]",
    "roles.mentor.pre=[[.02,.05,.13,.25,.30,.18,.07],[.08,.15,.20,.22,.18,.12,.05]]",
    "roles.mentee=null",
    "effect=odds_ratio",
    "effect.odds_ratio=2",
    "clusters={hospital: {sizes: [3,4,4,5,5,6,6,7], icc: .05}}",
    "~success",
    "success={both: 'all of [clinical practice, approachability]'}",
    "primary=both",
    "analysis.test=clustered_signed_rank",
    "analysis.adjustment=none",
    "design.n=40",
    "pilot=none",
]
"""The nurses' study, as changes to the shipped one."""
NAMES = {"nurse": "mentor", "listening": "clinical practice", "communication": "total",
         "breaking bad news": "approachability", "co-primary": "both"}  # fmt: skip

pytestmark = pytest.mark.usefixtures("composed_anew")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path) -> dict[str, str]:
    """Read what a run wrote as text, pages without their scripts and tags."""
    texts = {path.name: path.read_text("utf-8") for path in sorted(folder.rglob("*"))
             if path.suffix in {".md", ".txt", ".csv", ".json", ".html", ".svg"}}  # fmt: skip
    document = Document(str(folder / "sample_size_justification.docx"))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    texts["docx"] = "\n".join(each.text for each in (*document.paragraphs, *cells))
    return {
        name: seen(text) if name.endswith((".html", ".svg")) else text
        for name, text in texts.items()
    }


def seen(page: str) -> str:
    """Give what a reader of a page sees."""
    body = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", body)


def rows(folder: Path, names: dict[str, str]) -> list[list[str]]:
    """Read the numbers of a run, with names replaced."""
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        return [[names.get(cell, cell) for cell in row] for row in csv.reader(file)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_in_its_own_words(
    path: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing that it prints or writes speaks of the shipped main study."""
    assert main(["plan", str(path), *QUICK, *FEWER.get(path.stem, ())]) == 0
    texts = {"screen": capsys.readouterr().out, **written(here / "run")}
    assert {"report.html", "docx", "results.csv", "manifest.json", "screen"} <= texts.keys()
    for name, text in texts.items():
        assert OTHERS.findall(text) == [], name
        if not name.endswith((".csv", ".json", "docx", ".md")):  # their columns have names
            assert PAIR.findall(text) == [], name
    lines = texts["screen"].splitlines()
    assert max(len(line) for line in lines if not line.startswith("Files in")) <= 80


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_says_first_what_it_is(path: Path) -> None:
    """The first line is a comment that fits a screen."""
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert len(first) <= 100


def test_a_bare_name_is_that_of_a_shipped_example(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no such file the example is taken, and named; a file goes first."""
    assert main(["check", "nurses.yaml"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Communication skills course")
    assert str(CONF / "examples" / "nurses.yaml") in err
    (here / "nurses.yaml").write_text(
        "title: Another\nquestionnaire: {items: {a: [20,20,20,20,20]}}"
    )
    assert main(["check", "nurses.yaml"]) == 0
    out, err = capsys.readouterr()
    assert (out.splitlines()[0], err) == ("Another", "")
    assert main(["check", "elsewhere/nurses.yaml"]) == 2


def test_the_nurses_are_the_same_study_in_the_seeds_words(here: Path) -> None:
    """The same numbers come out of the shipped study, changed until it is the nurses'."""
    assert main(["plan", str(CONF / "examples" / "nurses.yaml"), *QUICK]) == 0
    mine = rows(here / "run", NAMES)
    assert main(["plan", *SEED_WORDS, *QUICK, "hydra.run.dir=seed"]) == 0
    assert len(mine) > 50
    assert mine == rows(here / "seed", {})


@pytest.mark.parametrize("sweep", ["assumptions", "grid", "scenarios"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_shipped_sweep_is_one_of_every_example(example: Path, sweep: str) -> None:
    """What the shipped sweeps set is there in any study, with any roles and points."""
    assert len(points(Study.from_file(example, f"sweep={sweep}"))) > 3
