"""The tests and adjustments by name, and what must be known of each: facts, no functions."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal

TestName = Literal[
    "signed_rank", "sign", "mcnemar", "sign_flip", "paired_t", "clustered_signed_rank",
    "cluster_mean_t", "ordinal_gee", "mann_whitney", "ancova", "two_sample_t",
    "cluster_mean_two_sample_t",
]  # fmt: skip
OneGroupTest = Literal[
    "signed_rank", "sign", "sign_flip", "paired_t", "clustered_signed_rank", "cluster_mean_t"
]
"""Tests of the changes of one group."""
AdjustmentName = Literal[
    "none", "bonferroni", "sidak", "holm", "hochberg", "hommel", "benjamini_hochberg",
    "benjamini_yekutieli", "fixed_sequence", "graphical", "westfall_young",
]  # fmt: skip
CandidateName = Literal[
    "signed_rank_asymptotic", "signed_rank_continuity", "signed_rank_exact", "pratt_asymptotic",
    "pratt_exact", "sign", "paired_t", "mann_whitney",
]  # fmt: skip
"""Tests, each with one way of finding p, from which a published p-value can have come."""
PValue = Literal["auto", "exact", "asymptotic", "mid_p"]
Zeros = Literal["wilcox", "pratt"]
Steps = Literal["single", "down", "up"]


@dataclass(frozen=True)
class TestFacts:
    """What must be known of a test.

    Attributes
    ----------
    title : str
        Its name in prose.
    references : tuple of str
        Where it comes from: keys of ``sim.report.references.REFERENCES``.
    sees : str
        What it sees of a change, which the change of a distribution need not touch.
    by : {'ranks', 'signs', 'means', 'adjusted_means', 'model'}
        What it works on. What a test by means estimates adds up over domains to that of the total.
    arms : {1, 2}
        Groups that it looks at.
    unit : {'person', 'site'}
        Whose changes are independent of each other.
    reads : {'changes', 'successes', 'scores'}
        Changes of the scores, or of success at a cut; or the scores before and after.
    p_values : tuple of str
        Ways of finding p that can be stated.
    zeros : tuple of str
        What can be stated of unchanged pairs; only the signed-rank test takes notice of it.
    continuity : bool
        Whether there is a continuity correction.
    has_total : bool
        Whether it is a test of the total too.
    prorated : bool
        Whether it can do with totals of people who left questions open.
    enumerated : {'ties', 'signs', 'sums'}, optional
        Over what its power is summed exactly; None where it is simulated.
    approximate : bool
        Whether its level holds approximately however p is found.
    fitted : bool
        Whether it is fitted to one data set at a time, which can fail.
    fewest : int, optional
        People (or sites) from which it can give any p-value; None where the smallest p-value
        depends on their number.
    without_sites : str, optional
        The same test of people, of a test that looks at sites.
    exact_references : tuple of str
        What is cited for its exact p-value.
    pvalue_words : str
        How p is found, where that is always so and must be said.
    caution : str
        What must be known of its level.
    article : str
        Article of its title in a sentence.
    """

    title: str
    references: tuple[str, ...]
    _: KW_ONLY
    by: Literal["ranks", "signs", "means", "adjusted_means", "model"]
    sees: str = "its mean, which is all that the test sees"
    arms: Literal[1, 2] = 1
    unit: Literal["person", "site"] = "person"
    reads: Literal["changes", "successes", "scores"] = "changes"
    p_values: tuple[PValue, ...] = ("auto", "asymptotic")
    zeros: tuple[Zeros, ...] = ("wilcox",)
    continuity: bool = False
    has_total: bool = True
    prorated: bool = True
    enumerated: Literal["ties", "signs", "sums"] | None = None
    approximate: bool = False
    fitted: bool = False
    fewest: int | None = None
    without_sites: TestName | None = None
    exact_references: tuple[str, ...] = ()
    pvalue_words: str = ""
    caution: str = ""
    article: str = "the "

    @property
    def in_prose(self) -> str:
        """Its name within a sentence, with the article that it takes."""
        return self.article + self.title

    @property
    def has_exact(self) -> bool:
        """Whether an exact p-value is offered."""
        return "exact" in self.p_values

    @property
    def has_one_pvalue(self) -> bool:
        """Whether nothing need be said of how p is found."""
        return not self.has_exact and not self.pvalue_words

    @property
    def has_cut(self) -> bool:
        """Whether it looks at success at a cut."""
        return self.reads == "successes"

    @property
    def ranks_zeros(self) -> bool:
        """Whether unchanged pairs can be ranked."""
        return self.by == "ranks" and "pratt" in self.zeros


_BY_RANK = "whether rises outweigh falls by rank, which is all that the test sees"
_BOTH: tuple[Zeros, ...] = ("wilcox", "pratt")

TESTS: dict[str, TestFacts] = {
    "signed_rank": TestFacts(
        "Wilcoxon signed-rank test", ("Wilcoxon 1945",), exact_references=("Streitberg 1986",),
        by="ranks", sees=_BY_RANK, p_values=("auto", "exact", "asymptotic"), zeros=_BOTH,
        continuity=True, enumerated="ties",
    ),
    "sign": TestFacts(
        "sign test", ("Dixon 1946",), by="signs",
        sees="whether more people rise than fall, which is all that the sign test sees",
        p_values=("auto", "exact", "asymptotic", "mid_p"), zeros=_BOTH, enumerated="signs",
    ),
    "mcnemar": TestFacts(
        "McNemar's test", ("McNemar 1947",), article="", by="signs", reads="successes",
        p_values=("auto", "exact", "asymptotic", "mid_p"), zeros=_BOTH, continuity=True,
        prorated=False, enumerated="signs",
    ),
    "sign_flip": TestFacts(
        "sign-flip permutation test of the mean change", ("Fisher 1935",), by="means",
        p_values=("auto", "exact", "asymptotic"), zeros=_BOTH, prorated=False, enumerated="ties",
    ),
    "paired_t": TestFacts(
        "paired t test", ("Student 1908",), by="means", p_values=("auto",), zeros=_BOTH,
        enumerated="sums", approximate=True, fewest=2,
    ),
    "clustered_signed_rank": TestFacts(
        "signed-rank test of clustered changes (Rosner, Glynn & Lee 2006)", ("Rosner 2006",),
        by="ranks", sees=_BY_RANK, unit="site", without_sites="signed_rank",
        caution="without the factor for small samples, and meant for 20 sites or more",
    ),
    "cluster_mean_t": TestFacts(
        "t test of the sites' mean changes", ("Student 1908", "Donner 2000"), by="means",
        unit="site", fewest=2, without_sites="paired_t",
    ),
    "ordinal_gee": TestFacts(
        "cumulative-logit model (GEE with robust errors, participants as groups)",
        ("Lipsitz 1994",), by="model", reads="scores", has_total=False, approximate=True,
        fitted=True, fewest=3,
    ),
    "mann_whitney": TestFacts(
        "Mann-Whitney test of the changes", ("Mann 1947",), by="ranks", arms=2,
        sees="which arm changes more by rank, which is all that the test sees",
        continuity=True, approximate=True, pvalue_words="normal approximation corrected for ties",
    ),
    "ancova": TestFacts(
        "analysis of covariance of after on before", ("Vickers 2001",), by="adjusted_means",
        sees="its mean among people who began alike, which is all that the test sees",
        reads="scores", arms=2, approximate=True, fewest=3,
    ),
    "two_sample_t": TestFacts(
        "two-sample t test of the changes", ("Student 1908",), by="means", arms=2,
        approximate=True, fewest=3,
    ),
    "cluster_mean_two_sample_t": TestFacts(
        "two-sample t test of the sites' mean changes", ("Student 1908", "Donner 2000"),
        by="means", arms=2, unit="site", fewest=3, without_sites="two_sample_t",
    ),
}  # fmt: skip
"""The tests."""


@dataclass(frozen=True)
class AdjustmentFacts:
    """What must be known of an adjustment for multiplicity.

    Attributes
    ----------
    words : str
        What it is in prose: of the domains, or of all endpoints where `with_total`.
    references : tuple of str
        Where it comes from.
    adjusts : bool
        Whether anything is adjusted.
    with_total : bool
        Whether its family holds the total as well.
    needs : {'sequence', 'graph', 'flips'}, optional
        Setting of the analysis that it goes by; None where it goes by the p-values alone.
    steps : {'single', 'down', 'up'}, optional
        How it compares p-values, in order, with thresholds: one for all; down from the smallest
        to the first that is not met; or up from the largest to the first that is met.
    only_test : str, optional
        The one test that it goes with.
    """

    words: str
    references: tuple[str, ...]
    _: KW_ONLY
    adjusts: bool = True
    with_total: bool = False
    needs: Literal["sequence", "graph", "flips"] | None = None
    steps: Steps | None = None
    only_test: TestName | None = None


ADJUSTMENTS: dict[str, AdjustmentFacts] = {
    "none": AdjustmentFacts("not adjusted for multiplicity", (), adjusts=False, steps="single"),
    "bonferroni": AdjustmentFacts("adjusted by Bonferroni", ("Dunn 1961",), steps="single"),
    "sidak": AdjustmentFacts("adjusted by Šidák", ("Šidák 1967",), steps="single"),
    "holm": AdjustmentFacts("adjusted by Holm", ("Holm 1979",), steps="down"),
    "hochberg": AdjustmentFacts(
        "adjusted by Hochberg", ("Hochberg 1988", "Sarkar 1998"), steps="up"
    ),
    "hommel": AdjustmentFacts("adjusted by Hommel", ("Hommel 1988", "Sarkar 1998")),
    "benjamini_hochberg": AdjustmentFacts(
        "adjusted by Benjamini-Hochberg", ("Benjamini 1995",), steps="up"
    ),
    "benjamini_yekutieli": AdjustmentFacts(
        "adjusted by Benjamini-Yekutieli", ("Benjamini 2001",), steps="up"
    ),
    "fixed_sequence": AdjustmentFacts(
        "fixed sequence", ("Maurer 1995",), with_total=True, needs="sequence"
    ),
    "graphical": AdjustmentFacts(
        "graphical procedure", ("Bretz 2009",), with_total=True, needs="graph"
    ),
    "westfall_young": AdjustmentFacts(
        "adjusted by Westfall-Young step-down max-T", ("Westfall 1993",), needs="flips",
        only_test="sign_flip",
    ),
}  # fmt: skip
"""The adjustments within one role."""
