"""docs/validation.md is what the script writes now, and every comparison in it passes."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from oracles.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))  # last, so it shadows nothing

data = import_module("published.data")
document = import_module("published.document")
looks = import_module("published.looks")
vectors = import_module("published.vectors")
waiting = import_module("published.waiting")

ONLY_HERE = ("SM01-retrodesign-beauty", "SM04-typeM-at-power", "PR01-Stata-ciwidth-onemean",
             "ST01-Simon-optimal-0.05-0.25",
             "ST03-Simon-optimal-0.1-0.3",
             "ST05-Simon-optimal-0.2-0.4",
             "ST07-Simon-optimal-0.3-0.5",
             "BX01-East-nBinomial1Sample",
             "PC07-Whitehead-stepped",
             "PC01-Lewis2021-case",
             "PC03-Lewis-abstract",
             "PC04-tout-binary",
             "PC06-tout-continuous-snapshot")  # fmt: skip
"""Cases that no other test names."""


def test_page_is_up_to_date() -> None:
    """The page equals what `python scripts/validation.py` writes now."""
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert page == document.document()


@pytest.mark.parametrize("case", document.EVALUATIONS)
def test_every_comparison_passes(case: str) -> None:
    """Each published quantity of a case is met within its tolerance."""
    found = document.evaluated(case)
    assert found
    assert [one.name for one in found if not one.passed] == []
    assert {one.case for one in found} == {case}


def test_reference_vectors_agree() -> None:
    """Every column of reference values is met to 1e-9."""
    for one in (*vectors.tests_of_changes(), *vectors.adjustments()):
        assert one.passed, one


def test_interim_looks_agree() -> None:
    """64 designs of rpact's (levels to 1e-5, sizes to 1e-4) and enumerated cases (1e-9) are met."""
    designs, enumerated = looks.lines()
    assert [line for line in (*designs, *enumerated) if not line.passed] == []
    assert max(int(line.cells[1]) for line in designs) == 64
    assert len(enumerated) == 4


def test_every_quantity_is_compared_or_said_to_be_left_out() -> None:
    """No published quantity of a covered case is passed over in silence."""
    compared = {(one.case, one.name.partition(" at effect")[0]) for one in document.comparisons()}
    expected = {(case, name) for case in document.EVALUATIONS for name in CASES[case]["expected"]}
    assert expected - compared == waiting.LEFT_OUT.keys()
    assert document.EVALUATIONS.keys() | waiting.NOT_YET.keys() == CASES.keys()
    assert set(ONLY_HERE) <= document.EVALUATIONS.keys()


def test_a_difference_is_seen() -> None:
    """A value beyond the tolerance fails; a simulated one is allowed its error."""
    case, name = "SR06-R-sixpairs-cc", "p_cc"
    published = CASES[case]["expected"][name]
    assert not data.compare(case, name, published + 2e-10).passed
    assert data.compare(case, name, published + 0.5e-10).passed
    assert data.compare(case, name, published + 0.004, error=0.001).passed
    assert not data.compare(case, name, published + 0.005, error=0.001).passed
    assert not data.compare(case, name, np.nan).passed


def test_written_whole(tmp_path: Path) -> None:
    """The page is written whole, into a folder made for it, with nothing left beside."""
    page = tmp_path / "docs" / "page.md"
    document.write("text", page)
    assert [file.name for file in page.parent.iterdir()] == ["page.md"]
    assert page.read_text(encoding="utf-8") == "text"
