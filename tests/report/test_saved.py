"""What was written is read back as it was."""

import csv
from pathlib import Path

import pytest

from sim import compose_study, plan
from sim.errors import StudyError
from sim.report.files import write_run
from sim.report.results.answer import PlanAnswer
from sim.report.results.rows import result_rows
from sim.report.saved import read_run
from sim.study import parse_study
from sim.study.spreadsheet import FORMULA, harmless

WORDS = ["design.sizes=[6,12]", "monte_carlo.replicates=500", "effect=shift", "effect.prior=null"]


@pytest.fixture(scope="module")
def answer() -> PlanAnswer:
    """A small plan."""
    return plan(compose_study(WORDS))


@pytest.fixture
def folder(answer: PlanAnswer, tmp_path: Path) -> Path:
    """Its files."""
    write_run(answer, tmp_path)
    return tmp_path


def test_the_rows_come_back(answer: PlanAnswer, folder: Path) -> None:
    """Every number in full: a float's shortest writing is read back as the same float."""
    run = read_run(folder)
    expected = [
        *result_rows(answer.characteristics),
        *result_rows(answer.null_characteristics, "null_"),
    ]
    assert list(run.rows()) == expected
    assert run.job == "plan"
    assert run.config["seed"] == answer.study.seed
    assert run.summary["answer"].startswith(str(answer.sample_size.pairs or "No"))


HOSTILE = [
    "=cmd()|' /C calc'!A0", "+1", "-2", "@SUM(A1)", " =1", "two lines", "  =blanks", "'=quoted",
    'a,"b"', "=" + "long " * 2000,
]  # fmt: skip


def test_no_name_is_a_formula(tmp_path: Path) -> None:
    """Whatever endpoints and rules are called, no cell is a formula, and names come back."""
    study = compose_study([*WORDS, "engine=monte_carlo"])
    plain, primary = study.model_dump(), study.decision.primary
    rule = plain["decision"]["rules"][primary]
    domains = [name[:80] for name in HOSTILE[: len(study.scale.domains)]]
    plain["scale"]["domains"] = domains
    plain["decision"] = {**plain["decision"], "primary": HOSTILE[0],
                         "rules": dict.fromkeys(HOSTILE, rule)}  # fmt: skip
    found = plan(parse_study(plain))
    write_run(found, tmp_path)
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        names = {line["name"] for line in csv.DictReader(file)}
    assert names >= set(map(harmless, HOSTILE))
    assert not any(name.lstrip().startswith(FORMULA) or "\n" in name for name in names)
    expected = [
        *result_rows(found.characteristics),
        *result_rows(found.null_characteristics, "null_"),
    ]
    assert list(read_run(tmp_path).rows()) == expected


def test_a_folder_without_results(tmp_path: Path) -> None:
    """Not every folder is a run."""
    with pytest.raises(StudyError, match="no results of plan, calibrate or sweep"):
        read_run(tmp_path)


@pytest.mark.parametrize("name", ["summary.json", "manifest.json"])
@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_a_damaged_file_is_one_line(folder: Path, name: str, text: str) -> None:
    """The line names the file."""
    (folder / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(StudyError, match=name) as raised:
        read_run(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["a,b\n", "", "role,pairs\nmentor\n"])
def test_a_results_csv_of_other_columns(folder: Path, text: str) -> None:
    """Another table is refused."""
    (folder / "results.csv").write_text(text)
    with pytest.raises(StudyError, match="not the columns"):
        read_run(folder).rows()


def test_a_results_csv_cut_off(folder: Path) -> None:
    """A file that was copied in part is refused."""
    path = folder / "results.csv"
    path.write_text(path.read_text()[:-40])
    with pytest.raises(StudyError, match=r"cannot be read \(a line of \d cells instead of 10\)"):
        read_run(folder).rows()
