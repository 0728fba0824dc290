"""A pilot as a study of its own: what it is judged by, and the main study that may follow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sim.study.base import Percent, Section, Several, without_null
from sim.study.clusters import Icc
from sim.study.questionnaire import MOST_POINTS, Name

LARGEST_PILOT = 1000
"""Largest pilot, in units."""
Limit = Annotated[float, Percent, Field(ge=0, le=1000)]
Measure = Literal["recruitment", "rate", "retention", "completeness", "answers"]


class Criterion(Section):
    """A progression criterion: red up to one limit, green from another, amber between."""

    measure: Measure
    """What is judged: recruitment (share of those approached who are recruited), rate (recruits a
    site and month), retention (share of those recruited who answer after), completeness (share of
    those retained who answer every item both times), answers (share of those who answer an item
    after who reach a point)."""
    red: Limit
    """Largest share (or percent), or rate, that is red: the main study does not follow."""
    green: Limit
    """Smallest share (or percent), or rate, that is green: the main study follows as it is."""
    by: Literal["estimate", "test"] = "estimate"
    """How it is judged: by the pilot's estimate alone (estimate), or green only where it is also
    significantly above the red limit (test)."""
    expected: Limit | None = None
    """What is expected to be true; null = as the study has it (missing.rate, missing.item_rate,
    the answers after), or the green limit of recruitment and rate."""
    sure_as: float | None = Field(default=None, gt=0, le=1e6)
    """How sure that is, for the programme: as if so many people (site-months of a rate) had been
    seen (above 0); null = it is known."""
    icc: Icc = 0.0
    """Intraclass correlation of the 0/1 answer within a site (0 to below 1); not that of the
    change, in `clusters`."""
    variation: float = Field(default=0.0, ge=0, le=2)
    """Coefficient of variation of a rate between sites (0 = all alike, to 2)."""
    role: Name | None = None
    """Whose retention, completeness or answers; null = the first role's."""
    item: Name | None = None
    """Item of which answers are judged."""
    at_least: int | None = Field(default=None, ge=0, le=MOST_POINTS)
    """Point of the scale that those answers reach."""


class MainStudy(Section):
    """How the main study is sized once the pilot is done."""

    sized_by: Literal["planned_sd", "fixed", "pilot_sd", "non_central_t", "upper_limit",
                      "assurance"] = "planned_sd"  # fmt: skip
    """Rule: planned_sd (the planned effect and standard deviation), fixed (n), pilot_sd (the
    planned effect with the pilot's standard deviation), non_central_t (that, inflated so that the
    power holds on average), upper_limit (with the upper limit of the standard deviation), or
    assurance (power averaged over what is believed of the effect, with the pilot's)."""
    n: int | None = Field(default=None, ge=2, le=100_000)
    """Size of the main study in units, with sized_by: fixed (2 to 100000)."""
    confidence: Annotated[float, Percent] = Field(default=0.8, gt=0.5, lt=1)
    """Confidence of the upper limit (above .5, below 1)."""
    largest: int = Field(default=2000, ge=10, le=100_000)
    """Largest main study that would be funded, in units; one that had to be larger does not take
    place (10 to 100000)."""
    after_amber: Literal["go", "stop"] = "go"
    """Whether the main study follows where nothing is red and not all is green."""


class Feasibility(Section):
    """A pilot: its sizes, its progression criteria, and the programme that it begins."""

    criteria: Annotated[
        dict[Name, Criterion], BeforeValidator(without_null), Field(min_length=1, max_length=12)
    ]
    """Progression criteria by name (1 to 12): what each measures, with its red and its green limit;
    one that is null is left out."""
    sizes: Annotated[
        tuple[Annotated[int, Field(ge=2, le=LARGEST_PILOT)], ...],
        Several,
        Field(min_length=1, max_length=60),
    ] = (10, 20, 30, 40, 50, 60, 80, 100)
    """Sizes of the pilot, in units: those approached where recruitment is judged and no rate,
    those planned to be recruited where a rate is, else those recruited (2 to 1000, rising)."""
    sites: int | None = Field(default=None, ge=1, le=500)
    """Sites of the pilot, which take turns (1 to 500); null = those of `clusters`, or one."""
    wrong_go: Annotated[float, Percent] = Field(default=0.05, gt=0, lt=0.5)
    """Largest probability of going on where the red limit is true: the level of a criterion that
    is tested (above 0, below .5)."""
    wrong_stop: Annotated[float, Percent] = Field(default=0.1, gt=0, lt=0.5)
    """Largest probability of stopping where the green limit is true, or of no significance where a
    criterion is tested (above 0, below .5)."""
    gamma: Annotated[float, Percent] = Field(default=0.6, gt=0, le=1)
    """With three outcomes: largest probability of deciding at once halfway between the limits."""
    simulated: int = Field(default=10_000, ge=100, le=1_000_000)
    """Simulated pilots, and programmes (100 to 1000000)."""
    main: MainStudy = MainStudy()
    """The main study."""
