"""The sections of a study, one model each."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sim.study.base import Assumed, Correlation, Line, Marginal, Section
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

MOST_POINTS, MOST_DOMAINS = 11, 60
"""Longest scale, and most domains of a questionnaire."""
LARGEST_TOTAL = MOST_POINTS * MOST_DOMAINS
TOTAL = "total"
"""Name of the endpoint that sums all domains."""


def _without_null(entries: object) -> object:
    """Let a config leave an entry out that it would otherwise inherit."""
    if not isinstance(entries, Mapping):
        return entries
    return {name: entry for name, entry in entries.items() if entry is not None}


class Scale(Section):
    """The questionnaire: ordered points, named domains."""

    points: int = Field(ge=2, le=MOST_POINTS)
    """Number of ordered points of the response scale, scored 1 to this (2 to 11)."""
    domains: tuple[Annotated[Line, Field(min_length=1, max_length=80)], ...] = Field(
        min_length=1, max_length=MOST_DOMAINS
    )
    """Names of the domains (1 to 60 different names); their sum is the endpoint "total"."""


class Role(Assumed):
    """One group of people and how they answer."""

    pre: Marginal | tuple[Marginal, ...]
    """Probabilities of the scale's points before mentoring; one list, or one list per domain."""
    effect: Effect | None = None
    """Effect of mentoring on this role; null = the study's effect."""


def _one_or_two(roles: dict[str, Role]) -> dict[str, Role]:
    if len(roles) not in (1, 2):
        raise ValueError(
            f"roles: {', '.join(roles) or 'none'} must be one or two; one that is null is left out"
        )
    return roles


Roles = Annotated[
    dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=40)], Role],
    BeforeValidator(_without_null),
    AfterValidator(_one_or_two),
]
"""Those who take part by the name of their role; the first are those whom pairs count."""


class Correlations(Assumed):
    """Correlations of the latent normal scores, or of the scores themselves."""

    stated_as: Literal["latent", "pearson", "spearman"]
    """What is correlated: latent normals (polychoric), or scores as they stand or by midranks."""
    pre_post: Correlation
    """Correlation of a person's answers before and after, within a domain (-1 to 1)."""
    domains: Correlation | tuple[tuple[Correlation, ...], ...]
    """Correlation between domains (of scores: those before), one number or a full matrix."""
    full: tuple[tuple[Correlation, ...], ...] | None = None
    """Matrix of all answers, domains before then domains after; replaces the two above."""


class Design(Section):
    """How many people."""

    sizes: tuple[Annotated[int, Field(ge=2, le=5000)], ...] | None = None
    """Sizes to study, in pairs; null = every size from min_pairs to max_pairs."""
    min_pairs: int = Field(ge=2, le=5000)
    """Smallest size studied, in pairs (2 to 5000); unused where sizes is given."""
    max_pairs: int = Field(ge=2, le=5000)
    """Largest size studied, in pairs (2 to 5000); unused where sizes is given."""
    search_limit: int = Field(ge=2, le=5000)
    """Size in pairs up to which max_pairs doubles where the target is not reached (2 to 5000)."""
    ratio: tuple[Annotated[int, Field(ge=1, le=100)], Annotated[int, Field(ge=1, le=100)]]
    """People of the first role to those of the second; with 6:5, n pairs are n of the first and
    n x 5/6 of the second, rounded up."""


class HypothesisGraph(Section):
    """A graph of hypotheses (Bretz et al. 2009); "domains" stands for every domain alike."""

    weights: dict[str, Annotated[float, Field(ge=0, le=1)]]
    """Share of the level with which each endpoint starts (they sum to at most 1)."""
    transitions: dict[str, dict[str, Annotated[float, Field(ge=0, le=1)]]]
    """Of each endpoint once significant: shares of its level that go to others (sum at most 1)."""


def success_side(alternative: str, direction: str | None) -> int:
    """Sign of the change that is the success; a one-sided test looks for no other."""
    falls = {"greater": False, "less": True}.get(alternative, direction == "fall")
    return -1 if falls else 1


class Analysis(Section):
    """The test and its error rate."""

    test: TestName
    """Test of each endpoint: paired, or of two arms (the last four)."""
    cut: int | None = Field(default=None, ge=2, le=MOST_POINTS)
    """For mcnemar: answers at or above this point are counted (2 to the scale's points)."""
    total_cut: int | None = Field(default=None, ge=2, le=LARGEST_TOTAL)
    """For mcnemar: totals at or above this sum are counted; null = the total is not tested."""
    p_value: PValue
    """How p is found: auto = exact up to exact_limit informative pairs, asymptotic beyond."""
    exact_limit: int = Field(ge=0, le=1000)
    """Largest number of informative pairs for which auto is exact (0 to 1000)."""
    zeros: Zeros
    """Unchanged pairs in the signed-rank test: dropped before ranking (wilcox) or after (pratt)."""
    continuity: bool
    """Continuity correction of asymptotic signed-rank and McNemar tests (true or false)."""
    alpha: float = Field(gt=0, lt=1)
    """Significance level (above 0, below 1)."""
    alternative: Literal["two_sided", "greater", "less"]
    """Direction tested: two_sided, greater (scores rise) or less (scores fall)."""
    direction: Literal["rise", "fall"]
    """Which change is the success: a rise of the scores, or a fall where lower is better."""
    adjustment: AdjustmentName
    """Multiplicity adjustment within one role: of the domains, the total being tested on its own;
    of domains and total together by fixed_sequence and graphical."""
    sequence: tuple[str, ...] | None = None
    """For fixed_sequence: endpoints in the order in which they are tested; others are not."""
    graph: HypothesisGraph | None = None
    """For graphical: how the level is shared, and passed on when an endpoint is significant."""
    flips: int = Field(ge=99, le=99_999)
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
        return ADJUSTMENTS[self.adjustment]

    @property
    def tests_total(self) -> bool:
        """Whether the total is tested at all."""
        no_cut = self.cut is not None and self.total_cut is None
        return self.test_facts.has_total and not no_cut


class Rule(Section):
    """When the study counts as a success: wins on adjusted p-values."""

    kind: Literal["one", "any", "all", "at_least"]
    """one = the single endpoint; any, all, or at_least k of the endpoints."""
    endpoints: Literal["domains", "total"] | tuple[str, ...]
    """Endpoints the rule looks at: domains, total, or a list of names."""
    roles: tuple[str, ...] = Field(min_length=1)
    """Names of the roles whose endpoints count."""
    k: int | None = Field(default=None, ge=1)
    """For at_least: how many endpoints must be won."""


class Decision(Section):
    """Decision rules; one of them sizes the study."""

    primary: str
    """Name of the rule that sizes the study."""
    rules: Annotated[dict[str, Rule], BeforeValidator(_without_null), Field(min_length=1)]
    """The rules by name; one that is null is left out."""


class Target(Section):
    """What the design must reach."""

    power: float = Field(gt=0, lt=1)
    """Power the primary rule must reach and keep (above 0, below 1)."""
    half_width: float | None = Field(default=None, gt=0)
    """Half-width to reach, in points, of the 95% interval of the mean change that the primary rule
    looks at (of several, the widest); null = not asked."""
    detectable_at: int | None = Field(default=None, ge=2, le=5000)
    """Size in pairs at which the smallest detectable effect is sought; null = not asked."""


class MonteCarlo(Section):
    """How much is simulated."""

    replicates: int = Field(ge=100, le=100_000_000)
    """Number of simulated studies (100 to 100000000)."""
    mcse: float | None = Field(default=None, gt=0, le=0.1)
    """Largest Monte Carlo standard error of a power; fixes replicates at .25/mcse^2, rounded up."""
    search_replicates: int = Field(ge=100, le=100_000_000)
    """Most simulated studies to which the sample-size search may double (100 to 100000000)."""
    block_size: int = Field(ge=10, le=10_000)
    """Simulated studies per block (10 to 10000); part of what fixes the numbers."""
