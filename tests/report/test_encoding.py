"""An answer is read back as it was written."""

import csv
import gzip
import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from oracles.saved import rows_of
from oracles.studies import small_study

from sim import compose_study, plan
from sim.errors import StudyError
from sim.jobs.calibrate import calibrate
from sim.jobs.sweep import sweep
from sim.report.files import write_run
from sim.report.results.calibration import calibration_report
from sim.report.results.encoding import ANSWER, FORMAT, Job, decode, encode
from sim.report.results.rows import Row
from sim.report.results.sweep import sweep_report
from sim.report.saved import read_run

SMALL = ("design.n=[4,7]", "monte_carlo.replicates=100", "monte_carlo.block_size=50",
         "monte_carlo.search_replicates=100")  # fmt: skip


def differences(first: object, second: object, place: str = "answer") -> list[str]:
    """Name the places at which two values are not the same to the bit, types included."""
    if type(first) is not type(second):
        return [f"{place}: {type(first)} and {type(second)}"]
    if is_dataclass(first):
        names = [field.name for field in fields(first)]
        pairs = [(name, getattr(first, name), getattr(second, name)) for name in names]
    elif isinstance(first, np.ndarray):
        assert isinstance(second, np.ndarray)
        same = (first.dtype, first.shape) == (second.dtype, second.shape)
        return (
            []
            if same and np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
            else [place]
        )
    elif isinstance(first, dict):
        assert isinstance(second, dict)
        if list(first) != list(second):
            return [f"{place}: other keys"]
        pairs = [(key, first[key], second[key]) for key in first]
    elif isinstance(first, tuple):
        assert isinstance(second, tuple)
        if len(first) != len(second):
            return [f"{place}: other length"]
        pairs = [(str(i), *both) for i, both in enumerate(zip(first, second, strict=True))]
    else:
        return [] if first == second or (first != first and second != second) else [place]  # noqa: PLR0124
    return [found for name, *both in pairs for found in differences(*both, f"{place}.{name}")]


def is_read_back(answer: object, job: Job) -> None:
    """Check that an answer comes back, and is written the same again."""
    read = decode(type(answer), encode(answer, job))
    assert differences(answer, read) == []
    assert encode(read, job) == encode(answer, job)


CHOICES = {
    "effect": ["pilot", "shift", "odds_ratio", "median", "none", "joint", "believed"],
    "clusters": ["none", "sites"],
    "missing": ["none", "mcar", "mnar", "items"],
    "selection": ["none", "baseline"],
    "control": ["none", "parallel"],
    "analysis.alternative": ["two_sided", "greater"],
    "analysis.adjustment": ["holm", "none"],
    "primary": ["total", "'any domain'"],
    "target.half_width": ["null", "1.5"],
}


CHOSEN = st.fixed_dictionaries({key: st.sampled_from(each) for key, each in CHOICES.items()})


@settings(max_examples=4)
@given(CHOSEN)
def test_an_answer_is_read_back_to_the_bit(chosen: dict[str, str]) -> None:
    """Field by field and element by element, NaN for NaN, on generated studies."""
    plan_is_read_back(chosen)


@pytest.mark.long
@settings(max_examples=60)
@given(CHOSEN)
def test_many_answers_are_read_back_to_the_bit(chosen: dict[str, str]) -> None:
    """As above, with sixty studies."""
    plan_is_read_back(chosen)


def plan_is_read_back(chosen: dict[str, str]) -> None:
    """Plan what was chosen, if it goes together, and read it back."""
    words = [f"{key}={value}" for key, value in chosen.items()]
    if chosen["control"] == "parallel":
        words.append("analysis.test=mann_whitney")
    if chosen["effect"] in {"pilot", "believed"}:
        words += ["effect.prior.draws=10", "effect.prior.replicates=5"]
    try:
        answer = plan(compose_study([*SMALL, *words]))
    except StudyError:  # these choices do not go together
        reject()
    is_read_back(answer, "plan")


FACTORS: dict[str, list[object]] = {
    "effect.shift": [0.2, 1, 0.7],
    "correlation.items": [-0.9, 0.2],
    "design.n": [[6], [6, 12]],
    "target.power": [0.5, 0.95],
    "effect": [{"shift": 0.4}, {}],
    "title": ["=cmd()", "nan", "NaN"],
}


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.sampled_from(["grid", "one_at_a_time", "scenarios"]),
    st.lists(st.sampled_from(sorted(FACTORS)), min_size=1, max_size=2, unique=True),
    st.integers(1, 3),
    st.sampled_from([None, 6, 12]),
)
def test_a_sweep_is_read_back_to_the_bit(
    kind: str, names: list[str], blocks: int, at: int | None
) -> None:
    """Points that failed or lack the size, sections as values and the tornado included."""
    factors = {name: FACTORS[name] for name in names}
    if kind == "scenarios":
        stated: dict[str, object] = {"a": {name: values[0] for name, values in factors.items()}}
        sweep_of = {"kind": kind, "scenarios": stated}
    else:
        sweep_of = {"kind": kind, "factors": factors}
    few = {"replicates": 100 * blocks, "block_size": 100}
    try:
        answer = sweep(small_study(sweep={**sweep_of, "at": at}, monte_carlo=few))
    except StudyError:  # these choices do not go together
        reject()
    is_read_back(sweep_report(answer), "sweep")


@pytest.mark.parametrize(
    ("pilot", "draws", "tests", "noticed"),
    [
        ("raju_2022", 16_384, "signed_rank_exact,paired_t", "true"),
        ("raju_2022", 16_384, "paired_t", "false"),
        ("synthetic", 2048, "signed_rank_asymptotic", "false"),
    ],
)
def test_a_calibration_is_read_back_to_the_bit(
    pilot: str, draws: int, tests: str, noticed: str
) -> None:
    """Published figures and raw answers, with data sets that fit and with none."""
    words = [f"pilot={pilot}", f"calibration.draws={draws}", "calibration.kept=20"]
    words += [f"calibration.tests=[{tests}]", f"calibration.any_significant={noticed}"]
    is_read_back(calibration_report(calibrate(compose_study(words))), "calibrate")


def test_the_comparison_sees() -> None:
    """One bit of one number, a NaN, a type and a missing key are differences."""
    values = np.array([1.0, np.nan])
    changed = np.array([np.nextafter(1.0, 2), np.nan])
    assert not differences(values, values.copy())
    assert differences(values, changed)
    assert differences(values, np.array([1.0, 0.0]))
    assert differences(values, values.astype(np.float32))
    assert differences(1, 1.0)
    assert differences({"a": 1}, {})
    assert differences((1,), (2,))
    assert differences(np.nan, 0.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small run."""
    folder = tmp_path_factory.mktemp("run")
    write_run(plan(compose_study([*SMALL, "effect.prior.draws=20"])), folder)
    return folder


def test_another_format_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    """A file of another format, one that is not whole, and none at all are each one clear line."""
    whole = (folder / ANSWER).read_bytes()
    head, _, body = gzip.decompress(whole).partition(b"\n")
    later = json.dumps({**json.loads(head), "format": FORMAT + 1}).encode()
    first = json.dumps({"format": 1, "answer": {}}).encode()
    cases = {
        gzip.compress(later + b"\n" + body): f"it has format {FORMAT + 1}, this version reads",
        gzip.compress(first): f"it has format 1, this version reads format {FORMAT}",
        whole[:-20]: "it is not whole",
        b"nonsense": "it is not whole",
        gzip.compress(head + b'\n{"study":{}}'): "must be given",
        None: "no such file",
    }
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    for content, words in cases.items():
        (tmp_path / ANSWER).unlink(missing_ok=True)
        if content is not None:
            (tmp_path / ANSWER).write_bytes(content)
        with pytest.raises(StudyError) as refused:
            _ = read_run(tmp_path).answer
        assert words in str(refused.value)
        assert ANSWER in str(refused.value)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 400


def test_an_answer_of_another_job_is_not_taken_for_one(folder: Path) -> None:
    """The job is known from the file; what another job reports is refused in one line."""
    run = read_run(folder)
    assert run.job == "plan"
    with pytest.raises(StudyError, match=r"answer\.json\.gz.*not as this version writes it"):
        _ = replace(run, job="sweep").report


def test_the_saved_answer_is_the_answer(folder: Path) -> None:
    """What is read from the folder has the numbers of results.csv."""
    answer = read_run(folder).answer
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        lines = [*csv.DictReader(file)]
    named = list(Row._fields)
    expected = [{name: str(getattr(row, name)) for name in named} for row in rows_of(answer)]
    assert lines == expected
    assert {line["measure"] for line in lines} >= {"win", "null_win"}
