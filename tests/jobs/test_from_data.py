"""From answers to a study's file that is planned at once; its numbers against pandas and SciPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, ttest_1samp

from sim.app import main
from sim.compose import compose_study
from sim.errors import StudyError
from sim.jobs.data_text import data_study_text
from sim.jobs.from_data import checked_study, first_look_text, sketch_of
from sim.pilot.data import PilotData
from sim.pilot.polychoric import common_polychoric, polychoric
from sim.reading import ColumnMap, Reading
from sim.report.charts.figures import plan_figures
from sim.report.contents import page_sections
from sim.report.results.answer import PlanAnswer
from sim.report.results.encoding import decode
from sim.study import Study

pytestmark = pytest.mark.usefixtures("composed_anew")
QUICK = ["monte_carlo.replicates=200", "monte_carlo.search_replicates=200", "report.files=[]",
         "store.file=null", "monte_carlo.block_size=100", "hydra.run.dir=run"]  # fmt: skip


def drawn(people: int, items: int, seed: int = 3, shift: float = 0.6) -> np.ndarray:
    """Draw scores from 1 to 5, (N, D, 2), that rise and hang together."""
    rng = np.random.default_rng(seed)
    person = rng.normal(size=(people, 1, 1))
    latent = 0.7 * person + 0.7 * rng.normal(size=(people, items, 2)) + [0, shift]
    return 1 + np.digitize(latent, [-1.2, -0.4, 0.4, 1.2])


def frame_of(scores: np.ndarray, role: str = "nurse", prefix: str = "p") -> pd.DataFrame:
    """Lay scores out in the long form, 0 being an empty cell."""
    rows = [
        (f"{prefix}{i}", role, f"item {d}", *(score or None for score in scores[i, d].tolist()))
        for i in range(len(scores))
        for d in range(scores.shape[1])
    ]
    return pd.DataFrame(rows, columns=["participant", "role", "domain", "pre", "post"])


def reading_of(data: PilotData) -> Reading:
    """Take data as read."""
    return Reading(data, ColumnMap(layout="wide"), ())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(frame: pd.DataFrame, *more: str, columns: str | None = None) -> Study:
    """Write answers, make the study's file of them, check it; give the study."""
    frame.astype({"pre": "Int64", "post": "Int64"}).to_csv("answers.csv", index=False)
    by_map = ["--map", columns] if columns else []
    assert main(["new", "study.yaml", "--from-data", "answers.csv", *by_map]) == 0
    assert main(["check", "study.yaml", *more]) == 0
    return compose_study(more, file=Path("study.yaml"))


def planned(study_file: str = "study.yaml") -> None:
    """Plan the file as it is."""
    assert main(["plan", study_file, *QUICK]) == 0
    assert Path("run/summary.json").is_file()


def test_one_role_flows_into_the_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, completeness, correlation and shift are those that pandas and SciPy compute."""
    scores = drawn(60, 3)
    scores[:6, :, 1] = 0  # drop out
    scores[10, 1, 0] = scores[11, 2, 1] = 0  # single gaps
    frame = frame_of(scores)
    study = written(frame)
    out, err = capsys.readouterr()
    assert err == ""
    assert max(map(len, out.splitlines())) <= 80
    assert "Answers of 60 nurses" in out
    for name, rows in frame.groupby("domain"):
        counted = rows["pre"].value_counts().reindex(range(1, 6), fill_value=0)
        assert study.questionnaire.items[str(name)].counts == tuple(counted)
    assert study.missing.rate == pytest.approx(6 / 60)
    assert study.missing.item_rate == pytest.approx(2 / (3 * (60 + 54)), abs=5e-6)
    assert (study.pilot.sizes, study.pilot.data) == ({"nurse": 60}, ("answers.csv",))
    assert study.pilot.citation is None
    tables = [
        pd.crosstab(rows["pre"], rows["post"]).to_numpy() for _, rows in frame.groupby("domain")
    ]
    assert study.correlation.pre_post == pytest.approx(common_polychoric([tables]).rho, abs=5e-4)
    assert study.effect.shift == pytest.approx(cautious_shift(frame), abs=2e-3)
    planned()
    answer = decode(PlanAnswer, Path("run/answer.json.gz").read_bytes())
    (seen,) = answer.pilot_answers
    changes = frame.assign(change=frame["post"] - frame["pre"]).groupby("domain")["change"]
    assert seen.counts.complete.tolist() == changes.count().tolist()
    assert seen.mean_change.value == pytest.approx(changes.mean().to_numpy(), abs=1e-9)
    assert "first_look_nurse" in [each.name for each in plan_figures(answer)]
    words = [str(block) for block in page_sections(answer)["pilot"].blocks]
    assert any("Answers of 60 nurses." in each for each in words)
    assert any("The scale is read as 5 points, 1 to 5." in each for each in words)


def cautious_shift(frame: pd.DataFrame) -> float:
    """End of the 60% interval of the mean change, as a shift of all items, by other means."""
    change = frame.assign(change=frame["post"] - frame["pre"]).pivot_table(
        index="participant", columns="domain", values="change"
    )
    # of a person with gaps the items answered, weighed as in the means of the items
    weights = change.notna() / change.notna().sum()
    centred = ((change - change.mean()) * weights).sum(axis=1) / len(change.columns)
    n = int(change.notna().any(axis=1).sum())
    test = ttest_1samp(centred[change.notna().any(axis=1)] * n, 0)
    low = change.mean().mean() + test.confidence_interval(0.6).low
    counts = pd.crosstab(frame["domain"], frame["pre"])
    shares = counts.div(counts.sum(axis=1), axis=0).to_numpy()

    def excess(shift: float) -> float:
        cuts = norm.ppf(shares.cumsum(axis=1)[:, :-1])
        reaching = norm.sf(cuts - shift).sum(axis=1) - norm.sf(cuts).sum(axis=1)
        return float(reaching.mean() - low)

    return float(brentq(excess, -4, 4))


def test_one_item_and_a_point_that_nobody_chose(here: Path) -> None:
    """A point without people stays possible, and one item needs no total."""
    scores = np.array([[[2, 3]], [[2, 3]], [[3, 3]], [[3, 4]], [[4, 5]], [[2, 4]], [[3, 2]]])
    frame_of(scores).to_csv("answers.csv", index=False)
    assert main(["map", "answers.csv"]) == 0
    guess = Path("map.yaml").read_text(encoding="utf-8")
    assert "# open: points: the answers run from 2 to 5" in guess
    filled = guess.replace("points: null", "points: 5").replace("lowest: null", "lowest: 1")
    Path("map.yaml").write_text(filled, encoding="utf-8")
    study = written(frame_of(scores), columns="map.yaml")
    assert study.pilot.map == "map.yaml"
    assert study.questionnaire.items["item 0"].counts is None
    expected = (np.array([0, 3, 3, 1, 0]) + 0.2) / 8
    assert np.allclose(study.marginals(0)[0], expected, atol=2e-4)
    assert study.endpoints == ("item 0",)
    planned()


def test_two_roles(here: Path) -> None:
    """Each role has its answers and effect; sizes are in the ratio of the data."""
    frame = pd.concat([frame_of(drawn(24, 2)), frame_of(drawn(16, 2, 5, 0), "ward sister", "w")])
    study = written(frame)
    assert study.role_names == ("nurse", "ward sister")
    assert study.design.ratio == (3, 2)
    nurses = frame[frame["role"] == "nurse"]
    counted = pd.crosstab(nurses["domain"], nurses["pre"])
    shares = counted.div(counted.sum(axis=1), axis=0)
    assert np.allclose(study.marginals(0), shares, atol=1e-3)
    assert study.effect_of(1)[1].assumption is not None
    planned()


def test_a_scale_from_0_with_labels() -> None:
    """Scores inside run from 1; the file says where the form begins, and its words."""
    scores = drawn(30, 2).astype(np.int8)
    people = {"p": tuple(map(str, range(30)))}
    reading = reading_of(PilotData(5, ("a", "no"), people, {"p": scores}, lowest=0))
    sketch = sketch_of(reading, ["a b.csv"])
    study = checked_study(data_study_text(sketch, "study.yaml"))
    assert (study.questionnaire.lowest, study.questionnaire.highest) == (0, 4)
    assert study.domains == ("a", "no")
    assert "0000" in first_look_text(study, reading)
    labels = ("never", "no", "some: times", "often", "always")
    labelled = reading_of(PilotData(5, ("a", "no"), people, {"p": scores}, labels=labels))
    text = data_study_text(sketch_of(labelled, ["x.csv"]), "study.yaml")
    assert checked_study(text).questionnaire.labels == labels


def test_an_item_all_tied(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody changes there is no effect to plan with: a guess, which is called one."""
    scores = np.repeat(np.array([1, 2, 3, 4, 5, 3, 2, 4])[:, None, None], 2, axis=2)
    study = written(frame_of(scores))
    text = Path("study.yaml").read_text(encoding="utf-8")
    assert "a guess, since the data leave open" in text
    assert study.effect.prior is None
    assert study.correlation.pre_post == 0.95
    assert "100%" in capsys.readouterr().out
    planned()


def test_a_fall_is_planned_as_a_fall(here: Path) -> None:
    """Answers that fall make a study whose success is a fall."""
    study = written(frame_of(drawn(40, 2, shift=-0.8)))
    assert study.analysis.side == -1
    assert study.effect.shift < -0.1
    assert study.effect.prior.mean < study.effect.shift


def test_an_item_that_nobody_answered_twice_is_named() -> None:
    """Each such item of each role has a line; nothing is guessed of it."""
    scores = drawn(10, 3).astype(np.int8)
    scores[:, 0, 1] = scores[:, 2, 0] = 0
    data = PilotData(5, ("a", "b", "c"), {"p": tuple(map(str, range(10)))}, {"p": scores})
    with pytest.raises(StudyError) as told:
        sketch_of(reading_of(data), ["x.csv"])
    assert [fault.words for fault in told.value.faults] == [
        f"no p answered {name!r} both before and after; leave it out" for name in "ac"
    ]


def test_data_are_looked_for_near_the_study(here: Path) -> None:
    """A study in a folder names its data from there; calibrate finds them from anywhere."""
    Path("wards").mkdir()
    frame_of(drawn(20, 1)).to_csv("wards/answers.csv", index=False)
    assert main(["new", "--from-data", "wards/answers.csv", "wards/study.yaml"]) == 0
    assert "  data: answers.csv #" in Path("wards/study.yaml").read_text(encoding="utf-8")
    more = ["calibration.draws=2048", "calibration.kept=20", "report.files=[]"]
    assert main(["calibrate", "wards/study.yaml", *more, "hydra.run.dir=run"]) == 0


def test_answers_are_calibrated_without_a_study(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The questionnaire is that of the answers; how they were read is told."""
    frame_of(drawn(20, 2)).to_csv("answers.csv", index=False)
    more = ["calibration.draws=2048", "calibration.kept=20"]
    assert main(["calibrate", "answers.csv", *more, "hydra.run.dir=run"]) == 0
    figures = {path.name for path in Path("run/figures").iterdir()}
    assert {"first_look_nurse.svg", "first_look_nurse.png", "shifts_nurse.svg"} <= figures
    assert "How the answers were read" in Path("run/report.html").read_text(encoding="utf-8")
    out = capsys.readouterr().out
    assert "The scale is read as 5 points, 1 to 5" in out
    assert "Latent shift of the nurses" in out
    assert Path("run/posterior.csv").is_file()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["plan", "--from-data", "answers.csv"], "answers.csv: holds answers, and no study"),
        (["plan", "answers.xlsx"], "new study.yaml --from-data answers.xlsx makes one of them"),
        (["new", "--map", "map.yaml"], "--map: goes with answers"),
        (["map"], "map: name the file of answers"),
        (["map", "nothing.csv"], "nothing.csv: there is no such file"),
        (["new", "--from-data", "nothing.csv"], "nothing.csv: there is no such file"),
    ],
)
def test_what_cannot_be_begun_writes_nothing(
    words: list[str], line: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, status 2, no file."""
    assert main(words) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert line in told
    assert list(here.iterdir()) == []


def test_one_table_s_common_correlation_is_its_polychoric() -> None:
    """Several copies of a table say what one says; other people make the interval narrower."""
    table = [[8, 3, 1], [3, 9, 4], [0, 4, 8]]
    one, copies, more = (
        polychoric(table), common_polychoric([[table] * 4]), common_polychoric([[table], [table]])
    )  # fmt: skip
    assert copies.rho == pytest.approx(one.rho, abs=1e-6)
    assert (copies.low, copies.high) == pytest.approx((one.low, one.high), abs=1e-6)
    assert more.rho == pytest.approx(one.rho, abs=1e-6)
    assert one.low < more.low < more.high < one.high
    assert (one.n, copies.n, more.n) == (40, 40, 80)
