"""Checks of the analysis against the rest of a study, and of how the pilot is read."""

from collections.abc import Callable, Iterable
from typing import Any

from sim.study.draft import Draft
from sim.study.methods import TESTS, TestFacts
from sim.study.refusals import FieldError, check_all, listed, nearest


def check_analysis(study: Draft) -> None:
    """Run every check of the analysis, in the order in which a reader would meet them."""
    _check_test(study)
    check_all(
        (_check_options, _check_analysis, _check_cuts, _check_total_cuts, check_calibration), study
    )


def _check_test(study: Draft) -> None:
    """Refuse a test of one group for two arms, and the other way round; or of sites without any."""
    test, facts = study.analysis.test, study.analysis.test_facts
    if study.has_controls and facts.arms == 1:
        compared = ", ".join(name for name, other in TESTS.items() if other.arms > 1)
        right = f"looks at one group; with a control arm use one of {compared}"
        raise FieldError("analysis.test", test, right)
    if not study.has_controls and facts.arms > 1:
        raise FieldError("analysis.test", test, "compares two arms; choose control=parallel")
    if facts.arms == 1 and facts.unit == "site" and study.sites is None:
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
    longest = max(map(len, study.totals.values()), default=0)
    if study.missing.total == "prorated" and longest > 7:
        raise FieldError("missing.total", "prorated", "is offered for at most 7 items")


def _check_cuts(study: Draft) -> None:
    analysis, questionnaire = study.analysis, study.questionnaire
    _check_cut(study, "analysis.cut", analysis.cut, 1)
    if analysis.test_facts.has_cut and analysis.cut is None:
        right = (
            f"must be the lowest point that counts as a success ({questionnaire.lowest + 1} to "
            f"{questionnaire.highest}) with {analysis.test}"
        )
        raise FieldError("analysis.cut", None, right)


def _check_cut(study: Draft, place: str, cut: int | None, items: int) -> None:
    low = items * study.questionnaire.lowest + 1
    high = items * study.questionnaire.highest
    if cut is not None and not low <= cut <= high:
        raise FieldError(place, cut, f"must be from {low} to {high}")


def _check_total_cuts(study: Draft) -> None:
    """Refuse cuts of sums that are none or cannot be reached, and one cut for several."""
    cuts, place, totals = study.analysis.total_cut, "analysis.total_cut", study.totals
    if isinstance(cuts, dict):
        for name in cuts:
            if name not in totals:
                raise FieldError(place, name, f"is no total; {nearest(name, list(totals))}")
    elif cuts is not None and len(totals) != 1:
        right = "must be null: there is no total"
        if totals:
            right = f"must be one cut by the name of each total: {listed(list(totals))}"
        raise FieldError(place, cuts, right)
    for name, members in totals.items():
        at = f"{place}.{name}" if isinstance(cuts, dict) else place
        _check_cut(study, at, study.total_cut(name), len(members))


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
