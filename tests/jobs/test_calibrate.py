"""The calibration job: one answer from one study, files that a plan takes, mistakes in one line."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import compose_study, plan
from sim.app import main
from sim.errors import StudyError
from sim.jobs.calibrate import calibrate, check
from sim.pilot.calibrated import CalibrationAnswer
from sim.report.calibration import write_calibration
from sim.report.charts.pilot import exact_p_values
from sim.report.saved import read_run
from sim.report.telling import summary

QUICK = [
    "calibration.draws=8192",
    "calibration.kept=20",
    "calibration.tests=[signed_rank_asymptotic,paired_t]",
]
SHIPPED = Path(__file__).resolve().parents[2] / "conf" / "pilot" / "raju_2022.csv"


@pytest.fixture(scope="module")
def quick() -> CalibrationAnswer:
    """Calibration of the published pilot with few draws."""
    return calibrate(compose_study(QUICK))


def test_same_study_same_answer(quick: CalibrationAnswer) -> None:
    """The draws are the same for the same study, and others for another seed.

    Progress goes from the first stage to the last.
    """
    seen: list[tuple[int, int]] = []
    again = calibrate(compose_study(QUICK), lambda done, of: seen.append((done, of)))
    assert seen == [(stage, 5) for stage in range(1, 6)]
    other = calibrate(compose_study([*QUICK, "seed=7"]))
    first, second, third = (
        answer.roles[0].draws["hierarchical"].shift for answer in (quick, again, other)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)
    for own, theirs in zip(quick.roles[0].posteriors, other.roles[0].posteriors, strict=True):
        for a, b in zip(own.domains, theirs.domains, strict=True):
            assert abs(a.shift_quantiles[1] - b.shift_quantiles[1]) < 0.15


def test_shipped_posterior_has_the_columns_that_calibrate_writes(
    quick: CalibrationAnswer, tmp_path: Path
) -> None:
    """The posterior that comes with the package has the columns, priors and domains of any."""
    write_calibration(quick, tmp_path)
    ours, theirs = (
        path.read_text(encoding="utf-8").splitlines()
        for path in (tmp_path / "posterior.csv", SHIPPED)
    )
    assert ours[0] == theirs[0]
    first, second = (
        {(row["prior"], row["role"], row["item"]) for row in csv.DictReader(own)}
        for own in (ours, theirs)
    )
    assert first == second


@pytest.mark.long
def test_shipped_posterior_is_what_calibrate_writes(tmp_path: Path) -> None:
    """The posterior that comes with the package is that of the default study."""
    answer = calibrate(compose_study([]))
    write_calibration(answer, tmp_path)
    ours, theirs = (
        list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        for path in (tmp_path / "posterior.csv", SHIPPED)
    )
    assert len(ours) == len(theirs)
    # another processor may round a sum differently, and so choose another draw now and then
    assert np.mean([a == b for a, b in zip(ours, theirs, strict=True)]) > 0.99


def test_a_plan_takes_the_file(quick: CalibrationAnswer, tmp_path: Path) -> None:
    """What calibrate writes is what a plan averages over, as prior or as effect."""
    write_calibration(quick, tmp_path)
    file = tmp_path / "posterior.csv"
    words = ["design.n=[20]", "monte_carlo.replicates=500", "monte_carlo.block_size=100"]
    answer = plan(compose_study([*words, f"effect.prior.file={file}"]))
    assert [own.prior for own in answer.assurances] == ["neutral", "sceptical", "hierarchical"]
    assert answer.assurances[0].draws == 20
    stated = plan(compose_study([*words, "effect=posterior", f"effect.posterior={file}"]))
    medians = np.median(quick.roles[0].draws["hierarchical"].shift, axis=0)
    assert np.allclose(np.nanmedian(stated.effects["mentor"].shift, axis=1), medians, atol=1e-3)


def test_files_and_screen(quick: CalibrationAnswer, tmp_path: Path) -> None:
    """Counts on screen and in the files are those found; no line is wider than 80 columns."""
    write_calibration(quick, tmp_path)
    data = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    counts = {
        own["outcome"]["name"]: {test: fit["data_sets"] for test, fit in own["fits"].items()}
        for own in data["roles"][0]["outcomes"]
    }
    assert counts["clinical practice"]["signed_rank_asymptotic"] == 38
    assert counts["areas for improvement"]["signed_rank_asymptotic"] == 96
    with (tmp_path / "patterns.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ranked = [row for row in rows if row["test"] == "signed_rank_asymptotic"]
    assert sum(int(row["data_sets"]) for row in ranked) == 38 + 96
    assert {float(row["exact_p"]) for row in ranked} == {0.0625}
    text = summary(quick)
    assert max(map(len, text.splitlines())) <= 80
    assert "does not say which test" in " ".join(text.split())


def test_outcomes_are_no_formulas(quick: CalibrationAnswer, tmp_path: Path) -> None:
    """A name that a spreadsheet would take for a formula is guarded, and drawn as stated."""
    (role,) = quick.roles
    findings = tuple(
        replace(own, outcome=replace(own.outcome, name=f"={own.outcome.name}"))
        for own in role.findings
    )
    write_calibration(replace(quick, roles=(replace(role, findings=findings),)), tmp_path)
    assert ",'=clinical practice," in (tmp_path / "patterns.csv").read_text(encoding="utf-8")
    figure = exact_p_values(read_run(tmp_path).report.roles[0])
    assert figure is not None
    assert "=clinical practice" in str(figure.spec)


def test_total_check(quick: CalibrationAnswer) -> None:
    """The total is predicted, with the sceptical prior below the neutral one, and not fitted."""
    total = quick.roles[0].total
    assert total["neutral"].published_change == 6
    assert total["sceptical"].change[1] < total["hierarchical"].change[1]
    for own in total.values():
        assert 0 <= max(own.everything.values()) <= own.summaries <= 1
        assert own.pre[0] <= own.pre[1] <= own.pre[2]


def test_raw_answers() -> None:
    """A file of answers goes the same way, described and with both roles."""
    answer = calibrate(compose_study(["pilot=synthetic", *QUICK, "calibration.draws=16384"]))
    assert [role.role for role in answer.roles] == ["mentor", "mentee"]
    assert set(answer.descriptions) == {"mentor", "mentee"}
    assert all(not role.findings and not role.total for role in answer.roles)
    assert max(map(len, summary(answer).splitlines())) <= 80


def test_answers_that_are_all_alike(tmp_path: Path) -> None:
    """Where everybody answers alike there is no correlation, and a dash stands in its place."""
    study = compose_study(["pilot=synthetic", *QUICK, f"pilot.data={tmp_path / 'alike.csv'}"])
    lines = [f"p{i},mentor,{name},3,3" for i in range(4) for name in study.domains]
    text = "\n".join(["participant,role,domain,pre,post", *lines])
    (tmp_path / "alike.csv").write_text(text, encoding="utf-8")
    shown = summary(calibrate(study))
    assert "nan" not in shown
    estimates = shown.partition("Estimates")[2].splitlines()
    (line, *_) = [line for line in estimates if line.startswith("clinical practice")]
    assert line.split()[2:] == ["4", "0.00", "(0.00,", "0.00)", "\u2013"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["pilot=none"], "pilot: none is stated; choose one, such as pilot=raju_2022"),
        (["calibration.tests=[sign,sign]"], "calibration.tests: 'sign' is named twice"),
        (["calibration.test_weights=[1,2]"], "must be 6 numbers, one per test"),
        (["pilot.data=nowhere.csv", "pilot.outcomes=[]"], "nowhere.csv"),
        (
            ["pilot.outcomes=[{role:mentor,outcome:strngths,pre:'3',post:'4',p:'0.04'}]"],
            "did you mean 'strengths'?",
        ),
        (
            ["pilot.outcomes=[{role:mentor,outcome:strengths,pre:'3',post:'4',p:'low'}]"],
            "pilot.outcomes[0].p: 'low' must be",
        ),
        (
            ["pilot.outcomes=[{role:mentr,outcome:strengths,pre:'3',post:'4',p:'0.04'}]"],
            "pilot.outcomes[0].role: 'mentr' is not a role of this study; did you mean 'mentor'?",
        ),
        (
            [
                "pilot.outcomes=[{role:mentee,outcome:strengths,pre:'3',post:'4',p:'0.04'}]",
                "pilot.sizes.mentee=0",
            ],
            "pilot.sizes.mentee: 0 must be at least 1",
        ),
        (
            ["pilot.outcomes=[{role:mentor,outcome:total,pre:'23',post:'29',p:'0.04'}]"],
            "pilot: says nothing of any single domain",
        ),
        (
            [
                "pilot.outcomes=[{role:mentor,outcome:strengths,pre:'3',post:'4',p:'0.04'},"
                "{role:mentor,outcome:strengths,pre:'3',post:'5',p:'0.04'}]"
            ],
            "pilot.outcomes[1].outcome: 'strengths' of the mentors is stated twice",
        ),
        (
            [
                "pilot.outcomes=[{role:mentor,outcome:strengths,pre:'3',post:'4',p:'0.04'},"
                "{role:mentor,outcome:total,pre:'23',post:'a lot',p:'0.04'}]"
            ],
            "pilot.outcomes[1].post: 'a lot' must be a number as printed",
        ),
        (
            ["calibration.any_significant=true", "calibration.unreported=marginalised"],
            "calibration.any_significant: true applies to calibration.unreported=not_significant",
        ),
        (
            [
                "pilot.outcomes=[{role:mentor,outcome:strengths,pre:'3',post:'4',p:'0.008'}]",
                "calibration.tests=[signed_rank_asymptotic]",
            ],
            "nearest attainable: signed_rank_asymptotic 0.0143",
        ),
    ],
)
def test_mistakes(
    words: list[str], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A mistake is answered in one line with status 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert main(["calibrate", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert line in err
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == []


def test_too_few_draws_are_refused() -> None:
    """Draws that carry too little of the posterior are refused, naming the setting."""
    with pytest.raises(StudyError, match=r"calibration.draws: 1024 draws leave an effective"):
        calibrate(compose_study([*QUICK, "calibration.draws=1024"]))


def test_check_reads_the_pilot() -> None:
    """The default study passes the check."""
    check(compose_study([]))
