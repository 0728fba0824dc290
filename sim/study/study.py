"""The study: everything the planner states, checked once."""

from typing import Self

from pydantic import model_validator

from sim.study.checks.analysis import check_analysis, check_calibration
from sim.study.checks.arms import check_arms
from sim.study.checks.orders import check_orders
from sim.study.checks.people import check_people, check_questionnaire
from sim.study.checks.rules import check_conclusions, check_domains
from sim.study.draft import Draft
from sim.study.sections import TOTAL


class Study(Draft):
    """A study design and all that is assumed about it; frozen and valid by construction."""

    @model_validator(mode="after")
    def _cross_checks(self) -> Self:
        check_domains(self)
        check_people(self)
        check_analysis(self)
        check_arms(self)
        check_orders(self)
        check_conclusions(self)
        return self


class PilotStudy(Study):
    """A study of which only the pilot is read.

    What it says of the planned study (distributions before, effects, rules) need not fit the
    pilot's questionnaire, unless a published total is to be checked: between its domains
    correlations are needed, and those of scores depend on the distributions.
    """

    @model_validator(mode="after")
    def _cross_checks(self) -> Self:
        pilot = self.pilot
        total = pilot is not None and any(outcome.outcome == TOTAL for outcome in pilot.outcomes)
        if total and self.correlation.stated_as != "latent":
            check_people(self)
        else:
            check_questionnaire(self)
        check_calibration(self)
        return self
