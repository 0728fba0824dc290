"""Sums of domains as endpoints: none, one by any name, several; from the study to every file."""

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.saved import saved_plan
from oracles.studies import small_study

from sim.cohorts import arms_by_role
from sim.compute.streams import Purpose
from sim.errors import StudyError
from sim.inference.decide import PValues, collect, counted
from sim.inference.registry import TESTS
from sim.inference.rules import decision_rules
from sim.inference.testing_order import order_of
from sim.jobs.plan import plan
from sim.jobs.tasks import block_task
from sim.power.design_flaws import needs_adjustment
from sim.power.role import draw_samples
from sim.report.files import results_csv
from sim.report.outputs import write_outputs
from sim.study import Study

SUBSCALES = {"comm": ("a", "b"), "skill": ("b", "c")}


def with_totals(
    totals: dict[str, tuple[str, ...]] | None, endpoints: Any = None, **changes: Any
) -> Study:
    """State a study with these sums, whose one rule wins any of these endpoints."""
    looked_at = endpoints or tuple(totals or ("total",))
    named = looked_at if isinstance(looked_at, str) else f"[{', '.join(looked_at)}]"
    rules = {"it": f"any of {named}"}
    return small_study(questionnaire={"totals": totals}, primary="it", success=rules, **changes)


VARIANTS: dict[str, dict[str, Any]] = {
    "ranks": {},
    "cut": {"analysis": {"test": "mcnemar", "cut": 4, "total_cut": 11, "p_value": "auto"}},
    "sequence": {"analysis": {"adjustment": "fixed_sequence", "sequence": ("b", "NAME", "a")}},
    "graph": {
        "analysis": {
            "adjustment": "graphical",
            "graph": {"weights": {"NAME": 1}, "transitions": {"NAME": {"items": 1}}},
        }
    },
    "prorated": {"missing": {"kind": "mcar", "rate": 0.1, "item_rate": 0.1, "total": "prorated"}},
}


def renamed(value: Any, name: str) -> Any:
    """Put a name in the place of NAME in nested plain data."""
    if isinstance(value, dict):
        return {renamed(key, name): renamed(inner, name) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(renamed(inner, name) for inner in value)
    return name if value == "NAME" else value


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_sum_of_all_domains_is_the_total_by_another_name(variant: str) -> None:
    """Every row of the results is that of the study with its total, bit for bit, but for names."""
    changes = VARIANTS[variant]
    usual = with_totals(None, **renamed(changes, "total"))
    other = with_totals({"whole": ("a", "b", "c")}, **renamed(changes, "whole"))
    rows, others = (results_csv(plan(study)).splitlines() for study in (usual, other))
    assert len(rows) > 50
    assert [row.replace("total", "whole") for row in rows] == others


def evidence_of(study: Study) -> tuple[Any, Any, Any]:
    """Give a block's sample, sizes and p-values, raw and adjusted."""
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 40)
    (sample,) = draw_samples(task, 0, 0)
    sizes = np.array(task.roles[0][0].sizes)
    tested = sample.as_tested(study.analysis)
    result = TESTS[study.analysis.test]((tested,), (sizes,), study.analysis)
    return sample.scores.astype(int), sizes, result


@pytest.mark.parametrize("cuts", [None, {"comm": 7, "skill": 8}], ids=["ranks", "cut"])
def test_a_subscale_is_tested_as_the_sum_of_its_drawn_scores(cuts: dict[str, int] | None) -> None:
    """P-values of a subscale are those of its summed scores, taken as a domain of their own."""
    at_cut = {"test": "mcnemar", "cut": 4, "total_cut": cuts, "p_value": "exact"}
    study = with_totals(SUBSCALES, analysis=at_cut if cuts else {"p_value": "exact"})
    scores, sizes, result = evidence_of(study)
    for e, (name, members) in enumerate(SUBSCALES.items(), 3):
        places = [study.domains.index(domain) for domain in members]
        summed = scores[:, :, places].sum(axis=2)  # (R, N, 2)
        changes = summed[..., 1] - summed[..., 0]
        if cuts:
            reached = (summed >= cuts[name]).astype(int)
            changes = reached[..., 1] - reached[..., 0]
        for r in range(5):
            for k, n in enumerate(sizes):
                expected = reference_p(changes[r, :n], at_cut=cuts is not None)
                assert result.pvalue[r, k, e] == pytest.approx(expected, abs=1e-12)


def reference_p(changes: np.ndarray, *, at_cut: bool) -> float:
    """Exact two-sided p by counting the signs of every change, ranks of sizes or all alike."""
    from scipy.stats import rankdata

    moved = changes[changes != 0]
    weights = np.ones(len(moved)) if at_cut else rankdata(np.abs(moved))
    sums = np.zeros(1)
    for weight in weights:
        sums = np.concatenate([sums - weight, sums + weight])
    observed = float((np.sign(moved) * weights).sum())
    return float((np.abs(sums) >= abs(observed) - 1e-9).mean())


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"adjustment": "fixed_sequence", "sequence": ("skill", "a", "comm")}, "sequence"),
        (
            {
                "adjustment": "graphical",
                "graph": {
                    "weights": {"comm": 0.5, "skill": 0.5},
                    "transitions": {"comm": {"skill": 1}, "skill": {"comm": 1}},
                },
            },
            "holm",
        ),
        ({"adjustment": "bonferroni"}, "domains"),
        ({"adjustment": "westfall_young", "test": "sign_flip", "p_value": "auto"}, "flips"),
    ],
    ids=["sequence", "graph", "bonferroni", "westfall_young"],
)
def test_adjustments_treat_every_sum_as_they_treat_the_total(
    stated: dict[str, Any], expected: str
) -> None:
    """Orders and graphs hold sums like domains; all else adjusts the domains alone."""
    study = with_totals(SUBSCALES, analysis=stated)
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 40)
    (sample,) = draw_samples(task, 0, 0)
    sizes = np.array([12])
    seeds = np.arange(40, dtype=np.uint64) if expected == "flips" else None
    procedure = counted(study.analysis, len(study.domains))
    found = collect(
        (sample,), (sizes,), study.analysis, order_of(study), seeds, procedure=procedure
    )
    if not isinstance(found, PValues):  # thresholds are counted: sums meet their level alone
        raw = TESTS[study.analysis.test]((sample,), (sizes,), study.analysis).pvalue
        met = (found.counts != 0) & (found.counts > -100)
        assert np.array_equal(met[..., 3:], raw[..., 3:] <= study.analysis.alpha)
        return
    raw = found.result.pvalue
    if expected == "sequence":
        assert np.allclose(found.adjusted[..., 4], raw[..., 4])
        assert np.allclose(found.adjusted[..., 0], np.maximum(raw[..., 4], raw[..., 0]))
        assert np.allclose(found.adjusted[..., 3], raw[..., [4, 0, 3]].max(axis=-1))
        assert (found.adjusted[..., 1:3] == 1).all()
    elif expected == "holm":
        low, high = np.moveaxis(np.sort(raw[..., 3:], axis=-1), -1, 0)
        both = np.sort(found.adjusted[..., 3:], axis=-1)
        assert np.allclose(both[..., 0], np.minimum(1, 2 * low))
        assert np.allclose(both[..., 1], np.minimum(1, np.maximum(2 * low, high)))
    else:
        assert np.array_equal(found.adjusted[..., 3:], raw[..., 3:])


def test_the_exact_engine_takes_a_named_sum_of_one_domain() -> None:
    """It answers for a sum of one domain as for that domain, and refuses a sum of two."""
    totals = {"pair": ("a", "b"), "alone": ("c",)}
    answer = plan(with_totals(totals, ("alone",), engine="exact"))
    (role,) = answer.characteristics.roles
    assert role.engines == ("exact", "exact", "exact", "monte_carlo", "exact")
    assert np.array_equal(role.measures.win.value[:, 4], role.measures.win.value[:, 2])
    with pytest.raises(StudyError, match="a sum of several domains can change in too many ways"):
        plan(with_totals(totals, ("pair",), engine="exact"))


def test_sums_tested_on_their_own_are_families_apart() -> None:
    """A rule that either of two sums meets joins two families; either of two domains does not."""
    for endpoints, reason in ((("comm", "skill"), "families"), (("a", "b"), None)):
        study = with_totals(SUBSCALES, endpoints)
        assert needs_adjustment(decision_rules(study)[0], study) == reason


def test_rules_on_a_total_that_is_left_out_are_refused() -> None:
    """Who states no sums and inherits a rule on the total is told what there is instead."""
    line = r"^success.total: 'total' is no item or total; known: a, b, c$"
    with pytest.raises(StudyError, match=line):
        small_study(questionnaire={"totals": {}})


WRONG = {
    "unknown": ({"comm": ("a", "x")}, {}, r"totals.comm: 'x' is no item; known: a, b, c$"),
    "named as a domain": ({"a": ("a", "b")}, {}, r"items: 'a' is the name of a total"),
    "kept": ({"items": ("a", "b")}, {}, r"totals: 'items' is kept"),
    "empty": ({"comm": ()}, {}, r"totals.comm: \[\] must name items, each once"),
    "twice": ({"comm": ("a", "a")}, {}, r"totals.comm: .* each once"),
    "one cut of two": (SUBSCALES, {"total_cut": 7}, r"total_cut: 7 must be one cut by the name"),
    "cut of none": (SUBSCALES, {"total_cut": {"com": 7}}, r"'com' is no total; did you mean"),
    "cut too high": (SUBSCALES, {"total_cut": {"comm": 11}}, r"total_cut.comm: 11 must be from 3"),
    "no cut": (SUBSCALES, {"total_cut": {"comm": 7}}, r"'skill' is not tested .* states its cut"),
}


@pytest.mark.parametrize("case", WRONG)
def test_sums_and_cuts_that_do_not_fit_are_refused(case: str) -> None:
    """One line names the sum and what would be right."""
    totals, cuts, words = WRONG[case]
    analysis = {"test": "mcnemar", "cut": 4, "p_value": "auto", **cuts} if cuts else {}
    endpoints = None if case == "no cut" else ("c",)
    with pytest.raises(StudyError, match=words):
        with_totals(totals, endpoints, analysis=analysis)


def written(study: Study, folder: Path) -> dict[str, str]:
    """Plan a study, write all that it leaves, and read what is text."""
    run = saved_plan(folder, study)
    write_outputs(run, folder, ("page", "figures", "justification"))
    ends = (".md", ".csv", ".txt", ".html", ".svg")
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in ends
    }


def test_a_study_without_sums_says_nothing_of_a_total(tmp_path: Path) -> None:
    """No file says total but where a setting is called so; domains are analysed all the same."""
    missing = {"kind": "mar", "rate": 0.2, "slope": 1.0, "item_rate": 0.05}
    study = with_totals({}, ("a", "b"), missing=missing, clusters={"site": SITES})
    for name, text in written(study, tmp_path).items():
        shown = re.sub(r"&#34;\w*total\w*&#34;", "", text)  # names of settings
        assert "total" not in shown.lower(), name
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "endpoint"]
    assert {row["name"] for row in rows} == {"a", "b", "c"}


def test_a_study_of_two_subscales_names_both(tmp_path: Path) -> None:
    """Each has its rows, its row in the tables and its curve; no total is spoken of."""
    study = with_totals(SUBSCALES, ("comm", "skill"), clusters={"site": SITES})
    files = written(study, tmp_path)
    form = files["sample_size_justification.md"]
    assert "sums a and b and runs from 2 to 10" in form
    assert "each tested on its own" in form
    assert "the total" not in form
    for name in ("results.csv", "report.html", "endpoint_curves_mentor.svg"):
        assert "comm" in files[name], name
        assert "skill" in files[name], name


SITES = {
    "sites": 4, "icc": 0.05, "shared_icc": 0.0, "per_site": 3,
    "accrual": "round_robin", "size_variation": 0.0, "stated_as": "latent", "assumption": None,
}  # fmt: skip
"""People at four sites."""
