"""What the planner states: frozen models, checked once at the edge."""

from sim.study.effects import Effect
from sim.study.pilot import PilotOutcome
from sim.study.questionnaire import TOTAL
from sim.study.sections import Analysis, Correlations
from sim.study.study import PilotStudy, Study, parse_study
from sim.study.success import Rule

__all__ = [
    "TOTAL",
    "Analysis",
    "Correlations",
    "Effect",
    "PilotOutcome",
    "PilotStudy",
    "Rule",
    "Study",
    "parse_study",
]
