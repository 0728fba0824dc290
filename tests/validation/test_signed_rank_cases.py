"""Published p-values of the signed-rank, sign and sign-flip tests."""

import numpy as np
import pytest
from oracles.cases import CASES, agrees
from scipy.stats import norm

from sim import sign_test, signed_rank
from sim.inference.sign_flip import sign_flip

EXACT = {"p_value": "exact"}
NORMAL = {"p_value": "asymptotic"}


def inputs(case: str) -> dict:
    """Inputs of a case."""
    return CASES[case]["inputs"]


def whole_differences(case: str, scale: int = 1) -> list[int]:
    """List x - y as whole numbers."""
    x, y = inputs(case)["x"], inputs(case)["y"]
    return np.rint(scale * (np.array(x) - np.array(y))).astype(int).tolist()


AIDS = inputs("SR02-AIDS-zeros")["pre_minus_post"]
LIKERT = np.repeat(
    inputs("SR05-likert9-three-zero-methods")["difference_values"],
    inputs("SR05-likert9-three-zero-methods")["frequencies"],
)
EXTREME = inputs("SR12-extreme-ties")["cases"]
TINY = inputs("SR13-tiny-pratt")
PVALUES = [
    ("SR02-AIDS-zeros", "wilcox_exact_two", AIDS, EXACT),
    ("SR02-AIDS-zeros", "wilcox_exact_one", AIDS, {**EXACT, "alternative": "greater"}),
    ("SR02-AIDS-zeros", "wilcox_asym_p", AIDS, NORMAL),
    ("SR05-likert9-three-zero-methods", "wilcox_p", LIKERT, NORMAL),
    ("SR05-likert9-three-zero-methods", "pratt_p", LIKERT, {**NORMAL, "zeros": "pratt"}),
    ("SR06-R-sixpairs-cc", "p_nocc", whole_differences("SR06-R-sixpairs-cc"), NORMAL),
    (
        "SR06-R-sixpairs-cc",
        "p_cc",
        whole_differences("SR06-R-sixpairs-cc"),
        {**NORMAL, "continuity": True},
    ),
    ("SR09-exact-notes", "two", whole_differences("SR09-exact-notes", 100), EXACT),
    *(
        (
            "SR09-exact-notes",
            side,
            whole_differences("SR09-exact-notes", 100),
            {**EXACT, "alternative": side},
        )
        for side in ("less", "greater")
    ),
    ("SR13-tiny-pratt", "p1_pratt", TINY["d1"], {**NORMAL, "zeros": "pratt"}),
    ("SR13-tiny-pratt", "p2", TINY["d2"], NORMAL),
    ("SR13-tiny-pratt", "p3", TINY["d3"], NORMAL),
]


@pytest.mark.parametrize(
    ("case", "name", "changes", "options"), PVALUES, ids=[f"{p[0]}-{p[1]}" for p in PVALUES]
)
def test_published_pvalue(case: str, name: str, changes: list[int], options: dict) -> None:
    """The published p-value is found within the case's tolerance."""
    assert agrees(case, name, signed_rank(changes, **options).pvalue)


@pytest.mark.parametrize(
    ("case", "name", "changes"),
    [
        ("SR02-AIDS-zeros", "wilcox_asym_absZ", AIDS),
        ("SR13-tiny-pratt", "z2", TINY["d2"]),
        ("SR13-tiny-pratt", "z3", TINY["d3"]),
    ],
)
def test_published_z(case: str, name: str, changes: list[int]) -> None:
    """The one-sided normal p-value stands for the published z."""
    tail = signed_rank(changes, p_value="asymptotic", alternative="greater").pvalue
    assert agrees(case, name, norm.isf(tail))


@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_sr05_statistic(zeros: str) -> None:
    """SR05-likert9-three-zero-methods: the smaller rank sum is the published T."""
    rises = signed_rank(LIKERT, zeros=zeros).statistic
    falls = signed_rank(-LIKERT, zeros=zeros).statistic
    assert agrees("SR05-likert9-three-zero-methods", f"{zeros}_T", min(rises, falls))


def test_sr06_statistic() -> None:
    """SR06-R-sixpairs-cc: the smaller rank sum is the published T."""
    changes = np.array(whole_differences("SR06-R-sixpairs-cc"))
    smaller = min(signed_rank(changes).statistic, signed_rank(-changes).statistic)
    assert agrees("SR06-R-sixpairs-cc", "T", smaller)


def test_sr12_all_on_one_side() -> None:
    """SR12-extreme-ties: with all changes on one side the exact p is 2/2^n whatever the ties."""
    found = [signed_rank(changes, **EXACT).pvalue for changes in EXTREME]
    assert agrees("SR12-extreme-ties", "p", found)


def test_st01_sign() -> None:
    """ST01-AIDS-sign: exact and normal sign tests of 14 rises, 2 falls, 4 zeros."""
    stated = inputs("ST01-AIDS-sign")
    changes = [1] * stated["npos"] + [-1] * stated["nneg"] + [0] * stated["zeros"]
    one = sign_test(changes, p_value="asymptotic", alternative="greater").pvalue
    assert agrees("ST01-AIDS-sign", "exact_p", sign_test(changes).pvalue)
    assert agrees("ST01-AIDS-sign", "asym_p", sign_test(changes, p_value="asymptotic").pvalue)
    assert agrees("ST01-AIDS-sign", "asym_p_one", one)
    assert agrees("ST01-AIDS-sign", "asym_absZ", (14 - 2) / np.sqrt(14 + 2))


def test_pm01_sign_flip() -> None:
    """PM01-AIDS-signflip: exact and normal sign-flip tests of the raw differences."""
    upper = sign_flip(AIDS, p_value="asymptotic", alternative="greater").pvalue
    found = {
        "two": sign_flip(AIDS).pvalue,
        "one_side_smaller": sign_flip(AIDS, alternative="greater").pvalue,
        "asym_p": sign_flip(AIDS, p_value="asymptotic").pvalue,
        "asym_absZ": norm.isf(upper),
    }
    assert all(agrees("PM01-AIDS-signflip", name, value) for name, value in found.items())


def test_wy03_raw() -> None:
    """WY03-signflip-maxT-7dom-exact: its unadjusted p-values are those of the sign-flip test."""
    changes = np.array(inputs("WY03-signflip-maxT-7dom-exact")["changes"])
    assert agrees("WY03-signflip-maxT-7dom-exact", "raw", sign_flip(changes.T).pvalue)
