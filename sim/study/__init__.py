"""What the planner states: frozen models, checked once at the edge."""

from sim.study.effects import Effect
from sim.study.parse import parse_study
from sim.study.pilot import PilotOutcome
from sim.study.sections import TOTAL, Analysis, Correlations, Rule
from sim.study.study import PilotStudy, Study

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
