"""Agreement with R and coin on 80 vectors of changes, and with R's p.adjust on 40 of p-values."""

import json
from pathlib import Path

import numpy as np
import pytest

from sim import adjust, paired_t, sign_test, signed_rank
from sim.inference.sign_flip import sign_flip

DATA = Path(__file__).parent.parent / "data"
EXACT = {"p_value": "exact"}
NORMAL = {"p_value": "asymptotic"}
COLUMNS = {
    "Wilcoxon_asym": NORMAL,
    "Wilcoxon_exact": EXACT,
    "Wilcoxon_exact_greater": {**EXACT, "alternative": "greater"},
    "Pratt_asym": {**NORMAL, "zeros": "pratt"},
    "Pratt_exact": {**EXACT, "zeros": "pratt"},
    "Pratt_exact_greater": {**EXACT, "zeros": "pratt", "alternative": "greater"},
    "R_cc": {**NORMAL, "continuity": True},
}
METHODS = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "BH": "benjamini_hochberg",
    "BY": "benjamini_yekutieli",
}


def read(name: str) -> list[dict]:
    """Read a file of reference vectors."""
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


VECTORS = read("signed_rank_reference.jsonl")
FAMILIES = read("p_adjust_reference.jsonl")


def test_there_are_all_vectors() -> None:
    """No reference vector has been lost, and each holds every column compared."""
    assert (len(VECTORS), len(FAMILIES)) == (80, 40)
    needed = {*COLUMNS, "R_V", "sign_exact", "perm_two", "perm_greater", "t_p", "d"}
    assert all(needed <= vector.keys() for vector in VECTORS)
    assert all({*METHODS, "p"} <= family.keys() for family in FAMILIES)


@pytest.mark.parametrize("column", COLUMNS)
def test_signed_rank_agrees_with_r(column: str) -> None:
    """Every signed-rank p-value equals R's or coin's to 1e-9."""
    found = [signed_rank(vector["d"], **COLUMNS[column]).pvalue for vector in VECTORS]
    assert np.allclose(found, [vector[column] for vector in VECTORS], rtol=0, atol=1e-9)


def test_statistic_is_r_v() -> None:
    """The statistic is the sum of the ranks of the rises, R's V."""
    found = [signed_rank(vector["d"]).statistic for vector in VECTORS]
    assert np.array_equal(found, [vector["R_V"] for vector in VECTORS])


@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_direction_is_the_sign_of_z(zeros: str) -> None:
    """The direction is the sign of coin's standardised statistic."""
    column = {"wilcox": "Wilcoxon_Z", "pratt": "Pratt_Z"}[zeros]
    found = [int(signed_rank(vector["d"], zeros=zeros).direction) for vector in VECTORS]
    assert found == [int(np.sign(round(vector[column], 9))) for vector in VECTORS]


def test_sign_test_agrees_with_r() -> None:
    """Every exact sign-test p-value equals R's to 1e-9."""
    found = [sign_test(vector["d"]).pvalue for vector in VECTORS]
    assert np.allclose(found, [vector["sign_exact"] for vector in VECTORS], rtol=0, atol=1e-9)


@pytest.mark.parametrize("alternative", ["two_sided", "greater"])
def test_sign_flip_agrees_with_coin(alternative: str) -> None:
    """Every exact sign-flip p-value equals coin's to 1e-9."""
    column = {"two_sided": "perm_two", "greater": "perm_greater"}[alternative]
    found = [sign_flip(vector["d"], alternative=alternative).pvalue for vector in VECTORS]
    assert np.allclose(found, [vector[column] for vector in VECTORS], rtol=0, atol=1e-9)


def test_paired_t_agrees_with_r() -> None:
    """Every t-test p-value equals R's to 1e-9."""
    found = [paired_t(vector["d"]).pvalue for vector in VECTORS]
    assert np.allclose(found, [vector["t_p"] for vector in VECTORS], rtol=0, atol=1e-9)


@pytest.mark.parametrize("column", METHODS)
def test_adjustment_agrees_with_r(column: str) -> None:
    """Every adjusted p-value equals R's to 1e-9, all families at once."""
    found = adjust([family["p"] for family in FAMILIES], METHODS[column])
    assert np.allclose(found, [family[column] for family in FAMILIES], rtol=0, atol=1e-9)
