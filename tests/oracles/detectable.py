"""Twenty designs whose smallest detectable effect is looked for, and power at an effect."""

from typing import Any

from oracles.studies import CONTROL, CUTS, PRE, small_study
from sim.cohorts import arms_by_role
from sim.compute.executors import open_executor
from sim.compute.streams import Purpose
from sim.jobs.missing_by_chance import by_chance
from sim.jobs.tasks import block_task
from sim.power.detectable_rule import DetectableForRule
from sim.power.estimates import Estimate, proportion
from sim.power.simulate import simulate
from sim.study import Study, parse_study

REPLICATES = 4000
RUN = {"replicates": REPLICATES, "search_replicates": 100, "block_size": 500}
SITES = {
    "stated_as": "observed", "icc": 0.1, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 10, "per_site": 10, "size_variation": 0.0,
    "assumption": None,
}  # fmt: skip
DROP_OUT = {"kind": "mcar", "rate": 0.2, "item_rate": 0.05, "total": "complete_case"}
BY_ANSWERS = {"kind": "mar", "rate": 0.2, "slope": -0.7, "item_rate": 0.0, "total": "complete_case"}
BOTH = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE[::-1]}}
SCREENED = {"kind": "baseline", "at_most": 9, "at_least": None, "assumption": None}


def rule(stated: str) -> dict[str, Any]:
    """State one rule alone."""
    return {"primary": "it", "success": {"it": stated}}


def shift(*by: float) -> Any:
    """State a latent shift, one or one a domain."""
    return {"shift": by if len(by) > 1 else by[0]}


def odds(*by: float) -> Any:
    """State an odds ratio, one or one a domain."""
    return {"odds_ratio": by if len(by) > 1 else by[0]}


def tested(name: str, **more: Any) -> Any:
    """State a test without an adjustment."""
    return {"test": name, "p_value": "auto", "adjustment": "none", **more}


TOTAL = rule("total")
ONE = rule("b")
NONE: dict[str, Any] = {}
MIXED = {"items": {"a": odds(2.0), "c": shift(0.2)}, "otherwise": shift(0.6)}
STEEP = (0.05, 0.10, 0.30, 0.25, 0.30)
DESIGNS: dict[str, tuple[int, dict[str, Any]]] = {
    "total": (30, {**TOTAL, "effect": odds(2.0)}),
    "two_roles": (25, {"roles": BOTH, "effect": shift(0.5),
                       **rule("all of [total] for [mentor, mentee]")}),
    "ancova": (60, {"analysis": tested("ancova"), "control": CONTROL, **TOTAL,
                    "effect": NONE}),
    "median": (30, {"effect": {"median": (4, 4, None)},
                    **rule("any of items"), "missing": DROP_OUT}),
    "sign": (40, {"analysis": tested("sign"), **rule("any of items"),
                  "effect": odds(2.0, 3.0, 1.0)}),
    "sign_flip": (25, {"analysis": tested("sign_flip"), **TOTAL, "effect": shift(0.2)}),
    "paired_t": (30, {"analysis": tested("paired_t"), **rule("all of items"),
                      "effect": shift(0.5, 0.4, 0.6)}),
    "mcnemar": (50, {"analysis": tested("mcnemar", **CUTS), **rule("any of items"),
                     "effect": odds(0.5)}),
    "munzel_brunner": (40, {"analysis": tested("munzel_brunner"), **TOTAL,
                            "effect": shift(0.3)}),
    "welch": (60, {"analysis": tested("welch_t"), **TOTAL, "effect": shift(0.3),
                   "control": {**CONTROL, "ratio": (2, 1), "effect": shift(0.1)}}),
    "mann_whitney": (80, {"analysis": tested("mann_whitney", adjustment="hochberg"),
                          "control": CONTROL, **rule("any of items"), "effect": odds(2.0)}),
    "cluster_mean_t": (60, {"analysis": tested("cluster_mean_t"), "clusters": {"site": SITES},
                            **TOTAL, "effect": shift(1.5)}),
    "clustered_signed_rank": (80, {"analysis": tested("clustered_signed_rank"),
                                   "clusters": {"site": SITES}, **rule("at least 2 of items")}),
    "missing_by_answers": (40, {"missing": BY_ANSWERS, **TOTAL, "effect": shift(0.3)}),
    "at_least": (30, {"analysis": tested("signed_rank", adjustment="holm"),
                      **rule("at least 2 of items"), "effect": MIXED}),
    "post": (40, {"effect": {"post": STEEP}, **rule("any of items")}),
    "selected": (40, {"analysis": tested("two_sample_t"), "control": CONTROL, **TOTAL,
                      "selection": SCREENED, "effect": shift(0.5)}),
    "fall": (25, {"analysis": tested("paired_t", direction="fall"), **TOTAL,
                  "effect": shift(0.3)}),
    "one_sided": (30, {"analysis": tested("signed_rank", alternative="greater", alpha=0.025),
                       **rule("all of [a, c]"), "target": {"power": 0.9}}),
    "shared": (40, {"roles": BOTH, "clusters": {"site": {**SITES, "shared_icc": 0.1}}, **TOTAL,
                    "analysis": tested("cluster_mean_t"), "effect": shift(0.5)}),
}  # fmt: skip
"""Size and settings, by name."""
QUICK = tuple(DESIGNS)[:4]
EXACTLY: dict[str, tuple[int, dict[str, Any]]] = {
    "exact_signed_rank": (
        24,
        {"analysis": tested("signed_rank"), **ONE, "effect": odds(1.5)},
    ),
    "exact_sign": (35, {"analysis": tested("sign"), **ONE, "missing": DROP_OUT}),
    "exact_mcnemar": (45, {"analysis": tested("mcnemar", **CUTS), **ONE}),
    "exact_sign_flip": (20, {"analysis": tested("sign_flip"), **ONE, "effect": NONE}),
}
"""The same of designs whose power is exact."""


def design(name: str, **changes: Any) -> tuple[int, Study]:
    """Compose one of the designs."""
    size, settings = (DESIGNS if name in DESIGNS else EXACTLY)[name]
    return size, small_study(**{"monte_carlo": RUN, **settings, **changes})


def at_effect(study: Study, size: int, known: DetectableForRule, seed: int) -> Study:
    """State the study with the effect that is the answer, as a planner would."""
    plain = (by_chance(study) if known.by_chance else study).model_dump()
    for role in {on.role for on in known.domains}:
        domains = [on for on in known.domains if on.role == role]
        scales = {on.scale for on in domains}
        values = tuple(on.value for on in domains)
        stated: dict[str, Any] = {"post": tuple(on.post for on in domains)}
        if scales in ({"shift"}, {"odds_ratio"}):
            (scale,) = scales
            stated = {scale: values}
        plain["roles"][role]["effect"] = stated
    plain["design"] |= {"n": (size,), "solve": None}
    return parse_study({**plain, "seed": seed})


def simulated_power(study: Study) -> Estimate:
    """Power of a study's primary rule at its one size; shape ()."""
    task = block_task(study, arms_by_role(study), Purpose.MAIN, study.monte_carlo.block_size)
    with open_executor(**study.compute.model_dump()) as executor:
        won = simulate(task, range(study.blocks), executor).rule_won[0]
    place = list(study.success).index(study.primary)
    return proportion(won[place], study.blocks * study.monte_carlo.block_size)
