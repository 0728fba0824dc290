"""Checks of the analysis against the rest of a study, and of how the pilot is read."""

from sim.study.draft import Draft
from sim.study.refusals import FieldError


def check_analysis(study: Draft) -> None:
    """Run every check of the analysis, in the order in which a reader would meet them."""
    _check_analysis(study)
    _check_cuts(study)
    _check_prorated(study)
    _check_clusters(study)
    check_calibration(study)


def _check_analysis(study: Draft) -> None:
    analysis = study.analysis
    if analysis.p_value == "mid_p" and analysis.test not in ("sign", "mcnemar"):
        right = f"is offered for analysis.test=sign and mcnemar only, not {analysis.test}"
        raise FieldError("analysis.p_value", "mid_p", right)
    if analysis.test == "paired_t" and analysis.p_value != "auto":
        right = "does not apply to analysis.test=paired_t, which has one p-value; use auto"
        raise FieldError("analysis.p_value", analysis.p_value, right)
    if analysis.continuity and (
        analysis.test not in ("signed_rank", "mcnemar", "mann_whitney")
        or analysis.p_value in ("exact", "mid_p")
    ):
        right = (
            "applies to analysis.test=signed_rank, mcnemar or mann_whitney with an asymptotic "
            "p-value only"
        )
        raise FieldError("analysis.continuity", True, right)
    against = {"greater": "fall", "less": "rise"}
    if against.get(analysis.alternative) == analysis.direction:
        looked_for = {"greater": "rise", "less": "fall"}[analysis.alternative]
        right = (
            f"is not what analysis.alternative={analysis.alternative} tests; use "
            f"{looked_for}, or analysis.alternative=two_sided"
        )
        raise FieldError("analysis.direction", analysis.direction, right)
    if analysis.p_value == "exact" and max(study.sizes) > 1000:
        right = "exceeds 1000, the most for which analysis.p_value=exact is offered; use auto"
        raise FieldError("design", max(study.sizes), right)


def _check_cuts(study: Draft) -> None:
    analysis, domains = study.analysis, len(study.scale.domains)
    points = study.scale.points
    cuts = {"cut": (2, points), "total_cut": (domains + 1, domains * points)}
    for name, (low, high) in cuts.items():
        cut = getattr(analysis, name)
        if cut is not None and analysis.test != "mcnemar":
            right = f"applies to analysis.test=mcnemar only, not {analysis.test}"
            raise FieldError(f"analysis.{name}", cut, right)
        if cut is not None and not low <= cut <= high:
            raise FieldError(f"analysis.{name}", cut, f"must be from {low} to {high}")
    if analysis.test == "mcnemar" and analysis.cut is None:
        right = f"must be the lowest point that counts as a success (2 to {points}) with mcnemar"
        raise FieldError("analysis.cut", None, right)


def _check_prorated(study: Draft) -> None:
    if study.missing.total != "prorated":
        return
    if study.analysis.test in ("sign_flip", "mcnemar"):
        right = f"is not offered for analysis.test={study.analysis.test}; use complete_case"
        raise FieldError("missing.total", "prorated", right)
    if len(study.scale.domains) > 7:
        raise FieldError("missing.total", "prorated", "is offered for at most 7 domains")


def _check_clusters(study: Draft) -> None:
    analysis = study.analysis
    if analysis.test not in ("clustered_signed_rank", "cluster_mean_t"):
        return
    if study.clusters.kind == "none":
        raise FieldError("analysis.test", analysis.test, "needs sites; choose clusters=sites")
    if analysis.p_value not in ("auto", "asymptotic"):
        right = f"does not apply to analysis.test={analysis.test}; use auto"
        raise FieldError("analysis.p_value", analysis.p_value, right)
    if analysis.zeros != "wilcox":
        right = f"does not apply to analysis.test={analysis.test}; use wilcox"
        raise FieldError("analysis.zeros", analysis.zeros, right)


def check_calibration(study: Draft) -> None:
    """Run the checks of how a pilot is read."""
    tests, weights = study.calibration.tests, study.calibration.test_weights
    twice = [name for name in tests if tests.count(name) > 1]
    if twice:
        raise FieldError("calibration.tests", twice[0], "is named twice")
    if weights is not None and len(weights) != len(tests):
        raise FieldError(
            "calibration.test_weights", weights, f"must be {len(tests)} numbers, one per test"
        )
    if study.calibration.any_significant and study.calibration.unreported == "marginalised":
        raise FieldError(
            "calibration.any_significant",
            True,
            "applies to calibration.unreported=not_significant only: otherwise each reported "
            "outcome is weighed given that it was significant already",
        )
