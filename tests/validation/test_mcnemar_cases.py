"""Published results of McNemar's test."""

from typing import Any

import numpy as np
import pytest
from oracles.cases import CASES, agrees
from scipy import stats

from sim import mcnemar, mcnemar_table

PM, CAVO = "MC01-Agresti-PM", "MC02-Cavo"
NORMAL: dict[str, Any] = {"p_value": "asymptotic"}
CORRECTED: dict[str, Any] = {**NORMAL, "continuity": True}
QUOTED = [
    (PM, "p_asym", NORMAL),
    (PM, "p_exact", {}),
    (CAVO, "p_asym", NORMAL),
    (CAVO, "p_cc", CORRECTED),
    (CAVO, "p_exact", {}),
    (CAVO, "p_midp", {"p_value": "mid_p"}),
]


@pytest.mark.parametrize(("case", "name", "options"), QUOTED)
def test_quoted_pvalue(case: str, name: str, options: dict[str, Any]) -> None:
    """Each published p-value is met, from the table and from the people in it."""
    table = np.array(CASES[case]["inputs"]["table"])
    assert agrees(case, name, mcnemar_table(table, **options).pvalue)
    before, after = (np.repeat(side.ravel() + 1, table.ravel()) for side in np.indices((2, 2)))
    assert agrees(case, name, mcnemar(before, after, 2, **options).pvalue)


def test_quoted_statistics() -> None:
    """The published z and chi-square are those behind the one-sided p-values."""
    up: dict[str, Any] = {"alternative": "greater"}
    z = {
        case: stats.norm.isf(mcnemar_table(CASES[case]["inputs"]["table"], **NORMAL, **up).pvalue)
        for case in (PM, CAVO)
    }
    assert agrees(PM, "chi2", z[PM] ** 2)
    assert agrees(CAVO, "z", z[CAVO])
    corrected = mcnemar_table(CASES[CAVO]["inputs"]["table"], **CORRECTED).pvalue
    assert agrees(CAVO, "z_cc", stats.norm.isf(corrected / 2))
