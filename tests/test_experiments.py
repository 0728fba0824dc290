"""The page of worked examples quotes what they print."""

import sys
from pathlib import Path

import pytest

from sim import compose_study, plan
from sim.report.terminal import summary

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "scripts"))  # last, so it shadows nothing

from experiments import LESSONS, section  # noqa: E402

PAGE = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")


def test_every_experiment_has_its_section() -> None:
    """What is in conf/experiment is explained on the page, and nothing else is."""
    files = {path.stem for path in (ROOT / "conf" / "experiment").glob("*.yaml")}
    assert files == set(LESSONS)
    for heading, lesson in LESSONS.values():
        assert f"## {heading}\n\n{lesson}\n" in PAGE


@pytest.mark.parametrize("name", LESSONS)
def test_every_experiment_runs(name: str) -> None:
    """Each worked example runs to its answer, with few replicates and draws, in 80 columns."""
    sizes = [] if name == "pilot_replay" else ["design.sizes=[20,40]"]
    words = [
        f"experiment={name}",
        *sizes,
        "monte_carlo.replicates=100",
        "monte_carlo.block_size=50",
    ]
    study = compose_study(words)
    if study.effect.prior is not None:
        few = study.effect.prior.model_copy(update={"draws": 40})
        study = study.model_copy(update={"effect": study.effect.model_copy(update={"prior": few})})
    answer = plan(study)
    assert answer.characteristics.replicates == 100
    assert max(map(len, summary(answer).splitlines())) <= 80


@pytest.mark.parametrize(
    "name",
    [
        "pilot_replay",
        "multi_site",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in LESSONS
            if name not in ("pilot_replay", "multi_site")
        ),
    ],
)
def test_page_quotes_what_is_printed(name: str) -> None:
    """A section of the page is what its experiment prints, word for word."""
    assert section(name) in PAGE
