"""What the size depends on: other sizes, other effects, the smallest that are detected."""

from __future__ import annotations

from sim.report.document.guidelines import reasoned
from sim.report.document.model import Section
from sim.report.results.answer import PlanAnswer
from sim.report.topics.assurance import assurance_blocks
from sim.report.topics.detectable import detectable_blocks
from sim.report.topics.power import near_table


def sensitivity_section(answer: PlanAnswer) -> Section:
    """Show the power at other sizes, and what is left of it where the effect is uncertain."""
    wanted = "how the size depends on the other assumptions"
    label, asked = "DELTA2, item 5", "Sensitivity of the sample size to its assumptions"
    said, required = reasoned(answer.study, "sensitivity", wanted, label, asked)
    shown = near_table(answer), *assurance_blocks(answer), *detectable_blocks(answer)
    return Section("Sensitivity", (*shown, said), (required,))
