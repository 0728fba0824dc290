"""The tests and adjustments by name, and what must be known of each: facts, no functions."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal

TestName = Literal[
    "signed_rank", "sign", "mcnemar", "sign_flip", "paired_t", "munzel_brunner",
    "clustered_signed_rank", "clustered_mcnemar", "cluster_mean_t", "ordinal_gee",
    "mann_whitney", "ancova", "two_sample_t", "welch_t", "cluster_mean_two_sample_t",
]  # fmt: skip
OneGroupTest = Literal[
    "signed_rank", "sign", "sign_flip", "paired_t", "clustered_signed_rank", "cluster_mean_t"
]
"""Tests of the changes of one group."""
AdjustmentName = Literal[
    "none", "bonferroni", "sidak", "holm", "holm_sidak", "hochberg", "hommel",
    "benjamini_hochberg", "benjamini_yekutieli", "fixed_sequence", "graphical", "westfall_young",
]  # fmt: skip
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
        Where it comes from: keys of ``REFERENCES``.
    sees : str
        What it sees of a change, which the change of a distribution need not touch.
    by : {'ranks', 'signs', 'means', 'adjusted_means', 'placements', 'model'}
        What it works on. What a test by means estimates adds up over domains to that of the total.
    arms : {1, 2}
        Groups that it looks at.
    unit : {'person', 'site'}
        Whose changes are independent of each other.
    reads : {'changes', 'successes', 'scores'}
        Changes of the scores, or of success at a cut; or the scores before and after.
    p_values : tuple of str
        Ways of finding p that can be chosen.
    zeros : tuple of str
        What can be done with unchanged pairs; only the signed-rank test takes notice of it.
    continuity : bool
        Whether there is a continuity correction.
    has_total : bool
        Whether it is a test of the total too.
    prorated : bool
        Whether it can do with totals of people who left questions open.
    enumerated : {'ties', 'signs', 'sums'}, optional
        Over what its power is summed exactly; None where it is simulated.
    approximate : bool
        Whether its level holds approximately however p is computed.
    fitted : bool
        Whether it is a model that is fitted, which can fail.
    fewest : int, optional
        People (or sites) from which it can give any p-value; None where the smallest p-value
        depends on their number.
    without_sites : str, optional
        The same test of people, of a test that looks at sites.
    exact_references : tuple of str
        What is cited for its exact p-value.
    pvalue_words : str
        How p is computed, where that is always so and must be said.
    caution : str
        What must be known of its level.
    article : str
        Article of its title in a sentence.
    """

    title: str
    references: tuple[str, ...]
    _: KW_ONLY
    by: Literal["ranks", "signs", "means", "adjusted_means", "placements", "model"]
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
    def rests_on_signs(self) -> bool:
        """Whether it rests on the signs alone, given the absolute changes."""
        return self.enumerated in ("ties", "signs")

    @property
    def has_exact(self) -> bool:
        """Whether an exact p-value is offered."""
        return "exact" in self.p_values

    @property
    def has_one_pvalue(self) -> bool:
        """Whether nothing need be said of how p is computed."""
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
    "munzel_brunner": TestFacts(
        "Munzel-Brunner test of the paired relative effect", ("Munzel 2002",), by="placements",
        sees="whether answers after are above other people's before, which is all that it sees",
        reads="scores", prorated=False, approximate=True, fewest=2,
    ),
    "clustered_signed_rank": TestFacts(
        "Rosner-Glynn-Lee signed-rank test of clustered changes", ("Rosner 2006",),
        by="ranks", sees=_BY_RANK, unit="site", without_sites="signed_rank",
        caution="without the factor for small samples, and meant for 20 clusters or more",
    ),
    "clustered_mcnemar": TestFacts(
        "McNemar's test for clustered pairs", ("Durkalski 2003",), article="",
        by="signs", reads="successes", unit="site", prorated=False, without_sites="mcnemar",
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
    "welch_t": TestFacts(
        "Welch's t test of the changes", ("Welch 1947",), article="", by="means", arms=2,
        approximate=True, fewest=4,
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
    "holm_sidak": AdjustmentFacts("adjusted by Holm-Šidák", ("Holland 1987",), steps="down"),
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

REFERENCES: dict[str, str] = {
    "Benjamini 1995": "Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical "
    "and powerful approach to multiple testing. J R Stat Soc B 1995;57(1):289-300.",
    "Benjamini 2001": "Benjamini Y, Yekutieli D. The control of the false discovery rate in "
    "multiple testing under dependency. Ann Stat 2001;29(4):1165-1188.",
    "Bretz 2009": "Bretz F, Maurer W, Brannath W, Posch M. A graphical approach to sequentially "
    "rejective multiple test procedures. Stat Med 2009;28(4):586-604.",
    "Dixon 1946": "Dixon WJ, Mood AM. The statistical sign test. J Am Stat Assoc "
    "1946;41(236):557-566.",
    "Donner 2000": "Donner A, Klar N. Design and analysis of cluster randomization trials in "
    "health research. London: Arnold; 2000.",
    "Dunn 1961": "Dunn OJ. Multiple comparisons among means. J Am Stat Assoc 1961;56(293):52-64.",
    "Durkalski 2003": "Durkalski VL, Palesch YY, Lipsitz SR, Rust PF. Analysis of clustered "
    "matched-pair data. Stat Med 2003;22(15):2417-2428.",
    "Fisher 1935": "Fisher RA. The design of experiments. Edinburgh: Oliver and Boyd; 1935.",
    "Hochberg 1988": "Hochberg Y. A sharper Bonferroni procedure for multiple tests of "
    "significance. Biometrika 1988;75(4):800-802.",
    "Holland 1987": "Holland BS, Copenhaver MD. An improved sequentially rejective Bonferroni test "
    "procedure. Biometrics 1987;43(2):417-423.",
    "Holm 1979": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat "
    "1979;6(2):65-70.",
    "Hommel 1988": "Hommel G. A stagewise rejective multiple test procedure based on a modified "
    "Bonferroni test. Biometrika 1988;75(2):383-386.",
    "Lipsitz 1994": "Lipsitz SR, Kim K, Zhao L. Analysis of repeated categorical data using "
    "generalized estimating equations. Stat Med 1994;13(11):1149-1163.",
    "Mann 1947": "Mann HB, Whitney DR. On a test of whether one of two random variables is "
    "stochastically larger than the other. Ann Math Stat 1947;18(1):50-60.",
    "Maurer 1995": "Maurer W, Hothorn LA, Lehmacher W. Multiple comparisons in drug clinical "
    "trials and preclinical assays: a-priori ordered hypotheses. In: Vollmar J, ed. Biometrie in "
    "der chemisch-pharmazeutischen Industrie. Vol 6. Stuttgart: Fischer; 1995:3-18.",
    "McNemar 1947": "McNemar Q. Note on the sampling error of the difference between correlated "
    "proportions or percentages. Psychometrika 1947;12(2):153-157.",
    "Munzel 2002": "Munzel U, Brunner E. An exact paired rank test. "
    "Biom J 2002;44(5):584-593.",
    "Rosner 2006": "Rosner B, Glynn RJ, Lee M-LT. The Wilcoxon signed rank test for paired "
    "comparisons of clustered data. Biometrics 2006;62(1):185-192.",
    "Sarkar 1998": "Sarkar SK. Some probability inequalities for ordered MTP2 random variables: a "
    "proof of the Simes conjecture. Ann Stat 1998;26(2):494-504.",
    "Streitberg 1986": "Streitberg B, Röhmel J. Exact distributions for permutations and rank "
    "tests: an introduction to some recently published algorithms. Stat Softw Newsl "
    "1986;12(1):10-17.",
    "Student 1908": "Student. The probable error of a mean. Biometrika 1908;6(1):1-25.",
    "Vickers 2001": "Vickers AJ, Altman DG. Analysing controlled trials with baseline and follow "
    "up measurements. BMJ 2001;323(7321):1123-1124.",
    "Welch 1947": "Welch BL. The generalization of 'Student's' problem when several different "
    "population variances are involved. Biometrika 1947;34(1-2):28-35.",
    "Westfall 1993": "Westfall PH, Young SS. Resampling-based multiple testing: examples and "
    "methods for p-value adjustment. New York: Wiley; 1993.",
    "Wilcoxon 1945": "Wilcoxon F. Individual comparisons by ranking methods. Biometrics Bull "
    "1945;1(6):80-83.",
    "Šidák 1967": "Šidák Z. Rectangular confidence regions for the means of multivariate normal "
    "distributions. J Am Stat Assoc 1967;62(318):626-633.",
}  # fmt: skip
"""Where methods come from, by the name under which a text cites them."""
