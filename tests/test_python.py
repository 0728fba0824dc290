"""A study and its answers from Python: keywords, files, changes, frames and figures."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mentorsim
import sim
from mentorsim import (
    ByItem,
    NoEffect,
    OddsRatio,
    Posterior,
    Responders,
    Shift,
    Study,
    StudyError,
    calibrate,
    compose_study,
    plan,
    sweep,
)
from sim.app import main
from sim.report.calibration import patterns_csv
from sim.report.files import results_csv, write_run
from sim.report.results.calibration import calibration_report

SHARES = [2, 5, 13, 25, 30, 18, 7], [8, 15, 20, 22, 18, 12, 5]
NAMES = "listening", "breaking bad news"
QUICK = {"replicates": 500, "search_replicates": 500}
NURSES: dict[str, Any] = {
    "title": "Communication skills course",
    "words": {"participant": "nurse", "intervention": "the course", "site": "ward"},
    "questionnaire": {"points": 7, "items": dict(zip(NAMES, SHARES, strict=True))},
    "effect": OddsRatio(2),
    "clusters": {"ward": {"icc": 0.05, "sites": 8}},
    "success": {"co-primary": "all of [listening, breaking bad news]"},
    "design": {"n": [20, 40]},
    "monte_carlo": QUICK,
}


def nurses(**changes: Any) -> Study:
    """Study of nurses in wards."""
    return Study(**{**NURSES, **changes})


def refusal(**changes: Any) -> list[str]:
    """What is wrong with the study of nurses once it is changed."""
    with pytest.raises(StudyError) as refused:
        nurses(**changes)
    return [str(fault) for fault in refused.value.faults]


# ---------------------------------------------------------------------------------- package


@pytest.mark.parametrize("package", ["sim", "mentorsim"])
def test_the_package_is_light_and_lists_its_names(package: str) -> None:
    """To import it and to list its names pulls in nothing heavy."""
    ask = (
        f"import {package} as p, sys; print(*dir(p)); print(*[name for name in "
        "('numba', 'pandas', 'statsmodels', 'scipy.stats', 'numpy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    names, heavy = run.stdout.split("\n")[:2]
    assert {*names.split()} == {*sim.__all__, "__version__"}
    assert heavy == ""


def test_both_packages_are_one() -> None:
    """Every public name is the same thing in both."""
    assert mentorsim.__version__ == sim.__version__
    for name in sim.__all__:
        assert getattr(mentorsim, name) is getattr(sim, name)
    with pytest.raises(AttributeError, match="'mentorsim' has no attribute 'nothing'"):
        _ = mentorsim.nothing


# ------------------------------------------------------------------------ made from keywords


@pytest.mark.parametrize(
    "items",
    [
        {name: tuple(shares) for name, shares in NURSES["questionnaire"]["items"].items()},
        {name: np.array(shares) for name, shares in NURSES["questionnaire"]["items"].items()},
        {name: pd.Series(shares) for name, shares in NURSES["questionnaire"]["items"].items()},
        pd.DataFrame(NURSES["questionnaire"]["items"]),
    ],
)
def test_arrays_and_frames_are_lists(items: Any) -> None:
    """Tuples, arrays, series and data frames say what lists say."""
    sizes = np.array([20, 40])
    given = {"points": np.int64(7), "items": items}
    assert nurses(questionnaire=given, design={"n": sizes}) == nurses()
    assert nurses(design={"n": range(20, 41, 20)}) == nurses()
    matrix = pd.DataFrame([[1.0, 0.3], [0.3, 1.0]], NAMES, NAMES)
    study = nurses(correlation={"items": matrix}, clusters=None)
    assert study.correlation.items == ((1.0, 0.3), (0.3, 1.0))


def test_models_are_taken_as_they_are() -> None:
    """Sections of another study can be given whole."""
    other = nurses(design={"up_to": 50})
    assert nurses(design=other.design).sizes == other.sizes


def test_every_fault_is_told_at_once() -> None:
    """What is wrong is a StudyError with a line for each fault, and no other exception."""
    faults = refusal(titel="x", design={"n": "many"}, effect=OddsRatio(-1))
    assert faults == [
        "effect.odds_ratio: -1 must be above 0",
        "design.n: 'many' must be a whole number",
        "titel: unknown field; did you mean 'title'?",
    ]


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"questionnaire": object()}, "questionnaire: "),
        ({"questionnaire": {1: 2}}, "questionnaire: the name 1 must be text"),
        ({"design": {"n": {20, 40}}}, "design.n: "),
        ({"design": {"n": np.array([20.5])}}, "design.n[0]: 20.5 must be a whole number"),
        ({"effect": Shift(float("nan"))}, "effect.shift: nan must be a finite number"),
        ({"effect": Shift([0.1, 0.2, 0.3])}, "effect.shift: "),
        ({"effect": {"shift": 1, "odds_ratio": 2}}, "effect: states shift and odds_ratio"),
    ],
)
def test_what_is_not_taken_is_one_line(changes: dict[str, Any], start: str) -> None:
    """Other objects, wrong names and wrong values are each told in a line."""
    (fault,) = refusal(**changes)
    assert fault.startswith(start)
    assert "\n" not in fault


@pytest.mark.parametrize(
    ("effect", "stated"),
    [
        (OddsRatio(2), {"odds_ratio": 2}),
        (Shift(np.array([0.2, 0.3])), {"shift": [0.2, 0.3]}),
        (mentorsim.MeanChange(0.5), {"mean_change": 0.5}),
        (mentorsim.Median([5, None]), {"median": [5, None]}),
        (
            mentorsim.Post([0, 0, 0.1, 0.2, 0.3, 0.3, 0.1]),
            {"post": [0, 0, 0.1, 0.2, 0.3, 0.3, 0.1]},
        ),
        (Responders(at_least=6, rise="30%"), {"responders": {"at_least": 6, "rise": 0.3}}),
        (
            ByItem({NAMES[0]: Shift(1)}, otherwise=NoEffect()),
            {"items": {NAMES[0]: {"shift": 1}}, "otherwise": "none"},
        ),
        (NoEffect(), "none"),
        (Posterior(Path("x.csv"), under="neutral"), {"posterior": "x.csv", "under": "neutral"}),
        (
            OddsRatio(2, selected_for_significance=True),
            {"odds_ratio": 2, "selected_for_significance": True},
        ),
    ],
)
def test_effects_by_name(effect: Any, stated: Any) -> None:
    """An effect by the name of its kind is what a file states; its repr makes it again."""
    assert nurses(effect=effect) == nurses(effect=stated)
    names = {**vars(np), **{name: getattr(sim, name) for name in sim.__all__}}
    if not isinstance(effect, Posterior):
        assert nurses(effect=eval(repr(effect), names)) == nurses(effect=effect)  # noqa: S307


# ---------------------------------------------------------------------------------- changes


def test_changes_merge_sections_and_are_checked() -> None:
    """A mapping changes what it names; the study that is changed stays as it was."""
    study = nurses(design={"n": 20, "smallest": 10})
    changed = study.with_(design={"n": 30}, clusters={"ward": {"icc": 0.1}})
    assert (changed.sizes, changed.design.smallest) == ((30,), 10)
    assert changed.sites is not None
    assert (changed.sites.icc, changed.sites.sites) == (0.1, 8)
    assert study.sizes == (20,)
    with pytest.raises(StudyError, match=r"design\.n: 1 must be from 2 to 100000"):
        study.with_(design={"n": 1})
    with pytest.raises(StudyError, match="unknown field; did you mean 'design'"):
        study.with_(desing={"n": 20})


def test_another_kind_takes_the_place_of_the_whole() -> None:
    """Another kind of effect, answers in another way, and other names replace what was there."""
    study = nurses(effect=OddsRatio(2, selected_for_significance=True))
    assert study.with_(effect=Shift(0.4)).effect.model_dump(exclude_unset=True) == {"shift": 0.4}
    assert study.with_(effect={"shift": 0.4}).effect.selected_for_significance is False
    kept = study.with_(effect={"odds_ratio": 3}).effect
    assert (kept.model_dump()["odds_ratio"], kept.selected_for_significance) == (3, True)
    other = study.with_(effect=OddsRatio(3)).effect
    assert other.selected_for_significance is False
    spread = nurses().with_(questionnaire={"items": {NAMES[0]: {"median": 5, "sd": 1}}})
    counted = spread.with_(questionnaire={"items": {NAMES[0]: {"counts": [1] * 7}}})
    assert counted.questionnaire.answers(NAMES[0]) == pytest.approx((1 / 7,) * 7)
    assert counted.questionnaire.answers(NAMES[1]) == nurses().questionnaire.answers(NAMES[1])
    rules = study.with_(success={"either": "any of items"}).success
    assert list(rules) == ["either"]
    grid = study.with_(sweep={"kind": "grid", "factors": {"design.n": [10, 20]}})
    assert grid.with_(sweep={"kind": "none"}).sweep.kind == "none"


def test_what_follows_follows_anew() -> None:
    """What was not stated is worked out again: adjustment, unit, roles, the rule that counts."""
    study = nurses(clusters=None)
    assert (study.analysis.adjustment, study.words.unit) == ("none", "nurse")
    either = study.with_(success="any of items", words={"participant": "doctor"})
    assert (either.analysis.adjustment, either.words.unit) == ("holm", "doctor")
    assert (either.role_names, either.primary) == (("doctor",), "any of items")
    stated = study.with_(analysis={"adjustment": "none"}).with_(success="any of items")
    assert stated.analysis.adjustment == "none"
    null = study.with_(analysis={"adjustment": None}).with_(success="any of items")
    assert null.analysis.adjustment == "holm"


# ------------------------------------------------------------------------------------ files


@pytest.mark.parametrize(
    "study",
    [
        nurses(),
        nurses(title="no", effect=ByItem({NAMES[0]: Responders(at_least=6, rise=0.3)})),
        Study(questionnaire={"items": {"1e-3": None, "yes": "like: 1e-3"}}, roles={
            "tutor": {"pre": [0.1, 0.2, 0.4, 0.2, 0.1]}, "pupil": {"pre": [.1, .2, .4, .2, .1]}}),
        compose_study(),
        compose_study(["experiment=controlled"]),
    ],
    ids=lambda study: study.title,
)  # fmt: skip
def test_a_study_s_file_reads_back_equal(study: Study, tmp_path: Path) -> None:
    """What is written is the study, and to write it again changes nothing."""
    path = tmp_path / "study.yaml"
    text = study.to_yaml(path)
    assert path.read_text("utf-8") == text
    again = Study.from_file(path)
    assert again == study
    assert again.to_yaml() == text
    assert study.with_() == study


def test_the_file_holds_what_is_stated_in_short() -> None:
    """Shares stand in a list, a rule in a line; what follows or is left to defaults does not."""
    assert nurses().with_(monte_carlo={}).to_yaml().splitlines() == [
        "title: Communication skills course",
        "questionnaire:",
        "  points: 7",
        "  items:",
        "    listening: [2, 5, 13, 25, 30, 18, 7]",
        "    breaking bad news: [8, 15, 20, 22, 18, 12, 5]",
        "effect: {odds_ratio: 2}",
        "clusters:",
        "  ward: {icc: 0.05, sites: 8}",
        "words: {participant: nurse, intervention: the course, site: ward}",
        "design:",
        "  n: [20, 40]",
        "success: {co-primary: 'all of [listening, breaking bad news]'}",
        "monte_carlo: {replicates: 500, search_replicates: 500}",
    ]


def test_a_file_with_overrides(tmp_path: Path) -> None:
    """Overrides change a file's study as on the command line; faults name their lines."""
    path = tmp_path / "study.yaml"
    nurses().to_yaml(path)
    assert Study.from_file(path, "effect.shift=0.4") == nurses(effect=Shift(0.4))
    path.write_text(nurses().to_yaml().replace("points: 7", "points: 70"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"^study.yaml, line 3: questionnaire.points: 70 "):
        Study.from_file(path)
    with pytest.raises(StudyError, match="there is no such file"):
        Study.from_file(tmp_path / "none.yaml")
    with pytest.raises(StudyError, match=r"cannot be written \(no such file or directory\)$"):
        nurses().to_yaml(tmp_path / "none" / "study.yaml")


def test_a_manifest_is_a_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run's manifest gives the same study, results.csv and summary.json."""
    study = nurses(report={"files": []}, store={"file": None})
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    write_run(plan(study), first)
    assert Study.from_manifest(first) == Study.from_file(first / "manifest.json") == study
    assert main(["plan", str(first / "manifest.json"), f"hydra.run.dir={second}"]) == 0
    assert "Communication skills course" in capsys.readouterr().out
    for name in ("results.csv", "summary.json", "manifest.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


# ------------------------------------------------------------------------------------- shown


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """One answer of each job."""
    varied = {"kind": "grid", "factors": {"effect.odds_ratio": [1.5, 3], "design.n": [20, 40]}}
    pilot = compose_study(["calibration.draws=16384", "calibration.kept=20"])
    return {
        "plan": plan(nurses()),
        "sweep": sweep(nurses(sweep=varied)),
        "calibrate": calibrate(pilot),
    }


@pytest.mark.parametrize("job", ["plan", "sweep", "calibrate"])
def test_an_answer_fits_one_screen(job: str, answers: dict[str, Any]) -> None:
    """The repr is the answer in short, and the notebook's has the same in small tables."""
    text, html = repr(answers[job]), answers[job]._repr_html_()
    assert len(text) < 2000
    assert max(map(len, text.splitlines())) < 80
    assert text.startswith(f"{answers[job].study.title}\n===")
    assert html.startswith("<p><b>")
    assert 1 <= html.count("<table>") <= 4


def test_the_largest_answer_fits_one_screen() -> None:
    """Sixty rules with long names are cut, and it is shown that they are."""
    items = [f"{'item ' * 20}{number}" for number in range(60)]
    rules = {f"{name} alone": name for name in items}
    study = Study(
        questionnaire={"items": {key: [10, 20, 40, 20, 10] for key in items}}, success=rules,
        design={"n": 10},
        monte_carlo={"replicates": 100, "search_replicates": 100, "block_size": 100},
    )  # fmt: skip
    answer = plan(study)
    assert 1500 < len(repr(answer)) < 2000
    assert repr(answer).endswith("\n…")
    assert answer._repr_html_().count("<tr>") < 40
    assert len(repr(study)) < 400


def test_a_study_shows_itself() -> None:
    """It is one line, and in a notebook its file, in which no markup is obeyed."""
    study = nurses(title="<b>")
    assert repr(study) == "<Study '<b>': 20 to 40 nurses, 2 items, effect odds_ratio>"
    assert study._repr_html_().startswith("<pre>title: &lt;b&gt;\n")


def test_frames_of_a_plan_are_results_csv(answers: dict[str, Any]) -> None:
    """All rows are those of results.csv; the other tables are taken from them."""
    answer = answers["plan"]
    whole = answer.to_frame("results")
    saved = pd.read_csv(io.StringIO(results_csv(answer)))
    pd.testing.assert_frame_equal(whole, saved, check_dtype=False)
    power = answer.to_frame()
    wins = whole[(whole.kind == "rule") & (whole.measure == "win")].reset_index(drop=True)
    pd.testing.assert_frame_equal(power, wins)
    assert list(answer.to_frame("curve").value) == list(answer.characteristics.rule_win.value[:, 0])
    assert set(answer.to_frame("endpoints").name) == {*NAMES, "total"}


def test_frames_of_other_answers(answers: dict[str, Any]) -> None:
    """A sweep has a row a point, a calibration a row a draw and item, or a pattern."""
    points = answers["sweep"].to_frame()
    assert list(points["point"]) == [0, 1, 2, 3, 4]
    assert list(points["effect.odds_ratio"]) == [2, 1.5, 1.5, 3, 3]
    base = answers["sweep"].power(answers["sweep"].base)
    assert points.power[0] == base.value
    assert len(answers["sweep"].to_frame("results")) >= len(points)
    pilot = answers["calibrate"]
    draws = pilot.to_frame()
    (role,) = pilot.roles
    assert len(draws) == len(role.draws) * 20 * len(pilot.study.domains)
    first = next(iter(role.draws.values()))
    assert draws["shift"][0] == first.shift[0, 0]
    lines = patterns_csv(calibration_report(pilot)).splitlines()
    assert len(pilot.to_frame("patterns")) == len(lines) - 1


def test_tables_that_cannot_be_given(
    answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown table, and a machine without pandas, are told in one line."""
    with pytest.raises(StudyError, match=r"^to_frame: 'powr' is no table; did you mean 'power'?"):
        answers["plan"].to_frame("powr")
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(StudyError, match=r"^to_frame: pandas is not installed"):
        answers["plan"].to_frame()


def test_plots_are_the_report_s_figures(answers: dict[str, Any], tmp_path: Path) -> None:
    """A figure is named by how its name begins, and is drawn and saved as SVG and PNG."""
    figure = answers["plan"].plot()
    assert (figure.name, answers["plan"].plot("answers").name) == ("power_curve", "answers_nurse")
    assert figure._repr_svg_().startswith("<svg")
    assert "\n" not in repr(figure)
    for name, start in {"a.svg": b"<svg", "a.png": b"\x89PNG"}.items():
        figure.save(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    assert answers["sweep"].plot("power").name == "power_map"
    assert answers["calibrate"].plot("shifts").name == "shifts_mentor"


def test_plots_that_cannot_be_given(answers: dict[str, Any], tmp_path: Path) -> None:
    """An unknown figure, one that would show nothing, and another ending are told in one line."""
    with pytest.raises(StudyError, match=r"^plot: 'powr' is no figure; known: power_curve, "):
        answers["plan"].plot("powr")
    with pytest.raises(StudyError, match=r"^save: 'a\.pdf' must end in \.svg or \.png$"):
        answers["plan"].plot().save(tmp_path / "a.pdf")
    with pytest.raises(StudyError, match=r"cannot be written \(no such file or directory\)$"):
        answers["plan"].plot().save(tmp_path / "none" / "a.svg")
    one_size = plan(nurses(design={"n": 20}))
    with pytest.raises(StudyError, match=r"^plot: With 20 nurses .* A curve takes two sizes"):
        one_size.plot("power_curve")
