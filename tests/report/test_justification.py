"""A justification says what the files of a run say, and marks what they do not."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sim import compose_study, plan
from sim.errors import StudyError
from sim.report.files import write_run
from sim.report.justification import justification, missing_items, write_justification
from sim.report.justification_markdown import markdown
from sim.report.justification_parts import (
    Blank,
    Justification,
    Line,
    Number,
    Part,
    Quote,
    Table,
    Words,
    clean,
)
from sim.report.justification_word import word
from sim.report.references import REFERENCES
from sim.report.saved import SavedRun, read_run
from sim.report.soundness import usable_pairs
from sim.report.wording import test_sentence as sentence_of_test

QUICK = [
    "monte_carlo.replicates=200",
    "monte_carlo.search_replicates=200",
    "monte_carlo.block_size=50",
    "store.file=null",
]
STUDIES = {
    "default": ["design.sizes=[40,80,90,100]", "effect.prior.draws=20"],
    "controlled": ["experiment=controlled", "design.sizes=[120,160,200]", "control.ratio=[2,1]"],
    "multi_site": ["experiment=multi_site", "design.sizes=[20,60,160]", "effect.prior=null"],
    "dropout": ["experiment=dropout", "design.sizes=[40,60,80]", "effect.prior=null"],
    "by_site": [
        "experiment=controlled",
        "selection=none",
        "clusters=sites",
        "clusters.sites=20",
        "missing=items",
        "control.unit=site",
        "analysis.test=cluster_mean_two_sample_t",
        "decision.primary='any domain'",
        "design.sizes=[40,80]",
    ],
    "believed": ["effect=believed", "design.sizes=[30,60,90]", "effect.prior.draws=20"],
    "mcnemar": [
        "analysis.test=mcnemar",
        "analysis.cut=4",
        "analysis.total_cut=24",
        "decision.primary='any domain'",
        "design.sizes=[40,80]",
        "effect.prior=null",
    ],
    "exact": [
        "effect=shift",
        "engine=exact",
        "analysis.adjustment=none",
        "decision.primary=practice",
        "+decision.rules.practice={kind: one, endpoints: [clinical practice], roles: [mentor]}",
        "design.sizes=[20,40,60]",
    ],
    "never": [
        "decision.primary='at least 4 domains'",
        "design.sizes=[20,40]",
        "effect.prior=null",
        "design.search_limit=40",
    ],
}
REASONS = [
    "report.reasons.outcome='the total is what the programme wants to raise'",
    "report.reasons.difference_basis=both",
    "report.reasons.difference_why='asked of twelve supervisors'",
    "report.reasons.sensitivity='a sweep is in the appendix'",
    "report.reasons.interim='none is planned'",
    "report.reasons.recruitment='from three hospitals'",
]
NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
OURS = {"2018", "2025", "19", "20", "16", "28", "1", "2", "3", "4", "5", "6", "7", "95", "256"}
"""Numbers in our own fixed words: guidelines and their items, points of the scale, SHA-256."""
YEARS = {number for name in REFERENCES for number in NUMBERS.findall(name)}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small plan of each study."""
    found = {}
    for name, words in STUDIES.items():
        found[name] = tmp_path_factory.mktemp(name)
        write_run(plan(compose_study([*QUICK, *words])), found[name])
    return found


@pytest.fixture(params=sorted(STUDIES))
def run(request: pytest.FixtureRequest, folders: dict[str, Path]) -> SavedRun:
    """Each of them, read back."""
    return read_run(folders[request.param])


def lines(found: Justification) -> Iterator[Line]:
    """Everything that a justification says, but for headings and references."""
    yield (found.title,)
    for item in found.items:
        for block in item.blocks:
            if isinstance(block, Table):
                yield block.caption
                yield from block.head
                for row in block.rows:
                    yield from row
            else:
                yield block.parts


def parts(found: Justification) -> Iterator[Part]:
    """Parts of all lines."""
    for own in lines(found):
        yield from own


class Files:
    """What a run left, read without the code under test."""

    def __init__(self, folder: Path) -> None:
        self.roots: dict[str, Any] = {
            name: json.loads((folder / f"{name}.json").read_text()) for name in ROOTS
        }
        self.rows: dict[tuple[str, ...], dict[str, str]] = {}
        with (folder / "results.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                keys = ("role", "pairs", "kind", "name", "measure")
                self.rows[tuple(row[key] for key in keys)] = row

    def field(self, path: str) -> Any:
        """Look a field up by its path."""
        root, *steps = keys_of(path)
        if root == "results":
            return self.rows[tuple(map(str, steps[:5]))][str(steps[5])]
        found = self.roots[str(root)]
        for step in steps:
            found = found[step]
        return found


ROOTS = ("summary", "manifest")


def keys_of(path: str) -> list[str | int]:
    """Split a path at its dots and brackets."""
    found: list[str | int] = []
    for plain, place, quoted in re.findall(
        r'(?:^|\.)(\w+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]', path
    ):
        found.append(plain or (int(place) if place else json.loads(quoted)))
    return found


def reckoned(formula: str, files: Files) -> float:
    """Reckon a formula from the files, once each field in braces is looked up."""

    def looked_up(match: re.Match[str]) -> str:
        own = files.field(match[1])
        return repr(list(own) if isinstance(own, list) else float(own))

    plain = re.sub(r"\{([^}]*)\}", looked_up, formula)
    return float(eval(plain, {"ceil": ceil, "len": len}))  # noqa: S307  of this project's own making


def as_written(value: float, form: str) -> str:
    """Write a number as the document does."""
    if not form:
        assert value == int(value)
        return str(int(value))
    if abs(value) < 1e-9:
        return format(0.0, form.removeprefix("+"))
    return format(int(value) if form.endswith("d") else value, form)


def word_text(data: bytes) -> str:
    """Text of a Word document's body, a line per paragraph."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        body = ET.fromstring(packed.read("word/document.xml"))  # noqa: S314  our own
    return "\n".join(
        "".join(node.text or "" for node in paragraph.iter(f"{space}t"))
        for paragraph in body.iter(f"{space}p")
    )


def test_every_number_is_its_field(run: SavedRun) -> None:
    """Each number is what its formula gives from the files, read on their own."""
    files, found = Files(run.folder), justification(run)
    numbers = [part for part in parts(found) if isinstance(part, Number)]
    assert len(numbers) > 60
    for part in numbers:
        assert part.text == as_written(reckoned(part.formula, files), part.form), part


def test_every_quotation_is_its_field(run: SavedRun) -> None:
    """Each quotation is what stands in the field that it names."""
    files = Files(run.folder)
    for part in parts(justification(run)):
        if isinstance(part, Quote):
            assert part.text == clean(str(files.field(part.path)), 4000), part


def test_words_of_ours_hold_no_result(run: SavedRun) -> None:
    """Our fixed words and blanks hold no numbers but those of guidelines and references."""
    for part in parts(justification(run)):
        if isinstance(part, Words | Blank):
            said = part.text.replace("DELTA2", "")
            assert set(NUMBERS.findall(said)) <= OURS | YEARS, part


def test_both_formats_hold_these_numbers_and_no_others(run: SavedRun) -> None:
    """The numbers in the Word file and in Markdown are, one for one, those of the parts."""
    found = justification(run)
    said = ["".join(part.text for part in own) for own in lines(found)]
    said += [item.heading for item in found.items] + list(found.references)
    said += [label for item in found.items for label in item.labels]
    expected = Counter(NUMBERS.findall("\n".join(said)))
    assert Counter(NUMBERS.findall(word_text(word(found)))) == expected
    assert Counter(NUMBERS.findall(markdown(found))) == expected


def test_the_document_is_a_word_file(run: SavedRun) -> None:
    """Word's own reader opens it: tables have head rows, and the answer comes first."""
    import docx

    found = justification(run)
    document = docx.Document(io.BytesIO(word(found)))
    tables = [b for item in found.items for b in item.blocks if isinstance(b, Table)]
    assert len(document.tables) == len(tables)
    assert all("tblHeader" in table.rows[0]._tr.xml for table in document.tables)
    texts = [own.text for own in document.paragraphs]
    starts = ("The study needs", "No size up to", "This design does not justify a sample size")
    first = next(text for text in texts if text.startswith(starts))
    assert texts.index(first) < 5
    size = run.summary["sample_sizes"][0]
    primary = {own["rule"]: own for own in run.summary["sample_sizes"]}[run.summary["primary_rule"]]
    unusable = bool(primary["unusable"])
    assert ("No size" in first) == (primary["pairs"] is None and not unusable)
    assert first.startswith(starts[2]) == unusable
    assert document.core_properties.language == "en-GB"
    assert size["rule"] in "\n".join(texts) + str(
        [c.text for t in document.tables for c in t._cells]
    )


def test_a_changed_result_is_a_changed_number(folders: dict[str, Path], tmp_path: Path) -> None:
    """Nothing is typed by hand: with another power in the files, the document says another."""
    run = read_run(folders["dropout"])
    summary = json.loads((run.folder / "summary.json").read_text())
    summary["sample_sizes"][0]["power"] = 0.123456
    summary["participation"]["mentor"]["analysable"]["total"] = 0.5
    other = SavedRun(run.job, run.folder, summary, run.manifest)
    before, after = markdown(justification(run)), markdown(justification(other))
    assert "0.123" in after
    assert "0.123" not in before
    assert f"| {float(summary['sample_sizes'][0]['pairs']) * 0.5:.0f} |" in after


def test_the_same_run_is_the_same_bytes(folders: dict[str, Path], tmp_path: Path) -> None:
    """Written twice, and by another process at another time, both files are the same bytes."""
    run = read_run(folders["controlled"])
    first = [path.read_bytes() for path in write_justification(run, tmp_path)]
    assert first == [path.read_bytes() for path in write_justification(run, tmp_path)]
    other = tmp_path / "other"
    other.mkdir()
    code = (
        "import sys, time; from pathlib import Path; time.time = lambda: 2e9\n"
        "from sim.report.saved import read_run\n"
        "from sim.report.justification import write_justification\n"
        "write_justification(read_run(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, str(run.folder), str(other)], check=True)
    assert [path.read_bytes() for path in sorted(other.iterdir(), reverse=True)] == first
    assert sorted(path.name for path in other.iterdir()) == [
        "sample_size_justification.docx",
        "sample_size_justification.md",
    ]


def with_reasons(run: SavedRun, **reasons: str) -> SavedRun:
    """Give the same run with reasons in its config."""
    manifest = json.loads(json.dumps(run.manifest))
    manifest["config"]["report"]["reasons"].update(reasons)
    return SavedRun(run.job, run.folder, run.summary, manifest)


def blanks(found: Justification) -> list[str]:
    """Blanks of a justification."""
    return [part.text for part in parts(found) if isinstance(part, Blank)]


def test_blanks_stand_where_no_reason_is_given(run: SavedRun) -> None:
    """A section has a blank exactly where something asked of the planner is missing."""
    found = justification(run)
    for item in found.items:
        open_items = [own for own in item.requirements if own.status == "missing"]
        within = Justification(found.title, (item,), ())
        if item.heading not in ("Sample size", "Assumptions"):  # no guideline asks for reasons
            assert len(blanks(within)) == len(open_items), item.heading
    assert all(text.startswith("[to be completed: ") for text in blanks(found))
    data = word_text(word(found))
    assert all(text in data for text in blanks(found))


def test_blanks_go_where_reasons_are_given() -> None:
    """Reasons in the config are read, quoted, and complete the list."""
    study = compose_study([*QUICK, *STUDIES["default"], *REASONS])
    assert study.report.reasons.difference_basis == "both"
    assert study.report.check is False


def test_each_reason_fills_its_own_blank(folders: dict[str, Path]) -> None:
    """One more reason, one blank and one missing item less; with all of them nothing is missing."""
    run = read_run(folders["controlled"])
    reasons: dict[str, str] = {}
    left = len(missing_items(justification(run)))
    assert left == len(blanks(justification(run))) == 6
    for name in run.config["report"]["reasons"]:
        if name in ("adjustments", "outcome"):  # nothing to adjust for; asked for by no guideline
            continue
        reasons[name] = "both" if name == "difference_basis" else f"because of {name}"
        found = justification(with_reasons(run, **reasons))
        assert len(missing_items(found)) == left - len(reasons)
        assert len(blanks(found)) == left - len(reasons)
        said = "both important and realistic" if name == "difference_basis" else reasons[name]
        assert said in word_text(word(found))
    assert missing_items(found) == ()
    assert "Nothing is missing." in markdown(found)


def adjusted_rows(run: SavedRun) -> dict[str, tuple[str, ...]]:
    """Rows of the table of adjustments: what is stated, pairs before, pairs after."""
    item = next(own for own in justification(run).items if own.heading == "Adjustments")
    table = next(block for block in item.blocks if isinstance(block, Table))
    rows = [tuple("".join(part.text for part in cell) for cell in row) for row in table.rows]
    return {row[0]: row[1:] for row in rows}


def test_the_size_before_each_adjustment(folders: dict[str, Path]) -> None:
    """Each adjustment in the study has its number before, and the others are unchanged."""
    for name, there in ADJUSTED.items():
        run = read_run(folders[name])
        rows = adjusted_rows(run)
        found = {own["adjustment"]: own["size"] for own in run.summary["before_adjustments"]}
        assert list(found) == there
        for adjustment, row in ROWS.items():
            if adjustment not in there:
                assert adjustment == "all" or rows[row][1] == "unchanged"
                continue
            pairs, limit = found[adjustment]["pairs"], found[adjustment]["limit"]
            expected = rf"over {limit}" if pairs is None else rf"(at most |\d+ to )?{pairs}\b"
            assert re.match(expected, rows[row][1])
        assert ("All of these together" in rows) == ("all" in there)
        assert ("nothing is added to it" in markdown(justification(run))) == bool(there)


ROWS = {"missing": "Missing answers", "clusters": "Clustering", "multiplicity": "Multiplicity",
        "all": "All of these together"}  # fmt: skip
ADJUSTED = {
    "default": [],
    "controlled": [],
    "dropout": ["missing"],
    "multi_site": ["clusters"],
    "mcnemar": ["multiplicity"],
    "by_site": ["missing", "clusters", "multiplicity", "all"],
}


def test_another_test_or_allocation_is_said(folders: dict[str, Path]) -> None:
    """Where leaving the sites out takes another test or allocation, the row says which."""
    rows = adjusted_rows(read_run(folders["multi_site"]))
    assert rows["Clustering"][0].endswith("; the number before is by the paired t test")
    rows = adjusted_rows(read_run(folders["by_site"]))
    said = "by the two-sample t test of the changes and with pairs allocated instead of sites"
    for name in ("Clustering", "All of these together"):
        assert rows[name][0].endswith(f"; the number before is {said}")
    assert "the number before" not in rows["Missing answers"][0]
    assert "the number before" not in rows["Multiplicity"][0]


def with_before(run: SavedRun, **changes: Any) -> SavedRun:
    """Give the same run with another size before its first adjustment."""
    summary = json.loads(json.dumps(run.summary))
    summary["before_adjustments"][0]["size"].update(changes)
    return SavedRun(run.job, run.folder, summary, run.manifest)


@pytest.mark.parametrize(
    ("pairs", "low", "high", "replicates", "said"),
    [
        (60, 40, 80, 200, "41 to 60 (up to 80)"),
        (60, 60, 80, 200, "41 to 60 (41 to 80)"),
        (40, 40, 60, 200, "at most 40 (up to 60)"),
        (40, 40, 40, 200, "at most 40"),
        (80, 60, None, 200, "61 to 80 (41 to more than 80)"),
        (None, 80, None, 200, "over 80 (61 to more than 80)"),
        (None, None, None, 200, "over 80"),
        (60, 60, 60, 0, "41 to 60 (exact)"),
    ],
)
def test_a_size_before_has_its_interval(
    folders: dict[str, Path],
    pairs: int | None,
    low: int | None,
    high: int | None,
    replicates: int,
    said: str,
) -> None:
    """It is a limit at the smallest size studied, 40, or beyond the largest, and may be exact."""
    after = {40: None, 60: 41, 80: 61, None: None}
    stated = {"pairs": pairs, "low": low, "high": high, "replicates": replicates,
              "at_least": after[pairs], "low_at_least": after[low]}  # fmt: skip
    rows = adjusted_rows(with_before(read_run(folders["dropout"]), **stated))
    assert rows["Missing answers"][1] == said


def test_a_larger_size_without_missing_answers_is_no_gain(folders: dict[str, Path]) -> None:
    """It is said, where it is beyond the error of both, that who is analysed is not everybody."""
    run = read_run(folders["dropout"])
    high = run.summary["sample_sizes"][0]["high"]
    for low, said in ((high, False), (high + 1, True), (None, True)):
        text = markdown(justification(with_before(run, low=low)))
        assert ("That is no gain" in text) == said


def test_what_is_not_computed_is_not_made_up(folders: dict[str, Path]) -> None:
    """Of a run that has no sizes before, that is said; no guideline asks the planner for them."""
    for name, row in (("dropout", "Missing answers"), ("multi_site", "Clustering")):
        run = read_run(folders[name])
        summary = {k: own for k, own in run.summary.items() if k != "before_adjustments"}
        old = SavedRun(run.job, run.folder, summary, run.manifest)
        assert adjusted_rows(old)[row][1] == "not computed"
        assert len(missing_items(justification(old))) == len(missing_items(justification(run)))
    compared = adjusted_rows(read_run(folders["controlled"]))["Control arm"]
    assert re.fullmatch(r"((over|at most) )?\d+( \(.*\))?", compared[1])


def test_the_items_of_the_guidelines(run: SavedRun) -> None:
    """Each requirement stands under the item that asks for it, and nothing else is asked for."""
    labels = {own.text: own.label for own, _ in justification(run).requirements}
    interim = "SPIRIT 2025, item 28b; CONSORT 2025, item 16b"
    assert labels["Interim analyses and stopping guidelines"] == interim
    assert labels["Proportions in each category before and after"] == "DELTA2, item 3a by analogy"
    assert labels["Sample size"] == labels["Why these adjustments"] == "DELTA2, item 5"
    assert labels["Sensitivity of the sample size to its assumptions"] == "DELTA2, item 5"
    assert "Why it is the primary outcome" not in labels
    assert not any("size before" in text for text in labels)


def test_saw_teeth_are_those_of_exact_tests(run: SavedRun) -> None:
    """Chernick and Liu are cited where an exact test's power can fall as the size grows."""
    analysis, sizes = run.config["analysis"], run.summary["sample_sizes"]
    size = next(own for own in sizes if own["rule"] == run.config["decision"]["primary"])
    exact = analysis["test"] in ("signed_rank", "sign", "mcnemar", "sign_flip")
    exact &= analysis["p_value"] != "asymptotic"
    cited = any("saw-toothed" in text for text in justification(run).references)
    assert cited == (exact and usable_pairs(size) is not None)


def test_few_sites_are_said_of_the_clustered_test() -> None:
    """Where the clustered signed-rank test is named, its form and the sites it needs are too."""
    study = compose_study(["clusters=sites", "analysis.test=clustered_signed_rank"])
    said = sentence_of_test(study.analysis)
    assert "without the factor for small samples, and meant for 20 sites or more" in said


def test_the_list_names_everything(run: SavedRun) -> None:
    """The completeness list has every requirement with its section and status."""
    found = justification(run)
    table = next(b for b in found.items[-1].blocks if isinstance(b, Table))
    listed = [tuple("".join(part.text for part in cell) for cell in row) for row in table.rows]
    assert listed == [(r.label, r.text, where, r.status) for r, where in found.requirements]
    assert len(listed) == 20


HOSTILE = "# |*_`<script>alert(1)</script> [x](javascript:y) \x00\x0b\ud800\u202e\ufffe\n- \\ & ~ $"

LONG = "x<b>|" * 2000


def hostile_run(run: SavedRun) -> SavedRun:
    """Give the same run with hostile names everywhere, one of them 10,000 characters long."""
    swaps = {"Scaling up reverse mentoring": HOSTILE, "clinical practice": HOSTILE}
    swaps |= {"any domain": LONG}

    def swap(value: Any) -> Any:
        if isinstance(value, dict):
            return {swaps.get(key, key): swap(own) for key, own in value.items()}
        if isinstance(value, list):
            return [swap(own) for own in value]
        if isinstance(value, str):
            for old, new in swaps.items():
                value = value.replace(old, new)
        return value

    assumptions = [{"field": HOSTILE, "value": LONG, "note": HOSTILE}]
    summary = swap(json.loads(json.dumps(run.summary))) | {"assumptions": assumptions}
    return SavedRun(run.job, run.folder, summary, swap(json.loads(json.dumps(run.manifest))))


def test_hostile_names_do_no_harm(folders: dict[str, Path]) -> None:
    """Names full of markup, control characters and length leave both documents whole."""
    import docx

    found = justification(hostile_run(read_run(folders["dropout"])))
    text = markdown(found)
    assert "<script>" not in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff\u202e\ufffe]", text)
    assert "](javascript" not in text.replace("\\]", "")
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.split(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
    assert LONG[:301] not in text.replace("\\", "").replace("&lt;", "<").replace("&gt;", ">")
    assert "x<b>|x<b>…" in "".join(part.text for part in parts(found))
    tops = [line for line in text.splitlines() if line.startswith("# ")]
    assert len(tops) == 1
    document = docx.Document(io.BytesIO(word(found)))
    assert "<script>alert(1)</script>" in "\n".join(own.text for own in document.paragraphs)
    names = [part.text for part in parts(found) if isinstance(part, Quote)]
    assert max(map(len, names)) <= 4000


def test_long_names_are_shortened() -> None:
    """A name of 10,000 characters is shown with an ellipsis."""
    assert clean("y" * 10_000, 60) == "y" * 59 + "…"


def test_other_jobs_have_no_size(folders: dict[str, Path]) -> None:
    """A run of another job, or one that lacks its parts, is one line."""
    run = read_run(folders["never"])
    with pytest.raises(StudyError, match="calibrate"):
        justification(SavedRun("calibrate", run.folder, run.summary, run.manifest))
    lacking = {key: value for key, value in run.summary.items() if key != "sample_sizes"}
    with pytest.raises(StudyError, match="not a whole plan"):
        justification(SavedRun("plan", run.folder, lacking, run.manifest))


def test_references_are_those_cited(run: SavedRun) -> None:
    """Each reference at the end is cited in the text, and each one cited is there."""
    found = justification(run)
    said = "".join(part.text for part in parts(found) if isinstance(part, Words | Quote))
    cited = {text for name, text in REFERENCES.items() if name in said}
    assert set(found.references) == cited
