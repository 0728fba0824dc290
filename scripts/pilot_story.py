"""Run the pilot through calibration and planning, and write docs/pilot.md; takes minutes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from story.beliefs import beliefs, otherwise
from story.feasible import feasible
from story.markdown import items, section, text
from story.printed import counts, findings_of, published, rounding
from story.sizing import compared, sizing

from sim import compose_study, plan
from sim.folders import write_whole
from sim.jobs.calibrate import calibrate
from sim.jobs.feasibility import feasibility
from sim.pilot.calibrated import CalibrationAnswer
from sim.report.calibration import write_calibration
from sim.report.results.answer import PlanAnswer

PAGE = Path(__file__).resolve().parent.parent / "docs" / "pilot.md"
ASSURANCE = ("experiment=assurance",)
READINGS = {
    "as above": "calibration.unreported=not_significant",
    "left open": "calibration.unreported=marginalised",
    "noticed": "calibration.any_significant=true",
}
COMPARED_AT = 60
"""Pairs at which readings are compared."""

INTRO = """\
# What six mentors and five mentees can tell

Written by `python scripts/pilot_story.py`: every figure comes from a run, none is typed by hand.
The test that gave the published p-values is not published. What follows says what the printed
numbers allow and what they cannot carry. It alleges nothing."""


def limits() -> str:
    """What none of this can say."""
    return section(
        "What this cannot say",
        items(
            [
                "Which test was used, what the answers were, or that anything was done wrongly. "
                "The printed numbers leave many answers possible.",
                "Whether mentoring caused the change. There was no control group: people who "
                "answer twice, and who wish that it worked, may rise without it. Assurance is the "
                "probability of a significant rise, whatever its cause.",
                "Anything of the mentees: no figure of theirs is in the paper's abstract.",
                "How the domains go together within a person. The posterior takes them as "
                "independent; the plan takes the correlation that the study states.",
                "Whether the next hospital, its mentors and its questionnaire are like these.",
                "Which prior is right. Three stand side by side because they differ, and a choice "
                "among them is a judgement that has to be argued, not computed.",
            ]
        ),
    )


def readings(pairs: int = COMPARED_AT) -> list[tuple[str, CalibrationAnswer, PlanAnswer]]:
    """Calibrate under each reading of the pilot, and plan with what it leaves possible."""
    found = []
    for reading, word in READINGS.items():
        answer = calibrate(compose_study([word]))
        with TemporaryDirectory() as folder:
            write_calibration(answer, Path(folder))
            words = [f"effect.prior.file={folder}/posterior.csv", f"design.n=[{pairs}]"]
            planned = plan(compose_study([*ASSURANCE, *words]))
        found.append((reading, answer, planned))
    return found


def document() -> str:
    """Text of docs/pilot.md."""
    study = compose_study([])
    exact = findings_of(study)
    rounded = findings_of(compose_study(["calibration.rounding=rounded"]))
    found = readings()
    parts = [
        INTRO,
        published(study),
        counts(study, exact),
        rounding(exact, rounded),
        beliefs(found[0][1]),
        sizing(plan(compose_study(ASSURANCE))),
        feasible(feasibility(study)),
        otherwise(
            [(reading, answer) for reading, answer, _ in found],
            compared([(reading, planned) for reading, _, planned in found]),
        ),
        limits(),
        text("Back to the [README](../README.md); how numbers are checked: [validation.md]"
             "(validation.md)."),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    write_whole(PAGE, document())
