"""What the size depends on: other sizes, other effects, the smallest that are detected."""

from __future__ import annotations

from sim.report.document.guidelines import reason, requirement
from sim.report.document.model import Section, text
from sim.report.results.answer import PlanAnswer
from sim.report.topics.assurance import assurance_blocks
from sim.report.topics.detectable import detectable_blocks
from sim.report.topics.power import near_table


def sensitivity_section(answer: PlanAnswer) -> Section:
    """Show the power at other sizes, and what is left of it where the effect is uncertain."""
    said, there = reason(answer.study, "sensitivity", "how the size depends on the other "
                         "assumptions")  # fmt: skip
    shown = near_table(answer), *assurance_blocks(answer), *detectable_blocks(answer)
    required = requirement(
        "DELTA2, item 5", "Sensitivity of the sample size to its assumptions", there=there
    )
    return Section("Sensitivity", (*shown, text(said)), (required,))
