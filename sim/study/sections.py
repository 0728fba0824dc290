"""The sections of a study, one model each."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sim.study.base import Assumed, Correlation, Line, Percent, Section, Several, without_null
from sim.study.effects import Effect
from sim.study.methods import (
    ADJUSTMENTS,
    TESTS,
    AdjustmentFacts,
    AdjustmentName,
    PValue,
    TestFacts,
    TestName,
    Zeros,
)
from sim.study.questionnaire import LARGEST_TOTAL, MOST_POINTS, AnswersBefore

LARGEST_SIZE = 100_000
"""Largest size of a study, in units."""


class Role(Assumed):
    """One group of people and how they answer."""

    pre: AnswersBefore | None = None
    """Shares (or percents) of people at the scale's points before, one list or one per item; or
    answers by the item's name, as in the questionnaire, which then stand for others; null = as
    the questionnaire's items state them."""
    effect: Effect | None = None
    """Effect on this role; null = the study's effect."""


def _one_or_two(roles: dict[str, Role]) -> dict[str, Role]:
    if len(roles) not in (1, 2):
        raise ValueError(
            f"roles: {', '.join(roles) or 'none'} must be one or two; one that is null is left out"
        )
    return roles


Roles = Annotated[
    dict[Annotated[Line, Field(pattern=r"^[^\W\d_][\w '-]*$", max_length=40)], Role],
    BeforeValidator(without_null),
    AfterValidator(_one_or_two),
]
"""Those who take part by the name of their role, in the singular; sizes count the first."""


class Correlations(Assumed):
    """Correlations of the latent normal scores, or of the scores themselves."""

    stated_as: Literal["latent", "pearson", "spearman"] = "latent"
    """What is correlated: latent normals (polychoric), or scores as they stand or by midranks."""
    pre_post: Correlation = 0.5
    """Correlation of a person's answers before and after, to one item (-1 to 1)."""
    items: Correlation | tuple[tuple[Correlation, ...], ...] = 0.5
    """Correlation between items (of scores: those before), one number or a full matrix."""
    full: tuple[tuple[Correlation, ...], ...] | None = None
    """Matrix of all answers, items before then items after; replaces the two above."""


Size = Annotated[int, Field(ge=2, le=LARGEST_SIZE)]
Share = Annotated[int, Field(ge=1, le=100)]


class Design(Section):
    """How many people."""

    n: Annotated[tuple[Size, ...], Several] | None = None
    """Sizes to study, one or a list, in units; null = every size from smallest to up_to."""
    smallest: Size = 6
    """Smallest size studied, in units (2 to 100000); unused where n is given."""
    up_to: Size = 120
    """Largest size studied, in units (2 to 100000); unused where n is given."""
    search_limit: Size = LARGEST_SIZE
    """Size in units up to which up_to grows where the target is not reached (2 to 100000)."""
    ratio: tuple[Share, Share] = (1, 1)
    """People of the first role to those of the second; with 6:5, n units are n of the first and
    n x 5/6 of the second, rounded up."""
    solve: Literal["size", "power", "effect", "precision"] | None = None
    """What is asked for: the size for the target, the power at n, the smallest detectable effect
    at n, or the precision at n, without n the size for target.half_width; null = the power at one
    or a few n, else the size."""


class HypothesisGraph(Section):
    """A graph of hypotheses (Bretz et al. 2009); "items" stands for every item alike."""

    weights: dict[str, Annotated[float, Field(ge=0, le=1)]]
    """Share of the level with which each endpoint starts (they sum to at most 1)."""
    transitions: dict[str, dict[str, Annotated[float, Field(ge=0, le=1)]]]
    """Of each endpoint once significant: shares of its level that go to others (sum at most 1)."""


def success_side(alternative: str, direction: str | None) -> int:
    """Sign of the change that is the success; a one-sided test looks for no other."""
    falls = {"greater": False, "less": True}.get(alternative, direction == "fall")
    return -1 if falls else 1


TotalCut = Annotated[int, Field(ge=1, le=LARGEST_TOTAL)]


class Analysis(Section):
    """The test and its error rate."""

    test: TestName = "signed_rank"
    """Test of each endpoint: paired, or of two arms (the last four)."""
    cut: int | None = Field(default=None, ge=1, le=MOST_POINTS)
    """For mcnemar: answers at or above this point are counted (above the scale's lowest)."""
    total_cut: TotalCut | dict[str, TotalCut] | None = None
    """For mcnemar: totals at or above this sum are counted (1 to 660), or one by the name of
    each; null = the total is not tested."""
    p_value: PValue = "auto"
    """How p is found: auto = exact up to exact_limit informative pairs, asymptotic beyond."""
    exact_limit: int = Field(default=25, ge=0, le=1000)
    """Largest number of informative pairs for which auto is exact (0 to 1000)."""
    zeros: Zeros = "wilcox"
    """Unchanged pairs in the signed-rank test: dropped before ranking (wilcox) or after (pratt)."""
    continuity: bool = False
    """Continuity correction of asymptotic signed-rank and McNemar tests (true or false)."""
    alpha: Annotated[float, Percent] = Field(default=0.05, gt=0, lt=1)
    """Significance level (above 0, below 1)."""
    alternative: Literal["two_sided", "greater", "less"] = "two_sided"
    """Direction tested: two_sided, greater (scores rise) or less (scores fall)."""
    direction: Literal["rise", "fall"] = "rise"
    """Which change is the success: a rise of the scores, or a fall where lower is better."""
    adjustment: AdjustmentName | None = None
    """Multiplicity adjustment within one role: of the items, a total being tested on its own; of
    items and totals together by fixed_sequence and graphical. null = none where the primary rule
    is one endpoint or all of several, holm for any or at least K of them."""
    sequence: tuple[str, ...] | None = None
    """For fixed_sequence: endpoints in the order in which they are tested; others are not."""
    graph: HypothesisGraph | None = None
    """For graphical: how the level is shared, and passed on when an endpoint is significant."""
    flips: int = Field(default=999, ge=99, le=99_999)
    """For westfall_young: random sign flips beyond 14 participants (99 to 99999)."""

    @property
    def side(self) -> int:
        """Sign of the change that is the success."""
        return success_side(self.alternative, self.direction)

    @property
    def test_facts(self) -> TestFacts:
        """What must be known of the test."""
        return TESTS[self.test]

    @property
    def adjustment_facts(self) -> AdjustmentFacts:
        """What must be known of the adjustment."""
        return ADJUSTMENTS[self.adjustment or "none"]


class Target(Section):
    """What the design must reach."""

    power: Annotated[float, Percent] = Field(default=0.8, gt=0, lt=1)
    """Power the primary rule must reach and keep (above 0, below 1)."""
    half_width: float | None = Field(default=None, gt=0)
    """Half-width to reach, in points, of the 95% interval of the mean change that the primary rule
    looks at (of several, the widest); null = not asked."""


class MonteCarlo(Section):
    """How much is simulated."""

    replicates: int = Field(default=10_000, ge=100, le=100_000_000)
    """Number of simulated studies (100 to 100000000)."""
    mcse: float | None = Field(default=None, gt=0, le=0.1)
    """Largest Monte Carlo standard error of a power; fixes replicates at .25/mcse^2, rounded up."""
    search_replicates: int = Field(default=10_000, ge=100, le=100_000_000)
    """Most simulated studies to which the sample-size search may double (100 to 100000000)."""
    block_size: int = Field(default=500, ge=10, le=10_000)
    """Simulated studies per block (10 to 10000); part of what fixes the numbers."""
