"""Checks of the rules, and of what the report is to show."""

from sim.study.draft import Draft
from sim.study.refusals import FieldError, nearest


def check_conclusions(study: Draft) -> None:
    """Run the checks of what is concluded and shown, which look at the analysis too."""
    if study.primary not in study.success:
        hint = nearest(study.primary, list(study.success))
        raise FieldError("primary", study.primary, f"is no rule of success; {hint}")
    for name, rule in study.success.items():
        _check_tested(study, f"success.{name}", study.endpoints_of(rule))
    if study.report.pilot_example and (study.pilot is None or study.pilot.example is None):
        raise FieldError("report.pilot_example", True, "needs a pilot file with an example")


def _check_tested(study: Draft, place: str, names: tuple[str, ...]) -> None:
    """Refuse a total where the test needs a cut that is not stated."""
    for name in names:
        if study.analysis.test_facts.has_cut and not study.is_tested(name):
            right = (
                f"is not tested by analysis.test={study.analysis.test} unless analysis.total_cut "
                "states its cut"
            )
            raise FieldError(place, name, right)
