"""Sizes and powers of two arms by closed forms, published and ours."""

import re
from typing import Any

from published import powers
from published.data import CASES, Comparison, Evaluation, compare
from published.two_arm_formulas import (
    noether_size,
    pmfs_of_samples,
    proportional_odds_power,
    proportional_odds_size,
    rank_sum_size,
    two_sample_t_size,
)


def _stated(text: str) -> dict[str, Any]:
    """Read probabilities, odds ratio and size out of an input such as `p=(.9,.1), OR .85`."""
    pmf = re.search(r"p=\(([0-9.,]+)\)", text)
    odds_ratio = re.search(r"OR ([0-9.]+)", text)
    n = re.search(r"n=([0-9]+)", text)
    found = {
        "pmf": [float(p) for p in pmf[1].split(",")] if pmf else None,
        "odds_ratio": float(odds_ratio[1]) if odds_ratio else None,
        "n": int(n[1]) if n else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def proportional_odds() -> list[Comparison]:
    """Whitehead's size for four categories, and powers as one category is cut into more."""
    case = "PO02-Hmisc-popower"
    inputs, expected = CASES[case]["inputs"], CASES[case]["expected"]
    pain, binary = _stated(inputs["backpain"]), _stated(inputs["binary"])
    size = proportional_odds_size(**pain)
    power = proportional_odds_power(**pain, n=expected["posamsize"])
    found = [compare(case, "posamsize", size), compare(case, "power_3148", power)]
    for name in ("binary", "three", "four"):
        options = {**binary, **_stated(inputs[name])}  # odds ratio and size are the first's
        found.append(compare(case, name, proportional_odds_power(**options)))
    return found


def noether() -> list[Comparison]:
    """Noether's size, and with the variance of an earlier sample, without and with ties."""
    case = "MW01-Noether"
    stated = CASES[case]["inputs"]
    options = stated["p"], stated["t"], stated["alpha"], stated["power"]
    samples = {"N": None, "N_x": stated["x_noties"], "N_ties": stated["x_ties"]}
    return [compare(case, name, noether_size(*options, own)) for name, own in samples.items()]


def rank_sum() -> list[Comparison]:
    """Relative effect and size where an earlier sample is to be shifted by 20."""
    case = "MW02-Happ-Bathke-Brunner"
    stated = CASES[case]["inputs"]
    pmfs = pmfs_of_samples(stated["x"], [x - 20 for x in stated["x"]])
    found = rank_sum_size(*pmfs, stated["t"], stated["alpha"], stated["power"])
    return [
        compare(case, "relative_effect", found.relative_effect),
        compare(case, "N", found.total),
    ]


def t_sizes() -> list[Comparison]:
    """The t test's simulated size of one arm, and by the non-central t that of two."""
    case = "PW02-onesample-d0.5"
    stated = CASES[case]["inputs"]
    size = two_sample_t_size(stated["d"], stated["alpha"], stated["power"])
    return [*powers.two_sided_t(), compare(case, "n_per_group_two_sample", size)]


EVALUATIONS: dict[str, Evaluation] = {
    "PO02-Hmisc-popower": proportional_odds,
    "MW01-Noether": noether,
    "MW02-Happ-Bathke-Brunner": rank_sum,
    "PW02-onesample-d0.5": t_sizes,  # in the place of its one-arm half in powers.py
}
