"""What the reader gets, and the reasons that a justification gives in the planner's own words."""

from typing import Annotated, Literal

from pydantic import Field

from sim.study.base import Section

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
"""A reason in the planner's words."""


class Reasons(Section):
    """What only the planner can say; each null is a marked blank in the justification."""

    outcome: Reason | None = None
    """Why this primary outcome, and how and when it is measured (text); not asked for."""
    difference_basis: Literal["important", "realistic", "both"] | None = None
    """Whether the target difference is important, realistic or both (DELTA2, item 6)."""
    difference_why: Reason | None = None
    """How the target difference was chosen, with references (text; DELTA2, item 7)."""
    allocation: Reason | None = None
    """Why the arms are of unequal size (text); not asked for where they are equal."""
    adjustments: Reason | None = None
    """Why these adjustments, with references (text); not asked for without any."""
    sensitivity: Reason | None = None
    """How the sample size depends on the other assumptions (text, such as of a sweep's results)."""
    interim: Reason | None = None
    """Who sees the results of interim looks and decides; without looks, that there are none
    (text)."""
    recruitment: Reason | None = None
    """How that many people are to be recruited, where and by when (text)."""


class Report(Section):
    """What the reader gets."""

    table_rows: int = Field(default=12, ge=2, le=60)
    """Most rows of the power table on screen (2 to 60)."""
    pilot_example: bool = False
    """Whether the pilot's constructed example is scored and explained (true or false)."""
    files: tuple[Literal["figures", "page", "justification"], ...] = (
        "figures", "page", "justification",
    )  # fmt: skip
    """What is drawn from the results (figures, page, justification); [] = the data alone."""
    runs: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Folders of runs (in `mentorsim report`); * and ? stand for any part of a name."""
    check: bool = False
    """Whether an item missing from the justification is an error (true or false)."""
    reasons: Reasons = Reasons()
    """What the justification says in the planner's own words."""
