"""Published designs of pilots: progression criteria, three outcomes, two stages."""

from collections.abc import Callable
from functools import partial

import numpy as np

from published.data import CASES, Comparison, Evaluation, compare
from sim.feasibility.colours import TrafficLight
from sim.feasibility.main_study import MainTest, programme_total
from sim.feasibility.sizes import exact_power, lewis_size, pilot_size
from sim.feasibility.three_outcomes import mean_errors, share_design
from sim.feasibility.two_stage import simon_design, stage_errors

LEWIS, ABSTRACT = "PC01-Lewis2021-case", "PC03-Lewis-abstract"
COUNTED, MEAN = "PC04-tout-binary", "PC06-tout-continuous-snapshot"
PROGRAMME = "PC07-Whitehead-stepped"
BINOMIAL = "BX01-East-nBinomial1Sample"


def _sizes(case: str, formula: list[float], limits: list[tuple[float, float]]) -> list[Comparison]:
    inputs = CASES[case]["inputs"]
    alpha, power = inputs["alpha"], inputs["power"]
    sizes = [pilot_size(TrafficLight("share", *ends, alpha), alpha, power) for ends in limits]
    first, stays = [size.first for size in sizes], [size.stays for size in sizes]
    values = zip(("n_unrounded", "exact_first_n", "exact_n_that_stays"),
                 np.array([formula, first, stays], np.float64), strict=True)  # fmt: skip
    return [compare(case, name, of[0] if len(of) == 1 else of) for name, of in values]


def table_of_lewis() -> list[Comparison]:
    """Sizes by the formula, and exactly."""
    inputs = CASES[LEWIS]["inputs"]
    limits = list(zip(inputs["red_upper"], inputs["green_lower"], strict=True))
    formula = [lewis_size(*ends, inputs["alpha"], inputs["power"]) for ends in limits]
    return _sizes(LEWIS, formula, limits)


def abstract_of_lewis() -> list[Comparison]:
    """The same of an abstract, whose formula has no correction for continuity."""
    inputs = CASES[ABSTRACT]["inputs"]
    limits = inputs["red_upper"], inputs["green_lower"]
    formula = lewis_size(*limits, inputs["alpha"], inputs["power"], corrected=False)
    return _sizes(ABSTRACT, [formula], [limits])


def three_outcomes() -> list[Comparison]:
    """Smallest size, its counts and its errors."""
    inputs = CASES[COUNTED]["inputs"]
    errors = {name: inputs[name] for name in ("alpha", "beta", "gamma")}
    found = share_design(inputs["rho0"], inputs["rho1"], **errors, eta=tuple(inputs["eta"]))
    if found is None:
        raise ValueError("there is no design")
    values = {"n": found.n, "thresholds": [found.stop, found.pause]}
    errors = {name: getattr(found, name) for name in errors}
    return [compare(COUNTED, name, of) for name, of in {**values, **errors}.items()]


def three_outcomes_of_a_mean() -> list[Comparison]:
    """Errors of the published size and cuts."""
    inputs, expected = CASES[MEAN]["inputs"], CASES[MEAN]["expected"]
    cuts = tuple(expected["thresholds_z"])
    found = mean_errors(expected["n"], cuts, inputs["rho1"], inputs["sigma"])
    return [compare(MEAN, name, getattr(found, name)) for name in ("alpha", "beta", "gamma")]


def two_stages(case: str) -> list[Comparison]:
    """The design that is searched for is the published one; and what it does."""
    inputs = CASES[case]["inputs"]
    found = simon_design(inputs["p0"], inputs["p1"], 0.05, 0.8, limit=60)
    if found is None:
        raise ValueError("there is no design")
    low, high = stage_errors(found, inputs["p0"]), stage_errors(found, inputs["p1"])
    stated = [inputs[name] for name in ("stop_if_at_most", "n1", "reject_H0_if_more_than", "n")]
    ours = [found.stop_at, found.first_n, found.reject_above, found.n]
    values = {"EN_published": low.expected_n, "alpha": low.go, "power": high.go,
              "EN": low.expected_n, "PET": low.early_stop}  # fmt: skip
    design = compare(case, "design", ours, published=stated, tolerance=0)
    return [design, *(compare(case, name, of) for name, of in values.items())]


def binomial_powers() -> list[Comparison]:
    """Power of the exact test of a share."""
    columns = [CASES[BINOMIAL]["inputs"][name] for name in ("p0", "p1", "alpha", "n")]
    return [compare(BINOMIAL, "power", [exact_power(*row) for row in zip(*columns, strict=True)])]


def whole_programmes() -> list[Comparison]:
    """People in all with the published pilots, beyond the fewest that any pilot takes."""
    inputs = CASES[PROGRAMME]["inputs"]
    test = MainTest(inputs["alpha"], inputs["sided"], inputs["power"], arms=2)
    pilots = CASES[PROGRAMME]["expected"]["pilot_per_arm"]
    beyond = []
    for effect, pilot in zip(inputs["standardised_effect"], pilots, strict=True):
        totals = [programme_total(n, effect, test, "non_central_t") for n in range(2, 300)]
        beyond.append(programme_total(pilot, effect, test, "non_central_t") / min(totals) - 1)
    name, none = "pilot_per_arm at effect: share of people beyond the fewest", [0.0] * len(pilots)
    return [compare(PROGRAMME, name, beyond, published=none, tolerance=inputs["within"])]


_OF_SIMON: dict[str, Callable[[], list[Comparison]]] = {
    case: partial(two_stages, case) for case in CASES if "-Simon-" in case
}
EVALUATIONS: dict[str, Evaluation] = {
    LEWIS: table_of_lewis,
    ABSTRACT: abstract_of_lewis,
    COUNTED: three_outcomes,
    MEAN: three_outcomes_of_a_mean,
    **_OF_SIMON,
    BINOMIAL: binomial_powers,
    PROGRAMME: whole_programmes,
}
