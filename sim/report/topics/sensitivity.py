"""What the size depends on, in the form."""

from __future__ import annotations

from sim.report.document.guidelines import reason, requirement
from sim.report.document.model import Block, Section, text
from sim.report.results.answer import PlanAnswer
from sim.report.topics.assurance import assurance_blocks
from sim.report.topics.detectable import detectable_table


def sensitivity_section(answer: PlanAnswer, *near: Block) -> Section:
    """Show the power at other sizes, and what is left of it where the effect is uncertain.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.
    *near : Paragraph or Table
        Power at sizes near the answer.

    Returns
    -------
    Section
    """
    said, there = reason(answer.study, "sensitivity", "how the size depends on the other "
                         "assumptions")  # fmt: skip
    blocks = (*near, *assurance_blocks(answer), *detectable_table(answer), text(said))
    required = requirement(
        "DELTA2, item 5", "Sensitivity of the sample size to its assumptions", there=there
    )
    return Section("Sensitivity", blocks, (required,))
