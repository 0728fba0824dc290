"""Published sizes and powers of two arms."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
from oracles.cases import CASES, agrees

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))  # shadows nothing
formulas = import_module("published.two_arm_formulas")


def test_po02_size() -> None:
    """PO02-Hmisc-popower: four categories of back pain and an odds ratio of 1.2."""
    pmf = [0.1, 0.2, 0.4, 0.3]
    assert agrees("PO02-Hmisc-popower", "posamsize", formulas.proportional_odds_size(pmf, 1.2))
    assert agrees(
        "PO02-Hmisc-popower", "power_3148", formulas.proportional_odds_power(pmf, 1.2, 3148)
    )


@pytest.mark.parametrize(
    ("name", "pmf"),
    [("binary", [0.9, 0.1]), ("three", [0.8, 0.1, 0.1]), ("four", [0.7, 0.1, 0.1, 0.1])],
)
def test_po02_powers(name: str, pmf: list[float]) -> None:
    """PO02-Hmisc-popower: power of 4000 people rises as a category is cut into more."""
    assert agrees("PO02-Hmisc-popower", name, formulas.proportional_odds_power(pmf, 0.85, 4000))


@pytest.mark.parametrize(
    ("name", "sample"), [("N", None), ("N_x", "x_noties"), ("N_ties", "x_ties")]
)
def test_mw01(name: str, sample: str | None) -> None:
    """MW01-Noether: the size, continuous, and with a sample's variance, without and with ties."""
    stated = CASES["MW01-Noether"]["inputs"]
    found = formulas.noether_size(stated["p"], sample=stated[sample] if sample else None)
    assert agrees("MW01-Noether", name, found)


def test_mw02() -> None:
    """MW02-Happ-Bathke-Brunner: relative effect and size of a shift by 20."""
    x = CASES["MW02-Happ-Bathke-Brunner"]["inputs"]["x"]
    found = formulas.rank_sum_size(*formulas.pmfs_of_samples(x, [value - 20 for value in x]))
    assert agrees("MW02-Happ-Bathke-Brunner", "relative_effect", found.relative_effect)
    assert agrees("MW02-Happ-Bathke-Brunner", "N", found.total)


def test_pw02() -> None:
    """PW02-onesample-d0.5: the size per arm is published without the far tail; noted with both."""
    found = formulas.two_sample_t_size(0.5)
    assert agrees("PW02-onesample-d0.5", "n_per_group_two_sample", found)
    assert found == pytest.approx(63.76561, abs=5e-6)  # of the notes
