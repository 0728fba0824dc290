"""Adjusted p-values, rules, correlations, intervals and errors of sign and size."""

from ast import literal_eval
from dataclasses import fields
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import t as student

from published.data import CASES, Comparison, Evaluation, compare
from sim import adjust
from sim.cohorts.observed import (
    attainable_correlations,
    latent_for_observed,
    observed_correlation,
)
from sim.inference.max_t import max_t
from sim.inference.rules import DecisionRule, successes
from sim.inference.sign_flip import sign_flip
from sim.power.count_kernels import FINE, count_changes
from sim.power.counting import Ends
from sim.power.estimates import proportion
from sim.power.sample_size import precise_size
from sim.power.summarise import RoleTruth, summarise
from sim.power.tally import Tally

METHODS = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "sidak_ss": "sidak",
    "BH": "benjamini_hochberg",
    "BY": "benjamini_yekutieli",
}


def adjusted(case: str) -> list[Comparison]:
    """Adjusted p-values of every procedure that is offered."""
    pvalues, expected = CASES[case]["inputs"]["p"], CASES[case]["expected"]
    return [
        compare(case, name, adjust(pvalues, METHODS[name])) for name in expected if name in METHODS
    ]


def flips() -> list[Comparison]:
    """Sign-flip p-values of seven domains: unadjusted, and adjusted by their joint flips."""
    case = "WY03-signflip-maxT-7dom-exact"
    changes = np.array(CASES[case]["inputs"]["changes"])
    return [
        compare(case, "raw", sign_flip(changes.T).pvalue),
        compare(case, "single_step", max_t(changes, step_down=False)),
        compare(case, "step_down", max_t(changes)),
    ]


def _at_least(needed: int) -> DecisionRule:
    return DecisionRule(str(needed), (0,), tuple(range(7)), needed)


def independent_rules() -> list[Comparison]:
    """Rules on all 2^7 outcomes of independent domains."""
    case = "ME07-k-of-7-independent"
    outcomes = np.array(list(product([False, True], repeat=7)))[:, None]  # (128, 1, 7)
    weights = np.where(outcomes, 0.8, 0.2).prod(axis=(1, 2))
    met = weights @ successes([outcomes], [_at_least(k) for k in (1, 7, 4)])[:, 0]
    names = ("any", "all", "at_least_4")
    return [compare(case, name, value) for name, value in zip(names, met, strict=True)]


def exchangeable_rules() -> list[Comparison]:
    """Rules on simulated exchangeable test statistics, unadjusted and under Bonferroni."""
    case = "ME08-exchangeable-k-of-7"
    noted = literal_eval(CASES[case]["notes"].partition("versions: ")[2])
    found = []
    for rho in CASES[case]["inputs"]["rho"]:
        name = f"unadj_rho0{round(10 * rho)}"
        error = float(np.sqrt(0.25 / 40_000))
        found.append(compare(case, name, _wins(rho, "none"), error=error))
        other = f"bonferroni_rho0{round(10 * rho)}"
        ours, theirs = _wins(rho, "bonferroni"), noted[str(rho)]
        found.append(compare(case, other, ours, published=theirs, error=error))
    return found


def _wins(rho: float, method: str) -> NDArray[np.float64]:
    """Share of 40,000 runs with at least k wins, k = 1 to 7."""
    rng = np.random.default_rng(808)
    common = np.sqrt(rho) * rng.standard_normal((40_000, 1, 1))
    own = np.sqrt(1 - rho) * rng.standard_normal((40_000, 1, 7))
    z = CASES["ME08-exchangeable-k-of-7"]["inputs"]["ncp"] + common + own
    won = (adjust(2 * ndtr(-np.abs(z)), method) <= 0.05) & (z > 0)
    rules = [_at_least(k) for k in range(1, 8)]
    return np.asarray(successes([won], rules)[:, 0].mean(axis=0))


def _marginals(case: str) -> list[NDArray[np.float64]]:
    return [np.diff([0.0, *row, 1.0]) for row in CASES[case]["inputs"]["cum_marginals"]]


def observed() -> list[Comparison]:
    """Pearson correlations that a latent one gives."""
    case = "GE01-GenOrd-contord"
    scores, stated = _marginals(case), CASES[case]["inputs"]
    rho = stated["latent_rho"]
    found = [observed_correlation(scores[i], scores[j], rho) for i, j in stated["pairs"]]
    return [compare(case, "ordinal_r", found)]


def latent() -> list[Comparison]:
    """Latent correlations that give Pearson ones."""
    case = "GE02-GenOrd-ordcont-uniform"
    scores, stated = _marginals(case), CASES[case]["inputs"]
    found = [
        latent_for_observed(scores[i], scores[j], target)
        for (i, j), target in zip(stated["pairs"], stated["target_r"], strict=True)
    ]
    return [compare(case, "latent_rho", found)]


def latent_and_bounds() -> list[Comparison]:
    """A latent correlation, and what is attainable."""
    case = "GE04-GenOrd-4cat"
    first, second = _marginals(case)
    rho = latent_for_observed(first, second, CASES[case]["inputs"]["target_r"])
    return [
        compare(case, "latent_rho", rho),
        compare(case, "bounds", attainable_correlations(first, second)),
    ]


def bounds() -> list[Comparison]:
    """Attainable correlations."""
    case = "GE05-GenOrd-corrcheck"
    scores, pairs = _marginals(case), CASES[case]["inputs"]["pairs"]
    found = np.array([attainable_correlations(scores[i], scores[j]) for i, j in pairs])
    return [compare(case, "lower", found[:, 0]), compare(case, "upper", found[:, 1])]


def attenuation() -> list[Comparison]:
    """Pearson correlations of two five-point items."""
    case = "GE10-5point-attenuation"
    stated = CASES[case]["inputs"]
    item = np.diff([0.0, *stated["cum"], 1.0])
    found = [observed_correlation(item, item, rho) for rho in stated["latent_rho"]]
    return [compare(case, "pearson", found)]


def wilson() -> list[Comparison]:
    """Wilson's interval."""
    case = "PR03-binomial-CIs"
    stated = CASES[case]["inputs"]
    found = proportion(stated["x"], stated["n"])
    return [compare(case, "wilson", [found.low, found.high])]


def _errors(ratio: float, seed: int) -> tuple[tuple[float, float], ...]:
    """Power, type S, type M with their errors, by 200,000 z tests of a true z-ratio."""
    z = ratio + np.random.default_rng(seed).standard_normal(200_000)
    rejected = np.abs(z) >= -ndtri(0.025)
    hits = np.abs(z[rejected])
    stated = {
        "rejected": rejected.sum(),
        "won": (z[rejected] > 0).sum(),
        "estimable": len(z),
        "change": np.rint(FINE * z).sum(),
        "change_squared": np.rint(FINE * z**2).sum(),
        "rejected_change": np.rint(FINE * hits).sum(),
        "rejected_change_squared": np.rint(FINE * hits**2).sum(),
    }
    counts: dict[str, Any] = {
        field.name: np.full((1, 1), stated.get(field.name, 0), np.int64) for field in fields(Tally)
    }
    counts |= {"replicates": len(z), "families": np.zeros((1, 1, 1, 1), np.int64)}
    truth = RoleTruth(np.array([ratio]), np.zeros(0, np.bool_), 1)
    found = summarise(Tally(**counts), (truth,), (1,), ((1,),), ("one",), ("mean",), ())
    own = found.roles[0].measures
    measures = own.rejection, own.type_s, own.type_m
    return tuple((float(e.value[0, 0]), float(e.mcse[0, 0])) for e in measures if e is not None)


def retrodesign() -> list[Comparison]:
    """Errors of sign and size of underpowered studies."""
    case = "SM01-retrodesign-beauty"
    stated = CASES[case]["inputs"]
    found = [_errors(effect / stated["se"], place) for place, effect in enumerate(stated["effect"])]
    return [
        compare(
            case,
            f"{name} at effect {effect}",
            found[place][column][0],
            published=CASES[case]["expected"][name][place],
            error=found[place][column][1],
        )
        for place, effect in enumerate(stated["effect"])
        for column, name in enumerate(("power", "typeS", "typeM"))
    ]


def exaggeration() -> list[Comparison]:
    """Exaggeration at given powers."""
    case = "SM04-typeM-at-power"
    powers = CASES[case]["inputs"]["power"]
    ratios = [float(ndtri(0.975) + ndtri(power)) for power in powers]
    found = [_errors(ratio, place)[2] for place, ratio in enumerate(ratios)]
    error = max(error for _, error in found)
    return [compare(case, "typeM", [value for value, _ in found], error=error)]


def precision() -> list[Comparison]:
    """Size from which the expected half-width of a mean of N(0, 1) changes stays within .1."""
    case = "PR01-Stata-ciwidth-onemean"
    sizes, replicates = np.arange(376, 397), 10_000
    rng = np.random.default_rng(386)
    changes = np.rint(1000 * rng.standard_normal((sizes[-1], 1, replicates))).astype(np.int16)
    quantiles = student.ppf(0.975, np.maximum(np.arange(sizes[-1] + 1) - 1, 1))
    rejected = np.zeros((len(sizes), 1, replicates), np.bool_)
    sums = np.zeros((9, len(sizes), 1, 1), np.int64)
    alone = np.empty(0, np.int64)  # nobody is in a cluster
    ends = Ends.without_looks(len(sizes), replicates)
    count_changes(
        changes, alone, sizes, np.ones(1), np.zeros(1), quantiles, np.inf,
        ends.place, ends.order, ends.starts, rejected, sums,
    )  # fmt: skip
    width = sums[7, :, 0, 0] / FINE / replicates / 1000
    found = precise_size(sizes.tolist(), width, CASES[case]["inputs"]["width"] / 2)
    return [compare(case, "N", np.nan if found is None else found)]


EVALUATIONS: dict[str, Evaluation] = {
    **{
        case: partial(adjusted, case) for case in ("MT01-Mediana3", "MT04-six", "MT05-seven-domain")
    },
    "WY03-signflip-maxT-7dom-exact": flips,
    "ME07-k-of-7-independent": independent_rules,
    "ME08-exchangeable-k-of-7": exchangeable_rules,
    "GE01-GenOrd-contord": observed,
    "GE02-GenOrd-ordcont-uniform": latent,
    "GE04-GenOrd-4cat": latent_and_bounds,
    "GE05-GenOrd-corrcheck": bounds,
    "GE10-5point-attenuation": attenuation,
    "SM01-retrodesign-beauty": retrodesign,
    "SM04-typeM-at-power": exaggeration,
    "PR01-Stata-ciwidth-onemean": precision,
    "PR03-binomial-CIs": wilson,
}
