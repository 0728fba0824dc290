"""The page of worked examples quotes what they print."""

import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    "name",
    [
        "cherry_picking",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in LESSONS
            if name != "cherry_picking"
        ),
    ],
)
def test_page_quotes_what_is_printed(name: str) -> None:
    """A section of the page is what its experiment prints, word for word."""
    assert section(name) in PAGE
