"""The sections of a study, one model each."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from sim.study.base import Assumed, Correlation, Line, Marginal, Section
from sim.study.effects import Effect

MOST_POINTS, MOST_DOMAINS = 11, 60
"""Longest scale, and most domains of a questionnaire."""
LARGEST_TOTAL = MOST_POINTS * MOST_DOMAINS
RoleName = Literal["mentor", "mentee"]
TOTAL = "total"
"""Name of the endpoint that sums all domains."""


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


class Roles(Section):
    """Who takes part."""

    mentor: Role
    """The mentors (in the pilot: junior doctors)."""
    mentee: Role | None = None
    """The mentees (in the pilot: consultants); null = a study of mentors only."""


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
    """Sizes to study, in mentor-mentee pairs; null = every size from min_pairs to max_pairs."""
    min_pairs: int = Field(ge=2, le=5000)
    """Smallest size studied, in pairs (2 to 5000); unused where sizes is given."""
    max_pairs: int = Field(ge=2, le=5000)
    """Largest size studied, in pairs (2 to 5000); unused where sizes is given."""
    search_limit: int = Field(ge=2, le=5000)
    """Size in pairs up to which max_pairs doubles where the target is not reached (2 to 5000)."""
    ratio: tuple[Annotated[int, Field(ge=1, le=100)], Annotated[int, Field(ge=1, le=100)]]
    """Mentors to mentees; with 6:5, n pairs are n mentors and n x 5/6 mentees, rounded up."""


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

    test: Literal[
        "signed_rank",
        "sign",
        "mcnemar",
        "sign_flip",
        "paired_t",
        "clustered_signed_rank",
        "cluster_mean_t",
        "ordinal_gee",
        "mann_whitney",
        "ancova",
        "two_sample_t",
        "cluster_mean_two_sample_t",
    ]
    """Test of each endpoint: paired, or of two arms (the last four)."""
    cut: int | None = Field(default=None, ge=2, le=MOST_POINTS)
    """For mcnemar: answers at or above this point are counted (2 to the scale's points)."""
    total_cut: int | None = Field(default=None, ge=2, le=LARGEST_TOTAL)
    """For mcnemar: totals at or above this sum are counted; null = the total is not tested."""
    p_value: Literal["auto", "exact", "asymptotic", "mid_p"]
    """How p is found: auto = exact up to exact_limit informative pairs, asymptotic beyond."""
    exact_limit: int = Field(ge=0, le=1000)
    """Largest number of informative pairs for which auto is exact (0 to 1000)."""
    zeros: Literal["wilcox", "pratt"]
    """Unchanged pairs in the signed-rank test: dropped before ranking (wilcox) or after (pratt)."""
    continuity: bool
    """Continuity correction of asymptotic signed-rank and McNemar tests (true or false)."""
    alpha: float = Field(gt=0, lt=1)
    """Significance level (above 0, below 1)."""
    alternative: Literal["two_sided", "greater", "less"]
    """Direction tested: two_sided, greater (scores rise) or less (scores fall)."""
    direction: Literal["rise", "fall"] = "rise"
    """Which change is the success: a rise of the scores, or a fall where lower is better."""
    adjustment: Literal[
        "none",
        "bonferroni",
        "sidak",
        "holm",
        "hochberg",
        "hommel",
        "benjamini_hochberg",
        "benjamini_yekutieli",
        "fixed_sequence",
        "graphical",
        "westfall_young",
    ]
    """Multiplicity adjustment within one role: of the domains, the total being tested on its own;
    of domains and total together by fixed_sequence and graphical."""
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


class Rule(Section):
    """When the study counts as a success: wins on adjusted p-values."""

    kind: Literal["one", "any", "all", "at_least"]
    """one = the single endpoint; any, all, or at_least k of the endpoints."""
    endpoints: Literal["domains", "total"] | tuple[str, ...]
    """Endpoints the rule looks at: domains, total, or a list of names."""
    roles: tuple[RoleName, ...] = Field(min_length=1)
    """Roles whose endpoints count."""
    k: int | None = Field(default=None, ge=1)
    """For at_least: how many endpoints must be won."""


class Decision(Section):
    """Decision rules; one of them sizes the study."""

    primary: str
    """Name of the rule that sizes the study."""
    rules: dict[str, Rule] = Field(min_length=1)
    """The rules by name; one that is null is left out."""

    @field_validator("rules", mode="before")
    @classmethod
    def _without_null(cls, stated: object) -> object:
        """Let a config of its own drop a rule that it would otherwise inherit."""
        if not isinstance(stated, Mapping):
            return stated
        return {name: rule for name, rule in stated.items() if rule is not None}


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
