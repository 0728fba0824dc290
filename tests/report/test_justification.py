"""A justification says what the files of a run say, and marks what they do not."""

import io
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sim import compose_study, plan
from sim.errors import StudyError
from sim.power.sample_size import SampleSize
from sim.report.document.model import Document, Picture, Table, cells_of
from sim.report.document.references import REFERENCES
from sim.report.document.sizes import size_with_interval
from sim.report.document.words import Blank, Cell, Part, clean, parts_of, words_of
from sim.report.files import write_run
from sim.report.justification import justification, missing_items, write_justification
from sim.report.printers.markdown import markdown
from sim.report.printers.word import word
from sim.report.results.answer import PlanAnswer
from sim.report.saved import SavedRun, read_run
from sim.report.topics.method import test_sentence as sentence_of_test
from sim.report.topics.soundness import briefly

QUICK = [
    "monte_carlo.replicates=200",
    "monte_carlo.search_replicates=200",
    "monte_carlo.block_size=50",
    "store.file=null",
]
STUDIES = {
    "default": ["design.n=[40,80,90,100]", "effect.prior.draws=20"],
    "controlled": ["experiment=controlled", "design.n=[120,160,200]", "control.ratio=[2,1]"],
    "multi_site": ["experiment=multi_site", "design.n=[20,60]", "effect.prior=null"],
    "dropout": ["experiment=dropout", "design.n=[40,60,80,120]", "effect.prior=null"],
    "by_site": [
        "experiment=controlled",
        "selection=none",
        "clusters=sites",
        "clusters.site.sites=20",
        "missing=items",
        "control.unit=site",
        "analysis.test=cluster_mean_two_sample_t",
        "primary='any domain'",
        "design.n=[40,80]",
    ],
    "believed": ["effect=believed", "design.n=[30,60]", "effect.prior.draws=20"],
    "mcnemar": [
        "analysis.test=mcnemar",
        "analysis.cut=4",
        "analysis.total_cut=24",
        "primary='any domain'",
        "design.n=[40,80]",
        "effect.prior=null",
    ],
    "exact": [
        "effect=shift",
        "engine=exact",
        "analysis.adjustment=none",
        "primary=practice",
        "+success.practice=clinical practice",
        "design.n=[20,40,60]",
    ],
    "never": [
        "primary='at least 4 domains'",
        "design.n=[20,40]",
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


@cache
def form_of(folder: Path) -> tuple[Document, bytes]:
    """Make a run's justification and its Word file, once for all that look at them."""
    found = justification(read_run(folder))
    return found, word(found)


def lines(found: Document) -> Iterator[Cell]:
    """Everything that a justification says, but for headings and references."""
    yield (found.title,)
    for item in found.sections:
        for block in item.blocks:
            yield from cells_of(block)


def parts(found: Document) -> Iterator[Part]:
    """Parts of all lines."""
    for own in lines(found):
        yield from parts_of(own)


def pictures(found: Document) -> list[Picture]:
    """Pictures of a justification."""
    return [own for item in found.sections for own in item.blocks if isinstance(own, Picture)]


def word_text(data: bytes) -> str:
    """Text of a Word document's body, a line per paragraph."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        body = ET.fromstring(packed.read("word/document.xml"))  # noqa: S314  our own
    return "\n".join(
        "".join(node.text or "" for node in paragraph.iter(f"{space}t"))
        for paragraph in body.iter(f"{space}p")
    )


def test_both_formats_hold_these_numbers_and_no_others(run: SavedRun) -> None:
    """The numbers in the Word file and in Markdown are, one for one, those of the parts.

    In the Word file what is below a picture is part of the picture.
    """
    found, data = form_of(run.folder)
    said = list(map(words_of, lines(found)))
    said += [item.heading for item in found.sections] + list(found.references)
    said += [label for item in found.sections for label in item.labels]
    expected = Counter(NUMBERS.findall("\n".join(said)))
    below = Counter(NUMBERS.findall("\n".join(own.caption for own in pictures(found))))
    assert Counter(NUMBERS.findall(word_text(data))) == expected - below
    assert Counter(NUMBERS.findall(markdown(found))) == expected


def test_the_document_is_a_word_file(run: SavedRun) -> None:
    """Word's own reader opens it: tables have head rows, and the answer comes first."""
    import docx

    found, data = form_of(run.folder)
    document = docx.Document(io.BytesIO(data))
    tables = [b for item in found.sections for b in item.blocks if isinstance(b, Table)]
    assert len(document.tables) == len(tables)
    assert all("tblHeader" in table.rows[0]._tr.xml for table in document.tables)
    texts = [own.text for own in document.paragraphs]
    starts = (("The study needs", "Of", "With"), "This design does not justify a sample size")
    first = next(
        text
        for text in texts[texts.index("Sample size") :]
        if text.startswith((*starts[0], starts[1]))
    )
    assert texts.index("Statement") < texts.index("Sample size") < texts.index(first)
    size = run.answer.sample_size
    unusable = bool(briefly(run.answer, size))
    assert first.startswith(starts[1]) == (size.size is None or unusable)
    assert document.core_properties.language == "en-GB"
    assert run.answer.sample_sizes[0].rule in "\n".join(texts) + str(
        [c.text for t in document.tables for c in t._cells]
    )


def test_a_changed_result_is_a_changed_number(folders: dict[str, Path]) -> None:
    """Nothing is typed by hand: with another power in the files, the document says another."""
    run = read_run(folders["dropout"])
    answer, people = run.answer, run.answer.participation["mentor"]
    half = {**answer.participation, "mentor": replace(people, analysable=people.analysable * 0.5)}
    sizes = tuple(replace(size, power=0.123456) for size in answer.sample_sizes)
    other = with_answer(run, replace(answer, sample_sizes=sizes, participation=half))
    before, after = markdown(form_of(run.folder)[0]), markdown(justification(other))
    assert "0.123" in after
    assert "0.123" not in before
    assert f"| {answer.size * people.analysable[-1] * 0.5:.0f} |" in after


def test_the_same_run_is_the_same_bytes(folders: dict[str, Path], tmp_path: Path) -> None:
    """Written twice, and by another process at another time, both files are the same bytes."""
    run = read_run(folders["controlled"])
    first = {path.name: path.read_bytes() for path in write_justification(run, tmp_path)}
    assert first["sample_size_justification.docx"] == form_of(run.folder)[1]
    other = tmp_path / "other"
    other.mkdir()
    code = (
        "import sys, time; from pathlib import Path; time.time = lambda: 2e9\n"
        "from sim.report.saved import read_run\n"
        "from sim.report.justification import write_justification\n"
        "write_justification(read_run(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, str(run.folder), str(other)], check=True)
    assert {path.name: path.read_bytes() for path in other.iterdir()} == first
    assert sorted(first) == [
        "sample_size_justification.docx",
        "sample_size_justification.md",
        "statement.txt",
    ]


def with_answer(run: SavedRun, answer: PlanAnswer) -> SavedRun:
    """Give the same run with another answer, as if it had been read."""
    changed = SavedRun(run.job, run.folder, run.manifest)
    changed.__dict__["report"] = answer
    return changed


def with_reasons(run: SavedRun, **reasons: str) -> SavedRun:
    """Give the same run with reasons in its study."""
    study = run.answer.study
    given = study.report.reasons.model_copy(update=reasons)
    report = study.report.model_copy(update={"reasons": given})
    return with_answer(run, replace(run.answer, study=study.model_copy(update={"report": report})))


def blanks(found: Document) -> list[str]:
    """Blanks of a justification."""
    return [part.text for part in parts(found) if isinstance(part, Blank)]


def test_blanks_stand_where_no_reason_is_given(run: SavedRun) -> None:
    """A section has a blank exactly where something asked of the planner is missing."""
    found, data = form_of(run.folder)
    for item in found.sections:
        open_items = [own for own in item.requirements if own.status == "missing"]
        within = Document(found.title, (item,), ())
        if item.heading not in ("Statement", "Sample size", "Assumptions"):  # no blank an item
            assert len(blanks(within)) == len(open_items), item.heading
    assert all(text.startswith("[to be completed: ") for text in blanks(found))
    text_of_file = word_text(data)
    assert all(text in text_of_file for text in blanks(found))


def test_blanks_go_where_reasons_are_given() -> None:
    """Reasons in the config are read, quoted, and complete the list."""
    study = compose_study([*QUICK, *STUDIES["default"], *REASONS])
    assert study.report.reasons.difference_basis == "both"
    assert study.report.check is False


def test_each_reason_fills_its_own_blank(folders: dict[str, Path]) -> None:
    """One more reason, one blank and one missing item less; with all of them nothing is missing."""
    run = read_run(folders["controlled"])
    reasons, given = dict[str, str](), list[str]()
    left = len(missing_items(form_of(run.folder)[0]))
    in_statement = ["[to be completed: why this effect]"]
    assert blanks(form_of(run.folder)[0])[:1] == in_statement
    assert left == len(blanks(form_of(run.folder)[0])[1:]) == 6
    for name in run.manifest["config"]["report"]["reasons"]:
        if name in ("adjustments", "outcome"):  # nothing to adjust for; asked for by no guideline
            continue
        reasons[name] = "both" if name == "difference_basis" else f"because of {name}"
        found = justification(with_reasons(run, **reasons))
        assert len(missing_items(found)) == left - len(reasons)
        is_open = "difference_why" not in reasons
        assert (blanks(found)[:1] == in_statement) == is_open
        assert len(blanks(found)) == left - len(reasons) + is_open
        given += ["both important and realistic" if name == "difference_basis" else reasons[name]]
        assert given[-1] in markdown(found).replace("\\", "")
    whole = word_text(word(found))
    assert all(said in whole for said in given)
    assert missing_items(found) == ()
    assert "Nothing is missing." in markdown(found)


def adjusted_rows(run: SavedRun) -> dict[str, str]:
    """Rows of the table of adjustments: the size before each; none where none bears on it."""
    item = next(own for own in justification(run).sections if own.heading == "Adjustments")
    stated, *tables = (block for block in item.blocks if isinstance(block, Table))
    assert len(stated.rows) == 3
    sizes = [table for table in tables if "before each adjustment" in words_of(table.caption)]
    return {words_of(row[0]): words_of(row[1]) for table in sizes for row in table.rows}


def test_the_size_before_each_adjustment(folders: dict[str, Path]) -> None:
    """Each adjustment that bears on the criterion has its number before, and no other has."""
    for name, there in ADJUSTED.items():
        run = read_run(folders[name])
        rows = adjusted_rows(run)
        found = {own.adjustment: own.size for own in run.answer.before_adjustments}
        assert list(found) == there
        for adjustment, row in ROWS.items():
            assert (row in rows) == (adjustment in there)
            if adjustment not in there:
                continue
            pairs, limit = found[adjustment].size, found[adjustment].limit
            expected = rf"more than {limit}" if pairs is None else rf"(at most |\d+ to )?{pairs}\b"
            assert re.match(expected, rows[row])
        assert ("as planned" in rows or "as planned (not usable)" in rows) == bool(there)
        assert ("nothing is added to it" in markdown(form_of(run.folder)[0])) == bool(there)


ROWS = {"missing": "missing answers", "clusters": "clusters", "multiplicity": "multiplicity",
        "all": "all of these"}  # fmt: skip
ADJUSTED = {
    "default": [],
    "controlled": [],
    "dropout": ["missing"],
    "multi_site": ["clusters"],
    "mcnemar": ["multiplicity"],
    "by_site": ["missing", "clusters", "multiplicity", "all"],
}


def test_another_test_or_allocation_is_said(folders: dict[str, Path]) -> None:
    """Where leaving the sites out takes another test or allocation, a sentence says which."""
    text = markdown(form_of(folders["multi_site"])[0])
    assert "before allowing for clusters is by the paired t test." in text
    said = "by the two-sample t test of the changes and with pairs allocated instead of sites"
    text = markdown(form_of(folders["by_site"])[0])
    assert text.count("The size before allowing for") == 1
    assert f"The size before allowing for clusters or for all of these is {said}." in text


def with_before(run: SavedRun, **changes: Any) -> SavedRun:
    """Give the same run with another size before its first adjustment."""
    first, *others = run.answer.before_adjustments
    changed = replace(first, size=replace(first.size, **changes))
    return with_answer(run, replace(run.answer, before_adjustments=(changed, *others)))


@pytest.mark.parametrize(
    ("pairs", "low", "high", "replicates", "said"),
    [
        (60, 40, 80, 200, "41 to 60 (at most 80)"),
        (60, 60, 80, 200, "41 to 60 (41 to 80)"),
        (40, 40, 60, 200, "at most 40 (at most 60)"),
        (40, 40, 40, 200, "at most 40"),
        (80, 60, None, 200, "61 to 80 (41 to more than 120)"),
        (None, 80, None, 200, "more than 120 (61 to more than 120)"),
        (None, None, None, 200, "more than 120"),
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
    stated = {"size": pairs, "low": low, "high": high, "replicates": replicates,
              "at_least": after[pairs], "low_at_least": after[low]}  # fmt: skip
    rows = adjusted_rows(with_before(read_run(folders["dropout"]), **stated))
    assert rows["missing answers"] == said


def test_a_control_arm_is_compared(folders: dict[str, Path]) -> None:
    """Among the adjustments stands the same study without its control arm."""
    run = read_run(folders["controlled"])
    item = next(own for own in form_of(run.folder)[0].sections if own.heading == "Adjustments")
    _, table = (block for block in item.blocks if isinstance(block, Table))
    other = run.answer.one_group
    assert other is not None
    rows = {words_of(row[0]): words_of(row[1]) for row in table.rows}
    assert rows["one group"] == size_with_interval(other.size)
    assert re.match(r"(more than |at most )?\d+", rows["two arms"])


def test_the_items_of_the_guidelines(run: SavedRun) -> None:
    """Each requirement stands under the item that asks for it, and nothing else is asked for."""
    sections = form_of(run.folder)[0].sections
    labels = {own.text: own.label for section in sections for own in section.requirements}
    interim = "SPIRIT 2025, item 28b; CONSORT 2025, item 16b"
    assert labels["Interim analyses and stopping guidelines"] == interim
    assert labels["Proportions in each category before and after"] == "DELTA2, item 3a by analogy"
    assert labels["Sample size"] == labels["Why these adjustments"] == "DELTA2, item 5"
    assert labels["Sensitivity of the sample size to its assumptions"] == "DELTA2, item 5"
    assert "Why it is the primary outcome" not in labels
    assert not any("size before" in text for text in labels)


def test_saw_teeth_are_those_of_exact_tests(run: SavedRun) -> None:
    """Chernick and Liu are cited where an exact test's power can fall as the size grows."""
    analysis, size = run.manifest["config"]["analysis"], run.answer.sample_size
    exact = analysis["test"] in ("signed_rank", "sign", "mcnemar", "sign_flip")
    exact &= analysis["p_value"] != "asymptotic"
    cited = any("saw-toothed" in text for text in form_of(run.folder)[0].references)
    assert cited == (exact and size.size is not None and not briefly(run.answer, size))


def test_few_sites_are_said_of_the_clustered_test() -> None:
    """Where the clustered signed-rank test is named, its form and the sites it needs are too."""
    study = compose_study(["clusters=sites", "analysis.test=clustered_signed_rank"])
    said = sentence_of_test(study)
    assert "without the factor for small samples, and meant for 20 clusters or more" in said


def test_the_list_names_everything(run: SavedRun) -> None:
    """The completeness list has every requirement with its section and status."""
    found = form_of(run.folder)[0]
    item = next(own for own in found.sections if own.heading == "Completeness")
    table = next(b for b in item.blocks if isinstance(b, Table))
    listed = [tuple(map(words_of, row)) for row in table.rows]
    assert listed == [
        (own.label, own.text, section.heading, own.status)
        for section in found.sections
        for own in section.requirements
    ]
    assert len(listed) == 20


HOSTILE = "# |*_`<script>alert(1)</script> [x](javascript:y) \x00\x0b\ud800\u202e\ufffe\n- \\ & ~ $"

LONG = "x<b>|" * 2000


def hostile_run(run: SavedRun) -> SavedRun:
    """Give the same run with hostile names everywhere, one of them 10,000 characters long."""
    answer = run.answer
    study = answer.study
    rules = {LONG if name == "any domain" else name: rule
             for name, rule in study.success.items()}  # fmt: skip
    items = {HOSTILE if name == study.domains[0] else name: item
             for name, item in study.questionnaire.items.items()}  # fmt: skip
    changes = {
        "questionnaire": study.questionnaire.model_copy(update={"items": items}),
        "title": HOSTILE,
        "success": rules,
    }
    assumptions = tuple(replace(own, note=HOSTILE) for own in answer.assumptions)
    hostile = replace(answer, study=study.model_copy(update=changes), assumptions=assumptions)
    return with_answer(run, renamed(hostile, {"any domain": LONG}))


def renamed(answer: PlanAnswer, names: Mapping[str, str]) -> PlanAnswer:
    """Give rules other names."""
    main, null = (
        replace(own, rules=tuple(replace(r, name=names.get(r.name, r.name)) for r in own.rules))
        for own in (answer.characteristics, answer.null_characteristics)
    )

    def sized(sizes: tuple[SampleSize, ...]) -> tuple[SampleSize, ...]:
        return tuple(replace(own, rule=names.get(own.rule, own.rule)) for own in sizes)

    both = answer.missing_by_chance
    if both is not None:
        sizes, by_answers = sized(both.sizes), sized(both.sizes_by_answers)
        both = replace(both, sizes=sizes, sizes_by_answers=by_answers)
        both = replace(both, characteristics=main, null_characteristics=null)
    changed = replace(answer, sample_sizes=sized(answer.sample_sizes), missing_by_chance=both)
    return replace(changed, characteristics=main, null_characteristics=null)


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
    assert "x<b>|x<b>…" in "".join(map(words_of, lines(found)))
    tops = [line for line in text.splitlines() if line.startswith("# ")]
    assert len(tops) == 1
    document = docx.Document(io.BytesIO(word(found)))
    assert "<script>alert(1)</script>" in "\n".join(own.text for own in document.paragraphs)
    names = [part for part in parts(found) if isinstance(part, str)]
    assert max(map(len, names)) <= 4000


def test_long_names_are_shortened() -> None:
    """A name of 10,000 characters is shown with an ellipsis."""
    assert clean("y" * 10_000, 60) == "y" * 59 + "…"


def test_other_jobs_have_no_size(folders: dict[str, Path]) -> None:
    """A run of another job is one line."""
    run = read_run(folders["never"])
    with pytest.raises(StudyError, match="calibrate"):
        justification(SavedRun("calibrate", run.folder, run.manifest))


def test_references_are_those_cited(run: SavedRun) -> None:
    """Each reference at the end is cited in the text, and each one cited is there."""
    found = form_of(run.folder)[0]
    said = "".join(part for part in parts(found) if isinstance(part, str))
    cited = {text for name, text in REFERENCES.items() if name in said}
    assert set(found.references) == cited
