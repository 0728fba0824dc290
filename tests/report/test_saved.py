"""What was written is read back as it was."""

import csv
from pathlib import Path

import pytest
from oracles.saved import rows_of, summary_of

from sim import compose_study, plan
from sim.errors import StudyError
from sim.report.files import write_run
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.topics.size import answer_sentence
from sim.study import parse_study
from sim.study.spreadsheet import FORMULA, harmless

WORDS = ["design.n=[6,12]", "monte_carlo.replicates=500", "effect=shift", "effect.prior=null"]


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
    assert rows_of(run.answer) == rows_of(answer)
    assert run.job == "plan"
    assert run.manifest["config"]["seed"] == answer.study.seed
    assert summary_of(run)["answer"] == answer_sentence(answer)


HOSTILE = [
    "=cmd()|' /C calc'!A0", "+1", "-2", "@SUM(A1)", " =1", "two lines", "  =blanks", "'=quoted",
    'a,"b"', "=" + "long " * 39,
]  # fmt: skip


def test_no_name_is_a_formula(tmp_path: Path) -> None:
    """Whatever endpoints and rules are called, no cell is a formula, and names come back."""
    study = compose_study([*WORDS, "engine=monte_carlo"])
    plain = study.model_dump()
    plain["questionnaire"]["items"] = HOSTILE[: len(study.domains)]
    plain |= {"primary": HOSTILE[0], "success": dict.fromkeys(HOSTILE, "total")}
    found = plan(parse_study(plain))
    write_run(found, tmp_path)
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        names = {line["name"] for line in csv.DictReader(file)}
    assert names >= set(map(harmless, HOSTILE))
    assert not any(name.lstrip().startswith(FORMULA) or "\n" in name for name in names)
    assert rows_of(read_run(tmp_path).answer) == rows_of(found)


def test_a_folder_without_results(tmp_path: Path) -> None:
    """Not every folder is a run."""
    with pytest.raises(StudyError, match="no results of plan, calibrate, sweep or feasibility"):
        read_run(tmp_path)


@pytest.mark.parametrize("name", ["answer.json.gz", "manifest.json"])
@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_a_damaged_file_is_one_line(folder: Path, name: str, text: str) -> None:
    """The line names the file."""
    (folder / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(StudyError, match=name) as raised:
        read_run(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["results.csv", "summary.json"])
def test_tables_for_people_are_not_read_back(folder: Path, name: str) -> None:
    """What is drawn comes from the answer that was saved whole, whatever becomes of its tables."""
    expected = rows_of(read_run(folder).answer)
    (folder / name).unlink()
    assert rows_of(read_run(folder).answer) == expected
