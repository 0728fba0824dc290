"""Powers and sample sizes, published and ours."""

import re
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from published.data import CASES, Comparison, Evaluation, compare
from sim import exact_power, paired_t, signed_rank

OPTIONS: dict[str, dict[str, Any]] = {
    "wilcox_exact": {"p_value": "exact"},
    "pratt_exact": {"p_value": "exact", "zeros": "pratt"},
    "wilcox_asym": {"p_value": "asymptotic"},
    "pratt_asym": {"p_value": "asymptotic", "zeros": "pratt"},
    "wilcox_asym_cc": {"p_value": "asymptotic", "continuity": True},
    "sign_exact": {"test": "sign", "p_value": "exact"},
    "signflip_exact": {"test": "sign_flip", "p_value": "exact"},
    "t": {"test": "paired_t"},
}
NOTED = 1e-8
"""Tolerance of exact powers: the notes give ten digits."""
MICRO = 1_000_000
"""Continuous changes enter as whole millionths."""


def enumerated(case: str) -> list[Comparison]:
    """Exact power of every test; the published values stand in the notes."""
    stated = CASES[case]["inputs"]
    pmf = stated.get("probabilities", stated.get("change_probs"))
    noted = dict(re.findall(r"'(\w+)': ([0-9.]+)", CASES[case]["notes"]))
    return [
        compare(
            case,
            name,
            exact_power(pmf, [stated["n"]], **options).power[0],
            published=float(noted[name]),
            tolerance=NOTED,
        )
        for name, options in OPTIONS.items()
    ]


def three_categories() -> list[Comparison]:
    """The same, and the exact McNemar test, with which all exact tests agree here."""
    case = "EX03-n20-3cat"
    stated = CASES[case]["inputs"]
    power = exact_power(stated["probabilities"], [stated["n"]], test="mcnemar", p_value="exact")
    noted = re.findall(r"exact unconditional McNemar power ([0-9.]+)", CASES[case]["notes"])
    own = compare(
        case, "McNemar, exact", power.power[0], published=float(noted[0]), tolerance=NOTED
    )
    return [*enumerated(case), own]


def _mcnemar(falls: float, rises: float, n: int, alternative: str) -> float:
    pmf = [falls, 1 - falls - rises, rises]
    found = exact_power(pmf, [n], test="mcnemar", p_value="exact", alternative=alternative)
    return float(found.power[0])


def gpower_mcnemar() -> list[Comparison]:
    """Power and level of McNemar's exact test."""
    case = "PW23-GPower-McNemar"
    stated = CASES[case]["inputs"]
    half = stated["prop_discordant"] / 2
    return [
        compare(case, "power", _mcnemar(stated["p12"], stated["p21"], stated["n"], "greater")),
        compare(case, "actual_alpha", _mcnemar(half, half, stated["n"], "greater")),
    ]


def pwrss_mcnemar() -> list[Comparison]:
    """The same, and its level where 30 pairs are discordant."""
    case = "PW30-pwrss-McNemar-exact"
    stated = CASES[case]["inputs"]
    found = []
    for name, side in (("two_sided", "two_sided"), ("one_sided", "greater")):
        power = _mcnemar(stated["p01"], stated["p10"], stated["n"], side)
        found += [
            compare(case, f"{name}_power", power),
            compare(case, f"cond30_{name}_alpha", _mcnemar(0.5, 0.5, 30, side)),
        ]
    return found


def _normal(mean: float, n: int, replicates: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(n)
    return np.rint(MICRO * rng.normal(mean, 1, (replicates, n))).astype(np.int64)


def _error(power: float, replicates: int) -> float:
    return float(np.sqrt(power * (1 - power) / replicates))


def _t_power(effect: float, n: int, alternative: Any) -> float:
    pvalues = paired_t(_normal(effect, n, 40_000), alternative).pvalue
    return float(np.mean(pvalues <= 0.05))


def one_sided_t() -> list[Comparison]:
    """The t test at 24 people."""
    power = _t_power(0.32, 24, "greater")
    return [compare("PW01-pwr-paired", "power_n24", power, error=_error(power, 40_000))]


def two_sided_t() -> list[Comparison]:
    """The size at which simulated power, interpolated, is .8."""
    below, above = (_t_power(0.5, n, "two_sided") for n in (33, 34))
    size = 33 + (0.8 - below) / (above - below)
    error = _error(0.8, 40_000) / 0.0123  # power rises by .0123 from 33 to 34
    return [compare("PW02-onesample-d0.5", "n_one_sample", size, error=error)]


def _rank_power(n: int) -> float:
    pvalues = signed_rank(_normal(0.5, n, 4000), p_value="exact").pvalue
    return float(np.mean(pvalues <= 0.05))


def normal_ranks() -> list[Comparison]:
    """Exact signed-rank test of normal changes, by 4,000 runs a size."""
    case = "PW11-MKpower-WSR"
    found = [_rank_power(n) for n in CASES[case]["inputs"]["n"]]
    return [compare(case, "emp_power", found)]


def rank_curve() -> list[Comparison]:
    """Powers around the smallest size; the size itself takes millions of runs (tests, long)."""
    case = "RF03-WSR-n-for-80"
    noted = re.findall(r"\((\d+), ([0-9.]+)\)", CASES[case]["notes"])
    found = [_rank_power(int(n)) for n, _ in noted]
    published = [float(power) for _, power in noted]
    name = f"power at {noted[0][0]} to {noted[-1][0]}"
    error = _error(0.8, 4000)
    return [compare(case, name, found, published=published, tolerance=0.0, error=error)]


EVALUATIONS: dict[str, Evaluation] = {
    "EX01-n12-5cat": partial(enumerated, "EX01-n12-5cat"),
    "EX03-n20-3cat": three_categories,
    "EX05-latent-5x5-n8": partial(enumerated, "EX05-latent-5x5-n8"),
    "PW23-GPower-McNemar": gpower_mcnemar,
    "PW30-pwrss-McNemar-exact": pwrss_mcnemar,
    "PW01-pwr-paired": one_sided_t,
    "PW02-onesample-d0.5": two_sided_t,
    "PW11-MKpower-WSR": normal_ranks,
    "RF03-WSR-n-for-80": rank_curve,
}
