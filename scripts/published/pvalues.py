"""P-values of single data sets, published and ours."""

from typing import Any

import numpy as np
from scipy.special import ndtri

from published.data import CASES, Comparison, Evaluation, compare
from sim import mcnemar_table, sign_test, signed_rank
from sim.inference.sign_flip import sign_flip

EXACT: dict[str, Any] = {"p_value": "exact"}
NORMAL: dict[str, Any] = {"p_value": "asymptotic"}
UP: dict[str, Any] = {"alternative": "greater"}


def _z(pvalue: object) -> float:
    """Return the z whose upper tail is a one-sided p-value."""
    return float(-ndtri(np.asarray(pvalue, np.float64)))


def _whole(case: str, scale: int) -> list[int]:
    stated = CASES[case]["inputs"]
    return [int(v) for v in np.rint(scale * (np.array(stated["x"]) - np.array(stated["y"])))]


def aids_rank() -> list[Comparison]:
    """Signed-rank tests of the serum antigen data."""
    case = "SR02-AIDS-zeros"
    changes = CASES[case]["inputs"]["pre_minus_post"]
    return [
        compare(case, "wilcox_exact_two", signed_rank(changes, **EXACT).pvalue),
        compare(case, "wilcox_exact_one", signed_rank(changes, **EXACT, **UP).pvalue),
        compare(case, "wilcox_asym_p", signed_rank(changes, **NORMAL).pvalue),
        compare(case, "wilcox_asym_absZ", _z(signed_rank(changes, **NORMAL, **UP).pvalue)),
    ]


def likert_zeros() -> list[Comparison]:
    """Both treatments of zeros on nine-valued changes."""
    case = "SR05-likert9-three-zero-methods"
    stated = CASES[case]["inputs"]
    changes = np.repeat(stated["difference_values"], stated["frequencies"])
    found = []
    for zeros in ("wilcox", "pratt"):
        options: dict[str, Any] = {**NORMAL, "zeros": zeros}
        up, down = signed_rank(changes, **options), signed_rank(-changes, **options)
        found += [
            compare(case, f"{zeros}_T", np.minimum(up.statistic, down.statistic)),
            compare(case, f"{zeros}_p", up.pvalue),
        ]
    return found


def six_pairs() -> list[Comparison]:
    """Continuity correction on and off."""
    case = "SR06-R-sixpairs-cc"
    changes = np.array(_whole(case, 1))
    up, down = signed_rank(changes, **NORMAL), signed_rank(-changes, **NORMAL)
    return [
        compare(case, "T", np.minimum(up.statistic, down.statistic)),
        compare(case, "p_nocc", up.pvalue),
        compare(case, "p_cc", signed_rank(changes, **NORMAL, continuity=True).pvalue),
    ]


def exact_sides() -> list[Comparison]:
    """Exact p-values on each side."""
    case = "SR09-exact-notes"
    sides: dict[str, Any] = {"two": "two_sided", "less": "less", "greater": "greater"}
    changes = _whole(case, 100)
    return [
        compare(case, name, signed_rank(changes, **EXACT, alternative=side).pvalue)
        for name, side in sides.items()
    ]


def extreme_ties() -> list[Comparison]:
    """All changes on one side."""
    case = "SR12-extreme-ties"
    found = [signed_rank(changes, **EXACT).pvalue for changes in CASES[case]["inputs"]["cases"]]
    return [compare(case, "p", found)]


def tiny() -> list[Comparison]:
    """Degenerate small samples."""
    case = "SR13-tiny-pratt"
    stated = CASES[case]["inputs"]
    found = [
        compare(case, "p1_pratt", signed_rank(stated["d1"], **NORMAL, zeros="pratt").pvalue),
    ]
    for number in ("2", "3"):
        changes = stated[f"d{number}"]
        found += [
            compare(case, f"p{number}", signed_rank(changes, **NORMAL).pvalue),
            compare(case, f"z{number}", _z(signed_rank(changes, **NORMAL, **UP).pvalue)),
        ]
    return found


def aids_sign() -> list[Comparison]:
    """Sign tests of the serum antigen data."""
    case = "ST01-AIDS-sign"
    stated = CASES[case]["inputs"]
    changes = [1] * stated["npos"] + [-1] * stated["nneg"] + [0] * stated["zeros"]
    one = sign_test(changes, **NORMAL, **UP).pvalue
    return [
        compare(case, "exact_p", sign_test(changes).pvalue),
        compare(case, "asym_p", sign_test(changes, **NORMAL).pvalue),
        compare(case, "asym_p_one", one),
        compare(case, "asym_absZ", _z(one)),
    ]


def aids_flip() -> list[Comparison]:
    """Sign-flip tests of the serum antigen data."""
    case = "PM01-AIDS-signflip"
    changes = CASES[case]["inputs"]["pre_minus_post"]
    return [
        compare(case, "two", sign_flip(changes).pvalue),
        compare(case, "one_side_smaller", sign_flip(changes, **UP).pvalue),
        compare(case, "asym_p", sign_flip(changes, **NORMAL).pvalue),
        compare(case, "asym_absZ", _z(sign_flip(changes, **NORMAL, **UP).pvalue)),
    ]


def prime_minister() -> list[Comparison]:
    """McNemar's test of approval in two surveys."""
    case = "MC01-Agresti-PM"
    table = CASES[case]["inputs"]["table"]
    normal = mcnemar_table(table, **NORMAL, **UP).pvalue
    return [
        compare(case, "chi2", _z(normal) ** 2),
        compare(case, "p_asym", mcnemar_table(table, **NORMAL).pvalue),
        compare(case, "p_exact", mcnemar_table(table).pvalue),
    ]


def one_table() -> list[Comparison]:
    """Every p-value of McNemar's test of one table."""
    case = "MC02-Cavo"
    table = CASES[case]["inputs"]["table"]
    corrected = mcnemar_table(table, **NORMAL, continuity=True).pvalue
    return [
        compare(case, "z", _z(mcnemar_table(table, **NORMAL, **UP).pvalue)),
        compare(case, "p_asym", mcnemar_table(table, **NORMAL).pvalue),
        compare(case, "z_cc", _z(np.asarray(corrected) / 2)),
        compare(case, "p_cc", corrected),
        compare(case, "p_exact", mcnemar_table(table).pvalue),
        compare(case, "p_midp", mcnemar_table(table, p_value="mid_p").pvalue),
    ]


EVALUATIONS: dict[str, Evaluation] = {
    "SR02-AIDS-zeros": aids_rank,
    "SR05-likert9-three-zero-methods": likert_zeros,
    "SR06-R-sixpairs-cc": six_pairs,
    "SR09-exact-notes": exact_sides,
    "SR12-extreme-ties": extreme_ties,
    "SR13-tiny-pratt": tiny,
    "ST01-AIDS-sign": aids_sign,
    "PM01-AIDS-signflip": aids_flip,
    "MC01-Agresti-PM": prime_minister,
    "MC02-Cavo": one_table,
}
