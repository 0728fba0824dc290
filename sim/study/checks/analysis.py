"""Checks of the analysis against the rest of a study, and of how the pilot is read."""

from collections.abc import Callable, Iterable
from typing import Any

from sim.study.draft import Draft
from sim.study.methods import TESTS, TestFacts
from sim.study.refusals import FieldError


def check_analysis(study: Draft) -> None:
    """Run every check of the analysis, in the order in which a reader would meet them."""
    _check_test(study)
    _check_options(study)
    _check_analysis(study)
    _check_cuts(study)
    check_calibration(study)


def _check_test(study: Draft) -> None:
    """Refuse a test of one group for two arms, and the other way round; or of sites without any."""
    test, facts = study.analysis.test, study.analysis.test_facts
    if study.has_controls and facts.arms == 1:
        compared = ", ".join(name for name, other in TESTS.items() if other.arms > 1)
        right = f"looks at one group; with a control arm use one of {compared}"
        raise FieldError("analysis.test", test, right)
    if not study.has_controls and facts.arms > 1:
        raise FieldError("analysis.test", test, "compares two arms; choose control=parallel")
    if facts.arms == 1 and facts.unit == "site" and study.clusters.kind == "none":
        raise FieldError("analysis.test", test, "needs sites; choose clusters=sites")


_AT_CUT = "applies to analysis.test={fitting} only, not {test}"
_ASYMPTOTIC = "applies to analysis.test={fitting} with an asymptotic p-value only"
_OPTIONS: tuple[tuple[str, Callable[[TestFacts, Any], bool], str], ...] = (
    ("analysis.p_value", lambda test, value: value != "mid_p" or value in test.p_values,
     "is offered for analysis.test={fitting} only, not {test}"),
    ("analysis.p_value", lambda test, value: value in test.p_values,
     "does not apply to analysis.test={test}; use auto"),
    ("analysis.zeros", lambda test, value: value in test.zeros,
     "does not apply to analysis.test={test}; use wilcox"),
    ("analysis.continuity", lambda test, value: test.continuity or not value, _ASYMPTOTIC),
    ("analysis.cut", lambda test, value: test.has_cut or value is None, _AT_CUT),
    ("analysis.total_cut", lambda test, value: test.has_cut or value is None, _AT_CUT),
    ("missing.total", lambda test, value: test.prorated or value != "prorated",
     "is not offered for analysis.test={test}; use complete_case"),
)  # fmt: skip
"""Settings that not every test takes: where they stand, whom a value fits, what would be right."""


def _check_options(study: Draft) -> None:
    for place, fits, right in _OPTIONS:
        section, _, name = place.partition(".")
        value = getattr(getattr(study, section), name)
        if not fits(study.analysis.test_facts, value):
            fitting = _either(name for name, test in TESTS.items() if fits(test, value))
            raise FieldError(place, value, right.format(test=study.analysis.test, fitting=fitting))


def _either(names: Iterable[str]) -> str:
    return " or ".join(", ".join(names).rsplit(", ", 1))


def _check_analysis(study: Draft) -> None:
    analysis = study.analysis
    if analysis.continuity and analysis.p_value in ("exact", "mid_p"):
        fitting = _either(name for name, test in TESTS.items() if test.continuity)
        raise FieldError("analysis.continuity", True, _ASYMPTOTIC.format(fitting=fitting))
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
    if study.missing.total == "prorated" and len(study.scale.domains) > 7:
        raise FieldError("missing.total", "prorated", "is offered for at most 7 domains")


def _check_cuts(study: Draft) -> None:
    analysis, domains = study.analysis, len(study.scale.domains)
    points = study.scale.points
    cuts = {"cut": (2, points), "total_cut": (domains + 1, domains * points)}
    for name, (low, high) in cuts.items():
        cut = getattr(analysis, name)
        if cut is not None and not low <= cut <= high:
            raise FieldError(f"analysis.{name}", cut, f"must be from {low} to {high}")
    if analysis.test_facts.has_cut and analysis.cut is None:
        right = (
            f"must be the lowest point that counts as a success (2 to {points}) with "
            f"{analysis.test}"
        )
        raise FieldError("analysis.cut", None, right)


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
